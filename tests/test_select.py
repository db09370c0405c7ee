from __future__ import annotations

import pickle
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintkit.declared.select import SelectError, compile_query, select, select_each
from lintkit.formats.dockerfile import parse as parse_dockerfile
from lintkit.formats.plain import at
from lintkit.formats.yaml import load_documents
from lintkit.kinds.compose import service as compose
from lintkit.kinds.kubernetes import objects as kubernetes
from lintkit.kinds.registry import EACH_KINDS
from lintkit.model import Document, Kind, SourceFile

DATA = {
    "services": {"a": {"image": "x", "ports": [1, 2, 3, {"x": 1}]}, "b": {"image": None}},
    "list": [[1], [2, [3]], "text"],
    "": 0,
}

QUERIES = [
    "$",
    "$.services.*.image",
    "$..image",
    "$..*",
    "$.list[0,-1]",
    "$.list[::-1]",
    "$.list[1:]",
    "$.list[::0]",
    "$.list[9]",
    "$['services','list']",
    "$['']",
    "$..[0]",
    "$.services[?@.image=='x']",
    "$..[?@.x]",
    "$..[?count(@.*)>1]",
    "$.services[?@.ports[?@==2]].ports[1:]",
    "$.list[?length(@)==2]",
    "$.services[?@.image!=null]",
    "$.list[?@[0]==$.services.a.ports[1]]",
    "$..[?!@.image && @.x]",
    "$.services[?value(@..x)==1]",
]


@pytest.mark.parametrize("query", QUERIES)
def test_query_agrees_with_the_library(query: str) -> None:
    from jsonpath import JSONPathEnvironment

    expected = [m.parts for m in JSONPathEnvironment(strict=True).finditer(query, DATA)]
    assert compile_query(query).find(DATA) == list(dict.fromkeys(expected))


leaves = st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["a", "b"])
trees: st.SearchStrategy[Any] = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
)
segments = st.sampled_from(
    [
        ".a",
        ".*",
        "[0]",
        "[-1]",
        "..a",
        "..*",
        "[?@.a]",
        "[?@==1]",
        "..[?@.b=='a']",
        "[1:]",
        "['b',0]",
        "[?@.a==$.b]",
    ]
)


@given(trees.filter(lambda t: isinstance(t, (dict, list))), st.lists(segments, max_size=3).map("".join))
def test_any_query_agrees_with_the_library(data: Any, path: str) -> None:
    from jsonpath import JSONPathEnvironment

    expected = [m.parts for m in JSONPathEnvironment(strict=True).finditer("$" + path, data)]
    assert compile_query("$" + path).find(data) == list(dict.fromkeys(expected))


def test_root_in_a_nested_filter_is_the_document() -> None:
    data = {"want": 2, "groups": [{"items": [{"n": 1}]}, {"items": [{"n": 2}]}]}
    assert compile_query("$.groups[?@.items[?@.n==$.want]]").find(data) == [("groups", 1)]


def test_query_on_a_scalar_document_finds_nothing_below_it() -> None:
    assert compile_query("$..[?@.a==$.b]").find("[1]") == []
    assert compile_query("$").find("text") == [()]


def test_select_gives_routes_of_the_document() -> None:
    (document,) = load_documents("a: {b: 1}\n", "f", "yaml", "generic")
    assert select(document, "$.a.b") == [("a", "b")]
    assert document.nodes[("a", "b")].raw == "1"


@pytest.mark.parametrize(
    ("query", "position"),
    [
        ("", 0),
        ("services", 0),
        ("$.a[", 4),
        ("$.a | $.b", 4),
        ("$.a ", 3),
        ("$[?((((", 7),
        ("$[?nope(@)]", 3),
        ("$.~a", 2),
        ("$[?@ == 'a", 8),
        ("$..[?match(@.x, '(a+)+$')]", 5),
        ("$..[?search(@.x, 'a')]", 5),
        ("$[?@.a =~ /x/]", 7),
    ],
)
def test_bad_query_is_an_error_with_its_place(query: str, position: int) -> None:
    with pytest.raises(SelectError) as caught:
        compile_query(query)
    assert caught.value.position == position
    assert "TOKEN" not in str(caught.value)


