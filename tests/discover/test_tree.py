"""The work tree, the index and a revision list and read the right files."""

from __future__ import annotations

import os
import pickle
import socket
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lintkit.files import disk, git
from lintkit.files.tree import (
    EXECUTABLE,
    LARGEST_FILE,
    LINK,
    TreeEntry,
    TreeError,
    WorkTree,
    notifications_of,
    open_tree,
)
from lintkit.model import Revision
from tests.discover.repositories import git as call_git
from tests.discover.repositories import repository, write


def paths(root: Path, **options: object) -> list[str]:
    return [entry.path for entry in open_tree(root, **options).paths()]  # type: ignore[arg-type]


def entry(root: Path, path: str) -> TreeEntry:
    return next(found for found in open_tree(root).paths() if found.path == path)


def words(tree: WorkTree) -> dict[str, str]:
    tree.paths()
    return {note.path: note.message for note in notifications_of(tree)}


# --- the work tree of git -------------------------------------------------------------------------------------------


def test_tracked_and_untracked_files_are_listed_and_ignored_ones_are_not(tmp_path: Path) -> None:
    root = repository(tmp_path, {"app.py": "", ".gitignore": "*.log\nout/\n"})
    write(root, {"new.py": "", "x.log": "", "out/y.py": ""})
    assert paths(root) == [".gitignore", "app.py", "new.py"]
    assert entry(root, "app.py").tracked
    assert not entry(root, "new.py").tracked


def test_a_tracked_file_is_listed_even_if_it_is_ignored(tmp_path: Path) -> None:
    root = repository(tmp_path, {".env": "A=1\n", ".gitignore": ".env\n"})
    assert entry(root, ".env").tracked


def test_a_deleted_file_is_not_listed(tmp_path: Path) -> None:
    root = repository(tmp_path, {"gone.py": "", "here.py": ""})
    (root / "gone.py").unlink()
    assert paths(root) == ["here.py"]


def test_a_sparse_checkout_lists_what_is_on_disk(tmp_path: Path) -> None:
    root = repository(tmp_path, {"a/x.py": "", "b/y.py": ""})
    call_git(root, "sparse-checkout", "set", "a")
    assert paths(root) == ["a/x.py"]


def test_a_folder_below_the_top_gives_paths_relative_to_itself(tmp_path: Path) -> None:
    root = repository(tmp_path, {"top.py": "", "deploy/app.yml": "committed", "deploy/.gitignore": "*.bak\n"})
    write(root, {"deploy/new.yml": "", "deploy/old.bak": ""})
    assert paths(root / "deploy") == [".gitignore", "app.yml", "new.yml"]
    assert paths(root / "deploy", index=True) == [".gitignore", "app.yml"]
    assert paths(root / "deploy", revision="HEAD") == [".gitignore", "app.yml"]
    assert open_tree(root / "deploy", revision="HEAD").read("app.yml") == b"committed"
    assert open_tree(root / "deploy", index=True).read("app.yml") == b"committed"


def test_a_folder_that_git_ignores_as_a_whole_is_walked_when_it_is_the_root(tmp_path: Path) -> None:
    root = repository(tmp_path, {".gitignore": "out/\n"})
    write(root, {"out/compose.yaml": "", "out/sub/x.py": ""})
    assert paths(root / "out") == ["compose.yaml", "sub/x.py"]


def test_submodules_and_nested_repositories_are_not_entered_and_are_named(tmp_path: Path) -> None:
    library = repository(tmp_path / "library", {"lib.py": ""})
    root = repository(tmp_path / "root", {"app.py": ""})
    call_git(
        root, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library), "vendored"
    )
    repository(root / "nested", {"n.py": ""})
    tree = WorkTree(root)
    assert [found.path for found in tree.paths()] == [".gitmodules", "app.py"]
    assert set(words(tree)) == {"vendored", "nested"}


