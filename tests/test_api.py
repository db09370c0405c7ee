"""`lintkit.api` is true: what it offers exists, is described, and is all that a rule needs."""

from __future__ import annotations

import inspect
from importlib import import_module
from pathlib import Path

import pytest

import lintkit.api
from lintkit.api.lazily import places

PAGES = sorted(
    path.stem
    for path in Path(lintkit.api.__file__).parent.glob("*.py")
    if path.stem not in ("__init__", "lazily")
)


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_offers_exists_and_is_described(page: str) -> None:
    module = import_module(f"lintkit.api.{page}")
    offered = places(f"lintkit.api.{page}")
    assert offered
    for name in offered:
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
    assert [name for name in places(f"lintkit.api.{page}") if name not in rules] == []
