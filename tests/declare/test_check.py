# ruff: noqa: E501 - documents stand on one line
"""What rules over data select, and where they say it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from lintkit.budget import steps_for
from lintkit.model import SourceFile
from lintkit.rule.definition import RuleContext
from lintkit.rule.own import RULE_FAILED
from lintkit.run.file import Task, check_file
from tests.declare.data_rules import check, findings, load, shown


def places(tmp_path: Path, text: str, **keys: Any) -> list[str]:
    return [shown(text, finding) for finding in findings(load(tmp_path, **keys), text)]


@pytest.mark.parametrize(("strict", "places"), [(True, ["true", "true"]), (False, ["true"])])
def test_what_is_seldom_worth_a_change_is_for_those_who_ask(
    tmp_path: Path, strict: bool, places: list[str]
) -> None:
    seldom = {"required": ["image"], "properties": {"image": {"type": "string", "pattern": "metrics"}}}
    schema = {"required": ["privileged"], "properties": {"privileged": {"const": True}}}
    rule = load(tmp_path, kind="compose", each="service", forbid=schema, strict_where=seldom)
    text = "services:\n  a: {image: metrics, privileged: true}\n  b: {image: shop, privileged: true}\n"
    task = Task(rule, RuleContext(rule.meta, strict=strict))
    found = check_file(SourceFile("compose.yaml", "compose", text.encode()), [task], facts=False).findings
    assert [shown(text, each) for each in found] == places


def test_a_wrong_scalar_is_shown_where_it_is_written(tmp_path: Path) -> None:
    text = "services:\n  a: {deploy: {replicas: 'x'}}\n"
    schema = {"properties": {"deploy": {"properties": {"replicas": {"type": "integer"}}}}}
    assert places(tmp_path, text, kind="compose", select="$.services.*", require=schema) == ["'x'"]


def test_each_failing_place_is_a_finding(tmp_path: Path) -> None:
    text = "services:\n  a: {image: 1, user: 2}\n  b: {}\n"
    schema = {"properties": {"image": {"type": "string"}, "user": {"type": "string"}}, "required": ["image"]}
    assert places(tmp_path, text, kind="compose", select="$.services.*", require=schema) == ["1", "2", "b"]


def test_a_missing_key_is_shown_at_the_nearest_key(tmp_path: Path) -> None:
    text = "spec:\n  list:\n    - x: 1\n      y: 2\n    - {}\n"
    found = places(tmp_path, text, kind="yaml", select="$.spec.list[*]", require={"required": ["z"]})
    assert found == ["x", "{}"]


def test_alternatives_are_shown_at_what_they_all_complain_about(tmp_path: Path) -> None:
    text = "a: {b: {c: 1}}\n"
    inner = [{"properties": {"b": {"properties": {"c": {"const": n}}}}} for n in (2, 3)]
    assert places(tmp_path, text, kind="yaml", select="$.a", require={"anyOf": inner}) == ["1"]
    outer = [inner[0], {"required": ["x"]}]
    assert places(tmp_path, text, kind="yaml", select="$.a", require={"anyOf": outer}) == ["a"]


def test_a_key_that_is_not_allowed_is_shown_itself(tmp_path: Path) -> None:
    text = "a: {good: 1, bad: {x: 1}}\n"
    schema = {"properties": {"good": {}}, "additionalProperties": False}
    assert places(tmp_path, text, kind="yaml", select="$.a", require=schema) == ["bad"]


def test_forbid_is_shown_at_the_one_property_that_it_names(tmp_path: Path) -> None:
    text = "services:\n  a: {privileged: true, image: x}\n"
    schema = {"required": ["privileged"], "properties": {"privileged": {"const": True}}}
    assert places(tmp_path, text, kind="compose", each="service", forbid=schema) == ["true"]


def test_the_value_of_an_alias_is_shown_where_it_is_written(tmp_path: Path) -> None:
    text = "x: &v bad\nservices:\n  a: {image: *v}\n"
    (finding,) = findings(
        load(tmp_path, kind="compose", select="$.services.*.image", forbid={"const": "bad"}), text
    )
    assert finding.primary.span.start == text.index("bad")
    (use,) = finding.locations[1:]
    assert text[use.span.start : use.span.end] == "*v"


def test_two_uses_of_one_value_are_merged_by_their_place(tmp_path: Path) -> None:
    text = "x: &v {image: bad}\nservices:\n  a: *v\n  b: {<<: *v}\n"
    found = findings(
        load(tmp_path, kind="compose", select="$.services.*.image", forbid={"const": "bad"}), text
    )
    assert len({finding.primary for finding in found}) == 1


def test_when_looks_at_the_whole_document(tmp_path: Path) -> None:
    rule = load(tmp_path, kind="yaml", select="$.a", forbid={"const": 1}, when={"required": ["b"]})
    assert not findings(rule, "a: 1\n")
    assert findings(rule, "a: 1\nb: 2\n")


def test_nothing_selected_is_nothing_reported(tmp_path: Path) -> None:
    assert not findings(load(tmp_path, kind="yaml", select="$.a.b", require={"type": "string"}), "x: 1\n")


POD = "spec: {containers: [{name: a, image: x}], initContainers: [{name: i, image: x}]}"


@pytest.mark.parametrize(
    ("each", "kind", "text", "found"),
    [
        ("container", "kubernetes", f"apiVersion: v1\nkind: Pod\n{POD}\n", ["i", "a"]),
        ("container", "kubernetes", f"apiVersion: b/v1\nkind: CronJob\nspec: {{jobTemplate: {{spec: {{template: {{{POD}}}}}}}}}\n", ["i", "a"]),
        ("container", "kubernetes", f"apiVersion: x/v1\nkind: SparkApp\nspec: {{driver: {{template: {{{POD}}}}}, executor: {{template: {{{POD}}}}}}}\n", ["i", "a", "i", "a"]),
        ("container", "kubernetes", f"apiVersion: v1\nkind: List\nitems:\n- apiVersion: apps/v1\n  kind: Deployment\n  spec: {{template: {{{POD}}}}}\n", ["i", "a"]),
        ("pod", "kubernetes", f"apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {{name: d}}\nspec: {{template: {{{POD}}}}}\n", ["d"]),
        ("workload", "kubernetes", f"apiVersion: v1\nkind: Pod\n{POD}\n", []),
        ("workload", "kubernetes", f"apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: s}}\nspec: {{template: {{{POD}}}}}\n", ["s"]),
        ("service", "kubernetes", "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {}\n", ["s"]),
        ("service", "compose", "services: {a: {image: x}, b: {image: y}}\n", ["a", "b"]),
        ("env-var", "compose", "services: {a: {image: x, environment: [A=1, B]}, b: {environment: {C: 1}}}\n", ["A", "B", "C"]),
        ("env-var", "dotenv", "A=1\nexport B='x'\n", ["A", "B"]),
        ("env-var", "dockerfile", "FROM x\nENV A=1 B=2\n", ["A", "B"]),
        ("env-var", "kubernetes", "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, image: x, env: [{name: A, value: x}, {name: B, valueFrom: {}}]}]}\n", ["A", "B"]),
        ("env-var", "workflow", "env: {A: 1}\njobs: {j: {env: {B: 1}, steps: [{env: {C: 1}}], services: {s: {env: {D: 1}}}}}\n", ["A", "B", "C", "D"]),
        ("service", "workflow", "jobs: {j: {services: {redis: {image: redis}}}}\n", ["redis"]),
        ("container", "workflow", "jobs: {j: {container: {image: x}, services: {redis: {image: redis}}}}\n", ["j", "redis"]),
        ("stage", "dockerfile", "FROM a AS one\nFROM b\n", ["one", "Dockerfile"]),
        ("image", "dockerfile", "FROM a AS one\nFROM b AS two\nFROM one\n", ["final"]),
        ("rbac-rule", "kubernetes", "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: r}\nrules: [{verbs: [get]}, {}]\n", ["Role/r.rules.0"]),
        ("image", "dockerfile", "ARG A=1\n", []),
    ],
)  # fmt: skip
def test_each_selector_in_each_kind(
    tmp_path: Path, each: str, kind: str, text: str, found: list[str]
) -> None:
    rule = load(tmp_path, kind=kind, each=each, require=False, message="found {name} here")
    names = [finding.message.split()[1].strip("`") for finding in findings(rule, text)]
    assert [name if name in found else "Dockerfile" for name in names] == found


@pytest.mark.parametrize(
    ("kind", "text", "place"),
    [
        ("compose", "services: {a: {environment: {A: bad}}}\n", "bad"),
        ("compose", "services: {a: {environment: [A=bad]}}\n", "A=bad"),
        ("dotenv", "A='bad'\n", "'bad'"),
        ("dockerfile", "FROM x\nENV A=bad\n", "A"),
        ("workflow", "env: {A: bad}\n", "bad"),
        ("kubernetes", "kind: Pod\nspec: {containers: [{env: [{name: A, value: bad}]}]}\n", "bad"),
    ],
)
def test_the_value_of_a_variable_has_its_own_place(tmp_path: Path, kind: str, text: str, place: str) -> None:
    schema = {"properties": {"value": {"not": {"const": "bad"}}}}
    assert places(tmp_path, text, kind=kind, each="env-var", require=schema) == [place]


@pytest.mark.parametrize(
    ("kind", "text", "reading", "value"),
    [
        ("compose", "a: 1e3\n", "raw", "1e3"),
        ("compose", 'a: "${X:-y}-$$"\n', "resolved", "y-$"),
        ("compose", "a: 5\n", "resolved", 5),
        ("kubernetes", "a: no\n", "raw", "no"),
        ("toml", "a = 1_000\n", "raw", "1_000"),
        ("json", '{"a": 1.50}', "raw", "1.50"),
    ],
)
def test_reading(tmp_path: Path, kind: str, text: str, reading: str, value: Any) -> None:
    rule = load(tmp_path, kind=kind, select="$.a", forbid={"const": value}, read=reading)
    assert findings(rule, text)


def test_reading_of_entries_and_instructions(tmp_path: Path) -> None:
    rule = load(tmp_path, kind="dotenv", each="env-var", read="resolved", forbid={"properties": {"value": {"const": "x/y"}}, "required": ["value"]})  # fmt: skip
    assert [f.subject for f in findings(rule, "A=x\nB=${A}/y\n")] == ["entries.B.value"]
    rule = load(
        tmp_path, kind="dockerfile", select="$.instructions[*].value", read="resolved", forbid={"const": "1"}
    )
    assert len(findings(rule, "ARG V=1\nFROM x\nARG V\nWORKDIR $V\n")) == 1


def test_messages_and_subjects_name_things(tmp_path: Path) -> None:
    text = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\nspec: {template: {spec: {containers: [{name: api, image: x}]}}}\n"
    rule = load(
        tmp_path,
        kind="kubernetes",
        each="container",
        require={"properties": {"image": {"const": "y"}}, "required": ["a", "b"]},
        options={"most": {"default": [1, 2]}},
        message="{name}|{value}|{key}|{missing}|{most}",
    )
    found = findings(rule, text)
    assert {f.message for f in found} == {
        "`api`|`x`|`image`||1, 2",
        "`api`|`{name: api, image: x}`|`containers`|`a, b`|1, 2",
    }
    assert {f.subject for f in found} == {
        "Deployment/shop.spec.template.spec.containers.api.image",
        "Deployment/shop.spec.template.spec.containers.api",
    }


def test_words_of_ones_own_are_the_first_of_a_list_that_is_there(tmp_path: Path) -> None:
    rule = load(
        tmp_path,
        kind="yaml",
        select="$.roles[*]",
        among={"verb": ["delete", "list"], "more": ["delete", "list"]},
        words={
            "verb": {"of": "$.verbs[*]"},
            "first": {"of": "$.verbs[*]"},
            "more": {"of": "$.verbs[*]", "said": {"delete": ", for good"}},
        },
        message="{verb} after {first} is asked for{more}",
        subject="{verb}",
    )
    text = "roles:\n  - verbs: [get, list, delete]\n  - verbs: ['li`st', list]\n  - verbs: [get]\n  - verbs: []\n"
    found = findings(rule, text)
    assert [finding.message for finding in found] == [
        "`delete` after `get` is asked for, for good",
        "`list` after `li'st` is asked for",
    ]
    assert [finding.subject for finding in found] == ["delete", "list"]


def test_the_first_case_that_finds_something_is_told(tmp_path: Path) -> None:
    rule = load(
        tmp_path,
        kind="yaml",
        select="$.jobs[*]",
        where={"required": ["run"]},
        words={"tool": {"of": "$.tool"}},
        subject="{tool}",
        cases=[
            {
                "where": {"required": ["fast"]},
                "forbid": {"type": "object", "required": ["wait"]},
                "message": "{tool} waits",
            },
            {"among": {"tool": ["rm", "dd"]}, "severity": "error", "message": "{tool} is dangerous"},
            {"require": {"properties": {"run": {"type": "string"}, "wait": {"type": "integer"}}}},
        ],
    )
    text = """\
    jobs:
      - {tool: dd, wait: 3}
      - {tool: dd, wait: 3, fast: 1, run: a}
      - {tool: dd, wait: 3, run: a}
      - {tool: cp, wait: x, run: 1}
    """
    found = findings(rule, text)
    assert [(each.message, each.severity, shown(text, each)) for each in found] == [
        ("`dd` waits", "warning", "3"),
        ("`dd` is dangerous", "error", "tool"),
        ("`1` is wrong", "warning", "1"),
        ("`x` is wrong", "warning", "x"),
    ]
    assert [each.subject for each in found] == ["dd", "dd", "cp", "cp"]


def test_a_rule_may_ask_for_files_of_production_and_for_their_text(tmp_path: Path) -> None:
    rule = load(
        tmp_path,
        kind="dotenv",
        each="setting",
        environment="production",
        text={"not": {"pattern": "generated by"}},
        forbid={
            "required": ["value"],
            "properties": {"value": {"const": "x"}, "words": {"pattern": "_url$"}},
        },
    )
    text = "APP_ENV=production\ndbUrl=x\nA_URL=x\nA_URL=y\nB=x\n"
    (found,) = check(rule, text, ".env").findings
    assert (shown(text, found), found.confidence) == ("x", "medium")
    assert [each.label for each in found.locations[1:]] == ["says production"]
    (found,) = check(rule, text, ".env.production").findings
    assert (found.confidence, found.locations[1:]) == ("high", ())
    assert not check(rule, text.replace("production", "test"), ".env").findings
    assert not check(rule, text + "# generated by make\n", ".env").findings


@pytest.mark.parametrize(("key", "told"), [("draft", 0), ("final", 1)])
def test_what_is_found_in_some_documents_is_told_to_those_who_ask(
    tmp_path: Path, key: str, told: int
) -> None:
    rule = load(
        tmp_path, kind="yaml", select="$.job", require={"required": ["x"]}, strict_when={"required": [key]}
    )
    text = "draft: 1\njob: {image: a}\n"
    assert len(findings(rule, text)) == 1
    assert len(check(rule, text, strict=False).findings) == told


def test_subject_of_ones_own(tmp_path: Path) -> None:
    rule = load(
        tmp_path, kind="compose", each="service", require={"required": ["x"]}, subject="{name} {missing}"
    )
    assert [f.subject for f in findings(rule, "services: {a: {}}\n")] == ["a x"]


def test_options_reach_into_schemas(tmp_path: Path) -> None:
    rule = load(
        tmp_path,
        kind="yaml",
        select="$.a",
        require={"enum": {"$option": "allowed"}},
        options={"allowed": {"type": "array", "default": ["x"]}},
    )
    assert findings(rule, "a: y\n")
    assert not findings(rule, "a: y\n", allowed=["y"])


def test_prefixes_are_no_pattern(tmp_path: Path) -> None:
    rule = load(
        tmp_path,
        kind="yaml",
        select="$.a",
        require={"pattern": {"$option": "allowed", "as": "prefixes"}},
        options={"allowed": {"type": "array", "default": ["a.b/"]}},
    )
    assert findings(rule, "a: aXb/c\n")
    assert not findings(rule, "a: a.b/c\n")
    assert findings(rule, "a: a.b/c\n", allowed=[])


COMPARED = """\
kind: Service
spec: {selector: {app: %s}}
---
kind: Deployment
spec: {template: {metadata: {labels: {app: web, tier: x}}}}
"""


@pytest.mark.parametrize(("label", "count"), [("web", 0), ("wep", 1)])
def test_documents_of_one_file_are_compared(tmp_path: Path, label: str, count: int) -> None:
    relate = {"value": "$.spec.selector", "is": "subset", "of": "$.spec.template.metadata.labels"}
    rule = load(tmp_path, kind="kubernetes", each="service", relate=relate)
    found = findings(rule, COMPARED % label)
    assert len(found) == count
    for finding in found:
        assert shown(COMPARED % label, finding) == "selector"
        assert finding.locations[1].label == "compared with this"


@pytest.mark.parametrize(
    ("relation", "a", "b", "holds"),
    [
        ("equal", "{x: 1}", "{x: 1}", True),
        ("equal", "{x: 1}", "{x: 1, y: 2}", False),
        ("equal", "1", "true", False),
        ("subset", "{x: 1}", "{x: 1, y: 2}", True),
        ("subset", "[1]", "[1, 2]", True),
        ("subset", "[3]", "[1, 2]", False),
        ("member", "x", "{x: 1}", True),
        ("member", "x", "[x]", True),
        ("member", "y", "[x]", False),
        ("member", "[x, y]", "{x: 1}", False),
        ("member", "{x: 1}", "{x: 2}", True),
        ("member", "x", "x", True),
    ],
)
def test_relations(tmp_path: Path, relation: str, a: str, b: str, holds: bool) -> None:
    rule = load(tmp_path, kind="yaml", select="$.a", relate={"is": relation, "of": "$.b"})
    assert bool(findings(rule, f"a: {a}\nb: {b}\n")) is not holds


def test_a_name_that_nothing_has_is_shown_itself(tmp_path: Path) -> None:
    text = "services:\n  a: {image: x, depends_on: [b, c]}\n  b: {image: y}\n"
    relate = {"value": "$.depends_on", "is": "member", "of": "$.services"}
    assert places(tmp_path, text, kind="compose", each="service", relate=relate) == ["c"]


def test_without_another_end_there_is_nothing_to_say(tmp_path: Path) -> None:
    rule = load(
        tmp_path, kind="yaml", select="$.a", relate={"is": "equal", "of": "$.b", "in": {"required": ["c"]}}
    )
    assert not findings(rule, "a: 1\nb: 2\n")


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ({"select": "$", "require": {"$defs": {"n": {"additionalProperties": {"allOf": [{"$ref": "#/$defs/n"}] * 3}}}, "$ref": "#/$defs/n"}}, "a: " + "{a: " * 90 + "1" + "}" * 90),
        ({"select": "$..*", "require": {"uniqueItems": True}}, "a: [" + "[[1]], " * 4_000 + "]"),
        ({"select": "$..[?@.x && $..[?@.y]]", "require": True}, "a: [" + "{x: 1}, " * 3_000 + "]"),
        ({"select": "$.*", "fix": {"title": "repair it", "replace": {"pattern": "((a{0,30}){0,30})c", "with": "x"}}, "forbid": {"type": "string"}}, "a: " + "a" * 50_000),
    ],
)  # fmt: skip
def test_what_asks_for_too_much_is_reported_by_rule(tmp_path: Path, keys: dict[str, Any], text: str) -> None:
    rule = load(tmp_path, kind="yaml", **keys)
    started = time.process_time()
    found = check(rule, text).findings
    # Half a second; the bound is what a slow machine under load still meets.
    assert time.process_time() - started < 6
    for finding in found:
        if finding.rule == RULE_FAILED.id:
            assert finding.message.startswith("team/rule was stopped: ")


DEEP = {
    "$defs": {"n": {"additionalProperties": {"allOf": [{"$ref": "#/$defs/n"}] * 3}}},
    "$ref": "#/$defs/n",
}
"""A schema that takes three times as many steps for each level of a text."""


def test_a_rule_has_the_same_steps_for_each_file_whatever_it_has_spent_on_others(tmp_path: Path) -> None:
    def text(depth: int) -> str:
        return "a: " + "{a: " * depth + "1" + "}" * depth

    alone = [check(load(tmp_path, kind="yaml", select="$", require=DEEP), text(depth)) for depth in range(14)]
    after = load(tmp_path, kind="yaml", select="$", require=DEEP)
    assert check(after, text(90)).findings[0].rule == RULE_FAILED.id
    assert [check(after, text(depth)).findings for depth in range(14)] == [each.findings for each in alone]
    assert not alone[0].findings and alone[-1].findings


def test_what_is_stopped_takes_steps_by_the_size_of_its_file(tmp_path: Path) -> None:
    assert steps_for(0) < steps_for(1_000) < 2 * steps_for(0)
    assert steps_for(2_000_000) < 2 * steps_for(1_000_000)


def test_a_rule_that_finds_too_much_says_so_and_tells_what_it_has_found(tmp_path: Path) -> None:
    rule = load(tmp_path, kind="yaml", select="$.*", forbid={"const": 1})
    found = [finding.rule for finding in check(rule, "".join(f"k{n}: 1\n" for n in range(1_000))).findings]
    assert found == ["team/rule"] * 1_000
    more = check(rule, "".join(f"k{n}: 1\n" for n in range(1_001))).findings
    assert [finding.rule for finding in more] == [*found, RULE_FAILED.id]


def test_no_schema_reaches_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    import urllib.request

    from lintkit.declared.schema import Schema

    monkeypatch.setattr(urllib.request, "urlopen", lambda *a, **k: pytest.fail("the network was asked"))
    with pytest.raises(Exception, match="Unresolvable"):
        Schema({"$ref": "https://example.com/schema.json"}).is_valid(1)
