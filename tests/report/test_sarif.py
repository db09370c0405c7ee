import json
import os
import re
import shutil
import subprocess
import sys
import time
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintkit.kinds.recognise import language_of
from lintkit.model import (
    Edit,
    Example,
    Fix,
    Location,
    Notification,
    Report,
    Revision,
    RuleMeta,
    Severity,
    Span,
)
from lintkit.report import sarif, sarif_results
from lintkit.report.formats import renderer
from lintkit.report.options import RenderOptions
from lintkit.report.rule_page import rule_page
from lintkit.report.sarif_rules import descriptor
from lintkit.source import Lines
from tests.report.rendering import finding, rendered, report, sarif_run
from tests.report.sample import CLEAN, REPORT

ROOT = Path(__file__).parents[2]
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lintkit"
RULE = RuleMeta("a/rule-name", summary="it is wrong", why="Because.", remedy="Repair it.", severity="error")


def physical(given_report: Report) -> dict[str, Any]:
    found: dict[str, Any] = sarif_run(given_report)["results"][0]["locations"][0]["physicalLocation"]
    return found


def test_equal_reports_give_equal_bytes() -> None:
    assert rendered(REPORT, "sarif") == rendered(replace(REPORT), "sarif")


def test_output_is_ascii() -> None:
    assert rendered(REPORT, "sarif").isascii()


def test_rule_index_points_to_the_rule() -> None:
    run = sarif_run(REPORT)
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])


def test_finding_of_a_rule_that_the_report_does_not_hold_has_a_rule_all_the_same() -> None:
    assert sarif_run(report("a: 1"))["tool"]["driver"]["rules"][0]["id"] == "a/rule"


def test_columns_count_code_points() -> None:
    assert physical(report("🙂🙂x", 2, 3))["region"]["startColumn"] == 3


def test_snippet_is_the_text_of_the_region() -> None:
    assert physical(report("a: b\nc: d\n", 8, 9))["region"]["snippet"] == {"text": "d"}


@given(st.text(alphabet="ab\n\r\té🙂", max_size=40), st.integers(0, 40), st.integers(0, 40))
def test_region_slices_back_to_its_snippet(text: str, first: int, second: int) -> None:
    start, end = sorted((min(first, len(text)), min(second, len(text))))
    region = physical(report(text, start, end))["region"]
    lines = Lines(text)
    from_offset = lines.start(region["startLine"]) + region["startColumn"] - 1
    to_offset = lines.start(region["endLine"]) + region["endColumn"] - 1
    assert text[from_offset:to_offset] == region["snippet"]["text"]


@given(st.text(alphabet="ab\n\r", max_size=40), st.integers(0, 40), st.integers(0, 40))
def test_context_holds_the_region(text: str, first: int, second: int) -> None:
    start, end = sorted((min(first, len(text)), min(second, len(text))))
    location = physical(report(text, start, end))
    region, context = location["region"], location["contextRegion"]
    assert context["startLine"] <= region["startLine"] <= region["endLine"] <= context["endLine"]
    assert region["snippet"]["text"] in context["snippet"]["text"]


def test_region_does_not_reach_into_the_next_line() -> None:
    region = physical(report("a\nb\n", 0, 2))["region"]
    assert (region["endLine"], region["endColumn"]) == (1, 2)


def test_finding_in_an_empty_file_has_a_valid_region() -> None:
    region = physical(report(""))["region"]
    assert region == {
        "startLine": 1,
        "startColumn": 1,
        "endLine": 1,
        "endColumn": 1,
        "snippet": {"text": ""},
    }


def test_empty_span_shows_its_line() -> None:
    assert physical(report("first\nsecond\n"))["region"]["snippet"] == {"text": "first"}


def test_file_without_a_text_has_a_line_and_no_snippet() -> None:
    given_report = Report((finding(Span("a.bin", 7, 9)),), (), {})
    assert physical(given_report)["region"] == {"startLine": 1}


def test_span_past_the_end_is_the_end() -> None:
    assert physical(report("abc", 90, 99))["region"]["endColumn"] <= 4


def test_a_huge_span_becomes_its_first_line() -> None:
    text = "a\n" + "bc: " + "\n".join("d" * 90 for _ in range(40))
    location = physical(report(text, 2, len(text)))
    region = location["region"]
    assert (region["startLine"], region["endLine"], region["endColumn"]) == (2, 2, 95)
    assert region["snippet"]["text"] == "bc: " + "d" * 90
    assert location["contextRegion"]["startLine"] == 1


