"""Jet templates: the syntax that the documentation shows, scopes, mistakes, and what must not be possible."""

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.templates.errors import TemplateError
from runtime.templates.library import Engine, Library
from runtime.templates.source import Delimiters


def rendered(source, data=None, **others):
    library = Library(Engine(globals={"site": "Ours"}))
    for name, text in {"main": source, **others}.items():
        library.put(name, text)
    return library.render("main", data or {})


DATA = {
    "user": {"name": "Ann <b>", "email": "a@b.c"},
    "items": [{"name": "one", "price": 1.5}, {"name": "two", "price": 20.0}],
    "n": 7,
    "yes": True,
    "empty": [],
    "none": None,
    "map": {"x": 1, "y": 2},
    "text": "Grüße",
}


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("{{ user.name }} {{user[`email`]}} {{ items[0].price }}", "Ann &lt;b&gt; a@b.c 1.5"),
        ("{{ user.name | raw }}|{{ user.name|upper|raw }}|{{ raw: user.name }}", "Ann <b>|ANN <B>|Ann <b>"),
        ("{{ n + 1 }} {{ n / 2 }} {{ -n % 4 }} {{ 7.0 / 2 }} {{ n * 2 - 1 }} {{ 0x10 }}", "8 3 -3 3.5 13 16"),
        ("{{ items[1].price }} {{ yes }} {{ none }}{{ map }}", "20 true {&#34;x&#34;: 1, &#34;y&#34;: 2}"),
        ("{{ n > 5 && n < 9 || false }} {{ not yes }} {{ !empty }} {{ yes and n == 7 }}", "true false true true"),
        ("{{ n > 5 ? `big` : `small` }} {{ yes ? n : 0 }}", "big 7"),
        ('{{ "a" + n + "\\n\\"" }}', "a7\n&#34;"),
        ("{{ text[0:2] }} {{ items[1:][0].name }} {{ len(text) }} {{ len(items) }}", "Gr two 5 2"),
        ('{{ replace(text, "e", "E") }} {{ "a,b" | split: "," | join: "+" }} {{ repeat("x", 3) }}', "GrüßE a+b xxx"),
        ("{{ if yes }}a{{ else if n }}b{{ else }}c{{ end }}{{ if empty }}x{{ else if n == 7 }}y{{ end }}", "ay"),
        ("{{ if x := n + 1; x > 7 }}{{ x }}{{ end }}", "8"),
        ("{{ range items }}{{ .name }}-${{ .price }};{{ end }}", "one-$1.5;two-$20;"),
        ("{{ range i, item := items }}{{ if i > 0 }}, {{ end }}{{ i }}.{{ item.name }}{{ end }}", "0.one, 1.two"),
        ("{{ range i := items }}{{ i }}{{ .name }} {{ end }}", "0one 1two "),
        ("{{ range k, v := map }}{{ k }}={{ v }} {{ end }}{{ range empty }}x{{ else }}none{{ end }}", "x=1 y=2 none"),
        ("{{ range ints(1, 4) }}{{ . }}{{ end }}", "123"),
        ("{{ a := 1 }}{{ if yes }}{{ a = 2 }}{{ b := 3 }}{{ end }}{{ a }}{{ isset(b) }}", "2false"),
        ("{{ isset(user.name) }} {{ isset(user.no) }} {{ isset(gone) }} {{ isset(user, n) }}", "true false false true"),
        ("a{* {{ not an action }} *}b {{- ` c ` -}}  d", "ab c d"),
        ("{{ try }}x{{ nothing }}{{ catch err }}caught{{ end }}{{ try }}fine{{ end }}", "caughtfine"),
        ("one{{ return }}two", "one"),
        ("{{ site }} {{ json(map) | raw }} {{ url: `a b&c` }}", 'Ours {"x": 1, "y": 2} a+b%26c'),
        ("{{ user.missing }}{{ if user.missing }}x{{ end }}", ""),
        ("{{ block := 3 }}{{ block }}{{ if block == 3 }}!{{ end }}", "3!"),
        ("{{ m := map(`a`, 1, `b`, slice(1, 2)) }}{{ m.b[1] }}", "2"),
        ("{{ writeJson(`</script>`) }}", '"\\u003c/script\\u003e"'),
        ("{{ `}}` }}{{ \"{{\" }}", "}}{{"),
        ("{{}}{{ }}", ""),
    ],
)  # fmt: skip
def test_syntax(source, result):
    assert rendered(source, DATA) == result


