"""scripts/ecosystem: what it stores, what it tells of a change, and what it refuses."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scripts import ROOT, load

SCRIPT = ROOT / "scripts" / "ecosystem"

BROKEN = "services:\n  web:\n    image: shop/web:latest\n"
REPAIRED = BROKEN.replace(":latest", ":1.4")


ecosystem = load("ecosystem")


def _found(rule: str = "compose/image-tag", line: int = 3, message: str = "moves"):  # type: ignore[no-untyped-def]
    return ecosystem.Found(rule, "compose.yaml", line, "web", message)


def test_what_is_stored_reads_back() -> None:
    found = ecosystem.Found("env/x", "a:b c.env", 7, "tab\there", "two\nlines \u2028 end")
    line = found.stored()
    assert line.count("\t") == 3
    assert len(line.splitlines()) == 1
    assert ecosystem.Found.read(line).stored() == line


def test_findings_are_paired_before_they_are_gone_or_new() -> None:
    before = [_found(line=3), _found(line=9), _found("env/x", 1, "old words"), _found("repo/gone", 5)]
    after = [_found(line=3), _found(line=12), _found("env/x", 1, "new words"), _found("repo/new", 5)]
    difference = ecosystem.compare(before, after)
    assert difference.counts() == (1, 1, 1, 1)
    assert [found.rule for found in difference.gone] == ["repo/gone"]
    assert [found.rule for found in difference.new] == ["repo/new"]
    assert [(was.line, now.line) for was, now in difference.moved] == [(9, 12)]
    assert [now.message for _, now in difference.reworded] == ["new words"]


def test_another_subject_is_told_where_the_words_are_the_same() -> None:
    other = ecosystem.Found("compose/image-tag", "compose.yaml", 3, "services.web", "moves")
    text = "\n".join(
        ecosystem.describe(
            [(ecosystem.Repository("a", "b", "0" * 40), ecosystem.compare([other], [_found()]))], 9
        )
    )
    assert "compose/image-tag compose.yaml:3 is about `web`, no longer about `services.web`" in text


def test_two_findings_that_are_alike_count_as_two() -> None:
    assert ecosystem.compare([_found(), _found()], [_found()]).counts() == (1, 0, 0, 0)


def test_a_long_list_says_how_much_it_leaves_out() -> None:
    repository = ecosystem.Repository("shop", "web", "0" * 40)
    difference = ecosystem.compare([], [_found(line=line) for line in range(1, 31)])
    text = "\n".join(ecosystem.describe([(repository, difference)], most=10))
    assert "0 findings gone, 30 new, 0 moved, 0 worded otherwise, in 1 of 1 repositories." in text
    assert "| compose/image-tag | 0 | 30 |" in text
    assert "and 20 more" in text


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("shop/web main", "commit of 40 digits"),
        (f"shop/web {'0' * 40}\nother/web {'1' * 40}", "is there already"),
        (f"../../web {'0' * 40}", "commit of 40 digits"),
    ],
)
def test_a_pin_that_is_wrong_is_told_with_its_line(tmp_path: Path, line: str, reason: str) -> None:
    path = tmp_path / "repositories.txt"
    path.write_text(f"# pins\n{line}\n", encoding="utf-8")
    with pytest.raises(ecosystem.EcosystemError, match=rf"repositories\.txt:[23]: .*{reason}"):
        ecosystem.read_pins(path)


def test_the_repositories_of_the_project_are_pinned_and_stored() -> None:
    pins = ecosystem.read_pins(ROOT / "tests" / "ecosystem" / "repositories.txt")
    assert len(pins) >= 25
    stored = {path.stem for path in (ROOT / "tests" / "ecosystem").glob("*.txt")} - {"repositories"}
    assert stored == {repository.name for repository in pins}
    for name in stored:
        text = (ROOT / "tests" / "ecosystem" / f"{name}.txt").read_text(encoding="utf-8")
        found = [ecosystem.Found.read(line) for line in text.splitlines()]
        assert found == sorted(found)


def _git(folder: Path, *arguments: str) -> str:
    people = {
        f"GIT_{who}_{what}": "somebody" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    command = ["git", "-c", "init.defaultBranch=main", *arguments]
    done = subprocess.run(
        command, cwd=folder, check=True, capture_output=True, text=True, env=os.environ | people | quiet
    )
    return done.stdout.strip()


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(SCRIPT), *arguments], capture_output=True, text=True)


def test_a_run_stores_and_then_tells_what_changed(tmp_path: Path) -> None:
    origin = tmp_path / "origins" / "shop" / "web"
    origin.mkdir(parents=True)
    _git(origin, "init", "--quiet")
    commits = []
    for text in (BROKEN, REPAIRED):
        (origin / "compose.yaml").write_text(text, encoding="utf-8")
        _git(origin, "add", "-A")
        _git(origin, "commit", "--quiet", "--message", "change")
        commits.append(_git(origin, "rev-parse", "HEAD"))
    stored, clones = tmp_path / "stored", tmp_path / "clones"
    stored.mkdir()
    pins = stored / "repositories.txt"
    source = f"{tmp_path.as_posix()}/origins/{{owner}}/{{name}}"
    common = [str(clones), "--stored", str(stored), "--source", source]

    pins.write_text(f"shop/web {commits[0]}\n", encoding="utf-8")
    missing = _run(*common)
    assert (missing.returncode, "--fetch makes one" in missing.stderr) == (2, True)
    assert _run(*common, "--fetch", "--update").returncode == 0
    lines = (stored / "web.txt").read_text(encoding="utf-8")
    assert "compose/image-tag\tcompose.yaml:3\tweb\t" in lines
    same = _run(*common)
    assert (same.returncode, same.stdout) == (0, "No finding changed on 1 repositories.\n")

    pins.write_text(f"shop/web {commits[1]}\n", encoding="utf-8")
    other = _run(*common)
    assert (other.returncode, "not at" in other.stderr) == (2, True)
    _git(clones / "web", "fetch", "--quiet", str(origin), commits[1])
    _git(clones / "web", "checkout", "--quiet", commits[1])
    changed = _run(*common)
    assert changed.returncode == 1
    assert "- compose/image-tag compose.yaml:3 `shop/web:latest`" in changed.stdout
    assert (stored / "web.txt").read_text(encoding="utf-8") == lines

    (clones / "web" / "compose.yaml").write_text(BROKEN, encoding="utf-8")
    dirty = _run(*common)
    assert (dirty.returncode, "were changed" in dirty.stderr) == (2, True)
