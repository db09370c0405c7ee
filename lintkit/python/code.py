"""Python code as rules see it: values with types, which answer for themselves.

    def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
        call = match.call    # looks_at = (Calls(("starlette…CORSMiddleware",), as_argument=True),)
        origins = call.argument(None, "allow_origins") if call is not None else None
        if origins is not None and origins.constant == ["*"]:
            yield rule.finding(origins.span, "…")

A value is a node and the file that it stands in; two values of the same node are equal. They are made when they are
asked for: nothing is read that no rule looks at. `node` and `file` are for `lintkit.python`: rules do not look at them,
so that they do not depend on the tree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from lintkit.python.branches import in_development_branch, scope_name
from lintkit.python.lazy import cst
from lintkit.python.receivers import calls_of, origin_names
from lintkit.python.settings import is_for_development, is_validated, setting_at
from lintkit.python.spelling import last_name

if TYPE_CHECKING:
    from lintkit.model import Span
    from lintkit.python import arguments, settings
    from lintkit.python.guards import Guard
    from lintkit.python.module import PythonFile

_C = TypeVar("_C", bound="Code")


@dataclass(frozen=True, slots=True)
class Code:
    """A piece of code: where it stands, and what is around it and in it."""

    node: cst.CSTNode = field(repr=False)
    file: PythonFile = field(repr=False)

    @property
    def span(self) -> Span:
        """Where it stands, without whitespace around it, its parentheses, or the comma behind it."""
        return self.file.span(self.node)

    @property
    def text(self) -> str:
        """Its source."""
        return self.file.code(self.node)

    @property
    def scope(self) -> str:
        """The dotted name of the definition that it stands in (`Client.get`); empty at the top level of a module."""
        return scope_name(self.node, self.file)

    @property
    def parent(self) -> Code | None:
        """The code that it is a part of; None for a top-level statement."""
        above = self.file.parent(self.node)
        return None if above is None else code_of(above, self.file)

    def around(self, kind: type[_C]) -> Iterator[_C]:
        """Everything of a kind that it is in, innermost first, up to its top-level statement."""
        for above in self.file.ancestors(self.node):
            found = code_of(above, self.file)
            if isinstance(found, kind):
                yield found

    def below(self, kind: type[_C]) -> Iterator[_C]:
        """Everything of a kind in it, itself included, in source order. Raises RuleLimitError without steps left."""
        for below in self.file.walk(self.node):
            found = code_of(below, self.file)
            if isinstance(found, kind):
                yield found

    @property
    def function(self) -> Function | None:
        """The innermost function whose body holds it; a decorator or default is not in the body."""
        found = self.file.enclosing_function(self.node)
        return None if found is None else Function(found, self.file)

    @property
    def owner(self) -> Class | None:
        """The innermost class whose body holds it, also through methods."""
        found = self.file.enclosing_class(self.node)
        return None if found is None else Class(found, self.file)

    @property
    def guards(self) -> tuple[Guard, ...]:
        """What must hold for it to run, innermost first; see `Guard`."""
        return self.file.guards(self.node)

    @property
    def in_main_block(self) -> bool:
        """Whether it runs only as a script: under `if __name__ == "__main__":`."""
        return self.file.in_main_block(self.node)

    @property
    def in_development_branch(self) -> bool:
        """Whether it runs only where a test asks for development, debugging, a local run or a test."""
        return in_development_branch(self.node, self.file)

    @property
    def is_for_development(self) -> bool:
        """Whether it is for developers or tests: by its branch, class, function or module (`settings/local.py`)."""
        return is_for_development(self.node, self.file)


# -- expressions -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Expression(Code):
    """Code that has a value."""

    node: cst.BaseExpression = field(repr=False)

    @property
    def name(self) -> str | None:
        """What it refers to outside of this file, through imports and aliases (`redis.Redis`); None for anything local.

        Of a call, what is called.
        """
        return self.file.qualified_name(self.node)

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that `name` may be, where branches bind a name differently; the last bound first."""
        return self.file.qualified_names(self.node)

    @property
    def last_name(self) -> str:
        """The last name as it is spelled: `get` of `self.cache.get`; empty for what is no chain of names."""
        return last_name(self.node) or ""

    @property
    def literal(self) -> object:
        """The constant that is written here (a string, number, list, …), else UNKNOWN; names are not followed."""
        return self.file.literal(self.node)

    @property
    def constant(self) -> object:
        """The constant that it is, also through names, else UNKNOWN; in a list, UNKNOWN for what is not constant."""
        return self.file.literal(self.node, follow=True)

    @property
    def followed(self) -> Expression:
        """The expression that a name stands for, through assignments that are the only ones; itself for all else."""
        return expression_of(self.file.follow(self.node), self.file)

    @property
    def parts(self) -> tuple[str | Expression, ...]:
        """The text of a string and the expressions in it: `f"redis://{host}/0"` is `"redis://"`, `host`, `"/0"`.

        Also for concatenations; empty for what holds no string literal. Names are followed.
        """
        found = self.file.string_parts(self.file.follow(self.node), follow=True) or ()
        return tuple(each if isinstance(each, str) else expression_of(each, self.file) for each in found)

    @property
    def origins(self) -> tuple[str, ...]:
        """What may have made it: `redis.Redis().get` is a method of what `redis.Redis(…)` gave, in any method."""
        return origin_names(self.node, self.file)

    @property
    def definition(self) -> Function | Class | None:
        """The function or class of this file that a name refers to; `self.method` through the class around it."""
        found = self.file.definition(self.node)
        if isinstance(found, cst.FunctionDef):
            return Function(found, self.file)
        return None if found is None else Class(found, self.file)

    @property
    def setting(self) -> Setting | None:
        """The setting that falls back to this, or to something that is made of it; None for all else."""
        found = setting_at(self.node, self.file)
        return None if found is None else Setting(found.node, self.file, found)


