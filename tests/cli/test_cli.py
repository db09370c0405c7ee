from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

import lintkit
from lintkit.cli.main import COMMANDS, run
from lintkit.report.formats import FORMATS

CHECKOUT = Path(lintkit.__file__).parent.parent

CORS = (
    'from flask import Flask\nfrom flask_cors import CORS\n\napp = Flask(__name__)\nCORS(app, origins="*")\n'
)
COMPOSE = """\
services:
  db:
    image: postgres:16
    environment:
      POSTGRES_PASSWORD: ${DB_PASSWORD:-change_me}
"""


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str


class Command:
    """Runs the command line in this process, in the folder of a small repository."""

    def __init__(self, root: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self.capfd = capfd

    def __call__(self, *arguments: str) -> Result:
        self.capfd.readouterr()
        code = run(arguments)
        sys.stdout.flush()
        out, err = self.capfd.readouterr()
        return Result(code, out, err)

    def write(self, path: str, text: str) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file


class Stdin:
    """Stands for the process's stdin."""

    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)


@pytest.fixture
def cli(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    for name in ("NO_COLOR", "FORCE_COLOR", "LINTKIT_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    root = tmp_path / "repo"
    root.mkdir()
    (root / "lintkit.toml").touch()
    monkeypatch.chdir(root)
    return Command(root, capfd)


def process(
    arguments: Sequence[str], *, code: str = "", cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code] if code else [sys.executable, "-m", "lintkit", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


# Start-up


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["schema"]])
def test_start_up_loads_nothing_heavy(arguments: list[str]) -> None:
    code = f"""
import sys
from lintkit.cli.main import run
assert run({arguments!r}) == 0
heavy = {{"libcst", "yaml", "jsonschema", "pathspec", "jsonpath", "importlib.metadata", "multiprocessing"}}
sys.exit(",".join(sorted(heavy & set(sys.modules))) or 0)
"""
    result = process([], code=code)
    assert (result.returncode, result.stderr) == (0, "")


def test_every_command_exists_and_explains_itself(cli: Command) -> None:
    for name in COMMANDS:
        result = cli(name, "--help")
        assert result.code == 0
        assert result.out.startswith("Usage: lintkit " + name)


def test_python_dash_m_runs_the_command() -> None:
    assert process(["--version"]).stdout == f"lintkit {lintkit.__version__}\n"


# Exit codes


def test_a_clean_repository_exits_with_0(cli: Command) -> None:
    cli.write("app.py", "x = 1\n")
    assert cli("check").code == 0


def test_findings_exit_with_1_in_every_format(cli: Command) -> None:
    cli.write("app.py", CORS)
    for form in ("text", "json", "sarif"):
        result = cli("check", "--output-format", form)
        assert result.code == 1
        assert "python/cors-wildcard" in result.out


def test_fail_on_decides_which_findings_count(cli: Command) -> None:
    cli.write("app.py", CORS)
    assert cli("check", "--select", "python/cors-wildcard", "--fail-on", "error").code == 0
    cli.write("lintkit.toml", 'fail-on = "error"')
    assert cli("check", "--select", "python/cors-wildcard").code == 0
    assert cli("check", "--select", "python/cors-wildcard", "--fail-on", "note").code == 1


def test_exit_zero_hides_findings_but_no_failure(cli: Command) -> None:
    cli.write("app.py", CORS)
    assert cli("check", "--exit-zero").code == 0
    assert cli("check", "--exit-zero", "--select", "nope/nope").code == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "nope.py"], "no file or folder `nope.py`"),
        (["check", "--root", "nope"], "no folder `nope`"),
        (["check", ".."], "outside the root"),
        (["check", "--select", "python/cors-wildcar"], "did you mean `python/cors-wildcard`"),
        (["check", "--ignore", "phyton/*"], "`phyton/*` matches no rule"),
        (["check", "--extend-select", "tag:nope"], "no rule has the tag `nope`"),
        (["check", "--config", "nope.toml"], "nope.toml: there is no such file"),
        (["check", "--output", "no/where.json"], "the folder of `no/where.json` does not exist"),
        (["check", "--output", "."], "is a folder"),
        (["check", "--fix", "--diff"], "choose one of them"),
        (["check", "--unsafe-fixes"], "add --fix or --diff"),
        (["check", "--output-format", "nope"], "Invalid value for '--output-format'"),
        (["check", "--output", "a", "--output", "b"], "more --output than"),
        (["check", "--output-format", "json", "--output-format", "text"], "Two reports would go to stdout"),
        (["check", "--stdin-filename", "a.py", "b.py"], "leave the PATHS out"),
        (["check", "--stdin-filename", "a.py", "--fix"], "--fix cannot write to stdin"),
        (["check", "--stdin-filename", "."], "names a folder"),
        (["explain", "python/cors-wildcar"], "did you mean `python/cors-wildcard`"),
        (["nope"], "No such command 'nope'"),
        (["check", "--nope"], "No such option"),
        (["files", "nope"], "no file or folder"),
        (["rules", "--select", "nope/*"], "matches no rule"),
        (["test", "nope"], "no rule folder nope"),
    ],
)
def test_what_cannot_be_done_is_said_and_exits_with_2(cli: Command, arguments: list[str], words: str) -> None:
    result = cli(*arguments, *(["--root", "."] if arguments == ["check", ".."] else []))
    assert result.code == 2
    assert words in result.err
    assert "Traceback" not in result.err
    assert result.out == ""


