"""What commands write: never through a link of the checked repository, whole or not at all, and said when it fails."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from lintkit.files.links import follow, leads_out
from lintkit.files.tree import notifications_of, open_tree
from lintkit.fix import write
from lintkit.fix.write import replacing
from tests.cli.conftest import Shell

CHECKOUT = Path(__file__).parent.parent.parent
KEPT = "the user's own file\n"

WRITING: tuple[tuple[Sequence[str], str], ...] = (
    (["check", "--output-format", "json", "--output", "out"], "out"),
    (["check", "--output-format", "json", "--output", "./sub/../out"], "out"),
    (["check", "--output-format", "json", "--output", "sub/out"], "sub"),
    (["check", "--root", "sub/real", "--output-format", "json", "--output", "out"], "out"),
    (["baseline"], "lintkit-baseline.json"),
    (["baseline", "--prune", "--output", "out"], "out"),
    (["baseline", "--output", "sub/out"], "sub"),
    (["test", "policies", "--output", "out"], "out"),
    (["new", "team/no-foo"], "policies"),
    (["new", "team/no-foo"], "policies/team"),
    (["new", "team/no-foo", "--folder", "sub"], "sub"),
)


@pytest.mark.parametrize("where", ["outside", "inside", "nowhere"])
@pytest.mark.parametrize(("command", "link"), WRITING, ids=[f"{' '.join(c)}: {k}" for c, k in WRITING])
def test_nothing_is_written_through_a_link_of_the_repository(
    shell: Shell, tmp_path: Path, command: Sequence[str], link: str, where: str
) -> None:
    outside = tmp_path / "home"
    outside.mkdir()
    subprocess.run(["git", "init", "-q"], check=True)
    shell.write("sub/real/lintkit.toml", "")
    shell.write("app.py", "x = 1\n")
    is_folder = link in ("sub", "policies", "policies/team")
    target = {"outside": outside, "inside": shell.root / "kept", "nowhere": tmp_path / "none"}[where]
    if is_folder and where == "inside":
        target.mkdir()
    if not is_folder:
        target = target / "kept" if where == "outside" else target
        if where != "nowhere":
            target.write_text(KEPT)
    if link == "sub":
        (shell.root / "sub").rename(shell.root / "other")
    place = shell.root / link
    place.parent.mkdir(exist_ok=True)
    place.symlink_to(target)
    before = sorted(tmp_path.rglob("*"))
    said = shell(*command)
    assert said.code == 2, said
    assert not (where == "outside" and not is_folder and target.read_text() != KEPT)
    assert sorted(tmp_path.rglob("*")) == before
    assert "internal error" not in said.err


def test_the_link_is_named_with_what_to_do(shell: Shell) -> None:
    (shell.root / "reports").symlink_to("/tmp")
    said = shell("check", "--output", "reports/lintkit.txt")
    assert "`reports/lintkit.txt` lies below `reports`, a symbolic link of the checked repository" in said.err
    assert "delete the link or name another file" in said.err
    (shell.root / "out").symlink_to("/tmp/x")
    assert "`out` is a symbolic link of the checked repository" in shell("check", "--output", "out").err


def test_a_pipe_of_the_repository_is_not_waited_for(shell: Shell) -> None:
    os.mkfifo(shell.root / "out")
    said = shell("check", "--output", "out")
    assert said.code == 2
    assert "no regular file" in said.err


def test_what_a_user_names_outside_is_written(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "reports").symlink_to("real")
    (tmp_path / "real" / "latest").symlink_to("today")
    for name in (tmp_path / "plain", tmp_path / "reports" / "new", tmp_path / "reports" / "latest"):
        assert shell("check", "--output-format", "json", "--output", str(name)).code == 0
        assert name.read_text().startswith("{")
    assert (tmp_path / "real" / "latest").is_symlink()


def test_a_pipe_outside_is_written(shell: Shell, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    found: list[bytes] = []
    reader = threading.Thread(target=lambda: found.append(pipe.read_bytes()))
    reader.start()
    assert shell("check", "--output-format", "json", "--output", str(pipe)).code == 0
    reader.join()
    assert found[0].startswith(b"{")


def bash(command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", command.replace("lintkit", f"{sys.executable} -m lintkit")],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    "command",
    [
        "lintkit check --output-format json --output /dev/stdout",
        "lintkit check --output-format json --output /dev/stdout | cat",
        "lintkit check --output-format json --output >(cat)",
        "lintkit check --output-format json --output /dev/fd/3 3>&1",
        "echo { >../log; lintkit check --output-format json --output /dev/stdout >>../log; cat ../log",
    ],
)
def test_the_doors_of_the_system_are_open(shell: Shell, command: str) -> None:
    done = bash(f"{command}; wait", shell.root)
    assert done.stderr == ""
    assert done.stdout.startswith("{")
    assert '"version": 1' in done.stdout


EVERY_COMMAND = (
    "check",
    "files",
    "rules",
    "explain python/print-in-client",
    "--help",
    "schema rule",
    "test policies",
)


@pytest.mark.parametrize("closed", [">&-", ">/dev/full"])
@pytest.mark.parametrize("command", EVERY_COMMAND)
def test_a_stdout_that_takes_nothing_is_no_defect_of_lintkit(shell: Shell, command: str, closed: str) -> None:
    assert shell("new", "team/no-foo").code == 0
    done = bash(f"lintkit {command} {closed}; echo code $? >&2", shell.root)
    assert "could not be written" in done.stderr
    assert "code 2" in done.stderr
    assert "defect" not in done.stderr and "Traceback" not in done.stderr and "Exception" not in done.stderr


def test_a_closed_stdout_is_no_matter_where_nothing_is_written_to_it(shell: Shell) -> None:
    done = bash("lintkit check --output-format json --output out.json >&-; echo code $? >&2", shell.root)
    assert done.stderr == "code 0\n"
    assert (shell.root / "out.json").read_text().startswith("{")


def test_findings_are_not_lost_with_the_reader_of_both_streams(shell: Shell) -> None:
    shell.write("app.py", 'import redis\n\nURL = redis.from_url("redis://localhost:6379")\n' * 300)
    done = bash("{ lintkit check --verbose; echo $? >../code; } 2>&1 | head -c 1; cat ../code", shell.root)
    assert done.stdout.endswith("1\n")


@pytest.mark.parametrize("nameless", [True, False])
def test_a_file_takes_the_place_of_another_when_it_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nameless: bool
) -> None:
    if not nameless:
        monkeypatch.setattr(write, "_nameless", lambda folder: None)
    path = tmp_path / "x"
    for mode in (None, 0o640):
        with replacing(path, mode) as file:
            file.write(b"new")
            assert not path.exists() or path.read_bytes() != b"new" or mode
        assert path.read_bytes() == b"new"
        assert names(tmp_path) == ["x"]
    assert path.stat().st_mode & 0o777 == 0o640
    with pytest.raises(ZeroDivisionError), replacing(path) as file:
        file.write(b"newer")
        file.write(bytes(1 // 0))
    assert (path.read_bytes(), names(tmp_path)) == (b"new", ["x"])


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


WRITER = """
import signal
import sys
from pathlib import Path
from lintkit.cli import main, process
from lintkit.fix import write

