from __future__ import annotations

import ast
import sysconfig
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintkit.formats.python_lex import logical_lines
from lintkit.model import Document, Finding, Kind, Location, Problem, SourceFile, Span, Suppression
from lintkit.run.blocks import document_blocks, document_statements, python_blocks, python_statements
from lintkit.run.suppress import apply, find_suppressions, python_comments
from lintkit.source import Lines

RULE = "python/print-in-client"


def finding(text: str, needle: str, rule: str = RULE, path: str = "a.py") -> Finding:
    start = text.index(needle)
    return Finding(rule, "m", (Location(Span(path, start, start + len(needle))),), needle, "error")


def in_python(text: str) -> tuple[list[Suppression], list[Problem]]:
    return find_suppressions(
        text,
        "a.py",
        "python",
        python_comments(text, "a.py"),
        python_blocks(text, logical_lines(text)),
        python_statements(text, logical_lines(text)),
    )


def python_suppresses(text: str, needle: str) -> bool:
    suppressions, problems = in_python(text)
    assert problems == []
    return not apply([finding(text, needle)], suppressions)[0]


def documents(text: str, path: str, kind: Kind) -> Sequence[Document]:
    from lintkit.run.documents import parse_documents

    return parse_documents(SourceFile(path, kind, text.encode()))


def document_suppresses(text: str, needle: str, path: str = "compose.yaml", kind: Kind = "compose") -> bool:
    parsed = documents(text, path, kind)
    blocks = [block for document in parsed for block in document_blocks(document)]
    statements = document_statements(parsed[0])
    suppressions, problems = find_suppressions(text, path, kind, parsed[0].comments, blocks, statements)
    assert problems == []
    return not apply([finding(text, needle, path=path)], suppressions)[0]


IGNORE = f"# lintkit: ignore[{RULE}] -- reason"


@pytest.mark.parametrize(
    "text",
    [
        f"HERE  {IGNORE}",
        f"{IGNORE}\nHERE",
        f"# why\n{IGNORE}\n# more\nHERE",
        f"x = f(  {IGNORE}\n  1,\n  HERE)",
        f"{IGNORE}\nx = f(\n  1,\n  HERE)",
        f"x = f(\n  1,\n  HERE,  {IGNORE}\n)",
        f"def f():  {IGNORE}\n  HERE",
        f"def f(\n  a,\n):  {IGNORE}\n  HERE",
        f"@d  {IGNORE}\n@e\ndef f():\n  HERE",
        f"@d\ndef f():  {IGNORE}\n  HERE",
        f"{IGNORE}\n@d\ndef f():\n  HERE",
        f"class A:  {IGNORE}\n  def f(self):\n    if x:\n      HERE",
        f"if x:  {IGNORE}\n  a\nelse:\n  HERE",
        f"if x:\n  a\nelse:  {IGNORE}\n  HERE",
        f"with a:\n  {IGNORE}\n  for b in c:\n    HERE",
        f"match x:\n  case 1:  {IGNORE}\n    HERE",
        f"async def f():  {IGNORE}\n  HERE",
        f"#!/usr/bin/env python\n\n{IGNORE.replace('ignore', 'ignore-file')}\n\nx\nHERE",
        "HERE  # noqa  # lintkit: ignore[python/*]",
        "HERE  # lintkit:ignore[a/b, python/print-in-client]",
        f"x = 1; HERE  {IGNORE}",
        f"x = f(\n  1,  {IGNORE}\n  HERE)",
        f"x = f(\n  HERE,\n  1,\n)  {IGNORE}",
        f"x = (\n  HERE\n)  {IGNORE}",
        f"x = f(\n  HERE,\n  {IGNORE}\n)",
        f"x = f(\n  {IGNORE}\n  g(\n    HERE,\n  ),\n)",
        f'x = """\nHERE\n"""  {IGNORE}',
        f'x = f("""\nHERE\n""")  {IGNORE}',
        f"x = \\\n  HERE + \\\n  1  {IGNORE}",
        f"{IGNORE}\nx = \\\n  HERE",
        f"x = [\n  a,\n  g(\n    HERE\n  ),  {IGNORE}\n  b,\n]",
        f"@d\n@e(\n  HERE\n)  {IGNORE}\ndef f():\n  x",
        f"@d(\n  1\n)  {IGNORE}\ndef f():\n  HERE",
        f"def f(\n  a,\n  b=HERE,\n  c=1,  {IGNORE}\n):\n  x",
        f"if (\n  HERE\n  and x  {IGNORE}\n):\n  x",
        f"assert HERE, (\n  'x'\n)  {IGNORE}",
        f"\tHERE  {IGNORE}\r\nx",
    ],
)
def test_a_comment_covers_in_python(text: str) -> None:
    assert python_suppresses(text, "HERE")