def test_a_submodule_can_be_the_root(tmp_path: Path) -> None:
    library = repository(tmp_path / "library", {"lib.py": ""})
    root = repository(tmp_path / "root", {})
    call_git(
        root, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library), "vendored"
    )
    tree = WorkTree(root / "vendored")
    assert [(found.path, found.tracked) for found in tree.paths()] == [("lib.py", True)]
    assert notifications_of(tree) == ()


def test_a_linked_work_tree_can_be_the_root(tmp_path: Path) -> None:
    root = repository(tmp_path / "root", {"app.py": ""})
    call_git(root, "worktree", "add", "-q", str(tmp_path / "linked"), "-b", "other")
    tree = WorkTree(tmp_path / "linked")
    assert [(found.path, found.tracked) for found in tree.paths()] == [("app.py", True)]
    assert tree.revision().branch == "other"


def test_modes_come_from_git(tmp_path: Path) -> None:
    root = repository(tmp_path, {"app.py": ""})
    write(root, {"tool": ""})
    (root / "tool").chmod(0o755)
    assert entry(root, "tool").mode == EXECUTABLE
    call_git(root, "add", "tool")
    assert entry(root, "tool").mode == EXECUTABLE


def test_a_conflict_lists_a_file_once_and_the_index_reads_our_side(tmp_path: Path) -> None:
    root = repository(tmp_path, {"app.py": "base\n"})
    call_git(root, "checkout", "-q", "-b", "theirs")
    write(root, {"app.py": "theirs\n"})
    call_git(root, "commit", "-qam", "theirs")
    call_git(root, "checkout", "-q", "main")
    write(root, {"app.py": "ours\n"})
    call_git(root, "commit", "-qam", "ours")
    with pytest.raises(Exception, match="merge"):
        call_git(root, "merge", "-q", "theirs")
    assert paths(root) == ["app.py"]
    assert open_tree(root, index=True).read("app.py") == b"ours\n"


# --- index and revision ---------------------------------------------------------------------------------------------


def test_the_index_differs_from_the_work_tree_and_the_revision(tmp_path: Path) -> None:
    root = repository(tmp_path, {"app.py": "committed"})
    write(root, {"app.py": "staged", "added.py": "new"})
    call_git(root, "add", "-A")
    write(root, {"app.py": "on disk", "untracked.py": ""})
    assert open_tree(root).read("app.py") == b"on disk"
    assert open_tree(root, index=True).read("app.py") == b"staged"
    assert open_tree(root, revision="HEAD").read("app.py") == b"committed"
    assert paths(root, index=True) == ["added.py", "app.py"]
    assert paths(root, revision="HEAD") == ["app.py"]


