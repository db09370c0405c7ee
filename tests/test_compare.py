"""Which findings are new, compared with those of another tree."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintkit.catalog.load import RuleSet, load_rules
from lintkit.config.model import Config
from lintkit.files.base import base_tree, equal_files, head_tree
from lintkit.files.tree import GitRevision, open_tree
from lintkit.model import Finding, Location, Report, Span
from lintkit.run.compare import base_of, compared, renames, split
from lintkit.run.engine import Request, check_tree, run
from lintkit.run.file import check_file
from lintkit.run.fingerprint import LINE_HASH
from tests.discover.repositories import git, repository, write

RULES = RuleSet(
    tuple(
        rule
        for rule in load_rules().rules
        if rule.id
        in {
            "project/default-reaches-production",
            "python/print-in-client",
            "python/cors-wildcard",
        }
    )
)

CONFIG = 'import os\n\nQUEUE = os.environ.get("QUEUE_URL", "amqp://localhost:5672/")\n'
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders}
spec:
  selector: {matchLabels: {app: orders}}
  template:
    metadata: {labels: {app: orders}}
    spec:
      containers:
        - name: orders
          image: shop/orders:1.4
          env:
            - {name: QUEUE_URL, value: "amqp://queue:5672/"}
"""
DOCKERFILE = 'FROM python:3.12\nCOPY . .\nCMD ["python", "config.py"]\n'
COMPOSE = """\
services:
  orders:
    build: .
    image: shop/orders:1.4
"""
ORDERS = {
    "config.py": CONFIG,
    "deployment.yaml": DEPLOYMENT,
    "Dockerfile": DOCKERFILE,
    "compose.yaml": COMPOSE,
}
WILDCARD = (
    "from flask import Flask\nfrom flask_cors import CORS\n\napp = Flask(__name__)\nCORS(app, origins='*')\n"
)


def request(root: Path, **tree: bool) -> Request:
    return Request(open_tree(root, **tree), Config(select=("*",)), RULES, RULES.ids(), jobs=1)  # type: ignore[arg-type]


def since(root: Path, revision: str = "HEAD", **tree: bool) -> Report:
    asked = request(root, **tree)
    checked = check_tree(asked)
    return compared(checked.report, asked.tree, base_of(checked, base_tree(root, revision), revision))


def places(report: Report) -> list[tuple[str, str]]:
    return [(finding.rule, finding.path) for finding in report.findings]


def test_a_change_of_one_file_that_breaks_another_is_reported(tmp_path: Path) -> None:
    root = repository(tmp_path / "r", ORDERS)
    assert run(request(root)).findings == ()
    write(root, {"deployment.yaml": DEPLOYMENT.partition("          env:")[0]})
    report = since(root)
    # Not a line of config.py was changed, so that a filter by lines would have hidden it.
    assert places(report) == [("project/default-reaches-production", "config.py")]


def test_what_was_there_does_not_come_back_because_lines_moved(tmp_path: Path) -> None:
    root = repository(tmp_path / "r", {"app.py": WILDCARD})
    write(root, {"app.py": '"""The service."""\n\n' + WILDCARD.replace("app =", "# the one\napp =")})
    report = since(root)
    assert report.findings == ()
    assert [finding.rule for finding in report.known] == ["python/cors-wildcard"]


def test_what_was_there_does_not_come_back_because_the_file_was_renamed(tmp_path: Path) -> None:
    root = repository(tmp_path / "r", {"app.py": WILDCARD, "broken.py": "x = (\n"})
    git(root, "mv", "app.py", "service.py")
    git(root, "mv", "broken.py", "halves.py")
    write(root, {"service.py": WILDCARD + "\n# the end\n"})
    assert places(since(root)) == []


def test_a_copy_is_new(tmp_path: Path) -> None:
    root = repository(tmp_path / "r", {"app.py": WILDCARD})
    write(root, {"copy.py": WILDCARD})
    assert places(since(root)) == [("python/cors-wildcard", "copy.py")]


def test_of_two_findings_with_one_subject_the_new_one_is_reported(tmp_path: Path) -> None:
    root = repository(tmp_path / "r", {"app.py": WILDCARD})
    write(root, {"app.py": WILDCARD.replace("CORS(", "CORS(admin, origins='*')\nCORS(")})
    (found,) = since(root).findings
    assert found.subject == run(request(root)).findings[1].subject
    assert found.primary.span.start < WILDCARD.index("CORS(app") + len("CORS(admin, origins='*')")


def test_the_index_is_judged_and_not_the_work_tree(tmp_path: Path) -> None:
    root = repository(tmp_path / "r", {"app.py": "app = 1\n", "other.py": "x = 1\n"})
    write(root, {"app.py": WILDCARD})
    git(root, "add", "app.py")
    # Repaired on disk only, and broken elsewhere on disk only: neither is going to be committed.
    write(root, {"app.py": "app = 1\n", "other.py": WILDCARD})
    assert places(since(root, index=True)) == [("python/cors-wildcard", "app.py")]
    assert places(since(root)) == [("python/cors-wildcard", "other.py")]


def test_what_others_repaired_meanwhile_is_not_new(tmp_path: Path) -> None:
    root = repository(tmp_path / "r", {"app.py": WILDCARD})
    git(root, "checkout", "-q", "-b", "work")
    write(root, {"new.py": WILDCARD})
    git(root, "add", "new.py")
    git(root, "commit", "-q", "-m", "work")
    git(root, "checkout", "-q", "main")
    write(root, {"app.py": "app = 1\n"})
    git(root, "commit", "-q", "-a", "-m", "repair")
    git(root, "checkout", "-q", "work")
    assert places(since(root, "main")) == [("python/cors-wildcard", "new.py")]


