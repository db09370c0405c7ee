"""Commands of shell scripts, and of the instructions of a Dockerfile."""

from __future__ import annotations

from functools import partial

import pytest

from lintkit.formats.dockerfile import parse
from lintkit.formats.shell import ShellWord, exec_command, shell_commands
from lintkit.model import Document, SourceFile
from tests.stepping import lines


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("a b && c | d; e & f || g", ["a b", "c", "d", "e", "f", "g"]),
        ("A=1 B='x y' a b=c", ["a b=c"]),
        ("a \"b && c\" 'd | e' f\\ g", ["a \"b && c\" 'd | e' f\\ g"]),
        ("a > b 2>&1 < c && d", ["a", "d"]),
        ("a 2>b 3 >& c", ["a 2>b 3"]),
        ("if a; then b; else c; fi", ["a", "b", "c"]),
        ("for x in a b; do c $x; done", ["c $x"]),
        ('case "$A" in x) a;; y|z) b ;; esac', ["a", "b"]),
        ("a; case $b in\n  c|d)\n (e)\n ;;\n *) f;;\nesac; (g; h) && i", ["a", "e", "f", "g", "h", "i"]),
        ("(cd a && b)", ["cd a", "b"]),
        ("A=$(a $(b c)) d", ["a $(b c)", "b c", "d"]),
        ('a "$(b "c d")" e', ['a "$(b "c d")" e', 'b "c d"']),
        ("a `b c` d", ["a `b c` d", "b c"]),
        ("a $((1 + 2)) b", ["a $((1 + 2)) b"]),
        ("a # b && c\nd", ["a", "d"]),
        ("a#b c", ["a#b c"]),
        ("a \\\n  b", ["a \\\n  b"]),
        ("/usr/bin/a b", ["/usr/bin/a b"]),
        ('a "b', ['a "b']),
        ("a $(b", ["a $(b", "b"]),
        ("", []),
        (" ; && | ", []),
    ],
)
def test_commands_are_cut_where_a_shell_cuts_them(script: str, expected: list[str]) -> None:
    assert [script[each.start : each.end] for each in shell_commands(script)] == expected


@pytest.mark.parametrize(
    ("script", "names"),
    [
        ("sudo -E -u root env A=1 /usr/bin/apt-get install", ["sudo", "env", "apt-get"]),
        ("python3.12 -u -m pip install a", ["python3.12", "pip"]),
        ("python manage.py -m pip", ["python"]),
        ("bash -ec 'a && b'", ["bash", "a", "b"]),
        ("sh script.sh -c a", ["sh"]),
        ("sh -c \"sh -c 'a b'\"", ["sh", "sh", "a"]),
    ],
)
def test_programs_behind_others_are_found(script: str, names: list[str]) -> None:
    assert [each.name for each in shell_commands(script)] == names


def test_words_have_no_quotes_and_know_their_places() -> None:
    script = "x; a \"b c\"'d' \\$e"
    command = shell_commands(script)[1]
    assert command.arguments == ("b cd", "$e")
    assert script[command.words[1].start : command.words[1].end] == "\"b c\"'d'"


def test_what_is_piped_is_known() -> None:
    assert [each.piped for each in shell_commands("a | b |& c && d")] == [True, True, False, False]


def test_an_exec_form_may_hold_a_script() -> None:
    text = '["sh", "-c", "a && b c"]'
    words = [ShellWord("sh", 1, 5), ShellWord("-c", 7, 11), ShellWord("a && b c", 13, 23)]
    commands = exec_command(words, text)
    assert [text[each.start : each.end] for each in commands[1:]] == ["a", "b c"]
    assert exec_command(()) == ()


@pytest.mark.parametrize(
    "unit", ["$(", '"$(', "`", "(", "' ", "$((", "sudo ", '"', "\\", "a 'b ", "<<", "a;" * 50]
)
def test_hostile_scripts_take_no_more_than_their_size(unit: str) -> None:
    small, large = (lines(partial(shell_commands, (unit * count)[:count])) for count in (5_000, 10_000))
    assert large < 2.2 * small + 200
    shell_commands((unit * 60_000)[:100_000])


def commands_of(text: str) -> tuple[Document, list[tuple[str, str]]]:
    (document,) = parse(SourceFile("Dockerfile", "dockerfile", text.encode()))
    found = []
    for index, item in enumerate(document.data["instructions"]):
        for number, command in enumerate(item["commands"]):
            span = document.span(("instructions", index, "commands", number))
            found.append((command["name"], text[span.start : span.end]))
    return document, found


def test_commands_of_a_step_stand_where_they_are_written() -> None:
    _, found = commands_of(
        "FROM a\nRUN --mount=type=cache,target=/x set -e; \\\n    # remark && x\n    apt-get \\\n      install curl\n"
    )
    assert found == [("set", "set -e"), ("apt-get", "apt-get \\\n      install curl")]


def test_a_heredoc_is_a_script_where_a_shell_reads_it() -> None:
    _, found = commands_of(
        "FROM a\nRUN <<EOF\nset -e\napt-get install \\\n  curl\nEOF\nRUN bash -ex <<'X'\nls\nX\n"
    )
    assert found == [("set", "set -e"), ("apt-get", "apt-get install \\\n  curl"), ("ls", "ls")]
    _, found = commands_of(
        "FROM a\nRUN <<EOF\n#!/usr/bin/env python3\nimport os\nEOF\nRUN cat <<EOF > /x\nrm y\nEOF\n"
    )
    assert found == [("cat", "cat")]


def test_other_shells_are_left_alone() -> None:
    _, found = commands_of("# escape=`\nFROM a\nRUN dir c:\\ `\n  && del x\n")
    assert found == []


def test_an_instruction_knows_whether_it_is_shipped() -> None:
    document, _ = commands_of("ARG A\nFROM a AS base\nRUN x\nFROM b AS other\nRUN y\nFROM base\nRUN z\n")
    shipped = [item["value"] for item in document.data["instructions"] if item["shipped"]]
    assert shipped == ["a AS base", "x", "base", "z"]


def test_flags_are_resolved() -> None:
    document, _ = commands_of("FROM a\nARG MODE=77\nCOPY --chmod=${MODE}7 --from=$NO a /\n")
    assert document.data["instructions"][-1]["resolved_flags"] == [["chmod", "777"], ["from", "$NO"]]
    assert document.data["instructions"][-1]["flags"]["chmod"] == "${MODE}7"
