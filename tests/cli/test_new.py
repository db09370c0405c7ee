from __future__ import annotations

import json
import re
from typing import Any

import pytest

from lintkit.authoring.scaffold import SAMPLES
from tests.cli.conftest import Shell

FINISHED: dict[str, str] = {
    "compose": "privileged",
    "kubernetes": "hostNetwork",
    "dockerfile": "ADD",
    "dotenv": "DEBUG",
    "gitignore": "*.sql",
    "dockerignore": "*.sql",
    "workflow": "continue-on-error",
    "yaml": "debug",
    "toml": "debug",
    "json": "debug",
    "python": "requests",
    "procfile": "web",
}
"""What `change_me` has to become in each kind of rule."""

WORDS = (
    ("TODO: what is wrong", "something that should not be there"),
    ("TODO: one or two sentences.", "It has happened twice, and each time production was down for an hour."),
    ("TODO: what to do instead", "Take it out"),
    ("TODO: `{value}` breaks something", "this takes production down"),
    ("TODO: what is reported.", "Report it."),
)


def report_of(shell: Shell, path: str) -> tuple[int, dict[str, Any]]:
    said = shell("test", path, "--allow-code", "--output-format", "json")
    assert said.err == ""
    return said.code, json.loads(said.out)


def finish(text: str, kind: str) -> str:
    """What an author does with a scaffold, in its shortest form."""
    for todo, words in WORDS:
        text = text.replace(todo, words)
    word = FINISHED[kind]
    select = f"['{word}']" if "-" in word else word
    return text.replace(".change_me", select if select[0] == "[" else f".{select}").replace("change_me", word)


@pytest.mark.parametrize("option", [[], ["--python"]], ids=["yaml", "python"])
@pytest.mark.parametrize("kind", SAMPLES)
def test_a_new_rule_loads_and_its_bad_example_fails(shell: Shell, kind: str, option: list[str]) -> None:
    assert shell("new", "team/no-foo", "--kind", kind, *option).code == 0
    code, run = report_of(shell, "policies")
    assert code == 1
    (rule,) = run["rules"]
    assert rule["id"] == "team/no-foo"
    assert [example["passed"] for example in rule["examples"]] == [False, True]
    assert all(not example["trouble"] for example in rule["examples"])
    assert {remark["code"] for remark in rule["remarks"]} == {"todo"}


@pytest.mark.parametrize("option", [[], ["--python"]], ids=["yaml", "python"])
@pytest.mark.parametrize("kind", SAMPLES)
def test_a_new_rule_passes_once_it_is_finished(shell: Shell, kind: str, option: list[str]) -> None:
    shell("new", "team/no-foo", "--kind", kind, *option)
    file = next((shell.root / "policies" / "team").iterdir())
    file.write_text(finish(file.read_text(encoding="utf-8"), kind), encoding="utf-8")
    code, run = report_of(shell, "policies")
    assert (code, [rule["remarks"] for rule in run["rules"]]) == (0, [[]])


def test_the_next_command_is_printed_and_works(shell: Shell) -> None:
    said = shell("new", "team/no-foo")
    command = re.search(r"^    lintkit (.+)$", said.out, re.MULTILINE)
    assert command is not None
    assert command[1] == "test policies/team/no-foo.yaml"
    assert shell(*command[1].split()).code == 1


def test_a_rule_about_the_whole_repository_is_begun_and_finished(shell: Shell) -> None:
    said = shell("new", "team/no-foo", "--project")
    assert said.code == 0 and "--allow-code" in said.out
    code, run = report_of(shell, "policies")
    assert code == 1
    (rule,) = run["rules"]
    assert [example["passed"] for example in rule["examples"]] == [False, True]
    assert all(not example["trouble"] for example in rule["examples"])
    assert {remark["code"] for remark in rule["remarks"]} == {"todo"}
    file = shell.root / "policies/team/no_foo.py"
    text = file.read_text(encoding="utf-8")
    for todo, words in WORDS:
        text = text.replace(todo, words)
    file.write_text(text.replace("change_me", "TRACE_SQL"), encoding="utf-8")
    code, run = report_of(shell, "policies")
    assert (code, [rule["remarks"] for rule in run["rules"]]) == (0, [[]])