@dataclass(frozen=True, slots=True)
class Attribute(Expression):
    """`of.attribute`."""

    node: cst.Attribute = field(repr=False)

    @property
    def of(self) -> Expression:
        """What it is an attribute of."""
        return expression_of(self.node.value, self.file)

    @property
    def attribute(self) -> str:
        """Its own name."""
        return self.node.attr.value


@dataclass(frozen=True, slots=True)
class Display(Expression):
    """A list, tuple or set that is written out."""

    node: cst.List | cst.Tuple | cst.Set = field(repr=False)

    @property
    def elements(self) -> tuple[Expression, ...]:
        """Its elements; of `*rest`, what is unpacked."""
        return tuple(expression_of(each.value, self.file) for each in self.node.elements)


@dataclass(frozen=True, slots=True)
class Tuple(Display):
    """A tuple that is written out."""

    node: cst.Tuple = field(repr=False)


@dataclass(frozen=True, slots=True)
class Yield(Expression):
    """`yield` or `yield from`."""

    node: cst.Yield = field(repr=False)


@dataclass(frozen=True, slots=True)
class Argument(Code):
    """An argument where it is written: in the call, in a dict, in `options["name"] = …`; empty `name`: by position."""

    name: str
    value: Expression


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments that a function gets.

    positional  those by position, up to the first `*arguments`, whose number nobody knows
    keywords    those by name, also those of `**options` that the file builds
    whole       there are no others
    """

    positional: tuple[Expression, ...]
    keywords: Mapping[str, Argument]
    whole: bool

    def value(self, position: int | None, keyword: str = "") -> Expression | None:
        """The value of an argument by its position (from 0) or its keyword; None when it is not given."""
        if keyword in self.keywords:
            return self.keywords[keyword].value
        if position is not None and position < len(self.positional):
            return self.positional[position]
        return None

    def has(self, keyword: str) -> bool:
        """Whether an argument is given by this keyword, whatever its value."""
        return keyword in self.keywords


@dataclass(frozen=True, slots=True)
class Call(Expression):
    """A call."""

    node: cst.Call = field(repr=False)

    @property
    def callee(self) -> Expression:
        """What is called."""
        return expression_of(self.node.func, self.file)

    @property
    def name(self) -> str | None:
        """The qualified name of what is called; None for anything local."""
        return self.file.qualified_name(self.node.func)

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that `name` may be, where branches bind a name differently; the last bound first."""
        return self.file.qualified_names(self.node.func)

    @property
    def receiver(self) -> Expression | None:
        """What a method is called on: `self.cache` of `self.cache.get()`; None for a function."""
        function = self.node.func
        return expression_of(function.value, self.file) if isinstance(function, cst.Attribute) else None

    @property
    def method(self) -> str:
        """The name of the method, as it is spelled; empty for a function."""
        function = self.node.func
        return function.attr.value if isinstance(function, cst.Attribute) else ""

    @property
    def arguments(self) -> Arguments:
        """All its arguments."""
        return _arguments(self.file.given(self.node), self.file)

    def arguments_for(self, function: Expression) -> Arguments:
        """What it hands on to a function among its arguments: `timeout=3` of `partial(requests.get, timeout=3)`."""
        return _arguments(self.file.given(self.node, function.node), self.file)

    def argument(self, position: int | None, keyword: str = "") -> Expression | None:
        """The value of an argument by its position (from 0) or its keyword; None when it is not given."""
        return self.arguments.value(position, keyword)

    @property
    def uses(self) -> Iterator[Call]:
        """The calls of what it makes, such as those of a partial function, as far as the file shows them."""
        return (Call(each, self.file) for each in calls_of(self.node, self.file))