def test_the_index_is_read_through_the_file_that_a_commit_prepares(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repository(tmp_path, {"app.py": "committed"})
    write(root, {"app.py": "partial"})
    prepared = root / ".git" / "next-index.lock"
    prepared.write_bytes((root / ".git" / "index").read_bytes())
    call_git(root, "add", "app.py", GIT_INDEX_FILE=str(prepared))
    assert open_tree(root, index=True).read("app.py") == b"committed"
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/next-index.lock")
    assert open_tree(root, index=True).read("app.py") == b"partial"


def test_an_index_file_outside_the_git_directory_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repository(tmp_path / "root", {"app.py": ""})
    other = repository(tmp_path / "other", {"secret.py": ""})
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git" / "index"))
    assert paths(root, index=True) == ["app.py"]


def test_sizes_come_from_git(tmp_path: Path) -> None:
    root = repository(tmp_path, {"app.py": "12345"})
    write(root, {"app.py": "1234567"})
    assert open_tree(root).size("app.py") == 7
    assert open_tree(root, index=True).size("app.py") == 5
    assert open_tree(root, revision="HEAD").size("app.py") == 5


@pytest.mark.parametrize("options", [{}, {"index": True}, {"revision": "HEAD"}])
def test_a_file_that_is_too_large_is_refused_with_its_size(
    tmp_path: Path, options: dict[str, object]
) -> None:
    root = repository(tmp_path, {"big.json": b"1" * (LARGEST_FILE + 1), "small.json": b"2"})
    tree = open_tree(root, **options)  # type: ignore[arg-type]
    with pytest.raises(TreeError, match=r"5\.0 MB"):
        tree.read("big.json")
    assert tree.read("small.json") == b"2"


@pytest.mark.parametrize("options", [{}, {"index": True}, {"revision": "HEAD"}])
def test_a_file_that_does_not_exist_is_an_error_with_its_path(
    tmp_path: Path, options: dict[str, object]
) -> None:
    tree = open_tree(repository(tmp_path, {"a.py": ""}), **options)  # type: ignore[arg-type]
    for ask in (tree.read, tree.size):
        with pytest.raises(TreeError) as caught:
            ask("missing.py")
        assert caught.value.path == "missing.py"


@pytest.mark.parametrize("revision", ["no-such-branch", "--output=x", "", "HEAD:app.py", "a\0b"])
def test_an_unknown_revision_is_an_error(tmp_path: Path, revision: str) -> None:
    root = repository(tmp_path, {"app.py": ""})
    with pytest.raises(TreeError):
        open_tree(root, revision=revision)


@pytest.mark.parametrize("options", [{"index": True}, {"revision": "HEAD"}])
def test_index_and_revision_need_a_repository(tmp_path: Path, options: dict[str, object]) -> None:
    with pytest.raises(TreeError, match="no git work tree"):
        open_tree(tmp_path, **options)  # type: ignore[arg-type]


def test_many_blobs_are_read_by_one_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository(tmp_path, {f"{number}.py": f"content {number}\n" * number for number in range(50)})
    started: list[tuple[str, ...]] = []
    start = git.Repository.start

    def record(self: git.Repository, *arguments: str) -> subprocess.Popen[bytes]:
        started.append(arguments)
        return start(self, *arguments)

    monkeypatch.setattr(git.Repository, "start", record)
    tree = open_tree(root, revision="HEAD")
    for number in range(50):
        assert tree.read(f"{number}.py") == f"content {number}\n".encode() * number
    assert len(started) == 1


def test_a_forked_process_reads_through_its_own_git(tmp_path: Path) -> None:
    import multiprocessing

    root = repository(tmp_path, {"a.py": "a", "b.py": "b"})
    tree = open_tree(root, index=True)
    assert tree.read("a.py") == b"a"
    context = multiprocessing.get_context("fork")
    queue = context.SimpleQueue()
    child = context.Process(target=lambda: queue.put(tree.read("b.py")))
    child.start()
    assert queue.get() == b"b"
    child.join()
    assert tree.read("a.py") == b"a"


# --- a folder without git -------------------------------------------------------------------------------------------


def test_a_walk_reads_nested_ignore_files_as_git_does(tmp_path: Path) -> None:
    files = {
        ".gitignore": "*.log\n/build/\n!keep.log\nsub/private\n",
        "a.log": "",
        "keep.log": "",
        "build/x.py": "",
        "sub/build/x.py": "",
        "sub/private/y.py": "",
        "sub/.gitignore": "!b.log\nkeep.log\n*.tmp\n",
        "sub/b.log": "",
        "sub/keep.log": "",
        "sub/c.tmp": "",
        "sub/deep/d.tmp": "",
        "c.tmp": "",
    }
    walked = paths(write(tmp_path / "walked", files))
    in_git = tmp_path / "git"
    in_git.mkdir()
    call_git(in_git, "init", "-q")
    assert walked == paths(write(in_git, files))
    assert "sub/b.log" in walked
    assert "sub/keep.log" not in walked


def test_a_walk_enters_no_installed_packages_and_tracks_nothing(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "app.py": "",
            "node_modules/x/y.json": "",
            ".venv/a.py": "",
            "env/pyvenv.cfg": "",
            "env/lib/b.py": "",
        },
    )
    assert paths(tmp_path) == ["app.py"]
    assert not entry(tmp_path, "app.py").tracked
    assert open_tree(tmp_path).revision() == Revision()