def test_a_rule_about_the_whole_repository_has_no_kind(shell: Shell) -> None:
    said = shell("new", "team/no-foo", "--project", "--kind", "compose")
    assert said.code == 2 and "leave --kind out" in said.err
    assert not (shell.root / "policies").exists()


@pytest.mark.parametrize("option", [[], ["--python"]])
def test_a_rule_of_lintkit_itself_needs_no_configuration(
    shell: Shell, option: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lintkit.catalog.load.builtin_folder", lambda: shell.root / "rules")
    (shell.root / "rules").mkdir()
    said = shell("new", "compose/no-foo", "--folder", "rules", *option)
    assert said.code == 0
    assert "built-in rule" in said.out
    assert "rules = [" not in said.out and "--allow-code" not in said.out and "lintkit schema" not in said.out


def test_a_python_rule_has_underscores_in_its_file_name(shell: Shell) -> None:
    said = shell("new", "team/no-foo", "--python")
    assert (shell.root / "policies/team/no_foo.py").is_file()
    assert "--allow-code" in said.out


def test_the_folder_of_the_configuration_is_used(shell: Shell) -> None:
    shell.write("lintkit.toml", 'rules = ["rules-of-ours"]')
    (shell.root / "rules-of-ours").mkdir()
    said = shell("new", "team/no-foo")
    assert (shell.root / "rules-of-ours/team/no-foo.yaml").is_file()
    assert "lintkit.toml makes" not in said.out


def test_a_folder_may_be_named(shell: Shell) -> None:
    shell("new", "team/deep/no-foo", "--folder", "mine")
    assert (shell.root / "mine/team/deep/no-foo.yaml").is_file()


def test_the_family_says_the_kind(shell: Shell) -> None:
    shell("new", "dockerfile/no-foo")
    assert "kind: dockerfile\n" in (shell.root / "policies/dockerfile/no-foo.yaml").read_text()


def test_nothing_is_overwritten(shell: Shell) -> None:
    file = shell.write("policies/team/no-foo.yaml", "mine")
    for option in ([], ["--python"]):
        said = shell("new", "team/no-foo", *option)
        assert said.code == 2
        assert "team/no-foo is already a rule (policies/team/no-foo.yaml); nothing was written" in said.err
    assert file.read_text() == "mine"
    assert sorted(path.name for path in file.parent.iterdir()) == ["no-foo.yaml"]


def test_the_id_of_a_built_in_rule_is_taken(shell: Shell) -> None:
    assert "python/cors-wildcard is a built-in rule" in shell("new", "python/cors-wildcard").err


@pytest.mark.parametrize(
    ("rule", "hint"),
    [
        ("no-foo", "`team/no-foo` would do"),
        ("Team/No_Foo", "`team/no-foo` would do"),
        ("team/no foo", "`team/no-foo` would do"),
        ("../x", "`team/x` would do"),
        ("team/", "`team/team` would do"),
        ("/", "such as team/no-foo\n"),
        ("lintkit/x", "lintkit's own"),
        ("team/\x1b[31m", "\\x1b"),
    ],
)
def test_an_id_of_the_wrong_form_is_refused(shell: Shell, rule: str, hint: str) -> None:
    said = shell("new", rule)
    assert said.code == 2
    assert hint in said.err
    assert "\x1b" not in said.err
    assert [path.name for path in shell.root.iterdir()] == ["lintkit.toml"]


def test_the_schema_of_the_folder_is_named_for_editors(shell: Shell) -> None:
    assert "lintkit schema rule > policies/rule.schema.json" in shell("new", "team/first").out
    shell.write("policies/rule.schema.json", shell("schema", "rule").out)
    said = shell("new", "team/deep/no-foo")
    assert "lintkit schema" not in said.out
    text = (shell.root / "policies/team/deep/no-foo.yaml").read_text()
    assert text.startswith("# yaml-language-server: $schema=../../rule.schema.json\n")
