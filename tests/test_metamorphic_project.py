"""Rules that see the whole project say the same of other spellings of the same Python.

Every Python file of every example is rewritten in the ways of `tests/metamorphoses.py` that leave a module's own names
alone; other files may import them. Facts come from `ast` and from libcst, and both have to read all of these alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache

import pytest

from lintkit.authoring.examples import MemoryTree, example_config, named
from lintkit.catalog.load import RuleSet, load_rules
from lintkit.model import Example
from lintkit.rule.definition import Rule
from lintkit.run.engine import Request, run
from tests.metamorphoses import THE_SAME, Inapplicable, Variant

REWRITINGS = {name: each for name, each in THE_SAME.items() if not name.startswith("nested")}

Found = tuple[str, int, int, str]


def python_files(rule: Rule, example: Example) -> dict[str, str]:
    files = named(example.files, rule.meta.kinds)
    return {path: text for path, text in files.items() if path.endswith(".py")}


RULES = {
    rule.id: rule
    for rule in load_rules().rules
    if rule.meta.scope == "project" and any(python_files(rule, example) for example in rule.meta.examples)
}


def findings(rule: Rule, example: Example, files: Mapping[str, bytes]) -> list[Found]:
    config = example_config(rule, example)
    report = run(Request(MemoryTree(files), config, RuleSet((rule,)), frozenset({rule.id}), jobs=1))
    assert not [each for each in report.findings if each.rule == "lintkit/rule-failed"]
    primary = [(each, each.primary.span) for each in report.findings if each.rule == rule.id]
    return [(span.path, span.start, span.end, each.message) for each, span in primary]


def persists(finding: Found, variants: Mapping[str, Variant], after: list[Found]) -> bool:
    path, start, end, _ = finding
    places = {(each[1], each[2]) for each in after if each[0] == path}
    variant = variants.get(path)
    if variant is None or start == end == 0:  # a finding of the whole file
        return (start, end) in places
    moved = variant.moved_to((start, end))
    return variant.place((start, end)) in places or any(
        a <= first and last <= b for a, b in moved for first, last in places
    )


@cache
def measured(rule_id: str) -> tuple[Counter[str], list[str]]:
    """How many findings (or silent examples) were tried with each rewriting, and what did not stay as it was."""
    rule = RULES[rule_id]
    tried: Counter[str] = Counter()
    unlike: list[str] = []
    for number, example in enumerate(rule.meta.examples, 1):
        texts = python_files(rule, example)
        files = {path: text.encode() for path, text in named(example.files, rule.meta.kinds).items()}
        before = findings(rule, example, files) if texts else []
        for name, rewrite in REWRITINGS.items():
            found = {path: rewrite(text) for path, text in texts.items()}
            variants = {path: each for path, each in found.items() if not isinstance(each, Inapplicable)}
            if not variants:
                continue
            after = findings(rule, example, {**files, **{path: each.data for path, each in variants.items()}})
            tried[name] += max(len(before), 1)
            where = f"{rule_id}, example {number}, {name}"
            unlike += [f"{where}: lost {each}" for each in before if not persists(each, variants, after)]
            if len(after) > len(before):
                unlike.append(f"{where}: new in {after}")
    return tried, unlike


@pytest.mark.parametrize("rule_id", RULES)
def test_a_rule_says_the_same(rule_id: str) -> None:
    _, unlike = measured(rule_id)
    assert not unlike, "\n".join(unlike)


@pytest.mark.parametrize("name", REWRITINGS)
def test_every_rewriting_is_tried(name: str) -> None:
    assert sum(measured(rule_id)[0][name] for rule_id in RULES) > 20


@pytest.mark.parametrize("name", REWRITINGS)
def test_views_of_a_class_under_another_name_are_handlers(name: str) -> None:
    """What a finding and a fact both ask: which methods answer requests."""
    rule = RULES["python/in-process-session-state"]
    text = """\
from starlette.endpoints import HTTPEndpoint as Base
from collections import defaultdict as table

sessions = table(list)


class Login(Base):
    async def post(self, request):
        sessions[request.user].append("made-up")
"""
    rewritten = REWRITINGS[name](text)
    if isinstance(rewritten, Variant):
        example = rule.meta.examples[0]
        assert len(findings(rule, example, {"app.py": rewritten.data})) == 1
    assert len(findings(rule, rule.meta.examples[0], {"app.py": text.encode()})) == 1