def test_a_costly_ignore_pattern_counts_as_it_does_for_git(tmp_path: Path) -> None:
    lines = ["*a" * 40 + "b", "*.log", "[z-a]", "*" * 600 + "x.txt"]
    files = ["a" * 200, "a" * 200 + "b", "x.log", "yx.txt", "z", "y"]
    write(tmp_path, {".gitignore": "\n".join(lines), **dict.fromkeys(files, "")})
    tree = WorkTree(tmp_path)
    assert [found.path for found in tree.paths()] == [".gitignore", "a" * 200, "y"]


def test_ignore_files_of_nothing_but_wildcards_are_stopped_with_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lintkit.globs.git.MATCH_STEPS", 1_000)
    write(tmp_path, {".gitignore": "\n".join("?" * length + "*" for length in range(50, 150)) + "\n*.log\n"})
    write(tmp_path, {f"{letter}.log": "" for letter in "abcdefghijklmnopqrstuvwxyz"})
    tree = WorkTree(tmp_path)
    kept = [found.path for found in tree.paths() if found.path.endswith(".log")]
    assert 0 < len(kept) < 26
    assert "nothing more is ignored" in words(tree)[""]


# --- links, pipes and other odd things ------------------------------------------------------------------------------


@pytest.fixture(params=["git", "walk"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """An empty root, once in git and once not, with a file outside of it."""
    root = tmp_path / "root"
    root.mkdir()
    if request.param == "git":
        call_git(root, "init", "-q")
    write(tmp_path, {"outside/secret.yml": "token"})
    return root


def test_a_link_that_leads_outside_is_listed_with_the_reason_and_never_read(place: Path) -> None:
    (place / "deploy.yml").symlink_to("../outside/secret.yml")
    tree = open_tree(place)
    (found,) = tree.paths()
    assert found.mode == LINK
    assert "out of the root" in found.skipped
    with pytest.raises(TreeError, match="symbolic link"):
        tree.read("deploy.yml")


def test_a_linked_folder_is_not_entered_and_nothing_is_read_through_it(place: Path) -> None:
    (place / "config").symlink_to("../outside", target_is_directory=True)
    tree = open_tree(place)
    assert [found.path for found in tree.paths()] == ["config"]
    with pytest.raises(TreeError):
        tree.read("config/secret.yml")


def test_a_folder_that_became_a_link_after_git_saw_it_is_not_followed(tmp_path: Path) -> None:
    root = repository(tmp_path / "root", {"config/secret.yml": "own"})
    write(tmp_path, {"outside/secret.yml": "token"})
    (root / "config" / "secret.yml").unlink()
    (root / "config").rmdir()
    (root / "config").symlink_to("../outside", target_is_directory=True)
    tree = open_tree(root)
    with pytest.raises(TreeError, match="below a link"):
        tree.read("config/secret.yml")


def test_a_link_inside_the_root_is_listed_without_a_word(place: Path) -> None:
    write(place, {"a.yml": ""})
    (place / "b.yml").symlink_to("a.yml")
    assert [(found.path, found.skipped) for found in open_tree(place).paths()] == [
        ("a.yml", ""),
        ("b.yml", ""),
    ]


def test_cyclic_links_do_not_loop(place: Path) -> None:
    (place / "loop").symlink_to(".", target_is_directory=True)
    (place / "one.yml").symlink_to("two.yml")
    (place / "two.yml").symlink_to("one.yml")
    found = {entry.path: entry.skipped for entry in open_tree(place).paths()}
    assert set(found) == {"loop", "one.yml", "two.yml"}
    assert "nowhere" in found["one.yml"]


def test_a_pipe_is_never_opened(place: Path) -> None:
    os.mkfifo(place / "compose.yaml")
    tree = open_tree(place)
    assert [found.path for found in tree.paths()] == []
    with pytest.raises(TreeError, match="named pipe"):
        tree.read("compose.yaml")


def test_a_pipe_and_a_socket_with_a_telling_name_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "compose.yaml")
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("app.py")
        assert set(words(WorkTree(tmp_path))) == {"compose.yaml", "app.py"}


def test_a_tracked_file_that_became_a_pipe_is_refused(tmp_path: Path) -> None:
    root = repository(tmp_path, {"compose.yaml": ""})
    (root / "compose.yaml").unlink()
    os.mkfifo(root / "compose.yaml")
    with pytest.raises(TreeError, match="named pipe"):
        open_tree(root).read("compose.yaml")


def test_a_file_that_becomes_a_pipe_before_it_is_opened_does_not_hang(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"app.py": ""})
    before = os.lstat(tmp_path / "app.py")
    (tmp_path / "app.py").unlink()
    os.mkfifo(tmp_path / "app.py")
    monkeypatch.setattr(disk.Disk, "status", lambda self, name: before)
    with pytest.raises(TreeError, match="named pipe"):
        open_tree(tmp_path).read("app.py")