@pytest.mark.parametrize(
    "text",
    [
        f"a  {IGNORE}\nHERE",
        f"{IGNORE}\n\nHERE",
        f"{IGNORE}\na\nHERE",
        f"def f():  {IGNORE}\n  a\nHERE",
        f"def f():\n  a  {IGNORE}\n  HERE",
        f"HERE\n{IGNORE}",
        f"x = {{'a': 1,  {IGNORE}\n  'b': 2}}\nHERE",
        f"def f(\n  a,  {IGNORE}\n):\n  HERE",
        f"def f(a=HERE):\n  x\n  y = f(\n    1\n  )  {IGNORE}",
        f"with HERE:\n  y = f(  {IGNORE}\n    1\n  )",
        f"if (\n  HERE\n):\n  pass  {IGNORE}",
        f"@d\n@e(\n  1\n)  {IGNORE}\ndef f():\n  HERE",
        f'"{IGNORE}"; HERE',
        f'x = """\n{IGNORE}\n"""; HERE',
        f'"""\n{IGNORE}\n"""\nHERE',
        f"f'{IGNORE}'; HERE",
        "HERE  # lintkit: ignore[python/other]",
        "HERE  # see `lintkit: ignore[python/print-in-client]`",
        f"else_ = 1  {IGNORE}\nif x:\n  HERE",
    ],
)
def test_a_comment_does_not_cover_in_python(text: str) -> None:
    assert not python_suppresses(text, "HERE")


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        (f"x = f(\n  HERE,  {IGNORE}\n  OTHER,\n)", True),
        (f"x = [\n  OTHER,\n  g(\n    HERE\n  ),  {IGNORE}\n]", True),
        (f"x = {{\n  'a': g(OTHER),\n  {IGNORE}\n  'b': g(\n    HERE,\n  ),\n}}", True),
        (f"x = f(  {IGNORE}\n  HERE,\n  OTHER,\n)", False),
        (f"x = f(\n  HERE,\n  OTHER,\n)  {IGNORE}", False),
        (f"x = f(\n  HERE,\n  [1, {IGNORE}\n  2],\n  OTHER,\n)", False),
    ],
)
def test_a_comment_within_a_statement_covers_what_is_nearest(text: str, stays: bool) -> None:
    suppressions, problems = in_python(text)
    assert problems == []
    kept = apply([finding(text, "HERE"), finding(text, "OTHER")], suppressions)[0]
    assert [entry.subject for entry in kept] == (["OTHER"] if stays else [])


