"""Rules about Python say the same of other spellings of the same code, and nothing of what only looks like it.

Every `bad` example of every rule is rewritten in the ways of `tests/metamorphoses.py`. What a rule reported has to be
reported where it moved to; what stands in a comment or a string, or calls a function of one's own, must not be. `good`
examples stay good. A pair that proves nothing is left out for one of the reasons in `_left_out`.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import libcst as cst
import pytest

from lintkit.api import Finding, Match, MethodCalls, PythonFile, RuleContext, Span, bad, define
from lintkit.authoring.examples import example_config, named
from lintkit.catalog.load import load_rules
from lintkit.model import Example
from lintkit.python.screen import find_matches
from lintkit.python.triggers import Calls, Keywords, References, Strings, Subclasses
from lintkit.rule.definition import Check, Rule
from lintkit.source import Lines
from tests.metamorphoses import ANOTHER, THE_SAME, Inapplicable, Place, Variant

RULES = {r.id: r for r in load_rules().rules if r.meta.kinds == ("python",) and r.meta.scope == "file"}
WANTED = 0.98
WANTED_OF_A_RULE = 0.9

BY_NAME = {
    "python/bind-all-interfaces": "what is bound to an address and a port is a socket, whoever made it",
    "python/secret-in-log": "a logger is told by its name, wherever it comes from",
}
"""Rules that report calls of one's own functions as well, and why."""


@dataclass(frozen=True, slots=True)
class Reported:
    """A finding: where, what it is about, and the match that gave it."""

    place: Place
    message: str
    match: Match


@dataclass(slots=True)
class Measured:
    """What rewriting the examples of a rule showed.

    tried      metamorphosis -> findings that had to persist, or texts that had to stay silent
    lost       a line for each finding that is gone
    appeared   a line for each finding that should not be
    left_out   reason -> how often something was not tried
    """

    tried: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    appeared: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    @property
    def persisted(self) -> float:
        """The share of findings that persist."""
        tried = sum(self.tried[name] for name in THE_SAME)
        return 1 - len(self.lost) / tried if tried else 1.0


def _report(rule: Rule, example: Example, path: str, data: bytes) -> tuple[list[Reported], PythonFile | None]:
    """What a rule says of a file, without the steps that come after."""
    matches = find_matches(data, path, rule.looks_at)
    if matches.file is None:
        return [], None
    options = example_config(rule, example).options(rule.meta)
    context = RuleContext(rule.meta, options, tuple(match for _, match in matches.matches))
    found = []
    for match in context.matches:
        for finding in rule.check(match, matches.file, context):
            span = finding.primary.span
            found.append(Reported((span.start, span.end), finding.message, match))
    return found, matches.file


def _left_out(rule_id: str, name: str, reported: Reported, file: PythonFile | None) -> str | None:
    """Why a finding proves nothing under a metamorphosis."""
    trigger = reported.match.trigger
    if name == "in a string" and isinstance(trigger, Strings):
        return "any string counts, whatever it is for"
    if name == "functions of one's own" and rule_id in BY_NAME:
        return BY_NAME[rule_id]
    called = isinstance(trigger, (Calls, References, Subclasses))
    if name == "nested in `async def`" and not called and not isinstance(trigger, Keywords):
        if file is not None and _is_assigned_in_the_module(reported.match.node, file):
            return "the name of a module is a setting, a local one is none"
    elif name == "functions of one's own" and isinstance(trigger, MethodCalls):
        if file is not None and _on_a_parameter(reported.match.node, file):
            return "a method of a parameter, which no import explains"
    elif name == "functions of one's own" and not called:
        return "told by the name of a value or the shape of a statement, not by what is called"
    return None


def _is_assigned_in_the_module(node: cst.CSTNode, file: PythonFile) -> bool:
    statement = file.enclosing_statement(node)
    line = file.parent(statement)
    return isinstance(statement, cst.Assign | cst.AnnAssign) and (line is None or file.parent(line) is None)


def _on_a_parameter(node: cst.CSTNode, file: PythonFile) -> bool:
    while isinstance(node, cst.Call | cst.Attribute | cst.Subscript | cst.Await):
        node = (
            node.func
            if isinstance(node, cst.Call)
            else node.expression
            if isinstance(node, cst.Await)
            else node.value
        )
    return isinstance(node, cst.Name) and any(b.kind == "parameter" for b in file.bindings(node))


def _where(text: str, place: Place) -> str:
    lines = Lines(text)
    start, end = lines.position(place[0]), lines.position(place[1])
    return f"{start.line}:{start.column}-{end.line}:{end.column}"


