"""The module html: the examples of its documentation, and what attackers try."""

import html as standard
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.markup.policy import Policy
from runtime.markup.presets import user_content


@pytest.mark.parametrize(
    ("policy", "given", "clean"),
    [
        ("ugc_policy()", "<p>Hello <strong>world</strong></p>", "<p>Hello <strong>world</strong></p>"),
        ("ugc_policy()", '<p>Hello <script>alert("xss")</script></p>', "<p>Hello </p>"),
        ("strict_policy()", "<p>Hello <b>world</b>!</p>", "Hello world!"),
        ("strict_policy()", "a <!-- b --> & c < d", "a  &amp; c &lt; d"),
        ('new_policy():allow_elements("P", "br")', "<p>a<br>b<i>c", "<p>a<br>bc</p>"),
        ('new_policy():allow_elements("script", "style")', "<style>x</style><script>y</script>z", "z"),
        ("new_policy():allow_images()", '<img src="photo.jpg" alt="Photo">', '<img src="photo.jpg" alt="Photo">'),
        ("new_policy():allow_images()", '<img src="x" width="9px" onerror="a()">', '<img src="x">'),
        ("new_policy():allow_lists()", "<ul><li>Item 1</li></ul>", "<ul><li>Item 1</li></ul>"),
        (
            "new_policy():allow_tables()",
            '<table><tr><td colspan="2" bgcolor="x">C</td></tr></table>',
            '<table><tbody><tr><td colspan="2">C</td></tr></tbody></table>',
        ),
        (
            'new_policy():allow_elements("p"):allow_standard_attributes()',
            '<p id="intro" class="a b" title="T" dir="ltr" lang="de-DE" style="x">H</p>',
            '<p id="intro" class="a b" title="T" dir="ltr" lang="de-DE">H</p>',
        ),
        (
            'new_policy():allow_elements("span"):allow_attrs("style"):matching("^color:#[0-9a-f]{6}$"):on_elements("span")',
            '<span style="color:#ff0000">Red</span><span style="background:red">Bad</span>',
            '<span style="color:#ff0000">Red</span><span>Bad</span>',
        ),
        (
            'new_policy():allow_elements("p", "b"):allow_attrs("class"):globally()',
            '<p class="x"><b class="y" id="z">',
            '<p class="x"><b class="y"></b></p>',
        ),
    ],
)
def test_what_stays(run, policy, given, clean):
    assert run("html", f"return html.sanitize.{policy}:sanitize(...)", given) == [clean]


A = 'html.sanitize.new_policy():allow_elements("a"):allow_attrs("href", "rel", "target"):on_elements("a")'


@pytest.mark.parametrize(
    ("policy", "given", "clean"),
    [
        ('allow_url_schemes("https", "mailto")', "https://example.com", 'href="https://example.com"'),
        ('allow_url_schemes("https")', "javascript:alert(1)", ""),
        ('allow_url_schemes("https")', "http://example.com", ""),
        ('allow_url_schemes("https")', "/page", ""),
        ('allow_url_schemes("https"):allow_relative_urls(true)', "/page", 'href="/page"'),
        ("allow_relative_urls(true)", "https://example.com", ""),
        ("allow_relative_urls(false)", "page", ""),
        ("allow_standard_urls()", "mailto:a@b.c", 'href="mailto:a@b.c" rel="nofollow"'),
        ("require_parseable_urls(true)", "http://[x", ""),
        ("require_nofollow_on_links(true)", "https://e.com", 'href="https://e.com" rel="nofollow"'),
        (
            "require_nofollow_on_links(true):require_noreferrer_on_links(true)",
            "x",
            'href="x" rel="nofollow noreferrer"',
        ),
        ("add_target_blank_to_fully_qualified_links(true)", "https://e.com", 'href="https://e.com" target="_blank"'),
        ("add_target_blank_to_fully_qualified_links(true)", "/local", 'href="/local"'),
        ("allow_elements()", "javascript:alert(1)", ""),
        ("allow_elements()", "data:text/html,x", ""),
        ("allow_url_schemes('javascript')", "jav\tascript:alert(1)", 'href="jav\tascript:alert(1)"'),
    ],
)
def test_urls(run, policy, given, clean):
    wanted = f"<a {clean}>X</a>" if clean else "<a>X</a>"
    text = f'<a href="{given}">X</a>'
    assert run("html", f"return {A}:{policy}:sanitize(...)", text) == [wanted]


def test_relations_that_are_there_stay(run):
    text = '<a href="x" rel="license nofollow">a</a><a>b</a>'
    assert run("html", f"return {A}:require_nofollow_on_links(true):sanitize(...)", text) == [text]


def test_images_in_urls_are_only_images(run):
    body = """
        local policy = html.sanitize.new_policy():allow_elements("img", "a")
        policy:allow_attrs("src", "href"):on_elements("img", "a"):allow_data_uri_images()
        local image = "data:image/png;base64,iVBORw=="
        return policy:sanitize('<img src="' .. image .. '">'), policy:sanitize('<a href="' .. image .. '">x</a>'),
            policy:sanitize('<img src="data:image/svg+xml;base64,iVBORw==">')
    """
    assert run("html", body) == ['<img src="data:image/png;base64,iVBORw==">', "<a>x</a>", "<img>"]


def test_a_bad_pattern_is_invalid(run):
    body = 'return html.sanitize.new_policy():allow_attrs("class"):matching("[invalid")'
    assert run("html", body) == ["nil", "Invalid"]


ATTACKS = [
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    '<a href="&#106;avascript:alert(1)">x</a>',
    '<a href=" java\nscript:alert(1)">x</a>',
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<form action=javascript:alert(1)><button formaction=javascript:alert(1)>x",
    "<<script>script>alert(1)<</script>/script>",
    "<p style=\"background:url(javascript:alert(1))\" onclick=a()>x",
    "<a href='https://x' target=_blank rel=opener onfocus=a() autofocus>x</a>",
    "<xmp><a href='javascript:alert(1)'></xmp>",
]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_come_to_nothing(attack):
    clean = user_content().sanitized(attack)
    active = re.findall(r"<[a-z][^>]*?\s(on\w+|srcdoc|style|formaction)=|<[^>]*javascript:|<script|<svg|<iframe", clean)
    assert not active, clean
    assert user_content().sanitized(clean) == clean


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="<>\"'/=&; abpsimg-!\n", max_size=80))
def test_cleaning_twice_changes_nothing_more(text):
    clean = user_content().sanitized(text)
    assert user_content().sanitized(clean) == clean
    assert "<" not in standard.unescape(Policy().sanitized("<b>x</b>"))