def test_unrelated_histories_are_compared_as_they_are(tmp_path: Path) -> None:
    root = repository(tmp_path / "r", {"app.py": WILDCARD})
    git(root, "checkout", "-q", "--orphan", "other")
    write(root, {"new.py": WILDCARD})
    git(root, "add", "new.py")
    git(root, "commit", "-q", "-m", "other")
    assert places(since(root, "main")) == [("python/cors-wildcard", "new.py")]


def test_before_the_first_commit_there_is_no_base(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    assert head_tree(tmp_path) is None


def test_a_folder_below_the_top_is_compared_by_its_own_paths(tmp_path: Path) -> None:
    top = repository(tmp_path / "r", {"service/app.py": WILDCARD, "service/b.py": "x = 1\n"})
    write(top, {"service/b.py": WILDCARD})
    assert places(since(top / "service")) == [("python/cors-wildcard", "b.py")]


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_files_of_the_disk_are_hashed_as_git_does(tmp_path: Path, algorithm: str) -> None:
    tmp_path.joinpath("r").mkdir()
    git(tmp_path / "r", "init", "-q", "-b", "main", f"--object-format={algorithm}")
    root = repository(
        tmp_path / "r", {"same.py": "é = 1\n", "other.py": "x = 1\n", "gone.py": "", "empty": ""}
    )
    write(root, {"other.py": "x = 2\n", "new.py": ""})
    (root / "gone.py").unlink()
    paths, base = {"same.py", "other.py", "new.py", "gone.py", "empty"}, GitRevision(root, "HEAD")
    assert equal_files(open_tree(root), base, paths) == {"same.py", "empty"}
    assert equal_files(open_tree(root, index=True), base, paths) == paths - {"new.py"}
    assert equal_files(open_tree(root), base, {"same.py", "other.py"}) == {"same.py"}


def test_what_did_not_change_is_not_checked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository(tmp_path / "r", {**ORDERS, "app.py": WILDCARD})
    write(root, {"deployment.yaml": DEPLOYMENT.partition("          env:")[0]})
    asked = request(root)
    checked = check_tree(asked)
    seen = []

    def spy(source: object, *arguments: object, **options: object) -> object:
        seen.append(source.path)  # type: ignore[attr-defined]
        return check_file(source, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("lintkit.run.engine.check_file", spy)
    base = base_of(checked, base_tree(root, "HEAD"), "HEAD")
    assert seen == ["deployment.yaml"]
    assert list(base.findings) == list(run(replace(asked, tree=base.tree)).findings)


def test_a_rule_that_failed_is_always_reported(tmp_path: Path) -> None:
    failed = Finding("lintkit/rule-failed", "it raised", (Location(Span("a.py", 0, 0)),), "python/x", "error")
    root = repository(tmp_path / "r", {"a.py": "x = 1\n"})
    asked = request(root)
    base = base_of(check_tree(asked), base_tree(root, "HEAD"), "HEAD")
    report = compared(Report((failed,), (), {}), asked.tree, base)
    assert report.findings == (failed,)


def finding(subject: str, line: str, message: str = "wrong", path: str = "a.py", start: int = 0) -> Finding:
    prints = ((LINE_HASH, f"{line}:1"),)
    return Finding(
        "a/rule", message, (Location(Span(path, start, start)),), subject, "error", fingerprints=prints
    )


FOUND = st.lists(
    st.builds(
        finding,
        st.sampled_from("ab"),
        st.sampled_from("xyz"),
        st.sampled_from(["one", "two"]),
        st.sampled_from(["a.py", "b.py"]),
        st.integers(0, 3),
    ),
    max_size=8,
)


@given(FOUND)
def test_nothing_is_new_against_itself(found: list[Finding]) -> None:
    assert split(found, found) == ([], [])


@given(FOUND, FOUND)
def test_each_finding_of_the_base_speaks_for_one(found: list[Finding], before: list[Finding]) -> None:
    new, gone = split(found, before)
    assert len(found) - len(new) == len(before) - len(gone)
    assert all(item in found for item in new)
    assert all(item in before for item in gone)


@given(FOUND, FOUND)
def test_more_than_before_is_always_new(before: list[Finding], more: list[Finding]) -> None:
    new, gone = split([*before, *more], before)
    assert (len(new), gone) == (len(more), [])


def test_the_one_whose_line_is_still_there_is_the_old_one() -> None:
    old, new = finding("web", "y"), finding("web", "x")
    assert split([new, old], [finding("web", "y")]) == ([new], [])


def test_a_function_that_has_another_name_now_keeps_its_finding() -> None:
    assert split([finding("Client.get_all", "x")], [finding("Client.get", "x")]) == ([], [])


def test_a_line_that_was_changed_keeps_its_finding() -> None:
    assert split([finding("web", "x", "`a:latest` moves")], [finding("web", "y", "`a` moves")]) == ([], [])


def test_a_file_that_became_another_one_is_not_a_rename(tmp_path: Path) -> None:
    lines = "".join(f"line {number}\n" for number in range(20))
    root = repository(tmp_path / "r", {"a/x.py": lines, "b/same.py": lines.upper(), "c/y.py": "x = 1\n"})
    for path in ("a/x.py", "b/same.py", "c/y.py"):
        (root / path).unlink()
    write(root, {"a/y.py": lines + "more\n", "d/same.py": lines.upper()[:60], "d/z.py": "y = 1\n"})
    before, after = GitRevision(root, "HEAD"), open_tree(root)
    moves = renames(before, after, ["a/x.py", "b/same.py", "c/y.py"], ["a/y.py", "d/same.py", "d/z.py"])
    assert moves == {"a/x.py": "a/y.py"}
