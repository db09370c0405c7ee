"""git is started for reading only: nothing that a repository or the environment names is executed or believed."""

from __future__ import annotations

import hashlib
import os
import stat
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from lintkit.files import git
from lintkit.files.files import discover, load
from lintkit.files.tree import Tree, TreeError, WorkTree, notifications_of, open_tree
from lintkit.model import Revision
from tests.discover.repositories import git as call_git
from tests.discover.repositories import repository, write


def exercise(tree: Tree) -> None:
    """Everything that a check asks of a tree."""
    discovery = discover(tree)
    for entry in discovery.files:
        with suppress(TreeError):
            load(tree, entry)
            tree.size(entry.path)
    tree.revision()


def all_trees(root: Path) -> None:
    exercise(open_tree(root))
    with suppress(TreeError):
        exercise(open_tree(root, index=True))
    with suppress(TreeError):
        exercise(open_tree(root, revision="HEAD"))


class Trap:
    """A program that leaves a mark when somebody runs it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.mark = folder / "executed"
        self.program = folder / "program"
        self.program.write_text(f"#!/bin/sh\necho \"$0 $*\" >> '{self.mark}'\nexit 0\n")
        self.program.chmod(0o755)

    @property
    def sprung(self) -> bool:
        """Whether the program ran since the last question."""
        found = self.mark.exists()
        self.mark.unlink(missing_ok=True)
        return found


@pytest.fixture
def trap(tmp_path: Path) -> Trap:
    return Trap(tmp_path / "trap")


def hostile(root: Path, trap: Trap) -> None:
    """Name the trap wherever a repository can name a program."""
    program = str(trap.program)
    settings = {
        "core.fsmonitor": program,
        "core.hooksPath": str(root / "hooks"),
        "core.pager": program,
        "core.editor": program,
        "core.sshCommand": program,
        "core.gitProxy": program,
        "core.askPass": program,
        "core.alternateRefsCommand": program,
        "credential.helper": "!" + program,
        "diff.external": program,
        "diff.trap.textconv": program,
        "diff.trap.command": program,
        "filter.trap.clean": program,
        "filter.trap.smudge": program,
        "filter.trap.process": program,
        "filter.trap.required": "true",
        "merge.trap.driver": program,
        "gpg.program": program,
        "log.showSignature": "true",
        "uploadpack.packObjectsHook": program,
        "pager.ls-files": program,
        "pager.cat-file": program,
        "pager.config": program,
        "alias.ls-files": "!" + program,
        "alias.cat-file": "!" + program,
        "interactive.diffFilter": program,
        "sequence.editor": program,
        "protocol.allow": "always",
        "protocol.ext.allow": "always",
        "remote.origin.url": f"ext::{program}",
        "remote.origin.uploadpack": program,
        "remote.origin.promisor": "true",
        "remote.origin.partialCloneFilter": "blob:none",
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "maintenance.auto": "true",
        "gc.auto": "1",
    }
    for name, value in settings.items():
        call_git(root, "config", name, value)
    for folder in (root / "hooks", root / ".git" / "hooks"):
        folder.mkdir(exist_ok=True)
        for hook in (
            "post-index-change",
            "post-checkout",
            "pre-auto-gc",
            "reference-transaction",
            "fsmonitor-watchman",
        ):
            target = folder / hook
            target.write_text(f"#!/bin/sh\nexec '{program}' {hook}\n")
            target.chmod(0o755)
    write(
        root,
        {
            ".gitattributes": "* filter=trap diff=trap merge=trap\n",
            "compose.yaml": "services: {}\nchanged: 1\n",
        },
    )


def without_objects(root: Path) -> None:
    """Take the blobs away, as a partial clone has none of them until it needs them."""
    for blob in call_git(root, "ls-tree", "-r", "HEAD", "--format=%(objectname)").decode().split():
        (root / ".git" / "objects" / blob[:2] / blob[2:]).unlink(missing_ok=True)


def test_nothing_that_the_repository_names_is_executed(tmp_path: Path, trap: Trap) -> None:
    root = repository(
        tmp_path / "root", {"compose.yaml": "services: {}\n", "script": "#!/usr/bin/env python3\n"}
    )
    hostile(root, trap)
    call_git(root, "ls-files", "--others")
    assert trap.sprung, "plain git must run the file system monitor, or this test shows nothing"
    all_trees(root)
    assert not trap.sprung


def test_missing_objects_are_not_fetched_by_a_program(tmp_path: Path, trap: Trap) -> None:
    root = repository(tmp_path / "root", {"compose.yaml": "services: {}\n"})
    blob = call_git(root, "rev-parse", "HEAD:compose.yaml").decode().strip()
    hostile(root, trap)
    without_objects(root)
    call_git(root, "config", "--unset", "core.fsmonitor")
    with pytest.raises(subprocess.CalledProcessError):
        call_git(root, "cat-file", "-p", blob)
    assert trap.sprung, "plain git must fetch through the program, or this test shows nothing"
    all_trees(root)
    assert not trap.sprung
    with pytest.raises(TreeError, match="does not have its content"):
        open_tree(root, revision="HEAD").read("compose.yaml")


def test_the_environment_executes_nothing(
    tmp_path: Path, trap: Trap, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repository(tmp_path / "root", {"compose.yaml": "services: {}\n"})
    program = str(trap.program)
    environment = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.fsmonitor",
        "GIT_CONFIG_VALUE_0": program,
        "GIT_CONFIG_PARAMETERS": f"'core.fsmonitor'='{program}'",
        "GIT_EXTERNAL_DIFF": program,
        "GIT_SSH_COMMAND": program,
        "GIT_ASKPASS": program,
        "GIT_PAGER": program,
        "GIT_TRACE": str(tmp_path / "trace"),
        "GIT_DIR": str(tmp_path / "elsewhere"),
        "GIT_WORK_TREE": str(tmp_path / "elsewhere"),
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    tree = open_tree(root)
    exercise(tree)
    assert [entry.tracked for entry in tree.paths()] == [True]
    assert not trap.sprung
    assert not (tmp_path / "trace").exists()


def test_a_git_inside_the_root_is_not_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository(tmp_path / "root", {"app.py": ""})
    trap = Trap(root / "bin")
    trap.program.rename(root / "bin" / "git")
    monkeypatch.setenv("PATH", os.pathsep.join([str(root / "bin"), ".", "bin", os.environ["PATH"]]))
    monkeypatch.chdir(root)
    exercise(open_tree(root))
    assert not trap.sprung


def test_the_repository_is_not_written_to(tmp_path: Path) -> None:
    root = repository(tmp_path / "root", {"app.py": "x"})
    os.utime(root / "app.py", (1, 1))

    def state() -> dict[str, tuple[int, int]]:
        return {
            str(path): (path.lstat().st_mtime_ns, path.lstat().st_size)
            for path in sorted((root / ".git").rglob("*"))
        }

    before = state()
    all_trees(root)
    assert state() == before


# --- a `.git` that leads elsewhere ----------------------------------------------------------------------------------


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    return repository(tmp_path / "victim", {"private.yml": "token: hidden\n"})


def assert_refused(root: Path, word: str) -> None:
    """No tree is listed that git does not vouch for, and why is said; a walk is made where it is asked for."""
    tree = WorkTree(root)
    with pytest.raises(TreeError, match=word) as raised:
        tree.paths()
    assert "--no-git" in raised.value.message
    assert tree.revision() == Revision()
    tree = WorkTree(root, git=False)
    assert not any(entry.tracked for entry in tree.paths())
    assert "app.py" in {entry.path for entry in tree.paths()}
    assert "private.yml" not in {entry.path for entry in tree.paths()}
    assert notifications_of(tree) == ()
    assert tree.revision() == Revision()
    with pytest.raises(TreeError, match=word):
        open_tree(root, index=True)
    with pytest.raises(TreeError, match=word):
        open_tree(root, revision="HEAD")


def test_a_git_file_that_names_another_repository_is_not_followed(tmp_path: Path, victim: Path) -> None:
    root = write(tmp_path / "root", {".git": f"gitdir: {victim}/.git\n", "app.py": ""})
    assert_refused(root, "does not know this folder")


def test_a_link_to_another_repository_is_not_followed(tmp_path: Path, victim: Path) -> None:
    root = write(tmp_path / "root", {"app.py": ""})
    (root / ".git").symlink_to(victim / ".git", target_is_directory=True)
    assert_refused(root, "does not know this folder")


def test_a_git_directory_that_borrows_another_ones_objects_is_not_used(tmp_path: Path, victim: Path) -> None:
    root = repository(tmp_path / "root", {"app.py": ""})
    write(root, {".git/commondir": f"{victim}/.git\n"})
    assert_refused(root, "shares its objects")


def _rename_in_index(root: Path, name: bytes, other: bytes) -> None:
    """Give an entry of the index a name that git itself would never write."""
    assert len(name) == len(other)
    index = root / ".git" / "index"
    content = index.read_bytes()[:-20]
    assert name in content
    content = content.replace(name, other)
    index.write_bytes(content + hashlib.sha1(content).digest())


@pytest.mark.parametrize("name", [b"../secret.yml", b"aa/../../s.yml", b".git/conf.yml", b"/etc/pass.yml"])
def test_names_in_the_index_that_lead_elsewhere_are_not_read(tmp_path: Path, name: bytes) -> None:
    placeholder = b"x" * (len(name) - 4) + b".yml"
    root = repository(tmp_path / "root", {placeholder.decode(): "", "aa/b.py": ""})
    write(
        tmp_path,
        {"secret.yml": "token: hidden", "s.yml": "token: hidden", "root/.git/conf.yml": "token: hidden"},
    )
    _rename_in_index(root, placeholder, name)
    for tree in (open_tree(root), open_tree(root, index=True)):
        assert not any(name.decode() in entry.path for entry in tree.paths())
    with pytest.raises(TreeError, match="out of the root"):
        open_tree(root).read(name.decode())


def test_names_in_a_commit_that_lead_elsewhere_are_not_listed(tmp_path: Path) -> None:
    root = repository(tmp_path / "root", {"a.py": ""})
    blob = call_git(root, "rev-parse", "HEAD:a.py").strip()
    (root / "inner").write_bytes(b"100644 b.yml\0" + bytes.fromhex(blob.decode()))
    tree = call_git(root, "hash-object", "-t", "tree", "-w", "--literally", "inner").strip().decode()
    (root / "outer").write_bytes(b"40000 ..\0" + bytes.fromhex(tree))
    outer = call_git(root, "hash-object", "-t", "tree", "-w", "--literally", "outer").strip().decode()
    commit = call_git(root, "commit-tree", "-m", "trick", outer).strip().decode()
    assert b"../b.yml" in call_git(root, "ls-tree", "-r", commit), "or this test shows nothing"
    assert list(open_tree(root, revision=commit).paths()) == []


@pytest.mark.parametrize("part", ["objects", "refs", "index", "HEAD"])
def test_a_git_directory_with_linked_parts_is_not_used(tmp_path: Path, victim: Path, part: str) -> None:
    root = repository(tmp_path / "root", {"app.py": ""})
    (root / ".git" / part).rename(root / ".git" / "old")
    (root / ".git" / part).symlink_to(victim / ".git" / part)
    assert_refused(root, "links to a git directory")


@pytest.mark.parametrize("place", ["..", "../victim", "/", "sub"])
def test_a_work_tree_that_is_moved_by_the_configuration_is_not_used(
    tmp_path: Path, victim: Path, place: str
) -> None:
    root = repository(tmp_path / "root", {"app.py": "", "sub/b.py": ""})
    call_git(root, "config", "core.worktree", str((root / place).resolve()))
    assert_refused(root, "work tree somewhere else")


def test_a_folder_that_looks_like_a_bare_repository_is_not_one(tmp_path: Path, trap: Trap) -> None:
    root = repository(tmp_path / "root", {"app.py": ""})
    bare = root / "trick"
    call_git(root, "init", "-q", "--bare", "trick")
    call_git(bare, "config", "core.fsmonitor", str(trap.program))
    write(bare, {"x.yml": ""})
    with pytest.raises(TreeError, match="bare repository"):
        WorkTree(bare).paths()
    tree = WorkTree(bare, git=False)
    assert "x.yml" in [entry.path for entry in tree.paths()]
    exercise(tree)
    assert not trap.sprung


@pytest.mark.parametrize(
    "content",
    ["", "nonsense\n", "gitdir: \n", "gitdir: nowhere\n", "gitdir: a\0b\n", "gitdir: " + "x" * 9000],
)
def test_a_broken_git_file_is_no_clean_repository(tmp_path: Path, content: str) -> None:
    root = write(tmp_path / "root", {".git": content, "app.py": ""})
    assert_refused(root, r"`\.git`")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("config", b"[core\n token = hidden"),
        ("config", b"[core]\n bare = hidden\n"),
        ("index", b"DIRC\0\0\0\x09 broken"),
        ("HEAD", b"hidden"),
    ],
)
def test_a_broken_repository_is_refused_and_nothing_of_it_is_quoted(
    tmp_path: Path, name: str, content: bytes
) -> None:
    root = repository(tmp_path / "root", {"app.py": ""})
    write(root, {f".git/{name}": content})
    with pytest.raises(TreeError, match="--no-git") as raised:
        WorkTree(root).paths()
    assert "hidden" not in raised.value.message
    assert [entry.path for entry in WorkTree(root, git=False).paths()] == ["app.py"]


def test_a_repository_whose_index_was_cut_off_is_refused(tmp_path: Path) -> None:
    root = repository(tmp_path / "root", {"app.py": "", "deploy/compose.yaml": ""})
    index = root / ".git" / "index"
    for length in (1, 20, len(index.read_bytes()) - 30):
        index.write_bytes(index.read_bytes()[:length])
        with pytest.raises(TreeError, match=r"git fsck.*--no-git"):
            WorkTree(root).paths()
        with pytest.raises(TreeError, match="git fsck"):
            open_tree(root, index=True).paths()


def test_a_work_tree_whose_repository_is_gone_is_refused(tmp_path: Path) -> None:
    main = repository(tmp_path / "main", {"app.py": ""})
    call_git(main, "worktree", "add", "-q", "--detach", str(tmp_path / "other"))
    assert [entry.tracked for entry in WorkTree(tmp_path / "other").paths()] == [True]
    main.rename(tmp_path / "elsewhere")
    assert_refused(tmp_path / "other", r"`\.git`")


def test_an_empty_git_folder_does_not_lead_to_the_repository_above(tmp_path: Path) -> None:
    outer = repository(tmp_path / "outer", {"app.py": "", "inner/x.py": ""})
    (outer / "inner" / ".git").mkdir()
    with pytest.raises(TreeError, match="not a repository"):
        WorkTree(outer / "inner").paths()
    tree = WorkTree(outer / "inner", git=False)
    assert [(entry.path, entry.tracked) for entry in tree.paths()] == [("x.py", False)]


# --- git that cannot serve ------------------------------------------------------------------------------------------


def test_without_git_a_repository_is_walked_where_that_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repository(tmp_path / "root", {"app.py": "", ".gitignore": "*.log\n"})
    write(root, {"x.log": ""})
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert_refused(root, "install it")
    tree = WorkTree(root, git=False)
    assert [(entry.path, entry.tracked) for entry in tree.paths()] == [
        (".gitignore", False),
        ("app.py", False),
    ]


def test_a_folder_that_is_no_repository_needs_no_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    tree = WorkTree(write(tmp_path / "root", {"app.py": ""}))
    assert [entry.path for entry in tree.paths()] == ["app.py"]
    assert notifications_of(tree) == ()


def test_a_repository_of_another_user_is_refused_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repository(tmp_path / "root", {"app.py": ""})
    monkeypatch.setenv("HOME", str(tmp_path))
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    for path in (root, root / ".git"):
        os.chown(path, 12345, 12345)
    assert_refused(root, f"`git config --global --add safe.directory {root}`")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_git_folder_of_somebody_else_above_is_passed_over_with_a_word(tmp_path: Path) -> None:
    shared = repository(tmp_path / "shared", {"app.py": ""})
    for path in (shared, shared / ".git"):
        os.chown(path, 12345, 12345)
    tree = WorkTree(write(shared / "mine", {"b.py": ""}))
    assert [(entry.path, entry.tracked) for entry in tree.paths()] == [("b.py", False)]
    (note,) = notifications_of(tree)
    assert note.level == "warning"
    assert str(shared / ".git") in note.message


@pytest.mark.parametrize(
    "name", [".git/index", ".git/config", ".git/HEAD", ".gitignore", ".git/info/exclude"]
)
def test_a_pipe_where_git_expects_a_file_does_not_hang(tmp_path: Path, name: str) -> None:
    root = repository(tmp_path / "root", {"app.py": ""})
    (root / name).unlink(missing_ok=True)
    os.mkfifo(root / name)
    with pytest.raises(TreeError, match="pipe"):
        WorkTree(root).paths()
    assert "app.py" in [entry.path for entry in WorkTree(root, git=False).paths()]


def test_git_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git, "TIMEOUT_SECONDS", 0.5)
    root = repository(tmp_path / "root", {"app.py": "", "deep/x.py": ""})
    os.mkfifo(root / "deep" / ".gitignore")
    with pytest.raises(TreeError, match="did not answer"):
        WorkTree(root).paths()
    assert {entry.path for entry in WorkTree(root, git=False).paths()} == {"app.py", "deep/x.py"}


def test_an_object_that_is_a_pipe_does_not_hang(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git, "TIMEOUT_SECONDS", 0.5)
    root = repository(tmp_path / "root", {"app.py": "x", "b.py": "other"})
    blob = call_git(root, "rev-parse", "HEAD:app.py").decode().strip()
    path = root / ".git" / "objects" / blob[:2] / blob[2:]
    path.unlink()
    os.mkfifo(path)
    tree = open_tree(root, revision="HEAD")
    tree.paths()
    with pytest.raises(TreeError, match="did not deliver"):
        tree.read("app.py")
    assert tree.read("b.py") == b"other"


def test_a_git_that_dies_is_an_error_and_not_a_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository(tmp_path / "root", {"app.py": "x"})
    tree = open_tree(root, index=True)
    tree.paths()
    false = tmp_path / "false"
    false.write_text("#!/bin/sh\nexit 1\n")
    false.chmod(stat.S_IRWXU)
    monkeypatch.setattr(git.Repository, "_command", lambda self, arguments: [str(false)])
    with pytest.raises(TreeError, match="git stopped"):
        tree.read("app.py")


# --- where a tree comes from ----------------------------------------------------------------------------------------


def test_the_revision_names_repository_commit_and_branch(tmp_path: Path) -> None:
    root = repository(tmp_path / "root", {"app.py": ""})
    call_git(root, "remote", "add", "origin", "git@example.com:team/project.git")
    commit = call_git(root, "rev-parse", "HEAD").decode().strip()
    assert open_tree(root).revision() == Revision("https://example.com/team/project", commit, "main")
    assert open_tree(root, index=True).revision() == open_tree(root).revision()


def test_a_detached_head_has_no_branch_and_an_unborn_one_no_commit(tmp_path: Path) -> None:
    root = repository(tmp_path / "root", {"app.py": ""})
    call_git(root, "checkout", "-q", "--detach")
    assert open_tree(root).revision().branch == ""
    assert open_tree(root).revision().revision_id
    empty = tmp_path / "empty"
    empty.mkdir()
    call_git(empty, "init", "-q", "-b", "main")
    assert open_tree(empty).revision() == Revision("", "", "main")


def test_an_older_revision_is_named_by_its_own_commit(tmp_path: Path) -> None:
    root = repository(tmp_path / "root", {"app.py": ""})
    first = call_git(root, "rev-parse", "HEAD").decode().strip()
    call_git(root, "commit", "-q", "--allow-empty", "-m", "second")
    assert open_tree(root, revision="HEAD~1").revision() == Revision("", first, "")
    assert open_tree(root, revision="main").revision().branch == "main"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://example.com/team/project.git", "https://example.com/team/project"),
        ("https://example.com/team/project/", "https://example.com/team/project"),
        ("http://example.com/team/project", "https://example.com/team/project"),
        ("https://example.com:8443/p.git", "https://example.com:8443/p"),
        ("https://example.com:443/p.git", "https://example.com/p"),
        ("git@example.com:team/project.git", "https://example.com/team/project"),
        ("example.com:team/project", "https://example.com/team/project"),
        ("ssh://git@example.com:2222/team/project.git", "https://example.com/team/project"),
        ("git://example.com/p.git", "https://example.com/p"),
        ("https://[2001:db8::1]/p.git", "https://[2001:db8::1]/p"),
        ("HTTPS://Example.COM/Team/P", "https://example.com/Team/P"),
    ],
)
def test_remotes_become_web_addresses(url: str, address: str) -> None:
    assert git.web_address(url) == address


@pytest.mark.parametrize(
    "url",
    [
        "https://hidden@example.com/p.git",
        "https://user:hidden@example.com/p.git",
        "https://user:hid@hidden@example.com/p.git",
        "https://user:hid/hidden@example.com/p.git",
        "https://hid#hidden@example.com/p",
        "https://hid?hidden@example.com/p",
        "https://example.com/p.git?token=hidden",
        "https://example.com/p.git#hidden",
        "user:hidden@example.com:p.git",
        "hidden@example.com:p.git",
        "example.com:p.git?private_token=hidden",
        "example.com:hidden@x/p",
        "ssh://git:hidden@example.com/p",
        "https://example.com:hidden/p",
        "https://\thidden@example.com/p",
        "https://hidden\\@example.com/p",
        "https:///user:hidden@example.com/p",
        "https:user:hidden@example.com/p",
    ],
)
def test_credentials_in_a_remote_never_come_out(url: str) -> None:
    assert "hidden" not in git.web_address(url)


@pytest.mark.parametrize(
    "url",
    ["", "/srv/git/p.git", "../p", "file:///srv/p", "C:/p", "C:\\p", "ext::sh -c x", "p", "a b:c", "x://y/z"],
)
def test_what_is_no_web_address_is_left_out(url: str) -> None:
    assert git.web_address(url) == ""


def test_a_token_in_the_configured_remote_does_not_come_out(tmp_path: Path) -> None:
    root = repository(tmp_path / "root", {"app.py": ""})
    call_git(root, "config", "remote.origin.url", "https://bot:hidden@example.com/p.git")
    call_git(root, "config", "url.https://bot:hidden@example.com/.insteadOf", "https://example.com/")
    assert open_tree(root).revision().repository_uri == "https://example.com/p"