def test_a_span_in_a_huge_line_is_cut() -> None:
    location = physical(report("x" * 5000, 0, 5000))
    assert len(location["region"]["snippet"]["text"]) == sarif_results.SNIPPET_LIMIT
    assert len(location["contextRegion"]["snippet"]["text"]) > sarif_results.SNIPPET_LIMIT


def test_context_of_a_long_line_is_cut() -> None:
    location = physical(report("x" * 100_000, 50_000, 50_003))
    assert len(location["contextRegion"]["snippet"]["text"]) < 1000


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a b/c#d.yaml", "a%20b/c%23d.yaml"),
        ("50%.env", "50%25.env"),
        ("größe.yaml", "gr%C3%B6%C3%9Fe.yaml"),
        ("c:d.yaml", "c%3Ad.yaml"),
        ("caf\udce9.yaml", "caf%E9.yaml"),
        ("\ud800.yaml", "%ED%A0%80.yaml"),
        ("a\\b?.yaml", "a%5Cb%3F.yaml"),
    ],
)
def test_path_becomes_an_encoded_uri(path: str, uri: str) -> None:
    assert physical(report("a", path=path))["artifactLocation"] == {"uri": uri, "uriBaseId": "%SRCROOT%"}


def test_lone_surrogates_become_replacement_characters() -> None:
    assert physical(report("\ud800", 0, 1))["region"]["snippet"] == {"text": "\ufffd"}


def test_related_locations_are_linked_from_the_message() -> None:
    others = (Location(Span("a.yaml", 1, 2), "one"), Location(Span("a.yaml", 2, 3), "two"))
    given_report = Report((finding(Span("a.yaml", 0, 1), "wrong", "error", *others),), (), {"a.yaml": "abc"})
    result = sarif_run(given_report)["results"][0]
    assert result["message"]["text"] == "wrong ([one](1), [two](2))"
    assert [related["id"] for related in result["relatedLocations"]] == [1, 2]


def test_brackets_of_a_label_are_escaped() -> None:
    given_report = Report(
        (finding(Span("a.yaml", 0, 1), "wrong", "error", Location(Span("a.yaml", 1, 2), "x[0]")),),
        (),
        {"a.yaml": "abc"},
    )
    assert sarif_run(given_report)["results"][0]["message"]["text"] == r"wrong ([x\[0\]](1))"


def test_message_cannot_make_a_link_by_accident() -> None:
    result = sarif_run(report("a", message="see [this](1) and x[0]"))["results"][0]
    assert result["message"]["text"] == r"see \[this](1) and x[0]"


def test_many_related_locations_are_cut() -> None:
    others = tuple(Location(Span("a.yaml", i, i + 1)) for i in range(500))
    given_report = Report((finding(Span("a.yaml", 0, 1), "w", "error", *others),), (), {"a.yaml": "x" * 600})
    result = sarif_run(given_report)["results"][0]
    assert len(result["relatedLocations"]) == sarif_results.RELATED_LIMIT
    assert result["message"]["text"].endswith("[related](5), 95 more)")


def test_several_locations_make_a_flow_that_begins_at_the_primary_one() -> None:
    result = next(item for item in sarif_run(REPORT)["results"] if item["ruleId"].startswith("project/"))
    flow = result["codeFlows"][0]["threadFlows"][0]["locations"]
    assert [step["location"]["message"]["text"] for step in flow] == [
        "the state",
        "it is written here",
        "here [x] is the other end",
    ]


def test_control_characters_in_a_message_are_spelled_out() -> None:
    result = sarif_run(report("a", message="\x1b[31m\u202e"))["results"][0]
    assert result["message"]["text"] == r"\x1b[31m<U+202E>"


def test_endless_message_is_cut() -> None:
    assert len(rendered(report("a: 1", message="x" * 100_000), "sarif")) < 10_000


def test_primary_span_of_a_secret_is_masked_everywhere() -> None:
    text = "user: me\npassword: hunter2hunter2\nport: 1\n"
    secret = replace(finding(Span("a.env", 19, 33)), secret=True)
    neighbour = finding(Span("a.env", 6, 8))
    given_report = Report((neighbour, secret), (), {"a.env": text})
    for format in ("sarif", "json", "text"):
        assert "hunter" not in rendered(given_report, format)
    assert "**************" in rendered(given_report, "sarif")


def test_suppressed_findings_are_left_out() -> None:
    assert not any("suppressions" in result for result in sarif_run(REPORT)["results"])


def test_suppressed_findings_are_marked_when_asked_for() -> None:
    run = sarif_run(REPORT, RenderOptions(show_suppressed=True))
    assert run["results"][-1]["suppressions"] == [
        {"kind": "inSource", "status": "accepted", "justification": "the database is a toy"}
    ]


