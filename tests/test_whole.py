"""The whole, end to end: the same answer whatever part is asked for, from wherever, in whatever order."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lintkit.catalog.load import RuleSet, load_rules
from lintkit.config import Config
from lintkit.files.tree import open_tree
from lintkit.model import Finding
from lintkit.run.engine import Request, run
from tests.test_fixtures import FIXTURES, INCIDENTS, as_repository

ROOT = Path(__file__).parent.parent


def lintkit(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the installed command's module as a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "lintkit", *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All incidents before their repair, as one repository."""
    folder = tmp_path_factory.mktemp("whole") / "source"
    for incident in INCIDENTS:
        as_repository(FIXTURES / incident / "before", folder / incident)
    for incident in INCIDENTS:
        subprocess.run(["rm", "-rf", str(folder / incident / ".git")], check=True)
    return as_repository(folder, folder.parent / "repository")


def file_scope(findings: tuple[Finding, ...]) -> list[Finding]:
    """The findings of rules that look at one file."""
    project = {rule.id for rule in load_rules().rules if rule.meta.scope == "project"}
    return [finding for finding in findings if finding.rule not in project]


def test_a_part_is_reported_as_in_the_whole(repository: Path) -> None:
    rules = load_rules()
    alone = RuleSet(tuple(rule for rule in rules.rules if rule.meta.scope == "file"))
    tree = open_tree(repository)
    whole = file_scope(run(Request(tree, Config(), rules, rules.ids())).findings)
    assert whole
    for entry in tree.paths():
        part = run(Request(tree, Config(), alone, rules.ids(), only=frozenset({entry.path}))).findings
        assert list(part) == [finding for finding in whole if finding.path == entry.path]


def test_sarif_is_the_same_whatever_the_order_of_arguments(repository: Path) -> None:
    folders = sorted(path.name for path in repository.iterdir() if path.is_dir() and path.name != ".git")
    one = lintkit("check", *folders, "--output-format", "sarif", cwd=repository)
    other = lintkit("check", *reversed(folders), "--output-format", "sarif", cwd=repository)
    assert one.returncode == other.returncode == 1
    assert one.stdout == other.stdout
    assert json.loads(one.stdout)["runs"][0]["results"]


def test_sarif_is_the_same_from_another_folder_and_again(repository: Path) -> None:
    here = lintkit("check", ".", "--output-format", "sarif", cwd=repository)
    again = lintkit("check", ".", "--output-format", "sarif", cwd=repository)
    elsewhere = lintkit("check", str(repository), "--output-format", "sarif", cwd=repository / INCIDENTS[0])
    assert here.stdout == again.stdout == elsewhere.stdout


def test_the_format_does_not_change_the_exit_code(repository: Path) -> None:
    codes = {
        lintkit("check", "--output-format", name, cwd=repository).returncode
        for name in ("text", "json", "sarif")
    }
    assert codes == {1}


def test_workers_change_nothing(repository: Path) -> None:
    one = lintkit("check", "--output-format", "json", "-j", "1", cwd=repository)
    two = lintkit("check", "--output-format", "json", "-j", "2", cwd=repository)
    assert one.stdout == two.stdout


def told(repository: Path, *arguments: str) -> list[tuple[object, ...]]:
    """What a process of its own finds with the rules that look at one file."""
    command = (
        "check",
        "--select",
        "*",
        "--scope",
        "file",
        "--no-cache",
        "-j",
        "1",
        "--output-format",
        "json",
    )
    done = lintkit(*command, "--exit-zero", *arguments, cwd=repository)
    assert done.returncode == 0, done.stderr
    return [
        (each["rule"], each["path"], each["message"], json.dumps(each, sort_keys=True))
        for each in json.loads(done.stdout)["findings"]
    ]


def test_a_file_is_found_the_same_in_a_process_that_has_seen_no_other(repository: Path) -> None:
    """No module remembers anything of one file that changes what is found in the next."""
    whole = told(repository, ".")
    paths = sorted({str(each[1]) for each in whole})
    assert len(paths) > 6
    for path in paths[:: len(paths) // 6]:
        assert told(repository, path) == [each for each in whole if each[1] == path]
