"""`--baseline`, `--changed`, `--staged`, `--since` and `lintkit baseline`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.discover.repositories import git, repository, write

WILDCARD = (
    "from flask import Flask\nfrom flask_cors import CORS\n\napp = Flask(__name__)\nCORS(app, origins='*')\n"
)
ARGUMENTS = ("check", "--select", "python/cors-wildcard", "--output-format", "json")


def paths(output: str) -> list[str]:
    return [finding["path"] for finding in json.loads(output)["findings"]]


@pytest.fixture
def old(shell: Shell) -> Shell:
    """A repository with one finding."""
    repository(shell.root, {"old.py": WILDCARD, "new.py": "x = 1\n"})
    return shell


def test_without_a_comparison_everything_is_reported(old: Shell) -> None:
    assert paths(old(*ARGUMENTS).out) == ["old.py"]


def test_baseline_hides_what_was_there(old: Shell) -> None:
    assert old("baseline", "--select", "python/cors-wildcard").code == 0
    assert old(*ARGUMENTS, "--baseline", "lintkit-baseline.json").code == 0
    old.write("new.py", WILDCARD)
    said = old(*ARGUMENTS, "--baseline", "lintkit-baseline.json")
    assert (said.code, paths(said.out)) == (1, ["new.py"])


def test_text_says_what_is_known(old: Shell) -> None:
    old("baseline")
    said = old("check", "--baseline", "lintkit-baseline.json")
    assert said.out.endswith("No new problems in 4 files; 1 known from lintkit-baseline.json.\n")
    old.write("new.py", WILDCARD)
    said = old("check", "--baseline", "lintkit-baseline.json")
    assert "new: 1 warning in 1 of 4 files; 1 known from lintkit-baseline.json" in said.out


def test_baseline_says_what_it_wrote(old: Shell) -> None:
    assert old("baseline").err == "lintkit: lintkit-baseline.json knows 1 finding\n"
    written = json.loads((old.root / "lintkit-baseline.json").read_text("utf-8"))
    assert [entry["path"] for entry in written["findings"]] == ["old.py"]


def test_baseline_is_the_same_twice(old: Shell) -> None:
    old("baseline")
    first = (old.root / "lintkit-baseline.json").read_bytes()
    old("baseline")
    assert (old.root / "lintkit-baseline.json").read_bytes() == first


def test_prune_takes_out_what_is_gone_and_adds_nothing(old: Shell) -> None:
    old.write("third.py", WILDCARD)
    old("baseline")
    old.write("third.py", "x = 1\n")
    old.write("new.py", WILDCARD)
    stale = old("check", "--baseline", "lintkit-baseline.json", "-v").out
    assert "1 finding of the baseline is found no more" in stale
    said = old("baseline", "--prune")
    assert said.err == "lintkit: lintkit-baseline.json knows 1 finding, 1 fewer than before\n"
    assert paths(old(*ARGUMENTS, "--baseline", "lintkit-baseline.json").out) == ["new.py"]


def test_prune_of_some_rules_leaves_the_others_alone(old: Shell) -> None:
    old("baseline")
    old("baseline", "--prune", "--select", "compose/*")
    assert paths(old(*ARGUMENTS, "--baseline", "lintkit-baseline.json").out) == []


def test_stale_entries_of_other_files_are_not_mentioned(old: Shell) -> None:
    old("baseline")
    old.write("old.py", "x = 1\n")
    assert "found no more" not in old("check", "new.py", "--baseline", "lintkit-baseline.json", "-v").out


def test_a_bad_baseline_is_an_error_that_names_it(old: Shell) -> None:
    old.write("b.json", "[]")
    said = old("check", "--baseline", "b.json")
    assert said.code == 2
    assert said.err.startswith("lintkit: error: `b.json`: it is no baseline of lintkit")


def test_since_reports_what_is_new(old: Shell) -> None:
    old.write("new.py", WILDCARD)
    for comparison in (["--since", "HEAD"], ["--since", "main"], ["--changed"]):
        said = old(*ARGUMENTS, *comparison)
        assert (said.code, paths(said.out)) == (1, ["new.py"])
    assert old(*ARGUMENTS, "--staged").code == 0


def test_a_partly_staged_file_is_judged_by_what_will_be_committed(old: Shell) -> None:
    old.write("new.py", WILDCARD)
    git(old.root, "add", "new.py")
    old.write("new.py", "x = 1\n")
    said = old(*ARGUMENTS, "--staged", "new.py")
    assert (said.code, paths(said.out)) == (1, ["new.py"])
    assert old(*ARGUMENTS, "--changed").code == 0


def test_staged_reads_the_staged_configuration(old: Shell) -> None:
    old.write("new.py", WILDCARD)
    git(old.root, "add", "new.py")
    old.write("lintkit.toml", 'ignore = ["python/cors-wildcard"]\n')
    assert old("check", "--staged").code == 1
    git(old.root, "add", "lintkit.toml")
    assert old("check", "--staged").code == 0


def test_before_the_first_commit_everything_is_new(shell: Shell) -> None:
    git(shell.root, "init", "-q")
    write(shell.root, {"a.py": WILDCARD})
    git(shell.root, "add", "-A")
    for comparison in ("--staged", "--changed"):
        assert paths(shell(*ARGUMENTS, comparison).out) == ["a.py"]


def test_enabling_a_rule_does_not_bring_up_what_it_finds(old: Shell) -> None:
    old.write("lintkit.toml", 'select = ["python/cors-wildcard"]\n')
    assert old("check", "--changed").code == 0


def test_paths_narrow_what_is_compared(old: Shell) -> None:
    old.write("new.py", WILDCARD)
    old.write("third.py", WILDCARD)
    assert paths(old(*ARGUMENTS, "--changed", "third.py").out) == ["third.py"]
    git(old.root, "mv", "old.py", "moved.py")
    assert paths(old(*ARGUMENTS, "--changed", "moved.py").out) == []


def test_baseline_and_revision_together_report_what_neither_has(old: Shell) -> None:
    old.write("new.py", WILDCARD)
    old("baseline")
    old.write("third.py", WILDCARD)
    said = old("check", "--changed", "--baseline", "lintkit-baseline.json")
    assert "1 of 5 files; 2 known from HEAD and lintkit-baseline.json" in said.out


def test_fix_leaves_what_is_known_alone(shell: Shell) -> None:
    compose = (
        "services:\n  db:\n    image: db:1.0\n    environment:\n      POSTGRES_PASSWORD: ${{{}:-change_me}}\n"
    )
    repository(shell.root, {"compose.yaml": compose.format("OLD_PASSWORD")})
    write(shell.root, {"more/compose.yaml": compose.format("NEW_PASSWORD")})
    shell("check", "--select", "compose/secret-default", "--changed", "--fix", "--unsafe-fixes")
    assert (shell.root / "compose.yaml").read_text("utf-8") == compose.format("OLD_PASSWORD")
    assert "change_me" not in (shell.root / "more" / "compose.yaml").read_text("utf-8")


def test_a_known_secret_stays_masked_in_the_diff_of_a_fix(shell: Shell) -> None:
    compose = (
        "services:\n  db:\n    image: db:1.0\n    environment:\n"
        "      DB_PASSWORD: correct-horse-battery-1\n      NEW_PASSWORD: {}\n"
    )
    repository(shell.root, {"compose.yaml": compose.format("${NEW_PASSWORD:?set}")})
    write(shell.root, {"compose.yaml": compose.format("${NEW_PASSWORD:-change_me}")})
    said = shell("check", "--select", "compose/*", "--changed", "--diff", "--unsafe-fixes")
    assert "+      NEW_PASSWORD: ${NEW_PASSWORD:?" in said.out
    assert "correct-horse" not in said.out


@pytest.mark.parametrize(
    "arguments",
    [
        ("--changed", "--staged"),
        ("--changed", "--since", "main"),
        ("--staged", "--fix"),
        ("--staged", "--stdin-filename", "old.py"),
    ],
    ids=" ".join,
)
def test_contradictions_are_refused(old: Shell, arguments: tuple[str, ...]) -> None:
    assert old("check", *arguments).code == 2


@pytest.mark.parametrize("revision", ["nowhere", "--output=x", "", "HEAD:old.py", "main..HEAD"])
def test_a_revision_that_git_does_not_know_is_an_error(old: Shell, revision: str) -> None:
    said = old("check", f"--since={revision}")
    assert said.code == 2
    assert "revision" in said.err


def test_without_git_there_is_nothing_to_compare_with(shell: Shell) -> None:
    said = shell("check", "--since", "main")
    assert (said.code, "no git work tree" in said.err) == (2, True)


def test_a_baseline_may_be_anywhere(old: Shell, tmp_path: Path) -> None:
    elsewhere = str(tmp_path / "known.json")
    old("baseline", "--output", elsewhere)
    assert old("check", "--baseline", elsewhere).code == 0
