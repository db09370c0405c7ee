"""`lintkit.api` is true: what it offers exists, is described, and is all that a rule needs."""

from __future__ import annotations

import ast
import inspect
from importlib import import_module
from pathlib import Path

import pytest

import lintkit.api

PAGES = sorted(
    path.stem
    for path in Path(lintkit.api.__file__).parent.glob("*.py")
    if path.stem not in ("__init__", "lazily")
)


def typed(page: str) -> dict[str, set[str]]:
    """What a page offers to a type checker: module -> names."""
    source = Path(lintkit.api.__file__).with_name(f"{page}.py").read_text(encoding="utf-8")
    found: dict[str, set[str]] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and any(alias.asname for alias in node.names):
            found.setdefault(node.module or "", set()).update(alias.name for alias in node.names)
    return found


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_offers_exists_and_is_what_a_type_checker_sees(page: str) -> None:
    module = import_module(f"lintkit.api.{page}")
    assert {place: set(names) for place, names in module.PLACES.items()} == typed(page)
    for names in module.PLACES.values():
        for name in names:
            found = getattr(module, name)
            if inspect.isfunction(found) or inspect.isclass(found):
                assert found.__doc__, f"{page}.{name} is not described"


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_does_not_offer_is_an_attribute_error(page: str) -> None:
    with pytest.raises(AttributeError, match="no attribute 'unknown'"):
        import_module(f"lintkit.api.{page}").unknown  # noqa: B018


@pytest.mark.parametrize("page", PAGES)
def test_a_rule_uses_what_a_page_offers(page: str) -> None:
    rules = "\n".join(
        path.read_text(encoding="utf-8")
        for path in (Path(lintkit.__file__).parent.parent / "rules").rglob("*.py")
    )
    unused = [
        name
        for names in import_module(f"lintkit.api.{page}").PLACES.values()
        for name in names
        if name not in rules
    ]
    assert unused == []