def _texts(rule: Rule) -> Iterator[tuple[int, Example, str, str]]:
    for number, example in enumerate(rule.meta.examples, 1):
        for path, text in named(example.files, rule.meta.kinds).items():
            if path.endswith(".py"):
                yield number, example, path, text


def measure(rule: Rule) -> Measured:
    """Rewrite every example of a rule in every way."""
    measured = Measured()
    for number, example, path, text in _texts(rule):
        original, file = _report(rule, example, path, text.encode())
        for name, rewrite in (THE_SAME if original or example.good else {}).items():
            variant = rewrite(text)
            if isinstance(variant, Inapplicable):
                measured.left_out[f"{name}: {variant.reason}"] += 1
                continue
            ast.parse(variant.text)
            here = f"{rule.id}, example {number}, {name}"
            if original:
                found, _ = _report(rule, example, path, variant.data)
                _compare(measured, here, name, text, variant, original, found, file)
            elif not name.startswith("nested"):  # which may well make it bad
                found, _ = _report(rule, example, path, variant.data)
                _silent(measured, here, name, variant, found, None)
        if example.good:
            continue
        for name, rewrite in ANOTHER.items():
            variant = rewrite(text)
            if isinstance(variant, Inapplicable):
                measured.left_out[f"{name}: {variant.reason}"] += 1
                continue
            found, file_of_variant = _report(rule, example, path, variant.data)
            here = f"{rule.id}, example {number}, {name}"
            _silent(measured, here, name, variant, found, file_of_variant)
    return measured


def _compare(
    measured: Measured,
    here: str,
    name: str,
    text: str,
    variant: Variant,
    original: list[Reported],
    found: list[Reported],
    file: PythonFile | None,
) -> None:
    places = {reported.place for reported in found}
    for reported in original:
        reason = _left_out(here.partition(",")[0], name, reported, file)
        if reason is not None:
            measured.left_out[f"{name}: {reason}"] += 1
            continue
        measured.tried[name] += 1
        expected = variant.place(reported.place)
        moved = variant.moved_to(reported.place)
        if expected in places or any(a <= start and end <= b for a, b in moved for start, end in places):
            continue
        measured.lost.append(
            f"{here}: {reported.message!r} at {_where(text, reported.place)} is expected at "
            f"{_where(variant.text, expected)}, found: "
            + (", ".join(_where(variant.text, place) for place in sorted(places)) or "nothing")
        )


def _silent(
    measured: Measured,
    here: str,
    name: str,
    variant: Variant,
    found: list[Reported],
    file: PythonFile | None,
) -> None:
    measured.tried[f"silent: {name}"] += 1
    for reported in found:
        reason = _left_out(here.partition(",")[0], name, reported, file)
        if any(a <= reported.place[0] and reported.place[1] <= b for a, b in variant.moved.values()):
            reason = "what made the literal good is what it was given to"
        if reason is not None:
            measured.left_out[f"{name}: {reason}"] += 1
            continue
        measured.appeared.append(f"{here}: {reported.message!r} at {_where(variant.text, reported.place)}")


@cache
def _measured(rule_id: str) -> Measured:
    return measure(RULES[rule_id])


def test_findings_persist() -> None:
    every = [_measured(rule_id) for rule_id in RULES]
    lost = [line for one in every for line in one.lost]
    tried = sum((Counter(one.tried) for one in every), Counter())
    of_findings = sum(tried[name] for name in THE_SAME)
    share = 1 - len(lost) / of_findings
    assert share >= WANTED, f"{share:.1%} of {of_findings} findings persist; lost:\n" + "\n".join(lost)


@pytest.mark.parametrize("rule_id", RULES)
def test_a_rule_keeps_its_findings(rule_id: str) -> None:
    measured = _measured(rule_id)
    assert measured.persisted >= WANTED_OF_A_RULE, "lost:\n" + "\n".join(measured.lost)


@pytest.mark.parametrize("rule_id", RULES)
def test_nothing_appears(rule_id: str) -> None:
    assert not _measured(rule_id).appeared, "\n".join(_measured(rule_id).appeared)


@pytest.mark.parametrize("name", [*THE_SAME, *(f"silent: {name}" for name in (*THE_SAME, *ANOTHER))])
def test_every_metamorphosis_is_tried(name: str) -> None:
    if "silent: nested" in name:
        pytest.skip("what is good at the top level may be bad in a function")
    tried = {rule_id: _measured(rule_id).tried[name] for rule_id in RULES}
    of_rules = sum(1 for count in tried.values() if count)
    assert of_rules >= 0.5 * len(RULES), f"{name} is tried on {of_rules} of {len(RULES)} rules: {tried}"


