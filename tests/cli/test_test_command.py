from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

import lintkit
from tests.cli.conftest import Shell

RULE = """\
summary: a service is privileged
why: A privileged container owns the host that it runs on.
remedy: Drop `privileged`.
severity: error
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
CODED = """\
from lintkit.api import bad, define, good

RULE = define(
    summary="a debug switch is on",
    why="A debug switch shows internals to whoever asks.",
    remedy="Switch it off.",
    severity="warning",
    kinds=("dotenv",),
    examples=(
        bad("DEBUG=1  # <-- here\\n"),
        good("DEBUG=0\\n"),
    ),
)


def check(document, rule):
    for index, entry in enumerate(document.data["entries"]):
        if entry["value"] == "1":
            yield rule.finding(document.span(("entries", index)), "the switch is on", subject=entry["key"])
"""
FIXING = """\
summary: a call without a timeout
why: Without a timeout a call waits for ever, and so does its user.
remedy: Pass `timeout`.
severity: warning
kind: python
match: requests.get($URL, ...)
require: {properties: {keywords: {required: [timeout]}}}
message: "`{callee}` has no timeout"
fix: {title: add a timeout, keyword: {timeout: "10"}}
examples:
  - bad: |
      import requests
      requests.get(URL)  # <-- here
    fixed: |
      import requests
      requests.get(URL, timeout=10)
  - good: |
      import requests
      requests.get(URL, timeout=3)
"""


def test_good_rules_pass(shell: Shell) -> None:
    shell.write("policies/own/privileged.yaml", RULE)
    said = shell("test", "policies")
    assert (said.code, said.out, said.err) == (0, "2 examples of 1 rule, 0 failed\n", "")


def test_the_difference_of_expected_and_found_lines_is_shown(shell: Shell) -> None:
    text = RULE.replace(
        "    privileged: true  # <-- here", "    privileged: true\n        b:  # <-- here\n          image: x"
    )
    shell.write("policies/own/privileged.yaml", text)
    said = shell("test", "policies")
    assert said.code == 1
    assert (
        said.out
        == """\
policies/own/privileged.yaml:10: failed: own/privileged, example 1 (bad)
  compose.yaml
      1 | services:
      2 |   a:
    + 3 |     privileged: true
        |     found: the service is privileged
    - 4 |   b:
        |   expected a finding here
      5 |     image: x