@pytest.mark.parametrize(
    "text",
    [
        f"services:\n  web:\n    ports:\n      [\n        a,\n        HERE,\n      ]  {IGNORE}\n",
        f"services:\n  web:\n    ports: [\n      HERE,\n      a]  {IGNORE}\n    image: a\n",
        f"services:\n  web:\n    labels: {{a: b,\n      c: HERE,\n      }}  {IGNORE}\n",
        f"services:\n  web:\n    command: 'run\n      HERE'  {IGNORE}\n",
        f"services:\n  web:\n    command: run\n      HERE  {IGNORE}\n",
        f"services:\n  web:\n    ports:\n      -  {IGNORE}\n        a: b\n        c: HERE\n",
        f"services:\n  web:\n    ports:\n      - {IGNORE}\n        HERE\n      - b\n",
        f"services:\n  web:\n    image:  {IGNORE}\n      HERE\n",
        f"services:\n  web:\n    image: HERE  {IGNORE}\n",
        f"services:\n  web:\n    {IGNORE}\n    image: HERE\n",
        f"services:\n  web:  {IGNORE}\n    image: HERE\n",
        f"services:  {IGNORE}\n  web:\n    image: HERE\n",
        f"services:\n  {IGNORE}\n  web:\n    image: HERE\n",
        f"services:\n  web:\n    ports:\n      - a: b  {IGNORE}\n        c: HERE\n",
        f"services:\n  web:\n    ports:  {IGNORE}\n      - a\n      - HERE\n",
        f"{IGNORE.replace('ignore', 'ignore-file')}\nservices:\n  web:\n    image: HERE\n",
        f"services:\n  web:\n    command: >  {IGNORE}\n      run\n      HERE\n",
    ],
)
def test_a_comment_covers_in_yaml(text: str) -> None:
    assert document_suppresses(text, "HERE")


@pytest.mark.parametrize(
    "text",
    [
        f"services:\n  db:  {IGNORE}\n    image: a\n  web:\n    image: HERE\n",
        f"services:\n  web:\n    image: HERE\n    {IGNORE}\n",
        f"services:\n  web:\n    command: |\n      {IGNORE}\n      HERE\n",
        f'services:\n  web:\n    command: "{IGNORE}"\n    image: HERE\n',
        f"services:\n  web:\n    a: b  {IGNORE}\n    image: HERE\n",
        f"services:\n  web:\n    image: HERE\n    ports: [\n      a]  {IGNORE}\n",
        f"services:\n  web:\n    - a: HERE\n    - [b,\n      c]  {IGNORE}\n",
    ],
)
def test_a_comment_does_not_cover_in_yaml(text: str) -> None:
    assert not document_suppresses(text, "HERE")


def test_an_alias_covers_only_where_it_stands() -> None:
    text = f"x-a: &a\n  image: HERE\nservices:\n  web: *a  {IGNORE}\n"
    assert not document_suppresses(text, "HERE")


def test_a_line_above_covers_an_instruction_of_a_dockerfile() -> None:
    text = f"FROM a\n{IGNORE}\nRUN b && \\\n    HERE\n"
    assert document_suppresses(text, "HERE", "Dockerfile", "dockerfile")


def test_a_line_within_an_instruction_of_a_dockerfile_covers_it() -> None:
    for text in (
        f"FROM a\nRUN HERE && \\\n    {IGNORE}\n    b\nRUN c\n",
        f"FROM a\nRUN b && \\\n{IGNORE}\n    HERE\n",
    ):
        assert document_suppresses(text, "HERE", "Dockerfile", "dockerfile")
    assert not document_suppresses(
        f"FROM a\nRUN a && \\\n    {IGNORE}\n    b\nRUN HERE\n", "HERE", "Dockerfile", "dockerfile"
    )


def test_text_of_a_heredoc_covers_nothing() -> None:
    text = f"FROM a\nRUN <<EOF\n{IGNORE}\nHERE\nEOF\n"
    parsed = documents(text, "Dockerfile", "dockerfile")
    suppressions, problems = find_suppressions(
        text, "Dockerfile", "dockerfile", parsed[0].comments, document_blocks(parsed[0])
    )
    assert suppressions == []
    assert [problem.code for problem in problems] == ["suppression-is-content"]


@pytest.mark.parametrize(
    ("path", "kind"),
    [(".env", "dotenv"), (".gitignore", "gitignore"), (".dockerignore", "dockerignore")],
)
def test_a_line_above_covers_an_entry(path: str, kind: Kind) -> None:
    text = f"A=1\n{IGNORE}\nHERE=1\n"
    comment = Span(path, text.index("#"), text.index("\nHERE"))
    suppressions, problems = find_suppressions(text, path, kind, (comment,), ())
    assert problems == []
    kept = apply([finding(text, "HERE", path=path), finding(text, "A=1", path=path)], suppressions)[0]
    assert [entry.subject for entry in kept] == ["A=1"]