# -- the measure itself ----------------------------------------------------------------------------------


def _rule(example: str, check: Check) -> Rule:
    definition = define(
        summary="a client",
        why="It is one.",
        remedy="None.",
        severity="note",
        kinds=("python",),
        looks_at=(MethodCalls(("Redis",)),),
        examples=(bad(example),),
    )
    return Rule(definition.meta("test/spelled"), check, definition.looks_at)


CLIENT = """\
import redis
import time

def connect(host):
    return redis.Redis(host, db=1)  # <-- here
"""


def test_a_rule_that_goes_by_spelling_is_told() -> None:
    def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
        if file.code(match.node).startswith("redis.Redis(host, db=1)"):
            yield rule.finding(file.span(match.node), "a client", subject="client")

    measured = measure(_rule(CLIENT, check))
    assert [line.partition(":")[0] for line in measured.lost] == [
        "test/spelled, example 1, an import aliased",
        "test/spelled, example 1, the brackets spread over lines",
        "test/spelled, example 1, a literal moved to a constant",
    ]
    assert measured.lost[0].endswith("'a client' at 5:12-5:35 is expected at 5:12-5:37, found: nothing")
    assert [line.partition(":")[0] for line in measured.appeared] == [
        "test/spelled, example 1, functions of one's own"
    ]


def test_a_rule_whose_spans_slip_is_told() -> None:
    def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
        if not isinstance(match.node, cst.Call) or file.qualified_name(match.node.func) != "redis.Redis":
            return
        span = file.span(match.node)
        units = len(file.text[: span.start].encode("utf-16-le")) // 2
        slipped = Span(span.path, units, units + span.end - span.start)
        yield rule.finding(slipped, "a client", subject="client")

    lost = measure(_rule(CLIENT, check)).lost
    assert {line.split(", ")[2].partition(":")[0] for line in lost} == {
        "an emoji above",
        "an emoji on the line",
    }


SAMPLE = '''\
"""A module."""
from __future__ import annotations

import os.path
from redis import Redis as Client, exceptions

LIMIT = 3
client = Client(host="cache", port=6379)


@decorated(1, [2, 3])
def connect(name, *, retries=LIMIT):
    text = """one
two"""
    try:
        return os.path.join(name, text, client.get("key"))
    except exceptions.RedisError:
        return f"{name} {retries}"
'''


@pytest.mark.parametrize("name", THE_SAME)
def test_places_are_found_again(name: str) -> None:
    variant = THE_SAME[name](SAMPLE)
    assert isinstance(variant, Variant)
    assert variant.text != SAMPLE or variant.before
    ast.parse(variant.text)
    for written in ("LIMIT = 3", "retries=LIMIT", "client.get", "decorated", '"""one', "{retries}"):
        start = SAMPLE.index(written)
        place = variant.place((start, start + len(written)))
        assert variant.text[place[0] : place[1]] == written


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("an import aliased", "from redis import Redis as alias_2, exceptions as alias_4\n"),
        ("an import aliased", "import os.path as alias_0\n"),
        ("an import aliased", "        return alias_0.join(name, text, client.get("),
        ("the brackets spread over lines", 'client = Client(\nhost="cache",\n port=6379\n)\n'),
        ("a literal moved to a constant", 'import annotations\n\nHOST = "cache"\nPORT = 6379\n'),
        ("a literal moved to a constant", "client = Client(host=HOST, port=PORT)"),
        ("nested in `async def`", '    text = """one\ntwo"""\n'),
        (
            "nested in a class",
            "class Holder4:\n    @staticmethod\n    @decorated(1, [2, 3])\n    def connect(",
        ),
        ("an emoji on the line", "'; LIMIT = 3\n"),
    ],
)
def test_a_metamorphosis_writes(name: str, expected: str) -> None:
    variant = THE_SAME[name](SAMPLE)
    assert isinstance(variant, Variant)
    assert expected in variant.text


@pytest.mark.parametrize("name", ANOTHER)
def test_another_program_holds_no_call(name: str) -> None:
    variant = ANOTHER[name](SAMPLE)
    assert isinstance(variant, Variant)
    tree = ast.parse(variant.text)
    imports = [n for n in ast.walk(tree) if isinstance(n, (ast.Import, ast.ImportFrom))]
    if name == "functions of one's own":
        assert [n.module for n in imports if isinstance(n, ast.ImportFrom)] == ["__future__"]
        assert "class Client: pass" in variant.text
        assert "def exceptions(*_, **__): return None" in variant.text
    else:
        assert len(imports) == 2
        assert not any(isinstance(n, ast.Call) for n in ast.walk(tree))