def test_inheritance():
    layout = "<t>{{ yield title() }}</t><b>{{ yield body() }}</b>{{ block foot() }}foot{{ end }}"
    page = (
        '{{ extends "layout" }} ignored {{ block title() }}My {{ n }}{{ end }}{{ block body() }}<p>{{ n }}</p>{{ end }}'
    )
    assert rendered(page, {"n": 1}, layout=layout) == "<t>My 1</t><b><p>1</p></b>foot"
    deeper = '{{ extends "page" }}{{ block foot() }}other{{ end }}'
    assert rendered(deeper, {"n": 2}, layout=layout, page=page) == "<t>My 2</t><b><p>2</p></b>other"


def test_blocks_take_parameters_context_and_content():
    source = """
        {{- block field(label, kind="text", value) user }}[{{ label }}:{{ kind }}:{{ .name }}{{ value }}]{{ end -}}
        {{ yield field(label="A", value=n + 1) }}{{ yield field(kind="x") map("name", "other") }}
        {{- block wrap() }}<{{ yield content }}>{{ end }}{{ yield wrap() content }}{{ n }}{{ end -}}
    """
    data = {"user": {"name": "Ann"}, "n": 1}
    assert rendered(source, data) == "[:text:Ann][A:text:Ann2][:x:other]<><1>"


def test_includes_and_imports():
    others = {
        "head.jet": "H{{ n }}{{ .x }}",
        "parts/a": '{{ include "b" }}',
        "parts/b": "B",
        "lib": "{{block q()}}Q{{end}}",
    }
    source = '{{ import "lib" }}{{ include "head" map("x", 5) }}{{ include "/parts/a" }}{{ yield q() }}'
    assert rendered(source, {"n": 1}, **others) == "H15BQ"


def test_delimiters_can_be_others():
    library = Library(Engine(Delimiters("[[", "]]", "<#", "#>")))
    library.put("main", "[[ n ]] {{ n }} <# x #>")
    assert library.render("main", {"n": 1}) == "1 {{ n }} "


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("a\n{{ if x }}", 2, "'if' has no 'end'"),
        ("{{ end }}", 1, "'end' has nothing to end"),
        ("\n\n{{ 1 + }}", 3, "cannot read '1 +'"),
        ("{{ a b }}", 1, "cannot read 'a b' at 'b'"),
        ("{{ a", 1, "an action has no '}}'"),
        ("{* a", 1, "a comment has no '*}'"),
        ("{{ extends x }}", 1, "in quotes"),
        ("{{ range a, b, c := x }}{{ end }}", 1, "two values at most"),
        ("{{ block 1() }}{{ end }}", 1, "the name of a block is missing"),
        ("{{ try }}{{ else }}{{ end }}", 1, "does not belong to 'try'"),
    ],
)
def test_mistakes_are_found_when_a_template_is_read(source, line, words):
    with pytest.raises(TemplateError) as caught:
        rendered(source)
    assert words in caught.value.message
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("\n{{ nothing }}", "template 'main' line 2: 'nothing' is not known here"),
        ("{{ none.x }}", "'x' is asked of nil"),
        ("{{ items[9] }}", "index 9 is out of range"),
        ("{{ n() }}", "'n' is a number and no function"),
        ("{{ upper() }}", "'upper' does not take 0 arguments"),
        ("{{ text - 1 }}", "a number is needed, not text"),
        ("{{ n / 0 }}", "division by zero"),
        ("{{ range n }}{{ end }}", "a number cannot be ranged over"),
        ("{{ yield gone() }}", "there is no block 'gone'"),
        ('{{ include "gone" }}', "there is no template 'gone'"),
        ("{{ upper }}", "a function has no text"),
        ("{{ x = 1 }}", "declare it with :="),
        ('{{ include "main" }}', "nested deeper"),
        ("{{ block a() }}{{ yield a() }}{{ end }}", "nested deeper"),
        ('{{ extends "main" }}', "extend one another in a circle"),
        ("{{ repeat(text, 1000000000) }}", "repeat makes at most"),
        ("{{ ints(0, 1000000000) }}", "ints makes at most"),
        ("{{ text.__class__ }}", "text has no '__class__'"),
        ("{{ items.append }}", "a list has no 'append'"),
    ],
)  # fmt: skip
def test_mistakes_while_rendering_say_where(source, words):
    with pytest.raises(TemplateError) as caught:
        rendered(source, DATA)
    assert words in str(caught.value)


