"""libcst, imported when it is first used: for modules that rules import, since loading a rule must stay cheap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import libcst as cst
else:

    class _LazyLibcst:
        """Stands for the module libcst, which takes 160 ms to import, until something in it is needed."""

        def __getattr__(self, name: str) -> Any:
            import libcst

            value = getattr(libcst, name)
            setattr(self, name, value)
            return value

    cst = _LazyLibcst()
    """libcst, imported when it is first used."""

__all__ = ["cst"]