def test_regular_expressions_are_refused_with_the_way_out() -> None:
    with pytest.raises(SelectError, match="use `pattern`"):
        compile_query("$[?match(@.a, 'b')]")


@pytest.mark.parametrize("query", ["$" + "[?@" * 500, "$" + "[?(" * 400, "$" + ".a" * 5000])
def test_huge_query_is_an_error(query: str) -> None:
    with pytest.raises(SelectError):
        compile_query(query)


@pytest.mark.parametrize("query", ["$..*..*..*", "$..[?count(@..*) > 0]..[?count($..*) > 0]..*"])
def test_search_is_bounded(query: str) -> None:
    data = {"a": [{"b": {"c": list(range(20))}} for _ in range(4000)]}
    with pytest.raises(SelectError, match="visits more than"):
        compile_query(query).find(data)


def test_deep_data_needs_no_recursion() -> None:
    data: Any = 1
    for _ in range(5000):
        data = [data]
    assert len(compile_query("$..[0]").find(data[0][0])) == 4998


def test_budget_starts_anew_with_each_search() -> None:
    query = compile_query("$..*")
    data = list(range(300_000))
    for _ in range(4):
        assert len(query.find(data)) == 300_000


def test_error_survives_pickling() -> None:
    error = pickle.loads(pickle.dumps(SelectError("x", 3)))
    assert (error.message, error.position, str(error)) == ("x", 3, "x (at character 4)")


# --- named selectors

MANIFEST = """\
kind: CronJob
spec: {jobTemplate: {spec: {template: {spec: {
  initContainers: [{name: i}],
  containers: [{name: c, env: [{name: A, value: x}, {name: B, valueFrom: {secretKeyRef: {name: s}}}, {name: C}]}]}}}}}
"""


def manifest(text: str) -> Document:
    (document,) = kubernetes.parse(SourceFile("k.yaml", "kubernetes", text.encode()))
    return document


def stack(text: str) -> Document:
    (document,) = compose.parse(SourceFile("compose.yaml", "compose", text.encode()))
    return document


def test_containers_of_a_manifest() -> None:
    found = select_each(manifest(MANIFEST), "container")
    assert [s.value["name"] for s in found] == ["i", "c"]
    assert found[0].extra == {"name": "i", "kind": "init"}
    assert at(manifest(MANIFEST).data, *found[1].route) == found[1].value


def test_containers_of_a_compose_file_are_its_services() -> None:
    document = stack("services: {a: {image: x}}\n")
    assert [s.route for s in select_each(document, "container")] == [("services", "a")]
    assert select_each(document, "container") == select_each(document, "service")


def test_a_container_without_a_name_is_called_by_its_image() -> None:
    document = manifest("kind: Pod\nspec: {containers: [{image: shop:1}, {name: api, image: shop:2}, {}]}")
    assert [each.extra["name"] for each in select_each(document, "container")] == ["shop:1", "api", None]
    assert [each.called for each in kubernetes.containers(document)] == [
        "container `shop:1`",
        "container `api`",
        "a container",
    ]


@pytest.mark.parametrize("node", ["os: {name: windows}", "nodeSelector: {kubernetes.io/os: windows}"])
def test_a_pod_for_windows_has_no_linux_containers(node: str) -> None:
    text = "kind: Pod\nspec: {containers: [{name: api, image: shop:1}], %s}"
    assert select_each(manifest(text % node), "linux-container") == ()
    assert len(select_each(manifest(text % node.replace("windows", "linux")), "linux-container")) == 1


def test_pod_and_workload() -> None:
    document = manifest(MANIFEST)
    (pod,) = select_each(document, "pod")
    (workload,) = select_each(document, "workload")
    assert pod.route == ("spec", "jobTemplate", "spec", "template", "spec")
    assert (workload.route, workload.value) == ((), document.data)


def test_pod_is_no_workload() -> None:
    document = manifest("kind: Pod\nspec: {containers: []}\n")
    assert len(select_each(document, "pod")) == 1
    assert select_each(document, "workload") == ()


