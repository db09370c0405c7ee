"""Sharing a configuration, end to end: small monorepos, checked and explained on the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lintkit.cli.main import run

CORS = (
    'from flask import Flask\nfrom flask_cors import CORS\n\napp = Flask(__name__)\nCORS(app, origins="*")\n'
)
WAIVER = """\
[[waivers]]
rules = ["python/cors-*"]
paths = ["services/old/"]
reason = "is switched off in May"
expires = 2026-05-31
"""
POLICY = """\
summary: a service without a name of its container
why: Logs name containers.
remedy: Set `container_name`.
severity: warning
kind: compose
select: $.services.*
require: {required: [container_name]}
message: "has no `container_name`"
examples:
  - bad: |
      services:
        web: {image: "a:1"}   # <-- here
  - good: |
      services: {web: {image: "a:1", container_name: web}}
"""


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Monorepo:
    """A folder of small projects, and the command line run in it."""

    root: Path
    read: Callable[[], tuple[str, str]]

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def __call__(self, *arguments: str) -> Result:
        self.read()
        code = run(arguments)
        sys.stdout.flush()
        return Result(code, *self.read())

    def found(self, *arguments: str) -> list[tuple[str, str]]:
        """(path, rule) of what `check` reports."""
        report = json.loads(self("check", "--output-format", "json", *arguments).out)
        return sorted((finding["path"], finding["rule"]) for finding in report["findings"])


@pytest.fixture
def repo(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Monorepo:
    def read() -> tuple[str, str]:
        captured = capfd.readouterr()
        return captured.out, captured.err

    monkeypatch.chdir(tmp_path)
    subprocess.run(["git", "init", "-q"], check=True)
    made = Monorepo(tmp_path, read)
    made.write("lintkit.toml", 'select = ["python/cors-wildcard"]\n')
    for folder in ("api", "old", "web"):
        made.write(f"services/{folder}/app.py", CORS)
    return made


def cors_in(*folders: str) -> list[tuple[str, str]]:
    return [(f"services/{folder}/app.py", "python/cors-wildcard") for folder in folders]


def data_of(result: Result) -> dict[str, Any]:
    assert result.code == 0, result.err
    found: dict[str, Any] = json.loads(result.out)
    return found


# check


def test_each_folder_is_checked_with_its_nearest_configuration(repo: Monorepo) -> None:
    repo.write("services/api/lintkit.toml", "select = []")
    repo.write("services/web/pyproject.toml", '[tool.lintkit]\nextend = "../.."\nexclude = ["/app.py"]')
    assert repo.found() == cors_in("old")


def test_severities_and_per_path_ignores_of_a_folder_hold_there_only(repo: Monorepo) -> None:
    repo.write("services/api/lintkit.toml", 'extend = "../.."\n[severity]\n"python/*" = "error"')
    repo.write(
        "services/old/lintkit.toml",
        'extend = "../.."\n[[per-path-ignores]]\npaths = ["/app.py"]\nrules = ["*"]\nreason = "goes"',
    )
    findings = json.loads(repo("check", "--output-format", "json").out)["findings"]
    assert {finding["path"]: finding["severity"] for finding in findings} == {
        "services/api/app.py": "error",
        "services/web/app.py": "warning",
    }


def test_fail_on_is_that_of_the_folder_of_the_finding(repo: Monorepo) -> None:
    repo.write(
        "lintkit.toml", 'select = ["python/cors-wildcard"]\nfail-on = "error"\nexclude = ["services/old/"]'
    )
    assert repo("check").code == 0
    repo.write("services/api/lintkit.toml", 'fail-on = "warning"')
    assert repo("check").code == 1
    assert repo("check", "--fail-on", "error").code == 0


def test_a_part_is_checked_like_the_whole(repo: Monorepo) -> None:
    repo.write("services/api/lintkit.toml", "select = []")
    assert repo.found("services/api", "services/web") == cors_in("web")


def test_a_named_configuration_counts_alone(repo: Monorepo) -> None:
    repo.write("services/api/lintkit.toml", "select = []")
    repo.write("ci.toml", 'select = ["python/cors-wildcard"]')
    assert repo.found("--config", "ci.toml") == cors_in("api", "old", "web")


def test_a_required_rule_cannot_be_switched_off_below(repo: Monorepo) -> None:
    repo.write("lintkit.toml", 'required = ["python/cors-*"]\nselect = []')
    repo.write("services/api/lintkit.toml", 'ignore = ["*"]')
    assert repo.found() == cors_in("api", "old", "web")
    repo.write("services/api/lintkit.toml", 'ignore = ["python/cors-wildcard"]')
    result = repo("check")
    assert result.code == 2
    assert (
        "services/api/lintkit.toml:1: `python/cors-wildcard` is required by lintkit.toml:1: it cannot"
        in result.err
    )


def test_a_folder_cannot_hide_from_a_required_rule_by_excluding_its_files(repo: Monorepo) -> None:
    repo.write("lintkit.toml", 'required = ["python/cors-*"]\nselect = ["python/*"]')
    repo.write("services/api/lintkit.toml", 'exclude = ["*"]\nselect = ["*"]')
    repo.write("services/api/broken.py", "def (:\nfrom redis import Redis\nRedis('redis://localhost')\n")
    repo.write("services/api/urls.py", "import redis\n\nclient = redis.Redis(host='localhost')\nprint(1)\n")
    assert repo.found() == cors_in("api", "old", "web")
    assert "only rules that are required of the folder" in repo("config", "services/api/urls.py").out


def test_comments_suppress_a_required_rule_unless_they_are_refused(repo: Monorepo) -> None:
    for folder in ("api", "old", "web"):
        repo.write(
            f"services/{folder}/app.py", CORS.rstrip() + "  # lintkit: ignore[python/cors-wildcard] -- demo\n"
        )
    repo.write("lintkit.toml", 'required = ["python/cors-*"]\n')
    repo.write("services/api/lintkit.toml", "")
    assert repo.found() == []
    repo.write("lintkit.toml", 'required = ["python/cors-*"]\nrequired-suppressible = false\n')
    assert repo.found() == cors_in("api", "old", "web")
    assert "no comment can suppress it: `lintkit.toml` requires the rule" in " ".join(
        repo("check", "-v").out.split()
    )


def test_a_comment_is_not_called_unused_where_its_rule_does_not_run(repo: Monorepo) -> None:
    comment = "x = 1  # lintkit: ignore[python/cors-wildcard] -- demo\n"
    repo.write("services/api/app.py", comment)
    repo.write("services/web/app.py", comment)
    repo.write("services/api/lintkit.toml", "select = []")
    unused = [path for path, rule in repo.found() if rule == "lintkit/unused-suppression"]
    assert unused == ["services/web/app.py"]


def test_unused_suppressions_obey_the_configuration(repo: Monorepo) -> None:
    repo.write("services/old/app.py", "x = 1  # lintkit: ignore[python/cors-wildcard] -- demo\n")
    for text in (
        'ignore = ["lintkit/unused-suppression"]',
        '[[per-path-ignores]]\nrules = ["lintkit/*"]\npaths = ["services/old/"]\nreason = "r"',
    ):
        repo.write("lintkit.toml", f'select = ["python/cors-wildcard"]\n{text}')
        assert repo.found() == cors_in("api", "web")


def test_a_waiver_accepts_findings_up_to_its_day(repo: Monorepo) -> None:
    repo.write("lintkit.toml", 'select = ["python/cors-wildcard"]\n' + WAIVER)
    assert repo.found("--today", "2026-05-31") == cors_in("api", "web")
    shown = repo("check", "--today", "2026-05-31", "--show-suppressed")
    assert "is switched off in May" in shown.out


def test_an_expired_waiver_is_a_finding_at_its_line_and_so_is_what_it_accepted(repo: Monorepo) -> None:
    repo.write("lintkit.toml", 'select = ["python/cors-wildcard"]\n' + WAIVER)
    report = json.loads(repo("check", "--today", "2026-06-01", "--output-format", "json").out)
    (expired,) = [finding for finding in report["findings"] if finding["rule"] == "lintkit/expired-waiver"]
    assert (expired["path"], expired["start"]["line"]) == ("lintkit.toml", 6)
    assert (
        expired["message"] == "this waiver ended on 2026-05-31: a finding that it accepted is reported again"
    )
    assert repo.found("--today", "2026-06-01") == [
        ("lintkit.toml", "lintkit/expired-waiver"),
        *cors_in("api", "old", "web"),
    ]


def test_an_expired_waiver_that_nothing_needs_says_so(repo: Monorepo) -> None:
    repo.write("lintkit.toml", 'select = ["python/cors-wildcard"]\n' + WAIVER)
    repo.write("services/old/app.py", "")
    assert "delete it" in repo("check", "--today", "2026-06-01").out


def test_an_expired_waiver_that_two_configurations_share_is_one_finding(repo: Monorepo) -> None:
    repo.write("lintkit.toml", 'select = ["python/cors-wildcard"]\n' + WAIVER)
    repo.write("services/api/lintkit.toml", 'extend = "../.."')
    found = repo.found("--today", "2026-06-01")
    assert [rule for _, rule in found].count("lintkit/expired-waiver") == 1


def test_an_expired_waiver_of_a_file_outside_the_root_is_said_without_a_place(repo: Monorepo) -> None:
    outside = repo.root.parent / "outside.toml"
    outside.write_text(WAIVER, encoding="utf-8")
    result = repo("check", "--config", str(outside), "--today", "2026-06-01", "-v")
    assert result.code == 1
    assert "this waiver ended on 2026-05-31" in result.out + result.err


def test_sarif_holds_expired_waivers_like_other_findings(repo: Monorepo) -> None:
    repo.write("lintkit.toml", 'select = ["python/cors-wildcard"]\n' + WAIVER)
    sarif = json.loads(repo("check", "--today", "2026-06-01", "--output-format", "sarif").out)
    results = [r for r in sarif["runs"][0]["results"] if r["ruleId"] == "lintkit/expired-waiver"]
    assert results[0]["locations"][0]["physicalLocation"]["region"]["startLine"] == 6


def test_rules_of_a_folders_own_run_in_that_folder_only(repo: Monorepo) -> None:
    repo.write("services/api/policies/team/named.yaml", POLICY)
    repo.write("services/api/lintkit.toml", 'rules = ["policies"]\nselect = ["team/*"]')
    for folder in ("api", "api/inner", "web"):
        repo.write(f"services/{folder}/compose.yaml", 'services:\n  web: {image: "a:1"}\n')
    repo.write("lintkit.toml", 'select = ["*"]')
    found = [path for path, rule in repo.found() if rule == "team/named"]
    assert found == ["services/api/compose.yaml", "services/api/inner/compose.yaml"]
    repo.write("lintkit.toml", 'select = ["team/named"]')
    result = repo("check")
    assert result.code == 2
    assert "lintkit.toml:1: `team/named` is not a rule" in result.err


def test_files_leaves_out_what_folders_exclude(repo: Monorepo) -> None:
    repo.write("services/api/lintkit.toml", 'exclude = ["/app.py"]')
    assert "services/api/app.py" not in repo("files").out
    assert "services/web/app.py" in repo("files").out


def test_a_pack_of_ones_own_can_be_selected_on_the_command_line(repo: Monorepo) -> None:
    repo.write("lintkit.toml", '[packs]\nours = ["python/cors-*"]')
    assert repo.found("--select", "pack:ours") == cors_in("api", "old", "web")
    assert "python/cors-wildcard" in repo("rules", "--select", "pack:ours").out
    assert "pack:ours" in repo("check", "--select", "pack:our").err.replace("`ours`", "pack:ours")


# config


def test_config_names_the_file_and_line_of_every_value(repo: Monorepo) -> None:
    repo.write(
        "lintkit.toml", '# the root\nrequired = ["python/cors-*"]\nexclude = ["vendor/"]\nfail-on = "note"\n'
    )
    repo.write(
        "services/base.toml", 'select = ["python/*"]\nfail-on = "error"\nignore = [\n  "compose/*",\n]\n'
    )
    repo.write("services/api/lintkit.toml", 'extend = "../base.toml"\n\nfail-on = "warning"\n')
    lines = repo("config", "services/api/app.py").out.splitlines()
    assert lines[0] == "# services/api/app.py: services/api/lintkit.toml, which builds on services/base.toml"
    assert [" ".join(line.split()) for line in lines[1:]] == [
        'extend = "../base.toml" # services/api/lintkit.toml:1',
        'required = "python/cors-*" # lintkit.toml:2, holds in every folder below',
        'select = "python/*" # services/base.toml:1',
        'ignore = "compose/*" # services/base.toml:4',
        'exclude = "vendor/" # lintkit.toml:3, holds in every folder below',
        'fail-on = "error" # services/base.toml:2, replaced by services/api/lintkit.toml:3',
        'fail-on = "warning" # services/api/lintkit.toml:3',
    ]


def test_config_without_a_file_shows_the_defaults(repo: Monorepo) -> None:
    (repo.root / "lintkit.toml").unlink()
    out = repo("config", "--root", ".").out
    assert "no configuration file" in out
    assert 'select = "pack:recommended"  # default' in out


def test_config_as_json(repo: Monorepo) -> None:
    repo.write("lintkit.toml", WAIVER)
    data = data_of(repo("config", "--output-format", "json", "--today", "2026-06-01"))
    assert (data["path"], data["files"], data["excluded"]) == (".", ["lintkit.toml"], None)
    (waiver,) = [line for line in data["lines"] if line["key"] == "waivers"]
    assert (waiver["file"], waiver["line"], waiver["note"]) == ("lintkit.toml", 1, "expired")
    assert waiver["value"]["expires"] == "2026-05-31"


def test_config_says_when_a_path_is_excluded(repo: Monorepo) -> None:
    repo.write("lintkit.toml", 'exclude = ["services/old/"]')
    assert "# excluded by `exclude` of lintkit.toml" in repo("config", "services/old/app.py").out
    assert "# excluded" not in repo("config", "services/api/app.py").out


def test_config_masks_options_that_look_like_secrets(repo: Monorepo) -> None:
    options = "options: {password: {type: string, default: x, description: d}}\nkind:"
    repo.write("policies/team/named.yaml", POLICY.replace("kind:", options))
    repo.write(
        "lintkit.toml",
        'rules = ["policies"]\n[rule."team/named".options]\npassword = "hunter2-Not-Real-9f3a"',
    )
    result = repo("config")
    assert 'rule."team/named".options.password = "********"  # lintkit.toml:3' in result.out


def test_config_rules_says_of_every_rule_why_it_runs_or_not(repo: Monorepo) -> None:
    repo.write(
        "lintkit.toml",
        'required = ["python/cors-wildcard"]\nselect = [\n  "python/*",\n]\nignore = ["python/print-*"]\n'
        '[severity]\n"python/hardcoded-*" = "off"\n"python/localhost-*" = "note"\n'
        '[rule."python/linux-only-socket-option"]\npaths = ["src/"]\n',
    )
    data = data_of(repo("config", "--rules", "services/api/app.py", "--output-format", "json"))
    rules = {rule["id"]: rule for rule in data["rules"]}

    def said(rule_id: str) -> tuple[bool, str, int | None]:
        rule = rules[rule_id]
        return rule["runs"], rule["reason"], rule["line"]

    assert said("python/cors-wildcard") == (True, 'required by "python/cors-wildcard"', 1)
    assert said("python/localhost-default") == (True, 'selected by "python/*"', 3)
    assert rules["python/localhost-default"]["severity"] == "note"
    assert said("python/print-in-client") == (False, 'ignored by "python/print-*"', 5)
    assert said("python/hardcoded-password") == (False, 'switched off by "python/hardcoded-*"', 7)
    assert said("python/linux-only-socket-option") == (False, "does not look at this path", 10)
    assert not said("compose/hardcoded-secret")[0]
    assert said("repo/env-file-committed")[1].startswith("nothing selects it; it is in pack:recommended")
    assert said("lintkit/unparseable-file")[0]


def test_config_rules_names_the_reason_of_what_is_accepted(repo: Monorepo) -> None:
    repo.write("lintkit.toml", WAIVER)
    out = repo("config", "--rules", "services/old/app.py", "--today", "2026-05-01").out
    (line,) = [line for line in out.splitlines() if line.startswith("python/cors-wildcard")]
    assert line.endswith("findings are accepted: is switched off in May")


def test_config_rules_agrees_with_what_check_runs(repo: Monorepo) -> None:
    repo.write("services/api/lintkit.toml", 'extend = "../.."\nignore = ["python/*"]')
    for folder, runs in (("api", False), ("web", True)):
        data = data_of(repo("config", "--rules", f"services/{folder}/app.py", "--output-format", "json"))
        assert {rule["id"]: rule["runs"] for rule in data["rules"]}["python/cors-wildcard"] is runs
    assert repo.found() == cors_in("old", "web")


def test_config_of_a_path_that_does_not_exist_exits_with_2(repo: Monorepo) -> None:
    result = repo("config", "nope.py")
    assert result.code == 2
    assert "no file or folder `nope.py`" in result.err


def test_the_schema_knows_every_key(repo: Monorepo) -> None:
    import jsonschema

    schema = json.loads(repo("schema").out)
    known = {"extend", "required", "required-suppressible", "packs", "waivers"}
    assert known <= set(schema["properties"])
    validator = jsonschema.Draft202012Validator(schema)
    waiver = {"paths": ["a/"], "rules": ["*"], "reason": "r", "expires": "2027-01-31"}
    assert validator.is_valid(
        {"extend": ["a", "b"], "required": ["*"], "packs": {"a": ["*"]}, "waivers": [waiver]}
    )
    del waiver["expires"]
    assert not validator.is_valid({"waivers": [waiver]})
