"""A check that could not look at what it was asked for says so on stderr, whatever the format, and exits with 2."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from lintkit.report.formats import FORMATS
from tests.cli.conftest import Said, Shell

DEFECT = "import redis\n\nURL = redis.from_url('redis://localhost:6379')\n"
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")


@pytest.fixture
def repository(shell: Shell) -> Shell:
    """A repository with one commit, and a file with a defect."""
    shell.write("app.py", DEFECT)
    shell.write("src/pkg/mod.py", "x = 1\n")
    for command in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *command], check=True)
    author = ("-c", "user.name=a", "-c", "user.email=a@shop.example", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *author, "commit", "-qm", "one"], check=True)
    return shell


def belongs_to_somebody_else(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(root.parent))
    for path in (root, *root.rglob("*")):
        os.chown(path, 12345, 12345)


def without_git(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(root.parent / "nothing"))


def cut_off(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = root / ".git" / "index"
    index.write_bytes(index.read_bytes()[:20])


def leads_nowhere(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(root / ".git")
    (root / ".git").write_text("gitdir: ../gone/.git/worktrees/root\n")


def has_no_head(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / ".git" / "HEAD").unlink()


def broken_configuration(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / ".git" / "config").write_text("[core\n")


def bare(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(root)
    subprocess.run(["git", "init", "-q", "--bare", str(root)], check=True)
    monkeypatch.chdir(root)


REFUSALS = [
    pytest.param(belongs_to_somebody_else, "git config --global --add safe.directory", marks=AS_ROOT),
    pytest.param(without_git, "git is not installed"),
    pytest.param(cut_off, "git fsck"),
    pytest.param(leads_nowhere, "`.git`"),
    pytest.param(has_no_head, "`.git`"),
    pytest.param(broken_configuration, "git config --list"),
]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(("damage", "words"), REFUSALS)
def test_git_that_cannot_serve_is_said_in_every_format(
    repository: Shell,
    monkeypatch: pytest.MonkeyPatch,
    damage: Callable[[Path, pytest.MonkeyPatch], None],
    words: str,
    form: str,
) -> None:
    damage(repository.root, monkeypatch)
    said = repository("check", "--quiet", "--exit-zero", "--output-format", form)
    assert (said.code, said.out) == (2, "")
    assert words in said.err
    assert "--no-git" in said.err


@pytest.mark.parametrize(("damage", "words"), REFUSALS)
@pytest.mark.parametrize(
    "command",
    [["files"], ["baseline"], ["config"], ["check", "src"], ["check", "--fix"], ["check", "--since", "HEAD"]],
    ids=" ".join,
)
def test_no_command_takes_it_for_a_folder_without_git(
    repository: Shell,
    monkeypatch: pytest.MonkeyPatch,
    damage: Callable[[Path, pytest.MonkeyPatch], None],
    words: str,
    command: list[str],
) -> None:
    damage(repository.root, monkeypatch)
    said = repository(*command)
    assert said.code == 2, said
    assert words in said.err


@pytest.mark.parametrize(("damage", "words"), REFUSALS)
def test_the_folder_is_checked_without_git_where_that_is_asked_for(
    repository: Shell,
    monkeypatch: pytest.MonkeyPatch,
    damage: Callable[[Path, pytest.MonkeyPatch], None],
    words: str,
) -> None:
    damage(repository.root, monkeypatch)
    said = repository("check", "--no-git", "--output-format", "concise")
    assert (said.code, said.err) == (1, "")
    assert "app.py:3" in said.out
    assert repository("files", "--no-git").code == 0
    assert repository("baseline", "--no-git").code == 0


@AS_ROOT
def test_the_command_that_helps_helps(repository: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    belongs_to_somebody_else(repository.root, monkeypatch)
    command = repository("check").err.split("run `", 1)[1].split("`", 1)[0]
    subprocess.run(["bash", "-c", command], check=True)
    assert repository("check").code == 1


@AS_ROOT
def test_the_command_that_helps_is_one_for_a_shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shell: Shell
) -> None:
    root = tmp_path / "a $(touch pwned) b"
    root.mkdir()
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    belongs_to_somebody_else(root, monkeypatch)
    command = shell("check", "--root", str(root)).err.split("run `", 1)[1].split("`. `", 1)[0]
    subprocess.run(["bash", "-c", command], check=True, cwd=root)
    assert not (root / "pwned").exists()
    assert "another user" not in shell("check", "--root", str(root)).err


def test_git_is_not_left_out_where_it_is_asked(repository: Shell) -> None:
    for option in (["--staged"], ["--changed"], ["--since", "HEAD"]):
        assert "leave out --no-git" in repository("check", "--no-git", *option).err


def test_a_folder_that_is_no_repository_is_walked(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.write("app.py", DEFECT)
    without_git(shell.root, monkeypatch)
    assert (shell("check").code, shell("check").err) == (1, "")


def test_a_bare_repository_is_no_clean_one(repository: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    bare(repository.root, monkeypatch)
    said = repository("check")
    assert said.code == 2, said
    assert said.err


def test_a_revision_that_a_shallow_clone_lacks(
    repository: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = subprocess.run(
        ["git", "rev-parse", "HEAD"], check=True, capture_output=True, text=True
    ).stdout.strip()
    author = ("-c", "user.name=a", "-c", "user.email=a@shop.example", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *author, "commit", "-q", "--allow-empty", "-m", "two"], check=True)
    source = f"file://{repository.root}"
    subprocess.run(["git", "clone", "-q", "--depth", "1", source, str(tmp_path / "clone")], check=True)
    monkeypatch.chdir(tmp_path / "clone")
    said = repository("check", "--since", first)
    assert said.code == 2
    assert "shallow clone" in said.err


def test_before_the_first_commit_everything_is_new(shell: Shell) -> None:
    shell.write("app.py", DEFECT)
    subprocess.run(["git", "init", "-q"], check=True)
    assert shell("check", "--changed").code == 1
    assert shell("check", "--staged").code == 0
    subprocess.run(["git", "add", "-A"], check=True)
    assert shell("check", "--staged").code == 1


def refused(said: Said, *words: str) -> None:
    assert said.code == 2, said
    assert "error: " in said.err
    for word in words:
        assert word in said.err


@pytest.mark.parametrize("form", FORMATS)
def test_an_empty_folder_is_said_in_every_format(repository: Shell, form: str) -> None:
    (repository.root / "deploy").mkdir()
    refused(
        repository("check", "--quiet", "--output-format", form, "deploy"),
        "no file in `deploy`",
        "--allow-empty",
    )
    refused(repository("check", "--quiet", "--output-format", form, "deploy", "src"), "no file in `deploy`")


def test_a_folder_of_nothing_that_is_read(repository: Shell) -> None:
    repository.write("images/a.svg", "<svg/>")
    refused(repository("check", "images"), "reads none of the files in `images`")
    assert repository("check", "images", "src").code == 0
    said = repository("check", "--allow-empty", "images")
    assert (said.code, said.err) == (0, "")


def test_an_empty_repository(tmp_path: Path, shell: Shell) -> None:
    (tmp_path / "empty").mkdir()
    refused(shell("check", "--root", str(tmp_path / "empty")), "no file in the folder that is checked")
    assert shell("check", "--allow-empty", "--root", str(tmp_path / "empty")).code == 0


def test_a_submodule_that_is_named(repository: Shell) -> None:
    other = repository.root.parent / "other"
    subprocess.run(["git", "clone", "-q", str(repository.root), str(other)], check=True)
    add = ["git", "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other), "vendor/other"]
    subprocess.run(add, check=True)
    (repository.root / "lintkit.toml").write_text('select = ["env/duplicate-key"]\n')
    assert repository("check").code == 0
    shutil.rmtree(repository.root / "vendor" / "other")
    (repository.root / "vendor" / "other").mkdir()
    refused(repository("check", "vendor/other"), "submodule")


def test_a_path_that_does_not_exist(repository: Shell) -> None:
    refused(repository("check", "sorce"), "no file or folder `sorce`")


@pytest.mark.parametrize("ignored", [False, True])
@pytest.mark.parametrize("git", [False, True])
def test_a_name_that_is_not_utf_8(shell: Shell, git: bool, ignored: bool) -> None:
    name = os.fsdecode(b"caf\xe9.py")
    (shell.root / name).write_text(DEFECT)
    if git:
        subprocess.run(["git", "init", "-q"], check=True)
    if ignored:
        shell.write(".gitignore", "*.py\n")
    said = shell("check", "--output-format", "concise", name)
    assert said.code == 1, said
    assert said.out.startswith("caf\\xe9.py:3")
    folder = os.fsdecode(b"d\xff")
    (shell.root / folder).mkdir()
    (shell.root / folder / "app.py").write_text(DEFECT)
    assert shell("check", folder).code == 1
    assert "caf\\xe9.py" in shell("files", name).out
    assert shell("config", name, "--rules").code == 0


@pytest.mark.parametrize(
    ("name", "text"), [("values.yaml", "a: [1\n"), ("x.yml", "a: b: c\n"), ("x.toml", "a ="), ("x.json", "{")]
)
def test_a_broken_file_that_is_named(repository: Shell, name: str, text: str) -> None:
    repository.write(name, text)
    said = repository("check", "--output-format", "concise", name)
    assert said.code == 1, said
    assert said.out.startswith(f"{name}:")
    assert "[lintkit/unparseable-file]" in said.out


def test_what_pre_commit_names_does_not_stop_a_commit(repository: Shell) -> None:
    repository.write("lintkit.toml", 'exclude = ["legacy/"]\n')
    repository.write("legacy/app.py", DEFECT)
    repository.write("style.css", "a {}\n")
    (repository.root / "linked.css").symlink_to("style.css")
    for paths in (
        ["legacy/app.py"],
        ["legacy/app.py", "style.css"],
        ["legacy"],
        ["style.css"],
        ["linked.css"],
    ):
        said = repository("check", *paths)
        assert said.code == 0, (paths, said)
    assert "lintkit reads no files such as `style.css`" in repository("check", "style.css").err
    assert repository("check", "legacy/app.py").err == ""
    assert "`exclude` leaves out every file in `legacy`" in repository("check", "legacy").err


def test_a_configuration_that_leaves_nothing_over(repository: Shell) -> None:
    repository.write("app.py", DEFECT)
    repository.write("lintkit.toml", 'exclude = ["**"]\n')
    for arguments in ((), ("--output-format", "json"), ("--output-format", "sarif", "--output", "out")):
        said = repository("check", *arguments)
        assert said.code == 2, said
        assert "`exclude` leaves out every file" in said.err
    assert repository("check", "--allow-empty").code == 0
    repository.write("lintkit.toml", "")
    for ignored in (("--ignore", "*"), ("--ignore", "*", "--output-format", "json")):
        said = repository("check", *ignored)
        assert said.code == 2
        assert "no rule runs" in said.err
        assert "No problems" not in said.out
    assert repository("check", "--ignore", "*").out == "No file was checked.\n"
    summary = repository("check", "--ignore", "*", "--output-format", "markdown").out
    assert "nothing was checked" in summary and "no problems" not in summary
    said = repository("check", "--ignore", "*", "--allow-empty")
    assert said.code == 0
    assert "no rule runs" in said.err


def test_a_link_stands_for_what_it_leads_to(repository: Shell, tmp_path: Path) -> None:
    (repository.root / "linked.py").symlink_to("app.py")
    said = repository("check", "--output-format", "concise", "linked.py")
    assert said.out.startswith("app.py:3")
    (tmp_path / "private.py").write_text(DEFECT)
    (repository.root / "out.py").symlink_to(tmp_path / "private.py")
    said = repository("check", "out.py")
    assert (said.code, said.out) == (2, "")
    assert "`out.py` is a symbolic link that leads to a place that is outside" in said.err
    (repository.root / "gone.py").symlink_to("nowhere.py")
    assert "`gone.py` is a symbolic link that leads nowhere" in repository("check", "gone.py").err


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_that_is_named_and_skipped_is_said(repository: Shell, form: str) -> None:
    repository.write("chart/Chart.yaml", "name: x\n")
    repository.write("chart/templates/web.yaml", "kind: {{ .Values.kind }}\napiVersion: v1\n")
    said = repository("check", "--output-format", form, "chart/templates/web.yaml")
    assert said.code == 0
    assert "chart/templates/web.yaml: It is a Helm or Jinja template" in said.err
    assert "template" not in repository("check", "--output-format", form, "chart").err


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", ["app.py", "compose.yaml"])
def test_a_file_that_may_not_be_read_is_said(
    repository: Shell, monkeypatch: pytest.MonkeyPatch, form: str, name: str
) -> None:
    place = repository.root / name
    place.touch()
    real = os.open

    def refusing(path: bytes | str, *arguments: object, **options: object) -> int:
        if os.fsencode(path) == os.fsencode(place):
            raise PermissionError(13, "Permission denied")
        return real(path, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("lintkit.files.disk.os.open", refusing)
    said = repository("check", "--quiet", "--exit-zero", "--output-format", form)
    assert said.code == 2
    assert f"error: {name}: lintkit is not allowed to read it" in said.err


@pytest.mark.parametrize("form", FORMATS)
def test_a_fix_that_cannot_be_written_is_said(
    repository: Shell, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    repository.write("app.env", "A=1 \n")

    def refusing(*arguments: object) -> None:
        raise PermissionError(13, "Permission denied")

    repository.write("policies/own/one.yaml", FIXING)
    repository.write("lintkit.toml", 'rules = ["policies"]\nselect = ["own/one"]\nexclude = ["policies"]\n')
    monkeypatch.setattr("lintkit.fix.write.replace_file", refusing)
    said = repository("check", "--quiet", "--fix", "--output-format", form)
    assert said.code == 2, said
    assert "error: app.env: could not be written (Permission denied); its fixes are not applied" in said.err


FIXING = """\
summary: a variable is 1
why: Because two is more.
remedy: Write 2.
severity: warning
kind: dotenv
select: $.entries[?@.key == 'A'].value
require: {const: '2'}
message: "`A` is not 2"
fix: {title: write 2, set: '2', safe: true}
examples:
  - bad: {.env: "A=1  # <-- here"}
    fixed: {.env: "A=2"}
  - good: {.env: A=2}
"""


def test_what_is_wrong_with_an_empty_folder_is_said_once(repository: Shell) -> None:
    (repository.root / "empty").mkdir()
    said = repository("check", "empty")
    assert said.code == 2
    assert (said.err + said.out).count("there is no file in `empty`") == 1
    assert said.out == "No file was checked.\n"


def test_a_name_for_stdin_that_leads_out_of_the_root(repository: Shell) -> None:
    outside = repository("check", "--stdin-filename", "../app.py")
    assert outside.code == 2
    assert "`../app.py` is outside the root" in outside.err
