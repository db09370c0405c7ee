"""How the paths of a command line are read, and what they narrow a check to."""

from __future__ import annotations

from pathlib import Path

import pytest

from lintkit.cli.failure import CommandError
from lintkit.cli.request import Asked, request_of
from lintkit.cli.workspace import relative_paths
from tests.discover.repositories import repository, write


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = repository(
        tmp_path / "root",
        {"a.py": "", "sub/b.py": "", "sub/deep/c.py": "", "subway.py": "", ".gitignore": "*.env\nout/\n"},
    )
    monkeypatch.chdir(root)
    return root


def only(root: Path, *paths: str) -> set[str] | None:
    found = request_of(Asked(paths, root=root)).only
    return None if found is None else set(found)


def test_files_and_folders_narrow(root: Path) -> None:
    assert only(root, "a.py") == {"a.py"}
    assert only(root, "sub") == {"sub/b.py", "sub/deep/c.py"}
    assert only(root, "sub/", "./a.py", str(root / "subway.py")) == {
        "a.py",
        "sub/b.py",
        "sub/deep/c.py",
        "subway.py",
    }


def test_no_path_and_the_root_itself_select_everything(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert only(root) is None
    assert only(root, ".") is None
    monkeypatch.chdir(root / "sub")
    assert only(root, "b.py", "..") is None


def test_a_file_that_git_ignores_is_selected_when_it_is_named(root: Path) -> None:
    write(root, {"prod.env": "A=1\n", "out/x.py": ""})
    assert only(root, "prod.env", "out") == {"prod.env", "out/x.py"}


def test_paths_are_relative_to_the_current_folder(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root / "sub")
    assert relative_paths(root, ["b.py", "../a.py", "."]) == ("sub/b.py", "a.py", "sub")


def test_a_missing_path_is_an_error_that_names_it(root: Path) -> None:
    for path, shown in (("missing.py", r"missing\.py"), ("a\nb", r"a\?b")):
        with pytest.raises(CommandError, match=shown):
            only(root, ".", path)


def test_a_path_outside_the_root_is_an_error(root: Path, tmp_path: Path) -> None:
    write(tmp_path, {"outside.py": "", "root-2/x.py": ""})
    (root / "link.py").symlink_to(tmp_path / "outside.py")
    for path in ("../outside.py", "../root-2/x.py", "..", "/etc/passwd", "link.py"):
        with pytest.raises(CommandError, match="outside the root"):
            relative_paths(root, [path])


def test_a_link_inside_the_root_stands_for_its_target(root: Path) -> None:
    (root / "link.py").symlink_to("sub/b.py")
    (root / "folder").symlink_to("sub", target_is_directory=True)
    assert relative_paths(root, ["link.py", "folder", "folder/deep/c.py"]) == (
        "sub/b.py",
        "sub",
        "sub/deep/c.py",
    )


def test_a_link_in_a_circle_is_an_error(root: Path) -> None:
    (root / "loop").symlink_to("loop")
    with pytest.raises(CommandError, match="leads nowhere"):
        relative_paths(root, ["loop"])


def test_a_root_behind_a_link_selects_too(root: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(root, target_is_directory=True)
    assert only(link, str(root / "a.py"), str(link / "sub" / "b.py")) == {"a.py", "sub/b.py"}