def test_a_file_that_becomes_a_link_before_it_is_opened_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"root/app.py": "", "secret": "token"})
    before = os.lstat(tmp_path / "root" / "app.py")
    (tmp_path / "root" / "app.py").unlink()
    (tmp_path / "root" / "app.py").symlink_to("../secret")
    monkeypatch.setattr(disk.Disk, "status", lambda self, name: before)
    with pytest.raises(TreeError, match="became a symbolic link"):
        open_tree(tmp_path / "root").read("app.py")


def test_a_file_that_grows_while_it_is_read_stays_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "read", lambda descriptor, count: b"x" * count)
    write(tmp_path, {"app.py": "1"})
    with pytest.raises(TreeError, match="MB"):
        open_tree(tmp_path).read("app.py")


def test_a_file_that_vanished_is_said_to_have_vanished(place: Path) -> None:
    write(place, {"a/app.py": ""})
    tree = open_tree(place)
    tree.paths()
    (place / "a" / "app.py").unlink()
    with pytest.raises(TreeError, match="vanished"):
        tree.read("a/app.py")


def test_an_unreadable_file_is_a_sentence(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(place, {"app.py": ""})

    def refuse(*_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied")

    tree = open_tree(place)
    tree.paths()
    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(TreeError, match="not allowed to read it"):
        tree.read("app.py")


def test_an_unreadable_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"a/app.py": "", "b.py": ""})
    scan = os.scandir

    def refuse(folder: bytes) -> object:
        if folder.endswith(b"/a/"):
            raise PermissionError(13, "Permission denied")
        return scan(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    tree = WorkTree(tmp_path)
    assert [found.path for found in tree.paths()] == ["b.py"]
    assert "not allowed" in words(tree)["a"]


def test_odd_names_are_listed_and_read(place: Path) -> None:
    names = [
        'quote".py',
        "line\nbreak.py",
        "tab\t.py",
        "ünï.py",
        " lead.py",
        "-dash.py",
        "a\\b.py",
        "x'y.py",
        "*?.py",
    ]
    write(place, dict.fromkeys(names, "odd"))
    tree = open_tree(place)
    assert [found.path for found in tree.paths()] == sorted(names)
    assert {tree.read(name) for name in names} == {b"odd"}


@pytest.mark.parametrize("options", [{}, {"index": True}, {"revision": "HEAD"}])
def test_odd_names_come_out_of_git_objects(tmp_path: Path, options: dict[str, object]) -> None:
    names = ['quote".py', "line\nbreak.py", "tab\t.py", "ünï.py", " lead.py", "-dash.py", ":(glob)x.py"]
    tree = open_tree(repository(tmp_path, dict.fromkeys(names, "odd")), **options)  # type: ignore[arg-type]
    assert [found.path for found in tree.paths()] == sorted(names)
    assert {tree.read(name) for name in names} == {b"odd"}


def _with_latin_name(folder: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(folder) + b"/d\xe9.yml")).write_bytes(b"latin")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")