# Whoever started the tests in the background has SIGINT ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
if sys.argv[1] == "named":
    write._nameless = lambda folder: None

def run():
    with write.replacing(Path("x")) as file:
        file.write(b"half")
        print("ready", flush=True)
        sys.stdin.read()

main.command.main = lambda **_: run()
main.main()
"""


@pytest.mark.parametrize(
    ("form", "number"),
    [
        *(
            (form, number)
            for form in ("named", "nameless")
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
        ),
        ("nameless", signal.SIGKILL),
    ],
)
def test_a_process_that_is_stopped_leaves_nothing_behind(
    tmp_path: Path, form: str, number: signal.Signals
) -> None:
    if form == "nameless" and not hasattr(os, "O_TMPFILE"):
        pytest.skip("the system has no files without a name")
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, form],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout is not None and writer.stdin is not None and writer.stderr is not None
    assert writer.stdout.readline() == "ready\n"
    writer.send_signal(number)
    said = writer.stderr.read()
    assert writer.wait(60) == (-number if number == signal.SIGKILL else 128 + number)
    assert said == ("" if number == signal.SIGKILL else "lintkit: stopped\n")
    assert names(tmp_path) == []
    for stream in (writer.stdin, writer.stdout, writer.stderr):
        stream.close()


@pytest.mark.parametrize("git", [True, False])
def test_a_file_that_was_left_behind_is_not_the_repository_s(tmp_path: Path, git: bool) -> None:
    if git:
        subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy" / ".lintkit-ab12.tmp").write_text("half")
    (tmp_path / "app.py").write_text("x = 1\n")
    tree = open_tree(tmp_path)
    assert [entry.path for entry in tree.paths()] == ["app.py"]
    (note,) = notifications_of(tree)
    assert note.path == "deploy/.lintkit-ab12.tmp"
    assert "delete it" in note.message


def test_links_are_followed_one_by_one(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "in").mkdir(parents=True)
    (tmp_path / "out").mkdir()
    (root / "away").symlink_to("../out")
    (root / "home").symlink_to("in")
    (root / "circle").symlink_to("circle")
    (tmp_path / "door").symlink_to("root/away")
    assert follow(root / "in" / "x", root) == follow(root / "in" / ".." / "in" / "x", root)
    assert follow(root / "away" / "x", root).link == root / "away"
    assert follow(root / "away" / ".." / "x", root).location == tmp_path / "x"
    assert follow(tmp_path / "door" / "x", root).link == root / "away"
    assert leads_out(root / "away" / "x", root)
    assert leads_out(root / "circle", root)
    assert not leads_out(root / "home" / "x", root)
    assert not leads_out(tmp_path / "out" / "x", root)
