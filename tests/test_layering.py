"""Imports point one way: a module sees its own layer and the ones before it, at any depth of its functions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import lintkit

PACKAGE = Path(lintkit.__file__).parent

LAYERS: tuple[tuple[str, ...], ...] = (
    ("lintkit", "data"),
    ("model",),
    ("source", "budget"),
    ("report",),
    ("globs",),
    ("regex", "formats"),
    ("facts",),
    ("words", "secrets"),
    ("python",),
    ("kinds",),
    ("files", "graph"),
    ("rule",),
    ("declared", "api", "rules"),
    ("catalog", "config", "fix"),
    ("run", "views"),
    ("authoring",),
    ("review",),
    ("cli", "__main__"),
)
"""Each layer may import itself and those above it in this list."""

REPORT_SEES = {"lintkit", "model", "source", "report"}
"""A reporter has values only: it can be given any report, from anywhere."""

LEVEL = {part: level for level, layer in enumerate(LAYERS) for part in layer}


def part_of(module: str) -> str:
    """The part of lintkit that a module belongs to: `lintkit.formats.yaml` is in `parse`."""
    names = module.split(".")
    return names[1] if len(names) > 1 else names[0]


def modules() -> list[Path]:
    rules = PACKAGE.parent / "rules"
    found = [*PACKAGE.rglob("*.py"), *(rules.rglob("*.py") if not (PACKAGE / "rules").is_dir() else ())]
    return sorted(path for path in found if "__pycache__" not in path.parts)


def part_of_file(path: Path) -> str:
    if not path.is_relative_to(PACKAGE):
        return "rules"
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return "lintkit" if parts == ("__init__",) else parts[0]


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """(line, part) of every import of lintkit in a file, also inside functions and `TYPE_CHECKING`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "lintkit":
                    yield node.lineno, part_of(alias.name)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are absolute"
            if node.module == "lintkit":
                for alias in node.names:
                    yield node.lineno, alias.name if alias.name in LEVEL else "lintkit"
            elif node.module is not None and node.module.startswith("lintkit."):
                yield node.lineno, part_of(node.module)


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE.parent).as_posix()


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_imports_point_one_way(path: Path) -> None:
    part = part_of_file(path)
    assert part in LEVEL, f"say in LAYERS where `{part}` belongs"
    wrong = [
        f"{name_of(path)}:{line}: `{part}` imports `{other}`"
        for line, other in imported(path)
        if LEVEL.get(other, len(LAYERS)) > LEVEL[part]
    ]
    assert not wrong


@pytest.mark.parametrize("path", sorted((PACKAGE / "report").rglob("*.py")), ids=name_of)
def test_reports_see_values_only(path: Path) -> None:
    assert {other for _, other in imported(path)} <= REPORT_SEES


@pytest.mark.parametrize("path", [path for path in modules() if part_of_file(path) == "rules"], ids=name_of)
def test_rules_see_the_api_alone(path: Path) -> None:
    assert {other for _, other in imported(path)} <= {"api", "rules"}


SEE_NODES = frozenset(
    {
        "python/bind_all_interfaces.py",
        "python/cors_loopback_origin.py",
        "python/cors_origin_regex.py",
        "python/cors_wildcard.py",
        "python/credentials_in_url.py",
        "python/debug_enabled.py",
        "python/env_default_type.py",
        "python/exception_detail_in_response.py",
        "python/hardcoded_password.py",
        "python/http_client_without_timeout.py",
        "python/jwt_not_verified.py",
        "python/linux_only_socket_option.py",
        "python/localhost_default.py",
        "python/print_in_client.py",
        "python/secret_in_log.py",
        "python/tls_verification_disabled.py",
    }
)
"""Rules that still look at nodes of libcst; all others ask values of `lintkit.python.code`. Take one out, add none."""


def sees_nodes(path: Path) -> bool:
    """Whether a rule has `cst`, or asks a file or a match for nodes."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.alias) and node.name == "cst":
            return True
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id == "match" and node.attr in {"node", "value", "name_node", "flows_into"}:
                return True
            if node.value.id == "file" and node.attr not in {"path", "text"}:
                return True
    return False


def test_rules_that_look_at_nodes_become_fewer() -> None:
    rules = [path for path in modules() if part_of_file(path) == "rules"]
    folder = next(parent for parent in rules[0].parents if parent.name == "rules")
    asks = [path for path in rules if "PythonFile" in path.read_text(encoding="utf-8")]
    assert {path.relative_to(folder).as_posix() for path in asks if sees_nodes(path)} == SEE_NODES


def imports_of(path: Path) -> set[str]:
    """The modules of lintkit that a module names in an import, in functions and for type checkers as well."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("lintkit"):
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
    return found


def test_what_reads_python_files_has_no_circle() -> None:
    """From names and nodes over the parsed file to what is asked of it: each module knows those before it."""
    order = [
        "bindings",
        "tree",
        "names",
        "values",
        "parsed",
        "returned",
        "guards",
        "arguments",
        "module",
        "receivers",
        "branches",
        "settings",
        "code",
        "match",
        "matching",
    ]
    for number, name in enumerate(order):
        later = {f"lintkit.python.{each}" for each in order[number + 1 :]}
        assert not imports_of(PACKAGE / "python" / f"{name}.py") & later, name
