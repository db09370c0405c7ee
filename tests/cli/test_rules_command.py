from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.conftest import Shell


def listed(shell: Shell, *arguments: str) -> list[dict[str, Any]]:
    said = shell("rules", *arguments, "--output-format", "json")
    assert (said.code, said.err) == (0, "")
    data = json.loads(said.out)
    assert set(data) == {"version", "rules"}
    assert data["version"] == 1
    rules: list[dict[str, Any]] = data["rules"]
    assert rules
    return rules


def test_json_says_all_that_a_program_may_ask(shell: Shell) -> None:
    entry = next(rule for rule in listed(shell) if rule["id"] == "python/cors-wildcard")
    assert set(entry) == {
        *("id", "summary", "severity", "confidence", "scope", "kinds", "tags"),
        *("equivalents", "packs", "options", "fixable"),
    }


@pytest.mark.parametrize(
    ("arguments", "key", "accepted"),
    [
        (["--kind", "dotenv"], "kinds", lambda value: "dotenv" in value),
        (["--kind", "dotenv", "--kind", "python"], "kinds", lambda value: {"dotenv", "python"} & set(value)),
        (["--severity", "error"], "severity", lambda value: value == "error"),
        (["--severity", "error", "--severity", "note"], "severity", lambda value: value in ("error", "note")),
        (["--fixable"], "fixable", lambda value: value is True),
        (["--not-fixable"], "fixable", lambda value: value is False),
        (["--scope", "project"], "scope", lambda value: value == "project"),
        (["--select", "tag:secrets"], "tags", lambda value: "secrets" in value),
        (["--select", "pack:security"], "packs", lambda value: "security" in value),
        (["--select", "env/*,repo/*"], "id", lambda value: value.split("/")[0] in ("env", "repo")),
    ],
)
def test_filters_keep_what_they_say_and_all_of_it(
    shell: Shell, arguments: list[str], key: str, accepted: Any
) -> None:
    everything = listed(shell)
    assert listed(shell, *arguments) == [rule for rule in everything if accepted(rule[key])]
    assert len(listed(shell, *arguments)) < len(everything)


def test_filters_are_combined(shell: Shell) -> None:
    found = listed(
        shell, "--kind", "python", "--severity", "error", "--scope", "file", "--select", "tag:cors"
    )
    assert [rule["id"] for rule in found] == ["python/cors-origin-regex"]


def test_nothing_that_fits_is_no_error(shell: Shell) -> None:
    said = shell("rules", "--kind", "toml", "--scope", "project")
    assert (said.code, said.out) == (0, "No rules.\n")


def test_markdown_is_a_table(shell: Shell) -> None:
    lines = shell("rules", "--output-format", "markdown", "--select", "python/cors-*").out.splitlines()
    assert lines[:2] == ["| rule | severity | packs | reports |", "|---|---|---|---|"]
    assert all(line.startswith("| `python/cors-") for line in lines[2:]) and len(lines) > 2


def test_a_pack_of_ones_own_can_be_listed(shell: Shell) -> None:
    shell.write("lintkit.toml", '[packs]\nours = ["python/cors-*", "env/*"]\n')
    assert {rule["id"].split("/")[0] for rule in listed(shell, "--select", "pack:ours")} == {"python", "env"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--kind", "pyhton"], "Invalid value for '--kind'"),
        (["--select", "tag:secret-s"], "no rule has the tag `secret-s`"),
        (["--output-format", "xml"], "Invalid value for '--output-format'"),
    ],
)
def test_an_unknown_filter_exits_with_2(shell: Shell, arguments: list[str], words: str) -> None:
    said = shell("rules", *arguments)
    assert said.code == 2
    assert words in said.err
