"""A Python file as libcst nodes: names, values, guards and spans.

Under the screen only some top-level statements of the file are parsed, and others when a question needs them; the
answers are the same either way. So nobody looks at a `cst.Module`, at the `leading_lines` of a top-level statement, or
compares nodes by value: they ask here. Rules ask the values of `lintkit.python.code`, which ask here.
"""

from __future__ import annotations

import libcst as cst

from lintkit.python import guards
from lintkit.python.arguments import Argument, Given, given
from lintkit.python.guards import Guard
from lintkit.python.names import Binding
from lintkit.python.parsed import Decoration, ImportedName, ParsedFile
from lintkit.python.spelling import last_name
from lintkit.python.values import UNKNOWN, Unknown

__all__ = [
    "UNKNOWN",
    "Argument",
    "Binding",
    "Decoration",
    "Given",
    "Guard",
    "ImportedName",
    "PythonFile",
    "Unknown",
    "last_name",
]


class PythonFile(ParsedFile):
    """The answers about one file. All nodes given to it must come from it."""

    def given(self, call: cst.Call, function: cst.BaseExpression | None = None) -> Given:
        """All arguments of a call, or those that it hands on to a `function`; see `lintkit.python.arguments`."""
        return given(call, self, function)

    def keyword_arguments(self, call: cst.Call) -> dict[str, Argument]:
        """The keyword arguments by name, including those of `**options` where the file builds `options`.

        Built: see `lintkit.python.arguments`.
        """
        return given(call, self).keywords

    def argument(
        self, call: cst.Call, position: int | None, keyword: str | None = None
    ) -> cst.BaseExpression | None:
        """The value of an argument by its position (from 0) or its keyword, None when it is not given."""
        if keyword is not None:
            found = self.keyword_arguments(call).get(keyword)
            if found is not None:
                return found.value
        values = self.positional(call)
        return values[position] if position is not None and position < len(values) else None

    def has_unknown_arguments(self, call: cst.Call) -> bool:
        """Whether the call passes `*arguments`, or `**options` of which the file does not show every key."""
        return any(argument.star for argument in call.args) and not given(call, self).whole

    def guards(self, node: cst.CSTNode) -> tuple[Guard, ...]:
        """What must hold for `node` to run, innermost first, up to the module.

        Tests of `if`/`elif`/`else`, `while`, `case`, conditional expressions, `and`/`or` and comprehensions; `try`
        bodies and `contextlib.suppress` with what they catch; and in every enclosing block the statements
        before: `assert test`, and `if test: return` (raise, continue, break, sys.exit), which negates. The test of
        `match subject: case "a":` is the expression `subject == "a"`, made of the nodes of the file.
        """
        return guards.of(node, self)

    def in_main_block(self, node: cst.CSTNode) -> bool:
        """Whether the node runs only as a script: under `if __name__ == "__main__":`."""
        return any(
            guard.kind == "test"
            and not guard.negated
            and guard.test is not None
            and self._is_main(guard.test)
            for guard in guards.of_branches(node, self)
        )

    def _is_main(self, test: cst.BaseExpression) -> bool:
        stack = [test]
        while stack:
            current = stack.pop()
            if isinstance(current, cst.BooleanOperation) and isinstance(current.operator, cst.And):
                stack += [current.left, current.right]
            elif isinstance(current, cst.Comparison) and len(current.comparisons) == 1:
                target = current.comparisons[0]
                sides = (current.left, target.comparator)
                if (
                    isinstance(target.operator, cst.Equal)
                    and any(isinstance(side, cst.Name) and side.value == "__name__" for side in sides)
                    and any(self.literal(side) == "__main__" for side in sides)
                ):
                    return True
        return False