def test_a_name_that_is_not_utf8_is_shown_with_escapes_and_read(place: Path) -> None:
    _with_latin_name(place)
    tree = open_tree(place)
    assert [found.path for found in tree.paths()] == ["d\\xe9.yml"]
    assert tree.read("d\\xe9.yml") == b"latin"


def test_two_names_that_are_shown_alike_are_not_mixed_up(place: Path) -> None:
    _with_latin_name(place)
    write(place, {"d\\xe9.yml": "ascii"})
    tree = WorkTree(place)
    assert [found.path for found in tree.paths()] == ["d\\xe9.yml"]
    assert "not UTF-8" in words(tree)["d\\xe9.yml"]


def test_a_missing_root_and_a_file_as_root_are_errors(tmp_path: Path) -> None:
    write(tmp_path, {"app.py": ""})
    with pytest.raises(TreeError, match="does not exist"):
        open_tree(tmp_path / "nowhere")
    with pytest.raises(TreeError, match="no folder"):
        open_tree(tmp_path / "app.py")


def test_a_root_behind_a_link_is_resolved(tmp_path: Path) -> None:
    root = repository(tmp_path / "root", {"app.py": "x"})
    (tmp_path / "link").symlink_to(root, target_is_directory=True)
    tree = open_tree(tmp_path / "link")
    assert [(found.path, found.tracked) for found in tree.paths()] == [("app.py", True)]
    assert tree.read("app.py") == b"x"


def test_what_is_named_is_listed_although_it_is_ignored(place: Path) -> None:
    write(
        place,
        {".gitignore": "*.env\nout/\n", "prod.env": "", "other.env": "", "out/a.py": "", "out/b/c.py": ""},
    )
    assert paths(place, named=["prod.env"]) == [".gitignore", "prod.env"]
    assert paths(place, named=["out"]) == [".gitignore", "out/a.py", "out/b/c.py"]
    assert paths(place, named=["nowhere.env"]) == [".gitignore"]


def test_the_error_survives_pickling() -> None:
    error = pickle.loads(pickle.dumps(TreeError("It vanished.", "a.py")))
    assert (error.message, error.path, str(error)) == ("It vanished.", "a.py", "It vanished.")


_PATTERNS = st.lists(
    st.sampled_from(
        [
            "a",
            "b/",
            "/a",
            "*.x",
            "!c.x",
            "a/b",
            "**/b",
            "a/**",
            "a/*",
            "!a/c.x",
            "a/**/c.x",
            "?.x",
            "[ab]",
            "# a",
            "",
            "\\!a",
            "c.x ",
            "!a/",
            "*",
        ]
    ),
    max_size=5,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_PATTERNS, _PATTERNS)
def test_a_walk_lists_what_git_lists(
    tmp_path_factory: pytest.TempPathFactory, top: list[str], inner: list[str]
) -> None:
    names = ["a/a/c.x", "a/b/a", "a/c.x", "a/d", "b/a", "b/c.x", "c.x", "d/a/b/c.x", "d/b", "e.x", "!a"]
    files = {**dict.fromkeys(names, ""), ".gitignore": "\n".join(top), "a/.gitignore": "\n".join(inner)}
    walked = write(tmp_path_factory.mktemp("walked"), files)
    in_git = write(tmp_path_factory.mktemp("git"), files)
    call_git(in_git, "init", "-q")
    expected = paths(in_git)
    assert not notifications_of(open_tree(in_git))
    if expected:
        assert paths(walked) == expected