def test_a_trailing_comment_is_content_in_an_ignore_file() -> None:
    text = f"HERE {IGNORE}\n"
    suppressions, problems = find_suppressions(text, ".gitignore", "gitignore", (), ())
    assert suppressions == []
    assert "line above" in problems[0].message


@pytest.mark.parametrize(
    ("comment", "code"),
    [
        ("# lintkit: ignore", "bare-suppression"),
        ("# lintkit: ignore[]", "bare-suppression"),
        ("# lintkit: ignore[ , ]", "bare-suppression"),
        ("# lintkit: ignore[python/x", "bare-suppression"),
        ("# lintkit: ignore -- all of it", "bare-suppression"),
        ("# lintkit: ignore[Python/X!]", "invalid-rule-id"),
        ("# lintkit: ignor[python/x]", "unknown-directive"),
        ("# lintkit: disable[python/x]", "unknown-directive"),
    ],
)
def test_a_comment_that_cannot_work_says_what_to_write(comment: str, code: str) -> None:
    suppressions, problems = in_python(f"x  {comment}\n")
    assert suppressions == []
    assert [problem.code for problem in problems] == [code]


@pytest.mark.parametrize(
    "comment",
    [
        "# what Python imports before it comes to lintkit: only `-I` keeps that out",
        "# the name in front of lintkit: ignore what stands behind it",
        "# see lintkit: ignore[python/print-in-client] is what hides it",
    ],
)
def test_prose_that_names_lintkit_is_no_directive(comment: str) -> None:
    assert in_python(f"x  {comment}\n") == ([], [])


@pytest.mark.parametrize("before", ["#", "# ", "##", "# noqa  # ", "# noqa: T201 #", "# why # "])
def test_a_directive_begins_a_comment_or_follows_a_pragma(before: str) -> None:
    suppressions, problems = in_python(
        f"x  {before}lintkit: ignore[{RULE}]\ny  {before}lintkit: ignor[{RULE}]\n"
    )
    assert [suppression.rules for suppression in suppressions] == [(RULE,)]
    assert [problem.code for problem in problems] == ["unknown-directive"]


def test_ignore_file_below_the_first_content_is_a_problem() -> None:
    suppressions, problems = in_python(f"x\n# lintkit: ignore-file[{RULE}]\n")
    assert suppressions == []
    assert [problem.code for problem in problems] == ["ignore-file-not-first"]


@pytest.mark.parametrize(
    ("rest", "reason"),
    [
        (" -- it is a CLI", "it is a CLI"),
        ("  --  it is a CLI  ", "it is a CLI"),
        (" — it is a CLI", "it is a CLI"),
        (" it is a CLI", "it is a CLI"),
        (" -- it is a CLI  # noqa", "it is a CLI"),
        ("", ""),
        ("  # noqa", ""),
    ],
)
def test_the_reason_is_recorded(rest: str, reason: str) -> None:
    text = f"HERE  # lintkit: ignore[{RULE}]{rest}"
    suppressions, _ = in_python(text)
    _, suppressed, _ = apply([finding(text, "HERE")], suppressions)
    assert [entry.reason for entry in suppressed] == [reason]
    assert suppressed[0].kind == "inSource"


def test_the_innermost_comment_gives_the_reason() -> None:
    text = f"# lintkit: ignore-file[{RULE}] -- outer\ndef f():\n  HERE  # lintkit: ignore[{RULE}] -- inner\n"
    _, suppressed, unused = apply(
        [finding(text, "HERE")], in_python(text)[0], ran=frozenset({RULE}), known={RULE}
    )
    assert [entry.reason for entry in suppressed] == ["inner"]
    assert unused == []


def messages(text: str, findings: Sequence[Finding], ran: set[str], known: set[str]) -> list[str]:
    return [message for _, message in apply(findings, in_python(text)[0], ran=frozenset(ran), known=known)[2]]


def test_a_suppression_that_does_nothing_is_reported() -> None:
    (message,) = messages(f"x  {IGNORE}", [], {RULE}, {RULE})
    assert RULE in message


