"""The fix of ignore/pytest-cache on files that a marked example cannot show."""

from __future__ import annotations

from lintkit.authoring.examples import run_example
from lintkit.catalog.load import load_rules
from lintkit.config.model import Config
from lintkit.model import Example


def test_added_lines_end_as_the_file_ends_its_lines() -> None:
    rule = next(rule for rule in load_rules().rules if rule.id == "ignore/pytest-cache")
    before = {".gitignore": "*.log\r\n.pytest_cache/\r\n", "conftest.py": ""}
    after = {".gitignore": "*.log\r\n.pytest_cache/\r\npytest-cache-*/\r\n", "conftest.py": ""}
    outcome = run_example(rule, Example(False, before, ((".gitignore", 2),), after), Config())
    assert outcome.passed, outcome.explain()
