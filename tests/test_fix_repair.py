from __future__ import annotations

import stat
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintkit.files.tree import TreeError
from lintkit.fix import Change, Repair, repair, unified_diff, write_changes
from lintkit.fix.encoding import decode_file
from lintkit.model import Edit, Finding, Fix, Location, Report, Span


def is_python(path: str, data: bytes) -> bool:
    return path.endswith(".py")


def checker(
    disk: Mapping[str, bytes], find: Callable[[str, str], list[Finding]]
) -> Callable[[Mapping[str, bytes]], Report]:
    def check(files: Mapping[str, bytes]) -> Report:
        findings: list[Finding] = []
        for path, data in sorted({**disk, **files}.items()):
            findings += find(path, decode_file(data, python=is_python(path, data))[0])
        return Report(tuple(findings), (), {})

    return check


def replace_word(old: str, new: str) -> Callable[[str, str], list[Finding]]:
    def find(path: str, text: str) -> list[Finding]:
        found: list[Finding] = []
        at = text.find(old)
        while at >= 0:
            edit = Edit(Span(path, at, at + len(old)), new)
            found.append(
                Finding(
                    "f/r",
                    "m",
                    (Location(edit.span),),
                    str(len(found)),
                    "warning",
                    fix=Fix("t", (edit,), True),
                )
            )
            at = text.find(old, at + len(old))
        return found

    return find


def fixed(disk: dict[str, bytes], find: Callable[[str, str], list[Finding]]) -> Repair:
    check = checker(disk, find)
    return repair(check, disk.get, is_python, check({}))


@given(st.text("ab\n", max_size=30))
def test_fixing_then_checking_finds_nothing_to_fix(text: str) -> None:
    disk = {"x": text.encode()}
    result = fixed(disk, replace_word("aa", "b"))
    after = {**disk, **{change.path: change.after for change in result.changes}}
    assert after["x"] == text.replace("aa", "b").encode()
    assert not fixed(after, replace_word("aa", "b")).changes


def test_what_was_fixed_is_counted_and_no_longer_reported() -> None:
    result = fixed({"x": b"bad bad"}, replace_word("bad", "good"))
    assert (result.after.fixed, len(result.after.findings), len(result.before.findings)) == (2, 0, 2)


def test_rounds_go_on_until_nothing_changes() -> None:
    def find(path: str, text: str) -> list[Finding]:
        number = int(text)
        return replace_word(text, str(number - 1))(path, text) if number else []

    assert fixed({"x": b"5"}, find).changes == (Change("x", b"5", b"0"),)


def test_fixes_that_never_settle_stop_with_a_word() -> None:
    def find(path: str, text: str) -> list[Finding]:
        return replace_word(text, "b" if text == "a" else "a")(path, text)

    assert "did not settle" in fixed({"x": b"a"}, find).notifications[0].message


def test_a_fix_that_changes_nothing_ends() -> None:
    result = fixed({"x": b"same"}, replace_word("same", "same"))
    assert not result.changes
    assert result.after.fixed == 0


def test_a_fix_that_breaks_the_file_is_dropped() -> None:
    def find(path: str, text: str) -> list[Finding]:
        if "broken" in text:
            return [Finding("lintkit/unparseable-file", "m", (Location(Span(path, 0, 0)),), path, "error")]
        return replace_word("a", "broken")(path, text)

    result = fixed({"x": b"a"}, find)
    assert not result.changes
    assert "unreadable" in result.notifications[0].message


def test_a_new_file_can_come_out_of_a_fix() -> None:
    def check(files: Mapping[str, bytes]) -> Report:
        if "new" in files:
            return Report((), (), {})
        fix = Fix("t", (Edit(Span("new", 0, 0), "line\n"),), True)
        return Report((Finding("f/r", "m", (Location(Span("x", 0, 0)),), "s", "warning", fix=fix),), (), {})

    assert repair(check, lambda path: None, is_python, check({})).changes == (Change("new", None, b"line\n"),)


def test_a_file_that_changed_before_it_was_read_for_fixing_is_checked_anew() -> None:
    before = checker({"x": b"bad"}, replace_word("bad", "good"))
    now = {"x": b"not so bad"}
    result = repair(checker(now, replace_word("bad", "good")), now.get, is_python, before({}))
    assert result.changes == (Change("x", b"not so bad", b"not so good"),)