def test_fix_is_a_replacement() -> None:
    fix = Fix("t", (Edit(Span("a.yaml", 1, 2), "X"), Edit(Span("a.yaml", 3, 3), "Y")))
    given_report = Report((replace(finding(Span("a.yaml", 0, 1)), fix=fix),), (), {"a.yaml": "abc"})
    changes = sarif_run(given_report)["results"][0]["fixes"][0]["artifactChanges"]
    assert [item["insertedContent"]["text"] for item in changes[0]["replacements"]] == ["X", "Y"]


def test_fix_in_a_file_without_a_text_is_left_out() -> None:
    fix = Fix("t", (Edit(Span("b.yaml", 1, 2), "X"),))
    given_report = Report((replace(finding(Span("a.yaml", 0, 1)), fix=fix),), (), {"a.yaml": "abc"})
    assert "fixes" not in sarif_run(given_report)["results"][0]


def test_unparseable_file_does_not_make_the_run_a_failure() -> None:
    assert sarif_run(REPORT)["invocations"][0]["executionSuccessful"] is True


def test_failed_rule_makes_the_run_a_failure() -> None:
    failed = Notification("error", "it failed", rule="lintkit/rule-failed", path="a.py")
    run = sarif_run(replace(CLEAN, notifications=(failed,)))
    assert run["invocations"][0]["executionSuccessful"] is False


def test_notifications_about_the_configuration_stand_apart() -> None:
    invocation = sarif_run(REPORT)["invocations"][0]
    assert len(invocation["toolExecutionNotifications"]) == 3
    assert len(invocation["toolConfigurationNotifications"]) == 1


@pytest.mark.parametrize(
    ("remote", "expected"),
    [
        ("https://me:token@git.example/a/b.git", "https://git.example/a/b.git"),
        ("ssh://git@git.example/a/b.git", "ssh://git.example/a/b.git"),
        ("git@git.example:a/b.git", ""),
        ("/home/me/b", ""),
        ("file:///home/me/b", ""),
        ("", ""),
    ],
)
def test_repository_is_named_without_credentials_or_local_paths(remote: str, expected: str) -> None:
    run = sarif_run(replace(CLEAN, revision=Revision(remote, "0" * 40, "main")))
    found = run.get("versionControlProvenance", [{"repositoryUri": ""}])
    assert found[0]["repositoryUri"] == expected


def test_least_severe_results_are_left_out_and_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "RESULT_LIMIT", 2)
    severities: tuple[Severity, ...] = ("note", "error", "warning", "error")
    findings = tuple(finding(Span("a.yaml", i, i + 1), str(i), level) for i, level in enumerate(severities))
    run = sarif_run(Report(findings, (), {"a.yaml": "abcd"}))
    assert [result["message"]["text"] for result in run["results"]] == ["1", "3"]
    notifications = run["invocations"][0]["toolExecutionNotifications"]
    assert notifications[0]["message"]["text"].startswith("2 of 4 findings")


def test_results_are_left_out_until_the_file_is_small_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "SIZE_LIMIT", 4_000)
    text = "".join(f"{i:x}\n" for i in range(2000))
    findings = tuple(finding(Span("a.yaml", i * 3, i * 3 + 2), str(i)) for i in range(1000))
    run = sarif_run(Report(findings, (), {"a.yaml": text}))
    assert 0 < len(run["results"]) < 1000
    assert run["invocations"][0]["toolExecutionNotifications"]


def test_descriptor_name_is_pascal_case() -> None:
    assert descriptor(RULE, language_of)["name"] == "ARuleName"


def test_descriptor_texts_keep_the_limit() -> None:
    long = replace(RULE, summary="word " * 400, why="word " * 400)
    assert len(descriptor(long, language_of)["shortDescription"]["text"]) <= 1024
    assert len(descriptor(long, language_of)["fullDescription"]["text"]) <= 1024


def test_descriptor_keeps_twenty_tags() -> None:
    long = replace(RULE, tags=tuple(f"t{i}" for i in range(30)))
    assert len(descriptor(long, language_of)["properties"]["tags"]) == 20


def test_cwe_becomes_an_external_tag() -> None:
    assert descriptor(replace(RULE, tags=("CWE-79",)), language_of)["properties"]["tags"] == [
        "external/cwe/cwe-079"
    ]


