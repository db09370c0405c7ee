"""Broken and hostile compose files and Dockerfiles: a clear word or silence, never a wrong line."""

from __future__ import annotations

import time

import pytest

from lintkit.authoring.examples import MemoryTree
from lintkit.catalog.load import RuleSet, load_rules
from lintkit.config.model import Config
from lintkit.model import Finding, Report
from lintkit.run.engine import Request, run
from lintkit.source import Lines
from tests.stepping import steps

RULES = RuleSet(
    tuple(rule for rule in load_rules().rules if rule.id.startswith(("compose/", "dockerfile/", "lintkit/")))
)


def report_of(files: dict[str, str]) -> Report:
    tree = MemoryTree({path: text.encode() for path, text in files.items()})
    return run(Request(tree, Config(), RULES, frozenset(rule.id for rule in RULES.rules), jobs=1))


def findings_of(files: dict[str, str]) -> list[tuple[str, str, int]]:
    lines = {path: Lines(text) for path, text in files.items()}
    return [place(finding, lines[finding.path]) for finding in report_of(files).findings]


def place(finding: Finding, lines: Lines) -> tuple[str, str, int]:
    span = finding.primary.span
    assert 0 <= span.start <= span.end <= len(lines.text)
    return finding.rule, span.path, lines.position(span.start).line


def test_a_file_of_the_first_version_is_named() -> None:
    found = findings_of({"docker-compose.yml": "# old\nweb:\n  image: shop:1\n  ports: ['80:80']\n"})
    assert ("compose/schema", "docker-compose.yml", 2) in found
    assert not any(rule == "lintkit/rule-failed" for rule, _, _ in found)


def test_tabs_are_a_clear_word() -> None:
    found = findings_of({"compose.yaml": "services:\n  a:\n\t\timage: a:1\n"})
    assert found == [("lintkit/unparseable-file", "compose.yaml", 3)]


def test_an_alias_bomb_is_stopped() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 10)]
    bomb = "\n".join([*lines, "services: {a: {image: 'a:1', labels: *a9}}"])

    def check() -> None:
        found = findings_of({"compose.yaml": bomb})
        assert [rule for rule, _, _ in found] == ["lintkit/unparseable-file"]

    assert steps(check) < 1_000_000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "---\n",
        "# nothing\n",
        "---\n---\n",
        "null\n",
        "services:\n",
        "services: {}\n",
        "services: []\n",
    ],
)
def test_an_empty_file_is_silence(text: str) -> None:
    rules = {rule for rule, _, _ in findings_of({"compose.yaml": text})}
    assert rules <= {"compose/schema"}


def test_a_template_is_no_compose_file() -> None:
    report = report_of(
        {"compose.yaml": "services:\n  {% for s in all %}\n  {{ s }}:\n    image: a\n  {% endfor %}\n"}
    )
    assert not report.findings
    assert [note.path for note in report.notifications] == ["compose.yaml"]


def test_marks_of_a_template_in_values_are_values() -> None:
    found = findings_of(
        {"compose.yaml": 'name: a\nservices:\n  a:\n    image: "{{ image }}"\n    privileged: true\n'}
    )
    assert ("compose/privileged", "compose.yaml", 5) in found


@pytest.mark.parametrize(
    "text",
    [
        "services: {a: 3, b: [1], c: {image: [a], ports: {x: y}, volumes: 3, environment: 7, depends_on: 1}}\n",
        "services: {? [a, b] : {image: x}}\n",
        "services: {1: {image: 'a:1'}, null: {image: 'b:1'}, true: {image: 'c:1'}}\n",
        "services: {a: {image: 'a:1', ports: [null, true, 1e400, .nan, {target: []}]}}\n",
        "services: {a: {build: 3, command: {a: b}, healthcheck: [x], deploy: x, security_opt: {a: 1}}}\n",
        "services: &a {x: {image: 'a:1', <<: [*b]}}\n",
        "services: {a: {volumes: [{type: bind}, {source: 3}, ':', '::', 'a:', ':b']}}\nvolumes: 3\nnetworks: [x]\n",
        "services: {a: " + "{a: " * 95 + "1" + "}" * 95 + "}\n",
        "services: {a: {image: 'a:1', ports: [" + ", ".join(["'1:1'"] * 900) + "]}}\n",
        "services: {"
        + ", ".join(f"s{i}: {{image: 'a:1', depends_on: [s{i + 1}]}}" for i in range(400))
        + "}\n",
    ],
)
def test_odd_compose_files_break_nothing(text: str) -> None:
    started = time.process_time()
    found = findings_of({"compose.yaml": text, "compose.override.yaml": text})
    assert not any(rule == "lintkit/rule-failed" for rule, _, _ in found)
    assert time.process_time() - started < 20


def test_a_rule_that_finds_too_much_says_so_and_keeps_what_it_has() -> None:
    ports = ", ".join(f"'{port}:80'" for port in range(2_000, 3_500))
    found = findings_of({"compose.yaml": f"services: {{a: {{image: 'a:1', ports: [{ports}]}}}}\n"})
    assert sum(rule == "compose/port-all-interfaces" for rule, _, _ in found) == 1_000
    assert [path for rule, path, _ in found if rule == "lintkit/rule-failed"] == ["compose.yaml"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "FROM\n",
        "RUN apt-get install x\n",
        "FROM a AS\nFROM a AS a\nFROM a AS a\nCOPY --from=a --from= --chmod= \n",
        "FROM a\nRUN <<EOF\napt-get install x\n",
        'FROM a\nRUN ["apt-get", 3]\nRUN []\nRUN [""]\nCMD\nENTRYPOINT []\n',
        "FROM a\nRUN " + "$(" * 2_000 + "\n",
        "FROM a\n" + "RUN apt-get update\n" * 800,
        "FROM a\nRUN " + "apt-get update && " * 3_000 + "true\n",
        "".join(f"FROM s{i} AS s{i + 1}\nCOPY . .\nRUN pip install -r r.txt\n" for i in range(500)),
        "FROM a\nWORKDIR\nADD\nCOPY a\nUSER\nEXPOSE\nVOLUME\nONBUILD\nONBUILD RUN apt-get install x\n",
    ],
)
def test_odd_dockerfiles_break_nothing(text: str) -> None:
    started = time.process_time()
    found = findings_of({"Dockerfile": text})
    assert not any(rule == "lintkit/rule-failed" for rule, _, _ in found)
    assert time.process_time() - started < 20