def _arguments(given: arguments.Given, file: PythonFile) -> Arguments:
    return Arguments(
        tuple(expression_of(each, file) for each in given.positional),
        {
            name: Argument(each.node, file, name, expression_of(each.value, file))
            for name, each in given.keywords.items()
        },
        given.whole,
    )


# -- statements ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Function(Code):
    """A function or method."""

    node: cst.FunctionDef = field(repr=False)

    @property
    def name(self) -> str:
        """Its name."""
        return self.node.name.value

    @property
    def is_async(self) -> bool:
        """Whether it is a coroutine."""
        return self.node.asynchronous is not None


@dataclass(frozen=True, slots=True)
class Class(Code):
    """A class."""

    node: cst.ClassDef = field(repr=False)

    @property
    def name(self) -> str:
        """Its name."""
        return self.node.name.value


@dataclass(frozen=True, slots=True)
class Parameter(Code):
    """A parameter of a function."""

    node: cst.Param = field(repr=False)

    @property
    def name(self) -> str:
        """Its name."""
        return self.node.name.value


@dataclass(frozen=True, slots=True)
class Assignment(Code):
    """`a = b = value`, `a: int = value` or `a: int`."""

    node: cst.Assign | cst.AnnAssign = field(repr=False)

    @property
    def targets(self) -> tuple[Expression, ...]:
        """What gets the value."""
        node = self.node
        targets = [node.target] if isinstance(node, cst.AnnAssign) else [each.target for each in node.targets]
        return tuple(expression_of(each, self.file) for each in targets)

    @property
    def value(self) -> Expression | None:
        """The value; None where only a type is declared."""
        return None if self.node.value is None else expression_of(self.node.value, self.file)


@dataclass(frozen=True, slots=True)
class Return(Code):
    """`return`, with a value or without."""

    node: cst.Return = field(repr=False)

    @property
    def value(self) -> Expression | None:
        """The value; None for a bare `return`."""
        return None if self.node.value is None else expression_of(self.node.value, self.file)


@dataclass(frozen=True, slots=True)
class Setting(Code):
    """A setting where it is declared or read."""

    declared: settings.Setting = field(repr=False)

    @property
    def name(self) -> str:
        """What the place calls it: the field, the constant, the variable that is read."""
        return self.declared.name

    @property
    def framework(self) -> settings.Framework:
        """Who gives it its value."""
        return self.declared.framework

    @property
    def default(self) -> Expression | None:
        """What it falls back to, without `Field(…)` and `SecretStr(…)`; None where nothing is written."""
        found = self.declared.default
        return None if found is None else expression_of(found, self.file)

    @property
    def is_list(self) -> bool:
        """The expression that was asked about is one of several in a list or tuple."""
        return self.declared.is_list

    @property
    def is_fallback(self) -> bool:
        """The expression that was asked about stands behind `or`, or in a conditional for what is missing."""
        return self.declared.is_fallback

    @property
    def is_validated(self) -> bool:
        """Whether code of the same file refuses or replaces bad values."""
        return is_validated(self.declared, self.file)


_EXPRESSIONS: dict[str, type[Expression]] = {
    "Attribute": Attribute,
    "Call": Call,
    "List": Display,
    "Set": Display,
    "Tuple": Tuple,
    "Yield": Yield,
}
_OTHERS: dict[str, type[Code]] = {
    "AnnAssign": Assignment,
    "Assign": Assignment,
    "ClassDef": Class,
    "FunctionDef": Function,
    "Param": Parameter,
    "Return": Return,
}
"""Kinds of code by the class of their nodes; all others are an Expression or Code and no more."""


def code_of(node: cst.CSTNode, file: PythonFile) -> Code:
    """The value of a node of a file."""
    if isinstance(node, cst.BaseExpression):
        return expression_of(node, file)
    if isinstance(node, cst.Arg):
        name = node.keyword.value if node.keyword is not None else ""
        return Argument(node, file, name, expression_of(node.value, file))
    return _OTHERS.get(type(node).__name__, Code)(node, file)


def expression_of(node: cst.BaseExpression, file: PythonFile) -> Expression:
    """The value of an expression."""
    return _EXPRESSIONS.get(type(node).__name__, Expression)(node, file)
