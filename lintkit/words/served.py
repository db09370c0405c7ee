"""What the path of a Python file says of its part in a running service."""

from __future__ import annotations

_NOT_SERVED = frozenset(
    """tests test testing scripts script migrations alembic examples example docs docs_src benchmarks fixtures
    notebooks""".split()  # noqa: SIM905
)


def is_served(path: str) -> bool:
    """Whether a Python file may be part of a running service, by its path."""
    *folders, name = path.split("/")
    if any(folder.lower() in _NOT_SERVED for folder in folders):
        return False
    return not (name == "conftest.py" or name.startswith("test_") or name.endswith(("_test.py", "_tests.py")))