2 examples of 1 rule, 1 failed
"""
    )


def test_the_difference_of_a_fix_is_shown(shell: Shell) -> None:
    shell.write("policies/own/timeout.yaml", FIXING)
    assert shell("test", "policies").code == 0
    shell.write("policies/own/timeout.yaml", FIXING.replace("timeout=10", "timeout=11"))
    said = shell("test", "policies")
    assert said.code == 1
    assert "  -requests.get(URL, timeout=11)\n  +requests.get(URL, timeout=10)\n" in said.out


def test_a_fix_that_changes_nothing_is_a_difference(shell: Shell) -> None:
    text = FIXING.replace('fix: {title: add a timeout, keyword: {timeout: "10"}}\n', "")
    shell.write("policies/own/timeout.yaml", text)
    said = shell("test", "policies")
    assert said.code == 1
    assert "-requests.get(URL, timeout=10)" in said.out
    assert "the example shows `fixed`, and the rule has no fix [fixed-without-fix]" in said.out


@pytest.mark.parametrize("marks", ["# <-- here x2", "# <-- here"])
def test_a_mark_says_how_many_findings_a_line_has(shell: Shell, marks: str) -> None:
    before, after = RULE.split("      services:\n        a:\n          privileged: true  # <-- here\n")
    line = f"      services: {{a: {{privileged: true}}, b: {{privileged: true}}}}  {marks}\n"
    shell.write("policies/own/privileged.yaml", before + line + after)
    said = shell("test", "policies")
    if marks.endswith("x2"):
        assert said.code == 0
    else:
        assert "expected 1 and found 2 here; a line with this many ends in `# <-- here x2`" in said.out


def test_a_rule_that_raises_is_reported_with_its_place_and_the_others_go_on(shell: Shell) -> None:
    shell.write("policies/own/debug.py", CODED.replace('if entry["value"]', 'if entry["nope"]'))
    shell.write("policies/own/privileged.yaml", RULE)
    said = shell("test", "policies", "--allow-code")
    assert said.code == 1
    assert "own/debug raised KeyError: 'nope' at debug.py:18" in said.out
    assert "4 examples of 2 rules, 2 failed" in said.out


def test_a_rule_file_that_does_not_load_does_not_stop_the_others(shell: Shell) -> None:
    shell.write("policies/own/broken.yaml", RULE.replace("summary:", "summry:"))
    shell.write("policies/own/syntax.py", "x = 1\ndef f(:\n")
    shell.write("policies/own/typo.py", CODED.replace("summary=", "sumary="))
    shell.write("policies/own/privileged.yaml", RULE)
    said = shell("test", "policies", "--allow-code")
    assert said.code == 2
    assert "policies/own/broken.yaml:1: error: unknown key `summry`; did you mean `summary`?" in said.out
    assert "policies/own/syntax.py:2: error: importing this rule raised SyntaxError: " in said.out
    assert "policies/own/typo.py:3: error: importing this rule raised TypeError: " in said.out
    assert "'sumary'" in said.out
    assert "2 examples of 1 rule, 0 failed; 3 rule files could not be loaded" in said.out


def test_a_rule_that_exits_when_it_is_imported_does_not_stop_the_others(shell: Shell) -> None:
    shell.write("policies/own/leaves.py", "raise SystemExit(0)\n")
    shell.write("policies/own/privileged.yaml", RULE)
    said = shell("test", "policies", "--allow-code")
    assert said.code == 2
    assert "2 examples of 1 rule" in said.out


def test_code_runs_only_where_it_is_allowed(shell: Shell) -> None:
    shell.write("policies/own/debug.py", CODED)
    said = shell("test", "policies")
    assert said.code == 2
    assert "--allow-code" in said.out
    assert shell("test", "policies", "--allow-code").code == 0


def test_a_dataclass_in_a_rule_is_fine(shell: Shell) -> None:
    head = "from __future__ import annotations\nfrom dataclasses import dataclass, KW_ONLY\n\n"
    shell.write(
        "policies/own/debug.py", f"{head}@dataclass\nclass Place:\n    _: KW_ONLY\n    line: int\n\n\n{CODED}"
    )
    assert shell("test", "policies", "--allow-code").code == 0


def test_two_rules_of_one_id_are_an_error(shell: Shell) -> None:
    shell.write("policies/own/debug.py", CODED)
    shell.write("policies/own/debug.yaml", RULE)
    said = shell("test", "policies", "--allow-code")
    assert said.code == 2
    assert "own/debug is already defined in policies/own/debug.py" in said.out


@pytest.mark.parametrize(
    "target",
    ["policies", "policies/own", "policies/own/privileged.yaml", "own/privileged", "own/*", "./policies/"],
)
def test_a_rule_is_named_by_its_folder_its_file_or_its_id(shell: Shell, target: str) -> None:
    shell.write("lintkit.toml", 'rules = ["policies"]')
    shell.write("policies/own/privileged.yaml", RULE)
    said = shell("test", target, "--output-format", "json")
    assert [rule["id"] for rule in json.loads(said.out)["rules"]] == ["own/privileged"]


def test_built_in_rules_are_named_by_their_ids(shell: Shell) -> None:
    said = shell("test", "python/cors-[ow]*", "--output-format", "json")
    assert [rule["id"] for rule in json.loads(said.out)["rules"]] == [
        "python/cors-origin-regex",
        "python/cors-wildcard",
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nope"], "there is no rule folder nope, and no rule of that id"),
        (["python/cors-wildcrad"], "did you mean `python/cors-wildcard`"),
        (["empty"], "empty holds no rules"),
        (["lintkit.toml"], "lintkit.toml is no rule file"),
        (["--output", "a.xml", "--output", "b.xml"], "more --output than"),
        (["--output-format", "sarif"], "Invalid value for '--output-format'"),
    ],
)
def test_what_cannot_be_done_exits_with_2(shell: Shell, arguments: list[str], words: str) -> None:
    (shell.root / "empty").mkdir()
    said = shell("test", *arguments)
    assert said.code == 2
    assert words in said.err
    assert said.out == ""


def test_junit_can_be_read_and_counts(shell: Shell) -> None:
    shell.write("policies/own/broken.yaml", "summry: x")
    shell.write(
        "policies/own/privileged.yaml", RULE.replace("  # <-- here", "").replace("privileged is", "\x07")
    )
    said = shell(
        "test", "policies", "--output-format", "junit", "--output-format", "text", "--output", "out.xml"
    )
    assert said.code == 2
    assert "1 failed" in said.out
    tree = ElementTree.parse(shell.root / "out.xml").getroot()
    assert tree.attrib == {"name": "lintkit test", "tests": "4", "failures": "2", "errors": "1"}
    names = {case.attrib["name"]: [child.tag for child in case] for case in tree.iter("testcase")}
    assert names == {
        "the rule is written well": ["failure"],
        "example 1 (bad)": ["failure"],
        "example 2 (good)": [],
        "policies/own/broken.yaml": ["error"],
    }
    failure = tree.find(".//testcase[@name='example 1 (bad)']/failure")
    assert failure is not None and "+ 3 |     privileged: true" in str(failure.text)


def test_what_xml_cannot_hold_is_spelled_out(shell: Shell) -> None:
    shell.write(
        "policies/own/debug.py",
        CODED.replace("the switch is on", "\\x00 <on> ]]> &").replace("# <-- here", ""),
    )
    said = shell("test", "policies", "--allow-code", "--output-format", "junit")
    assert "\\x00 <on> ]]> &" in "".join(ElementTree.fromstring(said.out).itertext())


def test_json_says_what_was_expected_and_found(shell: Shell) -> None:
    shell.write("policies/own/privileged.yaml", RULE)
    run = json.loads(shell("test", "policies", "--output-format", "json").out)
    assert (run["version"], run["passed"], run["unloaded"]) == (1, True, [])
    (rule,) = run["rules"]
    assert (rule["path"], rule["remarks"]) == ("policies/own/privileged.yaml", [])
    assert rule["examples"][0] == {
        "number": 1,
        "kind": "bad",
        "note": "",
        "line": 10,
        "passed": True,
        "expected": [{"path": "compose.yaml", "line": 3}],
        "found": [{"path": "compose.yaml", "line": 3, "message": "the service is privileged"}],
        "trouble": [],
    }


def test_mistakes_of_the_rule_file_are_findings_with_lines(shell: Shell) -> None:
    text = RULE.replace("severity: error", "severity: error\ntags: [security, cwe-79]")
    shell.write("policies/own/privileged.yaml", text)
    said = shell("test", "policies")
    assert said.code == 1
    assert said.out.startswith(
        "policies/own/privileged.yaml:5: warning: `cwe-79` is no CWE; write it as `CWE-79` [cwe-form]\n"
    )


def test_mistakes_of_a_python_rule_are_findings_with_lines(shell: Shell) -> None:
    text = CODED.replace(
        'severity="warning",', 'severity="warning",\n    tags=(\n        "ok",\n        "Not_Ok",\n    ),'
    )
    shell.write("policies/own/debug.py", text.replace("the switch is on", "Switch."))
    said = shell("test", "policies", "--allow-code")
    assert "policies/own/debug.py:10: warning: the tag `Not_Ok`" in said.out
    assert "policies/own/debug.py:20: warning: the message ends in a full stop" in said.out


def test_matters_of_style_do_not_fail(shell: Shell) -> None:
    shell.write(
        "policies/own/privileged.yaml", RULE.replace("the service is privileged", "a privileged service")
    )
    said = shell("test", "policies")
    assert said.code == 0
    assert ":8: note: the message has no verb" in said.out


def test_an_example_that_is_no_longer_valid_is_said_to_be_unreadable(shell: Shell) -> None:
    shell.write("policies/own/privileged.yaml", RULE.replace("image: x", "image: [x"))
    said = shell("test", "policies")
    assert said.code == 1
    assert "`compose.yaml` of the example cannot be read: " in said.out


def test_colour_only_on_request_and_never_in_files(shell: Shell) -> None:
    shell.write("policies/own/privileged.yaml", RULE.replace("  # <-- here", ""))
    assert "\x1b" not in shell("test", "policies").out
    said = shell("test", "policies", "--color", "always", "--output-format", "text", "--output", "o.txt")
    assert "\x1b" not in (shell.root / "o.txt").read_text() + said.out
    assert "\x1b[" in shell("test", "policies", "--color", "always").out


def test_text_of_a_rule_file_cannot_reach_the_terminal(shell: Shell) -> None:
    shell.write("policies/own/debug.py", CODED.replace("DEBUG=1  # <-- here", "DEBUG\\x1b[31m=1"))
    said = shell("test", "policies", "--allow-code")
    assert said.code == 1
    assert "\x1b" not in said.out and "\\x1b[31m" in said.out


def test_the_command_loads_no_libcst_for_a_compose_rule(shell: Shell) -> None:
    shell.write("policies/own/privileged.yaml", RULE)
    code = "import sys; from lintkit.cli.main import run; print(run(['test', 'policies']), 'libcst' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(Path(lintkit.__file__).parent.parent)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout.endswith("0 False\n"), done.stderr
