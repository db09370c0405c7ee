"""Every rule with a fix: what it fixes stays what it was but for the fix, and is fixed once."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest
import yaml

from lintkit.authoring.examples import run_example
from lintkit.catalog.load import load_rules
from lintkit.fix import selected_edits
from lintkit.kinds.recognise import kind_of
from lintkit.model import Edit, Example, Span
from lintkit.rule.definition import Rule

RULES: Mapping[str, Rule] = {rule.id: rule for rule in load_rules().rules if rule.meta.fixable}
CASES = [
    pytest.param(rule, index, id=f"{rule.id} {index}")
    for rule in RULES.values()
    for index, example in enumerate(rule.meta.examples)
    if example.fixed is not None
]
FORMS: Mapping[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "without a last newline": lambda text: text.removesuffix("\n"),
    "with CRLF": lambda text: text.replace("\n", "\r\n"),
    "with a BOM": lambda text: f"\ufeff{text}",
}


YAML_KINDS = frozenset({"compose", "kubernetes", "workflow", "yaml"})


def fixed_files(rule: Rule, files: Mapping[str, str]) -> tuple[int, dict[str, str]]:
    """How many findings an example has, and its files when they are fixed."""
    outcome = run_example(rule, Example(False, dict(files), fixed=dict(files)))
    assert outcome.fixed is not None
    edits = selected_edits(outcome.findings, unsafe=True)
    for path, text in outcome.fixed.items():
        before = outcome.files[path]
        if kind_of(path, before.encode()) in {*YAML_KINDS, "json"} and "{{" not in before:
            assert_the_rest_is_as_it_was(before.removeprefix("\ufeff"), text, edits.get(path, ()))
    return len(outcome.findings), {**files, **outcome.fixed}


def parsed(path: str, text: str) -> Any:
    """The value of a file for whoever reads it; None where no parser is at hand."""
    kind = kind_of(path, text.encode())
    if kind == "python":
        return ast.dump(ast.parse(text.removeprefix("\ufeff"))) if "{{" not in text else None
    if kind in YAML_KINDS:
        return list(yaml.compose_all(text))
    if kind == "json":
        return json.loads(text.removeprefix("\ufeff"))
    return text.split()


def comments(path: str, text: str) -> Iterator[str]:
    if not path.endswith(".json"):
        yield from (line.partition("# ")[2].strip() for line in text.splitlines() if "# " in line)


Leaf = tuple[tuple[str, ...], str, str]
"""The keys that lead to a scalar of YAML, and its tag and value as whoever reads the file sees them."""


def leaves(text: str, edits: Sequence[Edit] = ()) -> list[Leaf]:
    """Every scalar of a file of YAML or JSON, in order, but those that one of `edits` is about.

    Items of lists have no number here, so that taking one out moves none.
    """
    found: list[Leaf] = []

    def is_edited(node: yaml.Node) -> bool:
        start, end = node.start_mark.index, node.end_mark.index
        return any(
            (edit.span.start < end and edit.span.end > start)
            or start < edit.span.start == edit.span.end < end
            for edit in edits
        )

    def walk(node: yaml.Node, keys: tuple[str, ...]) -> None:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if not is_edited(key):
                    walk(value, (*keys, str(key.value)))
        elif isinstance(node, yaml.SequenceNode):
            for item in node.value:
                walk(item, keys)
        elif not is_edited(node):
            found.append((keys, node.tag, node.value))

    for document in yaml.compose_all(text.removeprefix("\ufeff")):
        walk(document, ())
    return found


def assert_the_rest_is_as_it_was(before: str, after: str, edits: Sequence[Edit]) -> None:
    """Every value that no edit is about is there afterwards, in its order, and only a few are new."""
    rest = iter(leaves(after))
    for leaf in leaves(before, edits):
        assert leaf in rest, (
            f"{leaf} is not what it was"
        )  # an iterator: each is looked for behind the one before


def test_a_fix_that_changes_another_value_is_seen() -> None:
    text = "a: {x: 1, y: [2, 3]}\nb: 4\n"
    edit = Edit(Span("", text.index("1"), text.index("1") + 1), "9")
    assert_the_rest_is_as_it_was(text, text.replace("1", "9"), [edit])
    for wrong in (
        text.replace("4", "5"),
        text.replace("4", "'4'"),
        text.replace("2, ", ""),
        text.replace("b", "c"),
    ):
        with pytest.raises(AssertionError):
            assert_the_rest_is_as_it_was(text, wrong.replace("1", "9"), [edit])


def test_every_rule_with_a_fix_has_an_example_of_it() -> None:
    assert {case.values[0].id for case in CASES} == set(RULES)  # type: ignore[union-attr]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("rule", "index"), CASES)
def test_a_fix(rule: Rule, index: int, form: str) -> None:
    example = rule.meta.examples[index]
    files = {path: FORMS[form](text) for path, text in example.files.items()}
    found, fixed = fixed_files(rule, files)
    if not found:
        pytest.skip("the rule reads no such file")
    plain_found, plain = fixed_files(rule, example.files)
    assert found == plain_found
    # The fix says the same in every form: line ends, a missing last one and a BOM stay as they were.
    assert {path: text for path, text in fixed.items() if path in files} == {
        path: FORMS[form](plain[path]) if path in plain and form != "without a last newline" else fixed[path]
        for path in files
        if path in fixed
    }
    for path, text in fixed.items():
        assert parsed(path, text) is not None or "{{" in text
        for comment in comments(path, files.get(path, "")):
            if "<-- here" not in comment:
                assert comment in text
    left, again = fixed_files(rule, fixed)
    assert again == fixed, "fixing twice"
    assert left < found


PRINTS = (
    'print("hello")',
    'print("hello", "world")',
    'print("a", 1, sep="-")',
    'print(f"a {1 + 1}")',
    'print("50%")',
    'print("a %s" % 1)',
    'print("x", file=sys.stdout)',
    'print("x", file=sys.stderr)',
    'print("x", end="")',
    'print("x", flush=True)',
    "print()",
    'print(*["a", "b"])',
    'print("a" if sys else "b")',
)


@pytest.mark.parametrize("statement", PRINTS)
@pytest.mark.parametrize("before", ["", "logger = 5\n", "import logging\n", 'log = logger = "taken"\n'])
def test_a_fixed_print_says_the_same_to_a_logger(
    statement: str, before: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """The module is executed: what goes to the logger is what was printed, and nothing that it bound is lost."""
    source = f"import sys\n{before}\n\ndef connect():\n    {statement}\n"
    _, fixed = fixed_files(RULES["python/print-in-client"], {"shop/cache_client.py": source})
    code = fixed["shop/cache_client.py"]
    if code == source:
        return
    printed: dict[str, Any] = {"__name__": "shop.cache_client"}
    logged: dict[str, Any] = {"__name__": "shop.cache_client"}
    exec(compile(source, "before.py", "exec"), printed)
    printed["connect"]()
    said = capsys.readouterr()
    exec(compile(code, "after.py", "exec"), logged)
    with caplog.at_level("DEBUG"):
        logged["connect"]()
    after = capsys.readouterr()
    assert (after.out, after.err) == ("", "")
    assert "\n".join(record.getMessage() for record in caplog.records) == (said.out + said.err).rstrip("\n")
    if before.startswith(("logger", "log =")):
        assert logged["logger"] == printed["logger"]


def test_some_prints_are_fixed() -> None:
    """Else the test above would ask nothing."""
    rule = RULES["python/print-in-client"]
    path = "shop/cache_client.py"
    changed = [
        statement
        for statement in PRINTS
        if fixed_files(rule, {path: (text := f"import sys\n\n\ndef f():\n    {statement}\n")})[1][path]
        != text
    ]
    assert len(changed) >= 4
