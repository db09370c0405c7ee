"""What a trigger finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lintkit.python.code import Call, Code, Expression, code_of, expression_of
from lintkit.python.lazy import cst

if TYPE_CHECKING:
    from lintkit.python.module import PythonFile
    from lintkit.python.triggers import How, Trigger


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """One place that a trigger looks at; each trigger's docstring says what its fields are.

    A rule asks `code`, `call` and `expression`; `node`, `value`, `name_node` and `flows_into` are their libcst nodes.

    trigger     the trigger of the rule that matched
    node        the matched node
    name        the name that matched: a qualified name, a keyword, or the name a value is bound to
    value       the value bound to the name, or the callee, argument, base or decorator that resolved
    how         for `NamedValues`, how the value is bound
    name_node   for `NamedValues`, where the name is written
    flows_into  for `Keywords`, the call that the keyword argument flows into
    """

    file: PythonFile
    trigger: Trigger
    node: cst.CSTNode
    name: str | None = None
    value: cst.BaseExpression | None = None
    how: How | None = None
    name_node: cst.CSTNode | None = None
    flows_into: cst.Call | None = None

    @property
    def code(self) -> Code:
        """The matched code."""
        return code_of(self.node, self.file)

    @property
    def call(self) -> Call:
        """The call that matched, or that the keyword argument flows into.

        Raises TypeError for a trigger that finds no calls.
        """
        node = self.flows_into or self.node
        if not isinstance(node, cst.Call):
            raise TypeError(f"`{type(self.trigger).__name__}` finds no calls")
        return Call(node, self.file)

    @property
    def expression(self) -> Expression:
        """The value bound to the name, or the callee, argument, base or decorator that resolved.

        Raises TypeError for a trigger that finds no values.
        """
        if self.value is None:
            raise TypeError(f"`{type(self.trigger).__name__}` finds no values")
        return expression_of(self.value, self.file)