def test_weaknesses_are_a_taxonomy_that_rules_point_into() -> None:
    rules = tuple(
        replace(RULE, id=f"a/{name}", tags=tags)
        for name, tags in (("x", ("CWE-798", "CWE-79")), ("y", ("cwe-0079", "style")), ("z", ("style",)))
    )
    run = sarif_run(Report((), rules, {}))
    (taxonomy,) = run["taxonomies"]
    assert [taxon["id"] for taxon in taxonomy["taxa"]] == ["79", "798"]
    for rule, expected in zip(run["tool"]["driver"]["rules"], (["79", "798"], ["79"], []), strict=True):
        targets = [relation["target"] for relation in rule.get("relationships", [])]
        assert [target["id"] for target in targets] == expected
        assert [taxonomy["taxa"][target["index"]]["id"] for target in targets] == expected
        assert all(target["toolComponent"] == {"name": "CWE", "index": 0} for target in targets)
    assert run["tool"]["driver"]["supportedTaxonomies"] == [{"name": "CWE", "index": 0}]


def test_without_weaknesses_there_is_no_taxonomy() -> None:
    run = sarif_run(Report((), (replace(RULE, tags=("style",)),), {}))
    assert "taxonomies" not in run
    assert "supportedTaxonomies" not in run["tool"]["driver"]


def test_without_a_comparison_a_result_has_no_baseline_state() -> None:
    assert not any("baselineState" in result for result in sarif_run(REPORT)["results"])


def test_results_of_a_comparison_are_new_and_the_others_are_unchanged() -> None:
    new, old = finding(Span("a.yaml", 0, 1), "new"), finding(Span("a.yaml", 1, 2), "old")
    given_report = Report((new,), (), {"a.yaml": "ab"}, compared="main", known=(old,))
    assert [result["baselineState"] for result in sarif_run(given_report)["results"]] == ["new"]
    everything = sarif_run(given_report, RenderOptions(show_suppressed=True))["results"]
    states = [(result["message"]["text"], result["baselineState"]) for result in everything]
    assert states == [("new", "new"), ("old", "unchanged")]


def test_category_is_what_stands_before_the_last_slash() -> None:
    assert sarif_run(CLEAN)["automationDetails"] == {"id": "lintkit/"}
    for category in ("api/lint", "api/lint/"):
        run = sarif_run(CLEAN, RenderOptions(category=category))
        assert run["automationDetails"] == {"id": "api/lint/"}


def test_too_many_rules_are_cut_to_those_of_the_most_severe_results(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "RULE_LIMIT", 2)
    rules = tuple(replace(RULE, id=f"a/{name}") for name in "abcd")
    severities: dict[str, Severity] = {"a/b": "note", "a/c": "error", "a/d": "warning"}
    findings = tuple(
        replace(finding(Span("a.yaml", i, i + 1), severity=severity), rule=rule)
        for i, (rule, severity) in enumerate(severities.items())
    )
    run = sarif_run(Report(findings, rules, {"a.yaml": "abc"}))
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["a/c", "a/d"]
    assert [result["ruleId"] for result in run["results"]] == ["a/c", "a/d"]
    assert run["invocations"][0]["toolExecutionNotifications"]


def test_memory_does_not_grow_with_the_findings() -> None:
    text = "".join(f"key_{i}: http://localhost:{i}\n" for i in range(1000))
    peaks = []
    for count in (500, 5_000):
        spans = [Span(f"{i // 50}.yaml", (i % 50) * 20, (i % 50) * 20 + 9) for i in range(count)]
        given_report = Report(tuple(map(finding, spans)), (), {span.path: text for span in spans})
        with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
            tracemalloc.start()
            renderer("sarif")(given_report, nowhere, RenderOptions())
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks[1] < peaks[0] + 2_500_000  # of a log of several megabytes


def test_rule_without_the_security_tag_has_no_security_severity() -> None:
    properties = descriptor(replace(RULE, tags=("style", "CWE-1104")), language_of)["properties"]
    assert "security-severity" not in properties


@pytest.mark.parametrize(("severity", "score"), [("error", "8.0"), ("warning", "5.5"), ("note", "3.0")])
def test_security_severity_follows_the_severity(severity: Severity, score: str) -> None:
    properties = descriptor(replace(RULE, severity=severity, tags=("security",)), language_of)["properties"]
    assert properties["security-severity"] == score


def test_security_severity_can_be_given_by_a_tag() -> None:
    properties = descriptor(replace(RULE, tags=("security", "security-severity:9.8")), language_of)[
        "properties"
    ]
    assert properties["security-severity"] == "9.8"
    assert properties["tags"] == ["security"]


