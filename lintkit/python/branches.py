"""Where code stands: in which definition, and in a branch that runs for developers only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import libcst as cst

    from lintkit.python.file import PythonFile

_DEVELOPMENT = re.compile(r"debug|\bdev|_dev|develop|local|test", re.IGNORECASE)
_PRODUCTION = re.compile(r"prod|staging", re.IGNORECASE)


def scope_name(node: cst.CSTNode, file: PythonFile) -> str:
    """The dotted name of the definition that `node` stands in (`Client.get`); empty at the top level of a module."""
    import libcst as cst

    names = [
        above.name.value
        for above in file.ancestors(node)
        if isinstance(above, (cst.FunctionDef, cst.ClassDef))
    ]
    return ".".join(reversed(names))


def in_development_branch(node: cst.CSTNode, file: PythonFile) -> bool:
    """Whether `node` runs only where a test asks for development, debugging, a local run or a test.

    `if settings.DEBUG:`, `if env == "development":`, `if env != "production":`, the `else` of `if production:`, and
    what comes after `if production: return`.
    """
    for guard in file.guards(node):
        if guard.test is None:
            continue
        test = file.code(guard.test)
        inverted = bool(re.match(r"not\b", test)) or "!=" in test or "not in" in test
        taken = guard.negated is inverted
        if (taken and _DEVELOPMENT.search(test)) or (not taken and _PRODUCTION.search(test)):
            return True
    return False
