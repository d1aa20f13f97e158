"""The module yaml: the core schema, order, and documents that mean harm."""

import pytest

ROUND = """
    local value = {name = "x", list = {1, 2.5, true, "yes", "1:30", "null", ""}, deep = {a = {b = {}}},
        lines = "one\\ntwo\\n", bytes = "\\xff\\0", whole = 10 / 2, text = "Grüße"}
    local back = yaml.decode(yaml.encode(value))
    assert(back.lines == value.lines and back.bytes == value.bytes and back.text == value.text)
    assert(math.type(back.whole) == "integer" and back.list[7] == "")
    return back.list
"""


def test_values_come_back_as_they_were(run):
    assert run("yaml", ROUND) == [[1, 2.5, True, "yes", "1:30", "null", ""]]


def test_scalars_follow_the_core_schema(run):
    text = "[on, yes, 0x10, 0o17, 1e3, .inf, 2024-01-02, ~, 'true', true]"
    [values] = run("yaml", "local t = yaml.decode(...) t[8] = 'hole' return t", text)
    assert values == ["on", "yes", 16, 15, 1000.0, float("inf"), "2024-01-02", "hole", "true", True]


def test_keys_may_be_numbers_and_merges_yield(run):
    body = """
        local t = yaml.decode("base: &b {a: 1, b: 2}\\nx:\\n  <<: *b\\n  b: 3\\n7: seven\\n")
        return t.x.a, t.x.b, t[7]
    """
    assert run("yaml", body) == [1, 3, "seven"]


def test_fields_are_ordered_on_request(run):
    entry = "{zebra = 1, alpha = 2, name = 'test', kind = {zz = 1, name = 2}}"
    both = run("yaml", f'return yaml.encode({entry}, {{field_order = {{"name", "kind"}}, sort_unordered = true}})')
    assert both == ["name: test\nkind:\n  name: 2\n  zz: 1\nalpha: 2\nzebra: 1\n"]
    assert run("yaml", f"return yaml.encode({entry}, {{sort_unordered = true}})")[0].startswith("alpha: 2\nkind:\n")


@pytest.mark.parametrize(
    "text",
    [":\n  :\n  invalid", "a: [1", "a: 1\na: 2", "? [1]\n: 2", "a: !!int x", "a: \x01", "*nobody"],
)
def test_what_is_no_yaml_is_internal(run, text):
    assert run("yaml", "return yaml.decode(...)", text) == ["nil", "Internal"]


def test_wrong_arguments_are_invalid(run):
    body = "local _, a = yaml.decode('') local _, b = yaml.decode(1) local _, c = yaml.encode('x') return a, b, c"
    assert run("yaml", body) == ["Invalid"] * 3
    assert run("yaml", "local t = {} t.t = t return yaml.encode(t)") == ["nil", "Invalid"]


def test_tags_of_programming_languages_make_no_objects(run):
    assert run("yaml", "return yaml.decode('!!python/object/apply:os.system [ls]')") == [["ls"]]
    assert run("yaml", "return yaml.decode('!!python/name:os.system x')") == ["nil", "Internal"]
    assert run("yaml", "return yaml.decode('!Ref thing')") == ["thing"]


def test_aliases_cannot_explode(run):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    assert run("yaml", "return yaml.decode(...)", "\n".join(lines)) == ["nil", "Internal"]
    assert run("yaml", "return yaml.decode(...)", "&a [*a]") == ["nil", "Internal"]


def test_deep_nesting_is_refused(run):
    assert run("yaml", "return yaml.decode(string.rep('[', 50000))") == ["nil", "Internal"]
