"""Every example of every built-in rule is a test."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lintkit.authoring.examples import run_example
from lintkit.catalog.load import load_rules
from lintkit.config.model import Config, RuleConfig
from lintkit.model import Example
from lintkit.rule.definition import Rule


def config_for(rule: Rule, example: Example) -> Config:
    """The configuration that names the rule, with the options of one example."""
    return Config(rules={rule.meta.id: RuleConfig(options=example.options)}, named=frozenset({rule.id}))


CASES = [
    pytest.param(rule, example, id=f"{rule.id}-{index}-{'good' if example.good else 'bad'}")
    for rule in load_rules().rules
    for index, example in enumerate(rule.meta.examples, 1)
]


SCREENED = [case for case in CASES if "python" in case.values[0].meta.kinds]  # type: ignore[union-attr]


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_example(rule: Rule, example: Example) -> None:
    outcome = run_example(rule, example, config_for(rule, example))
    assert outcome.passed, f"{rule.meta.id}\n{outcome.explain()}"


@pytest.mark.parametrize(("rule", "example"), SCREENED)
def test_example_without_the_screen(rule: Rule, example: Example) -> None:
    config = config_for(rule, example)
    screened = run_example(rule, example, config)
    unscreened = run_example(rule, example, config, screen=False)
    assert [replace(f, fingerprints=()) for f in screened.findings] == [
        replace(f, fingerprints=()) for f in unscreened.findings
    ]


@pytest.mark.parametrize("rule", load_rules().rules, ids=lambda rule: rule.id)
def test_rule_has_examples_that_prove_it(rule: Rule) -> None:
    bad = [example for example in rule.meta.examples if not example.good]
    good = [example for example in rule.meta.examples if example.good]
    assert bad, "a rule shows at least one bad example"
    assert good, "a rule shows at least one good example"
    assert all(example.expected for example in bad), "a bad example marks a line with `# <-- here`"


@pytest.mark.parametrize("rule", load_rules().rules, ids=lambda rule: rule.id)
def test_rule_speaks_plainly(rule: Rule) -> None:
    meta = rule.meta
    assert not meta.summary.endswith("."), "a summary has no full stop"
    assert meta.summary[0].islower() or not meta.summary[0].isalpha() or meta.summary.split()[0].isupper()
    assert len(meta.summary) <= 100
    assert meta.why.endswith((".", "`", "?"))
    assert meta.remedy
    assert meta.packs
    assert meta.fixable == any(example.fixed for example in meta.examples)


@pytest.mark.parametrize("rule", load_rules().rules, ids=lambda rule: rule.id)
def test_findings_are_complete(rule: Rule) -> None:
    for example in rule.meta.examples:
        outcome = run_example(rule, example, config_for(rule, example))
        for finding in outcome.findings:
            assert finding.subject, "a finding names what it is about"
            assert "\n" not in finding.message
            assert not finding.message.endswith(".")
