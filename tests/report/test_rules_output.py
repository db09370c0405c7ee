import io
import json

import pytest

from lintkit.report.rules import render_rules
from tests.report.sample import RULES


def test_no_rules_are_no_error() -> None:
    stream = io.StringIO()
    render_rules((), stream)
    assert stream.getvalue() == "No rules.\n"


def test_json_lists_every_rule() -> None:
    stream = io.StringIO()
    render_rules(RULES, stream, "json")
    assert [rule["id"] for rule in json.loads(stream.getvalue())["rules"]] == [rule.id for rule in RULES]


def test_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="text or json"):
        render_rules(RULES, io.StringIO(), "xml")  # type: ignore[arg-type]