def test_numbers_do_not_grow_without_end():
    source = "{{ x := 3 }}{{ range ints(0, 60) }}{{ x = x * x }}{{ end }}{{ x > 1 }}"
    started = time.perf_counter()
    assert rendered(source) == "true"
    assert time.perf_counter() - started < 1


@given(st.text(alphabet='{}*- abifrangeend.:=|"`()[],;\n', max_size=60))
def test_any_text_is_a_template_or_a_mistake(source):
    with contextlib.suppress(TemplateError):
        assert isinstance(rendered(source, DATA), str)


def add_templates(lua):
    engine = {"globals": {"site": "Ours"}, "development_mode": True, "delimiters": {"left": "{{", "right": "}}"}}
    lua.add("views", "template.set", engine=engine)
    lua.add("layout", "template.jet", set="app:views", source="<{{ yield body() }}>")
    lua.add("page1", "template.jet", set="views", source='{{ extends "layout" }}{{ block body() }}{{ n }}{{ end }}',
            meta={"name": "page"})  # fmt: skip


def test_templates_in_lua(lua, run):
    add_templates(lua)
    body = """
        local set = templates.get("app:views")
        local html = set:render("page", {n = "<1>"})
        local _, missing = set:render("page1")
        local _, empty = set:render("")
        local _, failing = set:render("layout")
        local _, unknown = set:render("page")
        local before = tostring(set)
        assert(set:release() and set:release())
        local _, released = set:render("page")
        local _, nothing = templates.get("app:none")
        return html, missing, empty, failing, unknown, before, tostring(set), released, nothing, tostring(unknown)
    """
    *results, message = run("templates", body)
    assert results == [
        "<&lt;1&gt;>", "NotFound", "Invalid", "Internal", "Internal", "template.Set{}", "template.Set{released}",
        "Internal", "NotFound",
    ]  # fmt: skip
    assert message == "template 'page' line 1: 'n' is not known here; isset(n) tells whether it is"


def test_templates_change_while_the_node_runs(lua, run):
    add_templates(lua)
    lua.update("layout", "template.jet", set="app:views", source="({{ yield body() }})")
    body = 'return templates.get("app:views"):render("page", {n = 1})'
    assert run("templates", body) == ["(1)"]
    with pytest.raises(Exception, match="line 2: 'if' has no 'end'"):
        lua.update("layout", "template.jet", set="app:views", source="\n{{ if x }}")
    assert run("templates", body) == ["(1)"]
    with pytest.raises(Exception, match="has a template 'page' already"):
        lua.add("page", "template.jet", set="app:views", source="x")
    lua.add("store", "store.memory")
    with pytest.raises(Exception, match="is no set of templates"):
        lua.add("wrong", "template.jet", set="app:store", source="x")
    lua.delete("page1")
    assert run("templates", body) == ["nil", "NotFound"]
