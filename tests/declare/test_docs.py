"""Every snippet of the documentation of rules is run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lintkit.authoring.examples import run_example
from lintkit.catalog.load import load_rules
from lintkit.config.model import Config, RuleConfig

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PATH = re.compile(r"# policies/([a-z]+/[a-z-]+\.yaml)\n")
SNIPPETS = [
    pytest.param(block, id=f"{page.stem}-{number}")
    for page in (DOCS / "data-rules.md", DOCS / "rule-files.md")
    for number, block in enumerate(BLOCK.findall(page.read_text(encoding="utf-8")), 1)
]


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_snippet_is_a_rule_that_passes_its_examples(snippet: str, tmp_path: Path) -> None:
    path = PATH.match(snippet)
    assert path is not None, "a snippet begins with the path of the rule"
    assert len(snippet.splitlines()) < 60
    file = tmp_path / path[1]
    file.parent.mkdir()
    file.write_text(snippet, encoding="utf-8")
    (rule,) = load_rules((tmp_path,), builtin=False).rules
    assert any(not example.good for example in rule.meta.examples)
    assert any(example.good for example in rule.meta.examples)
    for example in rule.meta.examples:
        config = Config(select=("*",), rules={rule.id: RuleConfig(options=example.options)})
        outcome = run_example(rule, example, config)
        assert outcome.passed, outcome.explain()
        assert example.good or example.expected
        for finding in outcome.findings:
            assert "{" not in finding.message.replace("${", "")


def test_there_is_a_snippet_for_every_kind_of_document() -> None:
    kinds = {m for page in SNIPPETS for m in re.findall(r"^kind: (\w+)", str(page.values[0]), re.MULTILINE)}
    assert kinds >= {"compose", "kubernetes", "dockerfile", "dotenv", "toml", "json", "workflow"}
