from __future__ import annotations

import subprocess

import pytest

from lintkit.catalog.load import load_rules
from lintkit.kinds.recognise import language_of
from lintkit.report.rule_page import rule_page
from tests.cli.conftest import Shell

OWN = """\
summary: a service is privileged
why: A privileged container owns the host that it runs on.
remedy: Drop `privileged`.
severity: error
kind: compose
select: $.services.*.privileged
forbid: {const: true}
message: "the service is privileged"
options:
  limit: {type: integer, default: 3, description: How many are fine.}
  password: {type: string, default: "", description: Not a good option.}
examples:
  - bad: "services: {a: {privileged: true}}  # <-- here"
  - good: "services: {a: {image: x}}"
"""


def in_force(shell: Shell, rule: str = "python/localhost-default") -> list[str]:
    said = shell("explain", rule)
    assert said.code == 0
    return said.out.split("## In force here\n\n")[1].rstrip("\n").split("\n")


def test_the_page_of_the_documentation_is_shown(shell: Shell) -> None:
    rule = load_rules().get("dockerfile/python-unbuffered")
    assert rule is not None
    assert shell("explain", rule.id).out.startswith(rule_page(rule.meta, language_of))


def test_without_a_configuration_the_defaults_are_in_force(shell: Shell) -> None:
    (shell.root / "lintkit.toml").unlink()
    lines = in_force(shell)
    assert lines[0] == "In `.`, by the defaults, since there is no configuration file:"
    assert '- runs: selected by "pack:recommended", the default' in lines
    assert "- severity: warning" in lines


def test_what_the_configuration_says_is_shown(shell: Shell) -> None:
    shell.write(
        "lintkit.toml",
        """\
extend-select = ["python/*"]
[rule."python/localhost-default"]
severity = "error"
paths = ["src/"]
paths-ignore = ["src/dev/"]
[[per-path-ignores]]
paths = ["legacy/"]
rules = ["python/localhost-*"]
reason = "goes away in May"
[[waivers]]
paths = ["old/"]
rules = ["python/*"]
reason = "a migration"
expires = "2001-01-31"
""",
    )
    assert in_force(shell) == [
        "In `.`, by `lintkit.toml`:",
        "",
        '- runs: selected by "python/*" (lintkit.toml:1)',
        "- severity: error instead of its own, warning",
        "- looks only at `src/`",
        "- leaves out `src/dev/`, as configured",
        "- accepted in `legacy/`: goes away in May",
        "- waived in `old/`, expired on 2001-01-31: a migration",
    ]


def test_what_speaks_of_other_rules_is_not_shown(shell: Shell) -> None:
    shell.write(
        "lintkit.toml", '[[per-path-ignores]]\npaths = ["legacy/"]\nrules = ["env/*"]\nreason = "May"\n'
    )
    assert "May" not in "".join(in_force(shell))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('ignore = ["python/local*"]', 'does not run: ignored by "python/local*" (lintkit.toml:1)'),
        ('select = ["env/*"]', "does not run: nothing selects it"),
        ('[severity]\n"python/*" = "off"', 'does not run: switched off by "python/*" (lintkit.toml:2)'),
    ],
)
def test_a_rule_that_does_not_run_says_why(shell: Shell, text: str, reason: str) -> None:
    shell.write("lintkit.toml", text)
    assert reason in "\n".join(in_force(shell))


def test_the_configuration_of_the_current_folder_counts(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run(["git", "init", "-q"], check=True)
    shell.write("services/api/lintkit.toml", 'ignore = ["python/localhost-default"]')
    shell.write("services/api/src/app.py", "x = 1\n")
    assert any(line.startswith("- runs") for line in in_force(shell))
    monkeypatch.chdir(shell.root / "services/api/src")
    lines = in_force(shell)
    assert "In `services/api/src/`" in lines[0]
    assert any(line.startswith("- does not run: ignored by") for line in lines)


def test_options_are_shown_with_their_values(shell: Shell) -> None:
    shell.write("policies/own/privileged.yaml", OWN)
    secret = "Zx9-not-a-real-one-81"
    options = f'[rule."own/privileged".options]\nlimit = 5\npassword = "{secret}"\n'
    shell.write("lintkit.toml", f'rules = ["policies"]\n{options}')
    said = shell("explain", "own/privileged").out
    assert "| `limit` | `3` | How many are fine. |" in said
    assert "- option `limit`: `5`, as configured" in said
    assert "- option `password`: `********`, as configured" in said
    assert secret not in said


def test_lintkits_own_rules_can_be_explained(shell: Shell) -> None:
    assert "runs: lintkit's own" in "".join(in_force(shell, "lintkit/unused-suppression"))


def test_an_unknown_rule_names_the_nearest(shell: Shell) -> None:
    said = shell("explain", "python/localhost-defualt")
    assert (said.code, said.out) == (2, "")
    assert "did you mean `python/localhost-default`" in said.err


def test_text_of_a_rule_cannot_reach_the_terminal(shell: Shell) -> None:
    shell.write("lintkit.toml", 'rules = ["policies"]')
    shell.write(
        "policies/own/privileged.yaml",
        OWN.replace("remedy: Drop", 'remedy: "\\e[31mDrop').replace("`privileged`.", '`privileged`."'),
    )
    said = shell("explain", "own/privileged")
    assert said.code == 0
    assert "\x1b" not in said.out and "\\x1b[31mDrop" in said.out
