import json
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from lintkit.data import schema
from lintkit.model import Edit, Fix, Report, Revision, Span
from lintkit.report.options import RenderOptions
from tests.report.rendering import finding, rendered, report
from tests.report.sample import CLEAN, REPORT


def loaded(given_report: Report, options: RenderOptions | None = None) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(rendered(given_report, "json", options))
    return value


def test_report_has_a_version() -> None:
    assert loaded(CLEAN)["version"] == 1


def test_clean_report_has_no_findings() -> None:
    assert loaded(CLEAN)["findings"] == []


def test_positions_count_from_one_and_the_end_is_exclusive() -> None:
    found = loaded(report("a: 1\nb: 🙂x\n", 8, 10))["findings"][0]
    assert (found["start"], found["end"]) == ({"line": 2, "column": 4}, {"line": 2, "column": 6})


def test_position_in_a_file_without_a_text_is_null() -> None:
    found = loaded(Report((finding(Span("a.bin", 3, 4)),), (), {}))["findings"][0]
    assert (found["start"], found["end"]) == (None, None)


def test_fix_has_its_edits() -> None:
    fix = Fix("title", (Edit(Span("a.yaml", 0, 1), "X"),), safe=True)
    given_report = Report((replace(finding(Span("a.yaml", 0, 1)), fix=fix),), (), {"a.yaml": "abc"})
    assert loaded(given_report)["findings"][0]["fix"] == {
        "title": "title",
        "safe": True,
        "edits": [
            {
                "path": "a.yaml",
                "start": {"line": 1, "column": 1},
                "end": {"line": 1, "column": 2},
                "text": "X",
            }
        ],
    }


def test_summary_counts() -> None:
    assert loaded(REPORT)["summary"] == {
        "errors": 5,
        "warnings": 8,
        "notes": 3,
        "files": 214,
        "files_with_findings": 9,
        "suppressed": 1,
        "known": 0,
        "fixable": 1,
        "unsafe_fixable": 0,
        "fixed": 0,
    }


def test_suppressed_findings_are_listed_only_when_asked_for() -> None:
    assert "suppressed" not in loaded(REPORT)
    shown = loaded(REPORT, RenderOptions(show_suppressed=True))["suppressed"]
    assert shown[0]["suppression"] == {"kind": "inSource", "reason": "the database is a toy"}


def test_revision_holds_no_credentials() -> None:
    revised = replace(CLEAN, revision=Revision("https://me:token@git.example/a/b"))
    assert loaded(revised)["revision"]["repository_uri"] == "https://git.example/a/b"


def test_output_is_ascii_without_control_characters() -> None:
    text = rendered(REPORT, "json")
    assert text.isascii()
    assert text.replace("\n", "").isprintable()


EVERYTHING = replace(REPORT, compared="main", known=REPORT.findings[:2])


@pytest.mark.parametrize("options", [RenderOptions(), RenderOptions(show_suppressed=True)])
@pytest.mark.parametrize("given_report", [EVERYTHING, CLEAN, Report((finding(Span("a.bin", 7, 9)),), (), {})])
def test_report_is_valid_by_the_schema_that_ships(given_report: Report, options: RenderOptions) -> None:
    assert list(Draft202012Validator(schema("report")).iter_errors(loaded(given_report, options))) == []


def test_schema_describes_every_key() -> None:
    """No key that the schema does not know: with all objects closed, the report is valid still."""
    closed = _closed(schema("report"))
    # What is closed cannot be extended by `allOf`, so that the finding is written out there.
    suppressed = closed["properties"]["suppressed"]["items"]
    for name in ("properties", "required"):
        suppressed[name] = type(suppressed[name])(
            [*suppressed[name].items(), *closed["$defs"]["finding"][name].items()]
            if name == "properties"
            else [*suppressed[name], *closed["$defs"]["finding"][name]]
        )
    del suppressed["allOf"]
    value = loaded(EVERYTHING, RenderOptions(show_suppressed=True))
    assert list(Draft202012Validator(closed).iter_errors(value)) == []
    assert not Draft202012Validator(closed).is_valid({**value, "more": 1})
    assert set(closed["properties"]) == set(value)


def _closed(node: Any) -> Any:
    if isinstance(node, list):
        return [_closed(item) for item in node]
    if not isinstance(node, dict):
        return node
    inner = {name: _closed(item) for name, item in node.items()}
    if isinstance(inner.get("properties"), dict) and "additionalProperties" not in inner:
        inner["additionalProperties"] = False
    return inner
