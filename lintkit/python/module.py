"""A Python file as rules see it: names, values, guards and spans around libcst nodes.

A rule is handed nodes and asks the file about them. Under the screen only some top-level statements of the
file are parsed, and others when a question needs them; the answers are the same either way. So a rule never
looks at a `cst.Module`, at the `leading_lines` of a top-level statement, or compares nodes by value: it asks
here.

    def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
        call = match.node    # looks_at = (Calls(("starlette…CORSMiddleware",), as_argument=True),)
        argument = file.keyword_arguments(call).get("allow_origins")
        if argument is not None and file.literal(argument.value, follow=True) == ["*"]:
            yield rule.finding(file.span(argument.node), "…")
"""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from lintkit.python import guards
from lintkit.python.arguments import Argument, Given, given
from lintkit.python.guards import Guard
from lintkit.python.names import Binding
from lintkit.python.parsed import Decoration, ImportedName, ParsedFile
from lintkit.python.spelling import last_name
from lintkit.python.triggers import How, Trigger
from lintkit.python.values import UNKNOWN, Unknown

__all__ = [
    "UNKNOWN",
    "Argument",
    "Binding",
    "Decoration",
    "Given",
    "Guard",
    "ImportedName",
    "Match",
    "PythonFile",
    "Unknown",
    "last_name",
]


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """One place that a trigger looks at; each trigger's docstring says what its fields are.

    trigger    the trigger of the rule that matched
    node       the matched node; its span is `file.span(match.node)`
    name       the name that matched: a qualified name, a keyword, or the name a value is bound to
    value      the value bound to the name, or the callee, argument, base or decorator that resolved
    how        for `NamedValues`, how the value is bound
    name_node  for `NamedValues`, where the name is written
    call       for `Keywords`, the call that the keyword argument flows into
    """

    trigger: Trigger
    node: cst.CSTNode
    name: str | None = None
    value: cst.BaseExpression | None = None
    how: How | None = None
    name_node: cst.CSTNode | None = None
    call: cst.Call | None = None


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