def test_a_file_that_cannot_be_read_is_left_with_a_word() -> None:
    def read(path: str) -> bytes:
        raise TreeError("no")

    check = checker({"x": b"bad"}, replace_word("bad", "good"))
    result = repair(check, read, is_python, check({}))
    assert not result.changes
    assert "cannot be read" in result.notifications[0].message


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbfbad\r\nx\r\n",
        b"\xff\xfe" + "bad ä\n".encode("utf-16-le"),
        b"\xfe\xff" + "bad ä\r\n".encode("utf-16-be"),
        b"bad, no newline",
        "bad 𝄞 bad\n".encode(),
    ],
)
def test_marks_encodings_and_newlines_stay(data: bytes) -> None:
    (change,) = fixed({"x": data}, replace_word("bad", "gut")).changes
    codec = "utf-16-le" if data[:1] == b"\xff" else "utf-16-be" if data[:1] == b"\xfe" else "utf-8"
    assert change.after == data.replace("bad".encode(codec), "gut".encode(codec))


def test_a_declared_encoding_stays() -> None:
    data = "# coding: latin-1\nx = 'ä bad'\n".encode("latin-1")
    (change,) = fixed({"x.py": data}, replace_word("bad", "gut")).changes
    assert change.after == data.replace(b"bad", b"gut")


def test_text_that_the_encoding_lacks_is_refused() -> None:
    result = fixed({"x.py": b"# coding: ascii\nbad\n"}, replace_word("bad", "ä"))
    assert not result.changes
    assert "encoding" in result.notifications[0].message


def test_writing_keeps_the_mode_and_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"old")
    path.chmod(0o750)
    assert write_changes(tmp_path, [Change("x", b"old", b"new")]) == (("x",), ())
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o750
    assert [entry.name for entry in tmp_path.iterdir()] == ["x"]


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"newer")
    written, notes = write_changes(tmp_path, [Change("x", b"old", b"new")])
    assert not written
    assert "changed while lintkit ran" in notes[0].message
    assert (tmp_path / "x").read_bytes() == b"newer"


def test_a_file_that_appeared_meanwhile_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"theirs")
    assert write_changes(tmp_path, [Change("x", None, b"new")])[0] == ()


def test_a_deleted_file_stays_deleted(tmp_path: Path) -> None:
    assert "deleted" in write_changes(tmp_path, [Change("x", b"old", b"new")])[1][0].message
    assert not (tmp_path / "x").exists()


def test_links_out_of_the_root_are_not_written_through(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "outside").write_bytes(b"old")
    (root / "x").symlink_to(tmp_path / "outside")
    (root / "folder").symlink_to(tmp_path)
    changes = [
        Change("x", b"old", b"new"),
        Change("folder/outside", b"old", b"new"),
        Change("../outside", b"old", b"new"),
    ]
    written, notes = write_changes(root, changes)
    assert not written
    assert len(notes) == 3
    assert (tmp_path / "outside").read_bytes() == b"old"


def test_a_link_within_the_root_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"old")
    (tmp_path / "x").symlink_to("target")
    write_changes(tmp_path, [Change("x", b"old", b"new")])
    assert (tmp_path / "x").is_symlink()
    assert (tmp_path / "target").read_bytes() == b"new"


def test_git_s_own_files_are_never_written(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_bytes(b"old")
    assert write_changes(tmp_path, [Change(".git/config", b"old", b"new")])[0] == ()


def test_the_diff_is_that_of_git() -> None:
    change = Change("a/b.txt", b"1\n2\n3\n4\n5\nlast", b"1\n2\n3\n4\n5\nend\n")
    diff = unified_diff([change], lambda path, text, after: text, is_python)
    assert diff.text == (
        "--- a/a/b.txt\n+++ b/a/b.txt\n@@ -3,4 +3,4 @@\n 3\n 4\n 5\n-last\n"
        "\\ No newline at end of file\n+end\n"
    )
    assert not diff.masked


def test_a_new_file_comes_from_nowhere() -> None:
    diff = unified_diff([Change("n", None, b"x\n")], lambda path, text, after: text, is_python)
    assert diff.text == "--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+x\n"


def test_secrets_in_a_diff_are_masked_in_changes_and_context() -> None:
    def mask(path: str, text: str, after: bool) -> str:
        return text.replace("hunter2", "*******")

    change = Change("x", b"p: hunter2\nq: bad\n", b"p: hunter2\nq: good\n")
    diff = unified_diff([change], mask, is_python)
    assert "hunter2" not in diff.text
    assert " p: *******\n-q: bad\n+q: good\n" in diff.text
    assert diff.masked


def test_a_secret_far_from_the_change_leaves_the_diff_a_patch() -> None:
    far = b"p: hunter2\n" + b"\n" * 9
    diff = unified_diff(
        [Change("x", far + b"bad\n", far + b"good\n")],
        lambda path, text, after: text.replace("hunter2", "*******"),
        is_python,
    )
    assert not diff.masked
