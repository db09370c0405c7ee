"""Words from a repository or a log stay words: nothing in them formats, links, calls people or hides."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from lintkit.review.placing import Anchored, Placing
from lintkit.review.remarks import Place, Remark
from lintkit.review.wording import BODY_LIMIT, Repository, comment_body, escaped, mark_of, review_body

HERE = Repository("https://github.com", "shop/orders", "a" * 40)


def remark(message: str, rule: str = "python/x", path: str = "app.py", label: str = "") -> Remark:
    return Remark(
        rule, "warning", message, Place(path, 1, 1), "0" * 24, related=(Place("b.py", 2, 2, label),)
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain words.", "plain words."),
        ("`REDIS_URL` falls back", "`REDIS_URL` falls back"),
        ("``a`b`` and `c", "``a`b`` and \\`c".replace("``a`b``", "`` a`b ``")),
        ("ask @admin about #12", "ask @<!-- -->admin about #<!-- -->12"),
        ("<img src=x> <!-- lintkit -->", "&lt;img src=x&gt; &lt;\\!-- lintkit --&gt;"),
        ("[click](https://evil.example)", "\\[click\\](https<!-- -->://evil.example)"),
        ("see www.evil.example", "see www<!-- -->.evil.example"),
        ("a | b * c_d", "a \\| b \\* c\\_d"),
        ("two\nlines\r\n# heading", "two lines # heading"),
        ("a\u202eb", "a&lt;U+202E&gt;b"),
    ],
)
def test_escaping(text: str, shown: str) -> None:
    assert escaped(text, 100) == shown


MARKDOWN = MarkdownIt("gfm-like", {"html": True, "linkify": True})


@given(st.text("`@#<>[]()!*_|\\\n ab:/.w-~", max_size=40))
def test_nothing_but_words_and_code_is_left(text: str) -> None:
    shown = escaped(text, 1000)
    assert "\n" not in shown
    (inline,) = MARKDOWN.parseInline(shown)
    for token in inline.children or ():
        assert token.type in {"text", "text_special", "code_inline", "html_inline"}
        if token.type == "html_inline":
            assert token.content == "<!-- -->"
        elif token.type != "code_inline":
            assert not re.search(r"[@#]\w", token.content)


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_a_mark_is_read_back_and_cannot_be_forged(message: str, path: str, label: str) -> None:
    one = remark(message, path=path or "x", label=label)
    body = comment_body(Anchored(one, one.place, 1, 1), HERE)
    mark = mark_of(body)
    assert mark is not None
    assert mark.key == one.key
    assert body.count("<!-- lintkit") == 1
    assert mark_of(body[1:]) is None


def test_a_new_commit_is_no_new_wording() -> None:
    one = remark("m")
    there = Repository(HERE.server, HERE.name, "b" * 40)
    placing = Placing((), (one,), (), 0)
    assert review_body(placing, HERE) != review_body(placing, there)
    assert mark_of(review_body(placing, HERE)) == mark_of(review_body(placing, there))


@given(st.integers(0, 400), st.integers(0, 400), st.integers(1, 2000))
def test_bodies_stay_within_the_limit(listed: int, elsewhere: int, length: int) -> None:
    found = tuple(remark("x" * length, rule=f"r/{n}", path=f"{n}.py") for n in range(listed))
    others = tuple(remark("y" * length, rule=f"r/{n % 7}", path=f"{n}.py") for n in range(elsewhere))
    assert len(review_body(Placing((), found, others, 1), HERE)) <= BODY_LIMIT


def test_the_headline_counts_what_the_change_brings() -> None:
    one = remark("m")
    assert "found 2 warnings in these changes; 1 stands beside" in review_body(
        Placing((Anchored(one, one.place, 1, 1),), (one,), (), 0), HERE
    )
    assert "nothing to say" in review_body(Placing((), (), (one,), 0), HERE)