def test_a_suppression_of_a_rule_that_did_not_run_is_not_reported() -> None:
    assert messages(f"x  {IGNORE}", [], set(), {RULE}) == []


def test_an_unknown_id_names_the_nearest_rule() -> None:
    (message,) = messages("x  # lintkit: ignore[python/print-in-clint]", [], set(), {RULE, "compose/x"})
    assert f"did you mean `{RULE}`" in message


def test_each_id_of_a_comment_is_judged_by_itself() -> None:
    text = f"HERE  # lintkit: ignore[{RULE}, python/other]"
    (message,) = messages(text, [finding(text, "HERE")], {RULE, "python/other"}, {RULE, "python/other"})
    assert "python/other" in message
    assert RULE not in message


def test_a_wildcard_is_unused_only_if_all_it_matches_ran() -> None:
    text = "x  # lintkit: ignore[python/*]"
    assert messages(text, [], {RULE}, {RULE, "python/other"}) == []
    assert len(messages(text, [], {RULE, "python/other"}, {RULE, "python/other"})) == 1


def test_a_wildcard_that_matches_no_rule_is_unknown() -> None:
    (message,) = messages("x  # lintkit: ignore[pyhton/*]", [], set(), {RULE})
    assert "no rule" in message


def test_a_suppression_of_another_file_covers_nothing() -> None:
    text = f"HERE  {IGNORE}"
    assert apply([finding(text, "HERE", path="b.py")], in_python(text)[0])[0] != []


LINE = st.sampled_from(
    ["x", "def f():", "  y", "    z", "@d", "if a:", "else:", "class C:", "", "f(", ")", "'''", "# c", "\t"]
)
SOURCE = st.lists(LINE, max_size=12).map("\n".join)


@given(SOURCE, st.data())
def test_a_suppression_changes_no_other_finding(source: str, data: st.DataObject) -> None:
    """Findings of other rules, and those that no comment covers, come out as they went in."""
    lines = source.split("\n")
    at = data.draw(st.integers(0, len(lines) - 1))
    lines[at] += "  # lintkit: ignore[python/a] -- reason"
    text = "\n".join(lines)
    starts = [start for start in Lines(text).starts if start < len(text)]
    findings = [
        Finding(rule, "m", (Location(Span("a.py", start, start)),), rule, "error")
        for start in starts
        for rule in ("python/a", "python/b")
    ]
    suppressions, _ = in_python(text)
    kept, suppressed, _ = apply(findings, suppressions)
    assert [entry for entry in findings if entry.rule == "python/b"] == [
        e for e in kept if e.rule == "python/b"
    ]
    assert all(entry.finding.rule == "python/a" for entry in suppressed)
    assert len(kept) + len(suppressed) == len(findings)


@given(SOURCE, st.sampled_from(["'", '"', '"""', "f'", 'rb"""']))
def test_a_directive_in_a_string_never_suppresses(source: str, quote: str) -> None:
    text = f"x = {quote}\\\n# lintkit: ignore[*] -- reason{quote.lstrip('frb')}\n{source}"
    suppressions, problems = in_python(text)
    assert not suppressions
    assert not problems


FILES = [
    *sorted((Path(__file__).parent.parent / "lintkit").rglob("*.py")),
    *sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))[:60],
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_blocks_are_the_statements_that_python_sees(path: Path) -> None:
    text = path.read_bytes().decode("utf-8", "replace")
    if "\f" in text:
        pytest.skip("a form feed ends lines for nobody but splitlines")
    try:
        tree = ast.parse(text)
    except SyntaxError:
        pytest.skip("not readable by this version of Python")
    lines = Lines(text)
    ours = {
        (lines.position(block.start).line, lines.position(block.end).line)
        for block in python_blocks(text, logical_lines(text))
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and node.end_lineno is not None and node.end_lineno > node.lineno:
            first = min([node.lineno, *(entry.lineno for entry in getattr(node, "decorator_list", []))])
            if text[lines.start(first) :].lstrip().startswith(("elif", "else")):
                continue  # the tree has no such clause
            assert (first, node.end_lineno) in ours