def test_variables_of_a_manifest() -> None:
    found = select_each(manifest(MANIFEST), "env-var")
    assert [s.value for s in found] == [
        {"name": "A", "value": "x"},
        {"name": "B", "valueFrom": {"secretKeyRef": {"name": "s"}}},
        {"name": "C", "value": None},
    ]


def test_variables_of_a_compose_file() -> None:
    found = select_each(
        stack("services: {a: {environment: [A=1, B]}, b: {environment: {C: 2}}}\n"), "env-var"
    )
    assert [s.value for s in found] == [
        {"name": n, "value": v} for n, v in (("A", "1"), ("B", None), ("C", "2"))
    ]
    assert found[0].extra == {"service": "a", "name": "A"}


def test_stages_and_variables_of_a_dockerfile() -> None:
    data = {
        "instructions": [{"keyword": "ENV", "pairs": [["A", "1"]], "stage": 0}, {"keyword": "RUN"}],
        "stages": [{"name": "x", "base": "y"}],
    }
    document = Document("Dockerfile", "dockerfile", "", data, {})
    assert [s.route for s in select_each(document, "stage")] == [("stages", 0)]
    (variable,) = select_each(document, "env-var")
    assert (variable.route, variable.value) == (("instructions", 0, "pairs", 0), {"name": "A", "value": "1"})


def test_commands_of_a_dockerfile() -> None:
    text = b"FROM a\nRUN yes | apt-get install -y git jq && ls\nONBUILD RUN apt-get update\nCMD ls\n"
    (document,) = parse_dockerfile(SourceFile("Dockerfile", "dockerfile", text))
    found = select_each(document, "command")
    assert [(s.value["name"], s.value["action"], s.value["packages"], s.value["piped"]) for s in found] == [
        ("yes", "", [], False),
        ("apt-get", "install", ["git", "jq"], True),
        ("ls", "", [], False),
        ("apt-get", "update", [], False),
    ]
    assert found[1].extra == {"name": "apt-get", "command": "apt-get install git jq"}
    start = document.span(found[1].route).start
    assert document.text[start:].startswith("apt-get install -y")


@pytest.mark.parametrize(
    ("port", "by", "state"),
    [
        ("http", "name", "found"),
        ("web", "name", "missing"),
        ("'${PORT}'", "name", "unknown"),
        ("'8000'", "number", "found"),
        ("9000", "number", "missing"),
    ],
)
def test_probes_of_a_container(port: str, by: str, state: str) -> None:
    text = (
        "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, image: b, ports: [{name: http, containerPort: 8000}],"
        f" livenessProbe: {{httpGet: {{port: {port}}}}}, startupProbe: {{grpc: {{port: web}}}}}}]}}\n"
    )
    (document,) = load_documents(text, "f", "kubernetes", "kubernetes")
    first, second = select_each(document, "probe")
    assert (first.value["by"], first.value["state"]) == (by, state)
    assert (second.value["probe"], second.value["state"]) == ("startupProbe", "unknown")


@pytest.mark.parametrize("name", sorted(EACH_KINDS))
@pytest.mark.parametrize("kind", ["compose", "kubernetes", "dockerfile", "dotenv", "yaml"])
@pytest.mark.parametrize("data", [None, [], {}, 3, {"kind": 3, "services": 3, "stages": 3, "spec": [1]}])
def test_selector_is_silent_where_nothing_fits(name: str, kind: Kind, data: Any) -> None:
    assert select_each(Document("f", kind, "", data, {}), name) == ()


def test_unknown_selector_names_the_known_ones() -> None:
    (document,) = load_documents("a: 1", "f", "yaml", "generic")
    with pytest.raises(
        SelectError,
        match="command, container, deployed-container, deployed-pods, env-var, image, linux-container",
    ):
        select_each(document, "kontainer")


def test_import_loads_no_jsonpath() -> None:
    code = "import sys, lintkit.declared.select; sys.exit('jsonpath' in sys.modules or 'yaml' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
