"""Where a check begins."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lintkit.files.root import find_root
from tests.discover.repositories import repository, write


def test_the_nearest_folder_with_git_wins_over_a_nearer_configuration(tmp_path: Path) -> None:
    root = repository(tmp_path / "root", {"sub/lintkit.toml": "", "sub/deep/a.py": ""})
    assert find_root(root / "sub" / "deep") == root
    assert find_root(root / "sub" / "deep" / "a.py") == root


def test_an_inner_repository_wins_over_an_outer_one(tmp_path: Path) -> None:
    outer = repository(tmp_path / "outer", {})
    inner = repository(outer / "inner", {"a.py": ""})
    assert find_root(inner) == inner


def test_a_git_file_counts(tmp_path: Path) -> None:
    write(tmp_path, {"root/.git": "gitdir: elsewhere\n", "root/sub/a.py": ""})
    assert find_root(tmp_path / "root" / "sub") == tmp_path / "root"


@pytest.mark.parametrize(
    ("name", "content", "counts"),
    [
        ("lintkit.toml", "", True),
        ("pyproject.toml", "[project]\n[tool.lintkit]\n", True),
        ("pyproject.toml", "[tool.lintkit.rules]\n", True),
        ("pyproject.toml", '[ tool . "lintkit" ]\n', True),
        ("pyproject.toml", "[tool.lintkitchen]\n", False),
        ("pyproject.toml", "# [tool.lintkit]\n", False),
    ],
)
def test_without_git_a_configuration_counts(tmp_path: Path, name: str, content: str, counts: bool) -> None:
    write(tmp_path, {f"root/{name}": content, "root/sub/deep/a.py": ""})
    start = tmp_path / "root" / "sub" / "deep"
    assert find_root(start) == (tmp_path / "root" if counts else start)


def test_a_pipe_as_a_project_file_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pyproject.toml")
    (tmp_path / "sub").mkdir()
    assert find_root(tmp_path / "sub") == tmp_path / "sub"


def test_the_folder_of_a_file_is_the_last_resort(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": ""})
    assert find_root(tmp_path / "a.py") == tmp_path


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_git_folder_that_somebody_else_laid_above_does_not_count(tmp_path: Path) -> None:
    shared = repository(tmp_path / "shared", {})
    write(shared, {"mine/a.py": ""})
    os.chown(shared / ".git", 12345, 12345)
    assert find_root(shared / "mine") == shared / "mine"
    assert find_root(shared) == shared


def test_discovery_imports_nothing_heavy() -> None:
    program = "import sys, lintkit.files.files, lintkit.files.root; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"pathspec", "subprocess", "yaml", "libcst", "jsonschema"} & set(loaded)