def test_a_bad_configuration_exits_with_2_and_names_the_line(cli: Command) -> None:
    cli.write("lintkit.toml", '\nselct = ["*"]\n')
    result = cli("check")
    assert result.code == 2
    assert result.err == "lintkit: error: lintkit.toml:2: unknown key `selct`; did you mean `select`?\n"


def test_an_internal_error_is_one_sentence_without_its_text(
    cli: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "hunter2-not-real"

    def broken(request: object) -> object:
        raise ValueError(text)

    monkeypatch.setattr("lintkit.run.engine.check_tree", broken)
    result = cli("check")
    assert result.code == 2
    assert "internal error (ValueError at test_cli.py:" in result.err
    assert "please report it" in result.err
    assert "hunter2" not in result.err
    assert "Traceback" not in result.err and result.err.count("\n") == 1
    monkeypatch.setenv("LINTKIT_DEBUG", "1")
    debugged = cli("check")
    assert "in broken" in debugged.err
    assert "hunter2" not in debugged.err


def test_a_rule_that_failed_exits_with_2(cli: Command) -> None:
    from lintkit.cli.check import exit_code
    from lintkit.config import Config
    from lintkit.model import Finding, Location, Report, Span

    failed = Finding("lintkit/rule-failed", "m", (Location(Span("x", 0, 0)),), "s", "error")
    assert exit_code(Report((failed,), (), {}), Config(), exit_zero=True) == 2


def test_terminal_codes_in_arguments_are_not_printed(cli: Command) -> None:
    assert "\x1b" not in cli("check", "\x1b[31mx").err


# Paths


def test_paths_narrow_what_is_reported(cli: Command) -> None:
    cli.write("a/app.py", CORS)
    cli.write("b/app.py", CORS)
    subprocess.run(["git", "init", "-q"], check=True)
    assert cli("check", "a").out.count("b/app.py") == 0
    assert "a/app.py" in cli("check", "a").out
    assert "a/app.py" in cli("check", "b", "a/app.py").out


def test_the_folder_one_stands_in_does_not_matter(cli: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    cli.write("a/app.py", CORS)
    expected = cli("check", "--output-format", "sarif", str(cli.root / "a"))
    monkeypatch.chdir(cli.root / "a")
    assert cli("check", "--output-format", "sarif") == expected
    assert cli("check", "--output-format", "sarif", "../a/app.py") == expected


def test_stdin_stands_for_a_file(cli: Command) -> None:
    file = cli.write("app.py", "x = 1\n")
    result = subprocess.run(
        [sys.executable, "-m", "lintkit", "check", "--stdin-filename", "app.py"],
        input=CORS,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        cwd=cli.root,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 1
    assert "app.py:5" in result.stdout
    assert file.read_text() == "x = 1\n"


def test_stdin_may_stand_for_a_file_that_does_not_exist(
    cli: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Stdin(CORS.encode()))
    cli.write("other.py", CORS)
    result = cli("check", "--stdin-filename", "new.py")
    assert result.code == 1
    assert "new.py" in result.out
    assert "other.py" not in result.out


# Selection


def test_select_ignore_and_extend_select(cli: Command) -> None:
    cli.write("app.py", CORS)
    assert cli("check", "--ignore", "python/cors-*").code == 0
    assert cli("check", "--select", "python/hardcoded-password,lintkit/*").code == 0
    assert cli("check", "--select", "lintkit/*", "--extend-select", "python/cors-wildcard").code == 1


def test_a_run_leaves_out_the_paths_that_a_rule_leaves_out(cli: Command) -> None:
    dockerfile = "services:\n  web:\n    build:\n      dockerfile_inline: |\n        FROM python:latest\n"
    for folder in ("", "app/", "legacy/"):
        cli.write(f"{folder}tests/test_app.py", "import requests\n\nrequests.get(url)\n")
        cli.write(f"{folder}api.py", CORS)
        cli.write(f"{folder}compose.yaml", dockerfile)
    cli.write(
        "lintkit.toml",
        """
select = ["python/cors-wildcard", "python/http-client-without-timeout", "dockerfile/image-latest"]

[rule."python/cors-wildcard"]
paths-ignore = ["legacy/"]

[rule."dockerfile/image-latest"]
paths-ignore = ["legacy/"]
""",
    )
    found = cli("check", "--output-format", "concise").out
    for place in ("api.py", "app/api.py", "compose.yaml", "app/compose.yaml"):
        assert f"{place}:" in found
    assert "tests/" not in found
    assert "legacy/" not in found


def test_per_path_ignores_accept_findings_and_show_suppressed_shows_them(cli: Command) -> None:
    cli.write("legacy/app.py", CORS)
    cli.write(
        "lintkit.toml",
        '[[per-path-ignores]]\npaths = ["legacy/"]\nrules = ["python/*"]\nreason = "goes away in May"',
    )
    assert cli("check").code == 0
    shown = cli("check", "--show-suppressed", "--output-format", "json")
    assert shown.code == 0
    assert "goes away in May" in shown.out


@pytest.mark.parametrize("format_", ["json", "sarif", "text"])
def test_a_secret_in_the_reason_of_a_suppression_is_not_shown(cli: Command, format_: str) -> None:
    cli.write(
        "app.py",
        'API_PASSWORD = "Kor4nduM-77x"  # lintkit: ignore[python/*] -- it is Kor4nduM-77x, password: b3rYll-91z\n',
    )
    shown = cli("check", "--show-suppressed", "--output-format", format_)
    assert "it is" in shown.out
    assert "Kor4nduM" not in shown.out
    assert "b3rYll" not in shown.out


@pytest.mark.parametrize("format_", sorted(FORMATS))
def test_a_fix_that_writes_a_secret_again_is_made_and_not_shown(cli: Command, format_: str) -> None:
    file = cli.write(
        "app.py",
        """\
import logging

import redis

logger = logging.getLogger(__name__)
client = redis.Redis(password="zq8Xw2LmN4tY", socket_timeout=1, socket_connect_timeout=1)


def login(user):
    client.get(user)
    print("connected with zq8Xw2LmN4tY", user)
    print("connected", user)
""",
    )
    shown = cli("check", "--output-format", format_, "--exit-zero").out
    assert "zq8Xw2LmN4tY" not in shown
    if format_ in ("json", "sarif", "rdjson"):
        assert "logger.info(" in shown  # the other fix is there
    cli("check", "--fix", "--unsafe-fixes", "--exit-zero")
    assert "print(" not in file.read_text(encoding="utf-8")


# Output


def test_one_run_writes_several_reports(cli: Command) -> None:
    cli.write("app.py", CORS)
    result = cli("check", "--output-format", "sarif", "--output-format", "text", "--output", "out.sarif")
    assert "python/cors-wildcard" in result.out
    assert json.loads((cli.root / "out.sarif").read_text())["version"] == "2.1.0"
    assert sorted(path.name for path in cli.root.iterdir()) == ["app.py", "lintkit.toml", "out.sarif"]


def test_output_may_be_a_device(cli: Command) -> None:
    assert cli("check", "--output", "/dev/null").code == 0
    assert not Path("/dev/null").is_file()


def test_an_output_that_cannot_be_written_exits_with_2(cli: Command) -> None:
    result = cli("check", "--output", "/proc/nope.json", "--output-format", "json")
    assert result.code == 2
    assert "could not be written" in result.err or "does not exist" in result.err


def test_colour_only_where_it_is_wanted(cli: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    cli.write("app.py", CORS)
    assert "\x1b[" not in cli("check").out
    assert "\x1b[" in cli("check", "--color", "always").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in cli("check").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in cli("check").out


def test_a_reader_that_goes_away_changes_nothing(cli: Command) -> None:
    cli.write("app.py", CORS * 300)
    command = f"{sys.executable} -m lintkit check --verbose --output-format text; echo code $? >&2"
    shell = subprocess.run(
        ["bash", "-c", f"{{ {command}; }} | head -c 10"],
        cwd=cli.root,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "code 1" in shell.stderr
    assert "Traceback" not in shell.stderr and "BrokenPipe" not in shell.stderr


def test_quiet_prints_nothing_for_a_clean_repository(cli: Command) -> None:
    assert cli("check", "--quiet") == Result(0, "", "")


def test_verbose_says_what_is_done_on_stderr(cli: Command) -> None:
    assert "configuration lintkit.toml" in cli("check", "--verbose").err


def test_no_cache_is_accepted(cli: Command) -> None:
    assert cli("check", "--no-cache", "-j", "2", "--statistics").code == 0


# Fixes


_FIXING_RULE = """\
from lintkit.api import bad, define, good, replacement

RULE = define(
    summary="a debug switch is on",
    why="A debug switch shows internals to whoever asks.",
    remedy="Switch it off.",
    severity="warning",
    kinds=("dotenv",),
    fixable=True,
    examples=(bad({".env": "DEBUG=1\\n"}), good({".env": "DEBUG=0\\n"})),
)


def check(document, rule):
    for index, entry in enumerate(document.data["entries"]):
        if entry["key"] in ("DEBUG", "TRACE") and entry["value"] == "1":
            span = document.span(("entries", index, "value"))
            fix = replacement("switch it off", span, "0", safe=entry["key"] == "DEBUG")
            yield rule.finding(span, "the switch is on", subject=entry["key"], fix=fix)
"""
FIX = ("check", "--allow-code")


@pytest.fixture
def dotenv(cli: Command) -> Path:
    """A file with a safe fix, an unsafe one and a made-up secret, and the rule that finds and fixes."""
    cli.write("policies/own/debug_on.py", _FIXING_RULE)
    cli.write("lintkit.toml", 'rules = ["policies"]\nselect = ["own/debug-on"]\n')
    return cli.write("app.env", "DB_PASSWORD=Zx9-not-a-real-one-81\nDEBUG=1\nTRACE=1\n")


def test_diff_shows_the_safe_fixes_and_writes_nothing(cli: Command, dotenv: Path) -> None:
    before = dotenv.read_bytes()
    result = cli(*FIX, "--diff")
    assert result.code == 1
    assert result.out.startswith("--- a/app.env\n+++ b/app.env\n@@ -1,3 +1,3 @@\n")
    assert "-DEBUG=1\n+DEBUG=0\n TRACE=1\n" in result.out
    assert "1 finding can be fixed in 1 file" in result.err
    assert dotenv.read_bytes() == before


def test_diff_masks_secrets_and_says_so(cli: Command, dotenv: Path) -> None:
    result = cli(*FIX, "--diff")
    assert "Zx9" not in result.out + result.err
    assert " DB_PASSWORD=****" in result.out
    assert "a secret is masked in this diff" in result.err


def test_diff_of_stdin(cli: Command, dotenv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Stdin(b"DEBUG=1\n"))
    assert "-DEBUG=1\n+DEBUG=0\n" in cli(*FIX, "--diff", "--stdin-filename", "app.env").out


def test_diff_takes_the_place_of_the_report_on_stdout_only(cli: Command, dotenv: Path) -> None:
    result = cli(*FIX, "--diff", "--output-format", "json", "--output", "out.json")
    assert result.out.startswith("--- a/app.env")
    assert "own/debug-on" in (cli.root / "out.json").read_text()


def test_fix_changes_the_file_and_what_is_fixed_does_not_count(cli: Command, dotenv: Path) -> None:
    result = cli(*FIX, "--fix")
    assert result.code == 1, "the unsafe one is left"
    assert dotenv.read_text().endswith("\nDEBUG=0\nTRACE=1\n")
    assert cli(*FIX, "--fix", "--unsafe-fixes").code == 0
    assert dotenv.read_text().endswith("\nDEBUG=0\nTRACE=0\n")
    assert "Zx9-not-a-real-one-81" in dotenv.read_text()


def test_what_was_fixed_is_said_once_for_each_rule_and_file(cli: Command, dotenv: Path) -> None:
    result = cli(*FIX, "--fix", "--output-format", "concise")
    assert [line for line in result.err.splitlines() if "fixed" in line] == [
        f"lintkit: fixed {dotenv.name}: 1 finding of own/debug-on"
    ]
    assert "fixed" not in cli(*FIX, "--fix", "--output-format", "concise").err


def test_fixing_twice_changes_nothing_more(cli: Command, dotenv: Path) -> None:
    cli(*FIX, "--fix", "--unsafe-fixes")
    fixed = dotenv.stat()
    assert cli(*FIX, "--fix", "--unsafe-fixes").code == 0
    assert dotenv.stat().st_mtime_ns == fixed.st_mtime_ns


def test_fix_is_narrowed_by_paths(cli: Command, dotenv: Path) -> None:
    other = cli.write("other/app.env", "DEBUG=1\n")
    assert cli(*FIX, "--fix", "other").code == 0
    assert other.read_text() == "DEBUG=0\n"
    assert "DEBUG=1" in dotenv.read_text()


def test_suppressed_findings_are_not_fixed(cli: Command, dotenv: Path) -> None:
    dotenv.write_text("# lintkit: ignore[own/debug-on] -- a test server\nDEBUG=1\n")
    assert cli(*FIX, "--fix").code == 0
    assert dotenv.read_text().endswith("\nDEBUG=1\n")


def test_a_file_that_cannot_be_written_exits_with_2_and_stays_reported(
    cli: Command, dotenv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lintkit.fix import Change, write_changes

    def changed_meanwhile(root: Path, changes: Sequence[Change]) -> object:
        dotenv.write_text("DEBUG=1\n# mine\n")
        return write_changes(root, changes)

    monkeypatch.setattr("lintkit.cli.fixing.write_changes", changed_meanwhile)
    result = cli(*FIX, "--fix", "--exit-zero")
    assert result.code == 2
    assert "changed while lintkit ran" in result.out
    assert "own/debug-on" in result.out
    assert dotenv.read_text() == "DEBUG=1\n# mine\n"


# Other commands


def test_rules_lists_rules_as_text_and_json(cli: Command) -> None:
    assert "python/cors-wildcard" in cli("rules").out
    listed = json.loads(cli("rules", "--output-format", "json").out)["rules"]
    entry = next(rule for rule in listed if rule["id"] == "python/cors-wildcard")
    assert {"id", "summary", "severity", "tags", "equivalents"} <= set(entry)
    assert [rule["id"] for rule in listed] == sorted(rule["id"] for rule in listed)


def test_rules_can_be_filtered(cli: Command) -> None:
    listed = json.loads(cli("rules", "--select", "python/cors-*", "--output-format", "json").out)["rules"]
    every = json.loads(cli("rules", "--output-format", "json").out)["rules"]
    assert {rule["id"] for rule in listed} == {
        rule["id"] for rule in every if rule["id"].startswith("python/cors-")
    }
    assert {"python/cors-wildcard", "python/cors-origin-regex"} <= {rule["id"] for rule in listed}


def test_every_rule_can_be_explained(cli: Command) -> None:
    for rule in json.loads(cli("rules", "--output-format", "json").out)["rules"]:
        result = cli("explain", rule["id"])
        assert result.code == 0
        assert "## Why" in result.out and "## What to do" in result.out


def test_files_lists_paths_with_their_kinds(cli: Command) -> None:
    cli.write("compose.yaml", COMPOSE)
    cli.write("b/app.py", "x = 1\n")
    listed = json.loads(cli("files", "--output-format", "json").out)
    assert {(entry["path"], entry["kind"]) for entry in listed} >= {
        ("b/app.py", "python"),
        ("compose.yaml", "compose"),
    }
    assert cli("files", "b").out == "python        b/app.py\n"


def test_the_schema_accepts_a_configuration_and_is_json(cli: Command) -> None:
    import jsonschema

    schema = json.loads(cli("schema").out)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate({"select": ["*"], "rule": {"a/b": {"severity": "off"}}}, schema)


def test_test_runs_the_examples_of_a_folder(cli: Command) -> None:
    cli.write("policies/own/x.yaml", _OWN_RULE)
    passed = cli("test", "policies")
    assert (passed.code, passed.out) == (0, "2 examples of 1 rule, 0 failed\n")
    cli.write("policies/own/x.yaml", _OWN_RULE.replace("good: |", "bad: |"))
    assert cli("test", "policies").code == 1


def test_rules_of_ones_own_run_like_any_other(cli: Command) -> None:
    cli.write("policies/own/x.yaml", _OWN_RULE)
    cli.write("lintkit.toml", 'rules = ["policies"]\nselect = ["own/*"]')
    cli.write("compose.yaml", "services:\n  a:\n    privileged: true\n")
    result = cli("check")
    assert result.code == 1
    assert "own/x" in result.out


def test_code_of_a_repository_needs_allow_code(cli: Command) -> None:
    cli.write("policies/own/x.py", "raise SystemExit('ran')\n")
    cli.write("lintkit.toml", 'rules = ["policies"]')
    result = cli("check")
    assert result.code == 2
    assert "--allow-code" in result.err


_OWN_RULE = """\
summary: a privileged service
why: A privileged container owns the host that it runs on.
remedy: Drop `privileged`.
severity: error
confidence: high
tags: [security]
kind: compose
select: $.services.*.privileged
forbid: {const: true}
message: "the service is privileged"
examples:
  - bad: |
      services:
        a:
          privileged: true  # <-- here
  - good: |
      services:
        a:
          image: x
"""