def test_braces_of_a_summary_are_doubled_in_the_message_string() -> None:
    text = descriptor(replace(RULE, summary="a default in ${X:-y}"), language_of)["messageStrings"][
        "default"
    ]["text"]
    assert text == "A default in ${{X:-y}}: '{0}'."


def test_help_shows_the_examples_in_fences_that_hold() -> None:
    bad = Example(good=False, files={"a.py": "'''\n```\n'''\n"}, expected=(("a.py", 2),))
    good = Example(good=True, files={"a.py": "fine = 1\n"})
    markdown = descriptor(replace(RULE, examples=(good, bad)), language_of)["help"]["markdown"]
    assert "## Reported\n\n`a.py`:\n\n````python\n'''\n```  # <-- here\n'''\n````" in markdown
    assert "## Not reported\n\n`a.py`:\n\n```python\nfine = 1\n```" in markdown


def test_help_shows_what_the_fix_makes() -> None:
    bad = Example(good=False, files={"a.py": "old = 1\n"}, fixed={"a.py": "new = 1\n"})
    markdown = descriptor(replace(RULE, examples=(bad,)), language_of)["help"]["markdown"]
    assert markdown.endswith("With `--fix`:\n\n`a.py`:\n\n```python\nnew = 1\n```")


def test_help_is_the_page_of_the_rule_with_one_example_of_each_kind() -> None:
    bad = Example(good=False, files={"a.py": "old = 1\n"}, expected=(("a.py", 1),))
    good = Example(good=True, files={"a.py": "fine = 1\n"})
    rule = replace(RULE, examples=(bad, good))
    more = replace(
        RULE, examples=(bad, good, replace(bad, files={"b.py": "x\n"}), replace(good, note="more"))
    )
    assert descriptor(rule, language_of)["help"]["markdown"] + "\n" == rule_page(rule, language_of)
    assert descriptor(more, language_of)["help"] == descriptor(rule, language_of)["help"]


def test_no_absolute_path_and_no_time_is_written() -> None:
    text = rendered(REPORT, "sarif", RenderOptions(show_suppressed=True))
    assert str(ROOT) not in text
    assert not re.search(r"\d{4}-\d\d-\d\dT", text)


def test_ten_thousand_findings_take_little_time() -> None:
    text = "".join(f"key_{i}: http://localhost:{i}\n" for i in range(1000))
    spans = [Span(f"{i // 100}.yaml", start := (i % 100) * 20, start + 9) for i in range(10_000)]
    texts = {span.path: text for span in spans}
    given_report = Report(tuple(map(finding, spans)), (), texts)
    begin = time.process_time()
    rendered(given_report, "sarif")
    assert time.process_time() - begin < 2  # a second on an idle machine, with room for a busy one


@pytest.mark.parametrize("options", [RenderOptions(), RenderOptions(show_suppressed=True)])
@pytest.mark.parametrize("given_report", [REPORT, CLEAN], ids=["full", "clean"])
def test_log_matches_the_schema(given_report: Report, options: RenderOptions) -> None:
    schemas = sorted(CACHE.glob("sarif-multitool-*/node_modules/@microsoft/*/sarif-2.1.0.json"))
    if not schemas:
        pytest.skip("the schema comes with the validator, which scripts/validate-sarif installs")
    schema = json.loads(schemas[-1].read_text(encoding="utf-8-sig"))
    jsonschema.validate(json.loads(rendered(given_report, "sarif", options)), schema)


@pytest.mark.skipif(
    not list(CACHE.glob("sarif-multitool-*")), reason="scripts/validate-sarif has not been run"
)
def test_strict_validator_has_nothing_to_say(tmp_path: Path) -> None:
    files = []
    for name, options in (("a", RenderOptions()), ("b", RenderOptions(show_suppressed=True))):
        file = tmp_path / f"{name}.sarif"
        file.write_text(rendered(REPORT, "sarif", options), encoding="utf-8")
        files.append(str(file))
    command = [sys.executable, str(ROOT / "scripts" / "validate-sarif"), *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("2 checked, 0 complaints\n", 0)


@pytest.mark.skipif(
    shutil.which("sh") is None or sys.platform != "linux", reason="the validator runs on Linux only"
)
@pytest.mark.parametrize(("options", "code"), [([], 0), (["--required"], 1)])
def test_validation_without_npm_is_skipped_unless_required(
    tmp_path: Path, options: list[str], code: int
) -> None:
    command = [sys.executable, str(ROOT / "scripts" / "validate-sarif"), *options, "a.sarif"]
    environment = {"PATH": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert (done.stdout, done.returncode) == ("skipped: npm is not installed\n", code)
