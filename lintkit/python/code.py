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

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from lintkit.python.allowlist import is_limited, limits
from lintkit.python.branches import code_of_test, in_development_branch, scope_name
from lintkit.python.called import in_command
from lintkit.python.environment_reads import environment_read
from lintkit.python.lazy import cst
from lintkit.python.receivers import calls_of, class_attributes, origins
from lintkit.python.returned import returned_values
from lintkit.python.settings import (
    asks_for,
    assigned_name,
    is_checked,
    is_for_development,
    is_switched_for_production,
    is_validated,
    setting_at,
    setting_behind,
)
from lintkit.python.spelling import last_name

if TYPE_CHECKING:
    from lintkit.model import Span
    from lintkit.python import arguments, settings
    from lintkit.python.module import Binding, PythonFile

_C = TypeVar("_C", bound="Code")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Module:
    """A whole file."""

    file: PythonFile = field(repr=False)

    @property
    def text(self) -> str:
        """Its source."""
        return self.file.text

    def below(self, *kinds: type[_C]) -> Iterator[_C]:
        """Everything of some kinds in it, in source order. All of it is parsed for this, so ask late."""
        for statement in self.file.statements():
            yield from code_of(statement, self.file).below(*kinds)

    def spend(self, what: str) -> None:
        """Take a step of those that the rule has for this file. Raises RuleLimitError without any."""
        self.file.budget.spend(1, what)

    def checks(self, name: str) -> bool:
        """Whether code of the file stops, or replaces a value, depending on a name."""
        return is_checked(name, self.file)

    def kept(self, key: Hashable, answer: Callable[[Module], _T]) -> _T:
        """What was answered for the key before in this file; asked for once."""
        if key not in self.file.answers:
            self.file.answers[key] = answer(self)
        found: _T = self.file.answers[key]
        return found


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
    def module(self) -> Module:
        """The file that it stands in."""
        return Module(self.file)

    @property
    def scope(self) -> str:
        """The dotted name of the definition that it stands in (`Client.get`); empty at the top level of a module."""
        return scope_name(self.node, self.file)

    @property
    def order(self) -> int:
        """A number that grows with its place in the file."""
        return self.file.order(self.node)

    @property
    def parent(self) -> Code | None:
        """The code that it is a part of, such as the list of an element; None for a top-level statement."""
        return next(self.around(Code), None)

    def around(self, *kinds: type[_C]) -> Iterator[_C]:
        """Everything of some kinds that it is in, innermost first, up to its top-level statement."""
        for above in self.file.ancestors(self.node):
            if type(above).__name__ not in _GLUE and issubclass(_kind_of(type(above)), kinds):
                yield code_of(above, self.file)  # type: ignore[misc]  # it is of one of these kinds

    def below(self, *kinds: type[_C]) -> Iterator[_C]:
        """Everything of some kinds in it, itself included, in source order. Raises RuleLimitError."""
        for below in self.file.walk(self.node):
            if issubclass(_kind_of(type(below)), kinds):
                yield code_of(below, self.file)  # type: ignore[misc]  # it is of one of these kinds

    @property
    def children(self) -> tuple[Code, ...]:
        """The code directly in it, in source order."""
        return tuple(code_of(each, self.file) for each in self.file.children(self.node))

    @property
    def is_statement(self) -> bool:
        """Whether it is a statement: a simple one, or one with blocks."""
        return isinstance(self.node, cst.BaseSmallStatement | cst.BaseCompoundStatement)

    @property
    def top(self) -> Code:
        """The top-level statement that it is in."""
        return code_of(self.file.top_level_statement(self.node), self.file)

    @property
    def block(self) -> Block | None:
        """The block that it is in; None at the top level of a module."""
        return next(self.around(Block), None)

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
        return tuple(
            Guard(
                None if each.test is None else expression_of(each.test, self.file),
                each.negated,
                each.exceptions,
            )
            for each in self.file.guards(self.node)
        )

    @property
    def in_main_block(self) -> bool:
        """Whether it runs only as a script: under `if __name__ == "__main__":`."""
        return self.file.in_main_block(self.node)

    @property
    def in_command(self) -> bool:
        """Whether it stands in a command that somebody types (click, Typer, Flask); see `lintkit.python.called`."""
        return in_command(self.node, self.file)

    @property
    def in_development_branch(self) -> bool:
        """Whether it runs only where a test asks for development, debugging, a local run or a test."""
        return in_development_branch(self.node, self.file)

    def is_limited(self, holds: Callable[[Code], bool]) -> bool:
        """Whether it runs only with a known value: a test holds there, or a check before it refused others.

        holds  whether code is the value that is asked about. Raises RuleLimitError when no steps are left.
        """
        return is_limited(self.node, lambda node: holds(code_of(node, self.file)), self.file)

    @property
    def assigned_name(self) -> str:
        """The name that the statement around it gives to a value; empty where it is no simple assignment."""
        return assigned_name(self.node, self.file)

    @property
    def is_switched_for_production(self) -> bool:
        """Whether a class for production that derives from the one around it declares its field anew."""
        return is_switched_for_production(self.node, self.file)

    @property
    def is_for_development(self) -> bool:
        """Whether it is for developers or tests: by its branch, class, function or module (`settings/local.py`)."""
        return is_for_development(self.node, self.file)


@dataclass(frozen=True, slots=True)
class Guard:
    """What must hold for code to run: a test, or that something is caught.

    test        what is asked: of `if`, `while`, `and`, a comprehension, `assert`, or of `if …: return` before it; of
                `match subject: case "a":` it is `subject == "a"`. None where something is caught
    negated     the code runs when the test is false: an `else`, or code after `if test: return`
    exceptions  qualified names of what `try` or `contextlib.suppress` catches around it; `BaseException` for a bare
                `except`
    """

    test: Expression | None
    negated: bool = False
    exceptions: tuple[str, ...] = ()


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
    def followed_text(self) -> str:
        """Its source, and behind it that of what the names in it stand for."""
        return code_of_test(self.node, self.file)

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
        return tuple(source.name for source in self.sources)

    @property
    def sources(self) -> tuple[Source, ...]:
        """The same, with the calls that made it."""
        return tuple(
            Source(each.name, None if each.call is None else Call(each.call, self.file))
            for each in origins(self.node, self.file)
        )

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
        return _setting(setting_at(self.node, self.file), self.file)

    def limits(self, holds: Callable[[Code], bool], *, negated: bool = False) -> bool:
        """Whether, as a test that is true (false if `negated`), it leaves only known values; see `is_limited`."""
        return limits(self.node, lambda node: holds(code_of(node, self.file)), self.file, negated=negated)

    def asks_for(self, value: Expression) -> bool:
        """Whether it tests if a value is there: `url` for `url`, `"URL" in environ` for `environ["URL"]`."""
        return asks_for(self.node, value.node, self.file)

    @property
    def operands(self) -> tuple[Expression, ...]:
        """The code in it that has a value, in source order: `a` and `b` of `a == b`, the elements of a list."""
        parts = (
            part
            for child in self.file.children(self.node)
            for part in (self.file.children(child) if type(child).__name__ in _GLUE else (child,))
        )
        return tuple(expression_of(each, self.file) for each in parts if isinstance(each, cst.BaseExpression))


@dataclass(frozen=True, slots=True)
class Source:
    """One way in which an expression can get its value.

    name  what made it, with `()` for each call: `redis.Redis().pipeline()`; a name of this file begins with a colon
    call  the last of these calls; None where an annotation or an import says it
    """

    name: str
    call: Call | None = None


@dataclass(frozen=True, slots=True)
class Name(Expression):
    """A name alone."""

    node: cst.Name = field(repr=False)

    @property
    def values(self) -> tuple[Expression, ...]:
        """What it may be bound to where it is read, the last first: those bindings that have a value."""
        return _values(self.file.bindings(self.node), self.file)

    @property
    def is_assigned(self) -> bool:
        """Whether a simple assignment may have given it what it holds."""
        return any(each.kind == "value" for each in self.file.bindings(self.node))

    @property
    def is_global(self) -> bool:
        """Whether it may be a name of the module."""
        return any(map(self.file.is_module_level, self.file.bindings(self.node)))

    @property
    def values_in_module(self) -> tuple[Expression, ...]:
        """What the module binds this name to, in order."""
        return _values(self.file.module_bindings(self.node.value), self.file)


@dataclass(frozen=True, slots=True)
class Text(Expression):
    """A string: one literal, an f-string, or several next to each other."""

    node: cst.SimpleString | cst.FormattedString | cst.ConcatenatedString = field(repr=False)

    @property
    def pieces(self) -> tuple[str | Expression, ...]:
        """Its text and the expressions in it as they are written: what `parts` is where no names are followed."""
        found = self.file.string_parts(self.node) or ()
        return tuple(each if isinstance(each, str) else expression_of(each, self.file) for each in found)


@dataclass(frozen=True, slots=True)
class String(Text):
    """One string literal, also as a part of an implicit concatenation; no f-string."""

    node: cst.SimpleString = field(repr=False)


@dataclass(frozen=True, slots=True)
class FormattedString(Text):
    """An f-string."""

    node: cst.FormattedString = field(repr=False)


@dataclass(frozen=True, slots=True)
class Await(Expression):
    """`await awaited`."""

    node: cst.Await = field(repr=False)

    @property
    def awaited(self) -> Expression:
        """What is waited for."""
        return expression_of(self.node.expression, self.file)


@dataclass(frozen=True, slots=True)
class Choice(Expression):
    """`a or b`, `a and b`, or `a if test else b`."""

    node: cst.BooleanOperation | cst.IfExp = field(repr=False)

    @property
    def options(self) -> tuple[Expression, Expression]:
        """The values that it may have, in the order of the source."""
        node = self.node
        found = (node.body, node.orelse) if isinstance(node, cst.IfExp) else (node.left, node.right)
        return expression_of(found[0], self.file), expression_of(found[1], self.file)

    @property
    def fallback(self) -> Expression | None:
        """`b` of `a or b`; None for the others."""
        node = self.node
        is_or = isinstance(node, cst.BooleanOperation) and isinstance(node.operator, cst.Or)
        return self.options[1] if is_or else None


@dataclass(frozen=True, slots=True)
class Conditional(Choice):
    """`a if test else b`."""

    node: cst.IfExp = field(repr=False)

    @property
    def test(self) -> Expression:
        """What is asked."""
        return expression_of(self.node.test, self.file)


@dataclass(frozen=True, slots=True)
class Lambda(Expression):
    """`lambda: value`."""

    node: cst.Lambda = field(repr=False)

    @property
    def value(self) -> Expression:
        """What it gives."""
        return expression_of(self.node.body, self.file)


@dataclass(frozen=True, slots=True)
class Comparison(Expression):
    """`a == b`, `a < b < c`, `a in b`."""

    node: cst.Comparison = field(repr=False)

    @property
    def is_positive(self) -> bool:
        """Whether it asks that two things are equal, or that one is in the other: `==`, `in`."""
        return isinstance(self.node.comparisons[0].operator, cst.Equal | cst.In)


@dataclass(frozen=True, slots=True)
class Negation(Expression):
    """`not value`, `-value` and their like."""

    node: cst.UnaryOperation = field(repr=False)

    @property
    def is_not(self) -> bool:
        """Whether it is `not value`."""
        return isinstance(self.node.operator, cst.Not)


@dataclass(frozen=True, slots=True)
class Comprehension(Expression):
    """`[… for …]` and its like, also a generator."""


@dataclass(frozen=True, slots=True)
class Operation(Expression):
    """`a + b`, and other operations on two values."""

    node: cst.BinaryOperation = field(repr=False)


@dataclass(frozen=True, slots=True)
class Subscript(Expression):
    """`of[key]`."""

    node: cst.Subscript = field(repr=False)

    @property
    def of(self) -> Expression:
        """What holds the value."""
        return expression_of(self.node.value, self.file)

    @property
    def key(self) -> Expression | None:
        """Its key; None for a slice and for several."""
        index = self.node.slice[0].slice if len(self.node.slice) == 1 else None
        return expression_of(index.value, self.file) if isinstance(index, cst.Index) else None


@dataclass(frozen=True, slots=True)
class Dict(Expression):
    """A dict that is written out."""

    node: cst.Dict = field(repr=False)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Its entries, without `**others`."""
        return tuple(
            Entry(each, self.file) for each in self.node.elements if isinstance(each, cst.DictElement)
        )


@dataclass(frozen=True, slots=True)
class Entry(Code):
    """`key: value` in a dict."""

    node: cst.DictElement = field(repr=False)

    @property
    def key(self) -> Expression:
        """The key."""
        return expression_of(self.node.key, self.file)

    @property
    def value(self) -> Expression:
        """The value."""
        return expression_of(self.node.value, self.file)


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

    @property
    def field(self) -> Setting | None:
        """The field that it reads of a settings class of this file: `settings.url`, `Config.URL`."""
        return _setting(setting_behind(self.node, self.file), self.file)


@dataclass(frozen=True, slots=True)
class Display(Expression):
    """A list, tuple or set that is written out."""

    node: cst.List | cst.Tuple | cst.Set = field(repr=False)

    @property
    def elements(self) -> tuple[Expression, ...]:
        """Its elements; of `*rest`, what is unpacked."""
        return tuple(expression_of(each.value, self.file) for each in self.node.elements)


@dataclass(frozen=True, slots=True)
class List(Display):
    """A list that is written out."""

    node: cst.List = field(repr=False)


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
    def last_name(self) -> str:
        """The last name of what is called, as it is spelled."""
        return last_name(self.node.func) or ""

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
    def written(self) -> tuple[Expression, ...]:
        """The values of the arguments as they are written in it, also those behind `*` and `**`."""
        return tuple(expression_of(each.value, self.file) for each in self.node.args)

    @property
    def reads(self) -> Read | None:
        """The variable of the environment that it reads; None where it reads none, or nobody can tell."""
        found = environment_read(self.node, self.file)
        if found is None:
            return None
        default = None if found.default is None else expression_of(found.default, self.file)
        return Read(found.name, default, default is None and found.how in {"getenv", "environ-get"})

    @property
    def uses(self) -> Iterator[Call]:
        """The calls of what it makes, such as those of a partial function, as far as the file shows them."""
        return (Call(each, self.file) for each in calls_of(self.node, self.file))


@dataclass(frozen=True, slots=True)
class Read:
    """A read of a variable of the environment: its name, and what stands in for it where it is not set."""

    name: str
    default: Expression | None
    may_be_none: bool = False
    """Whether it gives None where the variable is not set: `os.getenv("A")`, `os.environ.get("A")`."""


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
    def name_span(self) -> Span:
        """Where its name is written."""
        return self.file.span(self.node.name)

    @property
    def is_async(self) -> bool:
        """Whether it is a coroutine."""
        return self.node.asynchronous is not None

    @property
    def body(self) -> Block:
        """Its body, without decorators and parameters."""
        return Block(self.node.body, self.file)

    @property
    def docstring(self) -> str:
        """Its docstring; empty without one."""
        return self.node.get_docstring(clean=False) or ""

    @property
    def returned(self) -> tuple[Expression, ...]:
        """What it itself returns or yields, up to a bound."""
        return tuple(expression_of(each, self.file) for each in returned_values(self.node, self.file))

    @property
    def decorators(self) -> tuple[Expression, ...]:
        """What is behind each `@`, outermost first."""
        return tuple(expression_of(each.decorator, self.file) for each in self.node.decorators)


@dataclass(frozen=True, slots=True)
class Class(Code):
    """A class."""

    node: cst.ClassDef = field(repr=False)

    def values(self, attribute: str) -> tuple[Expression, ...]:
        """What its body, and the assignments to `self` in its methods, give to an attribute."""
        said = class_attributes(self.node, self.file).get(attribute, ())
        return tuple(expression_of(each.value, self.file) for each in said if each.value is not None)

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
    def is_annotated(self) -> bool:
        """Whether a type is written: `a: int = value`."""
        return isinstance(self.node, cst.AnnAssign)

    @property
    def name(self) -> str:
        """The last name of its one target, as it is spelled; empty for several, and for other targets."""
        return self.targets[0].last_name if len(self.targets) == 1 else ""

    @property
    def value(self) -> Expression | None:
        """The value; None where only a type is declared."""
        return None if self.node.value is None else expression_of(self.node.value, self.file)


@dataclass(frozen=True, slots=True)
class Augmented(Code):
    """`target += value` and its like."""

    node: cst.AugAssign = field(repr=False)

    @property
    def target(self) -> Expression:
        """What is changed."""
        return expression_of(self.node.target, self.file)

    @property
    def value(self) -> Expression:
        """What it is changed by."""
        return expression_of(self.node.value, self.file)

    @property
    def operator(self) -> str:
        """`+=`, `|=` and so on."""
        return self.file.code(self.node.operator).strip()


@dataclass(frozen=True, slots=True)
class Delete(Code):
    """`del target`."""

    node: cst.Del = field(repr=False)

    @property
    def target(self) -> Expression:
        """What is deleted."""
        return expression_of(self.node.target, self.file)


@dataclass(frozen=True, slots=True)
class Return(Code):
    """`return`, with a value or without."""

    node: cst.Return = field(repr=False)

    @property
    def value(self) -> Expression | None:
        """The value; None for a bare `return`."""
        return None if self.node.value is None else expression_of(self.node.value, self.file)


@dataclass(frozen=True, slots=True)
class Jump(Code):
    """`break` or `continue`."""

    node: cst.Break | cst.Continue = field(repr=False)


@dataclass(frozen=True, slots=True)
class Finally(Code):
    """The clause `finally`."""

    node: cst.Finally = field(repr=False)


@dataclass(frozen=True, slots=True)
class Assert(Code):
    """`assert test`."""

    node: cst.Assert = field(repr=False)

    @property
    def test(self) -> Expression:
        """What has to hold."""
        return expression_of(self.node.test, self.file)


@dataclass(frozen=True, slots=True)
class Discarded(Code):
    """A statement that is an expression alone, of which nobody takes the value."""

    node: cst.Expr = field(repr=False)

    @property
    def value(self) -> Expression:
        """The expression."""
        return expression_of(self.node.value, self.file)


@dataclass(frozen=True, slots=True)
class Raise(Code):
    """`raise`, with an exception or without."""

    node: cst.Raise = field(repr=False)

    @property
    def value(self) -> Expression | None:
        """The exception; None where the one that was caught is raised again."""
        return None if self.node.exc is None else expression_of(self.node.exc, self.file)


@dataclass(frozen=True, slots=True)
class Block(Code):
    """The block of a compound statement."""

    node: cst.BaseSuite = field(repr=False)

    @property
    def statements(self) -> tuple[Code, ...]:
        """Its statements, in order; compound ones as themselves."""
        lines = (
            line.body if isinstance(line, cst.SimpleStatementLine) else [line] for line in self.node.body
        )
        return tuple(code_of(each, self.file) for line in lines for each in line)


@dataclass(frozen=True, slots=True)
class Import(Code):
    """`import …` or `from … import …`."""


@dataclass(frozen=True, slots=True)
class Branch(Code):
    """Code that does not always run: `if`, `else`, `case`, and what a Loop and an Except are."""


@dataclass(frozen=True, slots=True)
class If(Branch):
    """`if` or `elif` with what follows."""

    node: cst.If = field(repr=False)

    @property
    def test(self) -> Expression:
        """What is asked."""
        return expression_of(self.node.test, self.file)

    @property
    def body(self) -> Block:
        """What runs where it holds."""
        return Block(self.node.body, self.file)

    @property
    def orelse(self) -> Code | None:
        """What runs where it does not: the `elif` or `else`."""
        return None if self.node.orelse is None else code_of(self.node.orelse, self.file)

    @property
    def otherwise(self) -> tuple[Code, ...]:
        """What runs where it does not hold: the `elif` or `else`, or the statements behind a block that leaves."""
        if self.orelse is not None:
            return (self.orelse,)
        around = self.file.parent(self.node)
        if around is None or not self.file.leaves(self.node.body):
            return ()
        return tuple(each for each in code_of(around, self.file).children if each.order > self.order)


@dataclass(frozen=True, slots=True)
class Else(Branch):
    """`else`."""

    node: cst.Else = field(repr=False)

    @property
    def body(self) -> Block:
        """Its block."""
        return Block(self.node.body, self.file)


@dataclass(frozen=True, slots=True)
class MatchStatement(Code):
    """`match subject:` with its cases."""

    node: cst.Match = field(repr=False)

    @property
    def subject(self) -> Expression:
        """What is compared."""
        return expression_of(self.node.subject, self.file)


@dataclass(frozen=True, slots=True)
class Case(Branch):
    """`case pattern:`"""

    node: cst.MatchCase = field(repr=False)

    @property
    def pattern(self) -> Code:
        """What the subject is compared with."""
        return code_of(self.node.pattern, self.file)

    @property
    def body(self) -> Block:
        """Its block."""
        return Block(self.node.body, self.file)


@dataclass(frozen=True, slots=True)
class Loop(Branch):
    """`for` or `while`."""

    node: cst.For | cst.While = field(repr=False)

    @property
    def body(self) -> Block:
        """Its block, without `else`."""
        return Block(self.node.body, self.file)

    @property
    def names(self) -> tuple[Name, ...]:
        """The names that `for` binds; none of `while`."""
        from lintkit.python.names import target_names

        found = target_names(self.node.target) if isinstance(self.node, cst.For) else ()
        return tuple(Name(each, self.file) for each in found)


@dataclass(frozen=True, slots=True)
class For(Loop):
    """`for`."""

    node: cst.For = field(repr=False)

    @property
    def over(self) -> Expression:
        """What it goes through."""
        return expression_of(self.node.iter, self.file)


@dataclass(frozen=True, slots=True)
class While(Loop):
    """`while`."""

    node: cst.While = field(repr=False)

    @property
    def test(self) -> Expression:
        """What has to hold for another round."""
        return expression_of(self.node.test, self.file)


@dataclass(frozen=True, slots=True)
class With(Code):
    """`with …:`"""

    node: cst.With = field(repr=False)

    @property
    def body(self) -> Block:
        """Its block."""
        return Block(self.node.body, self.file)


@dataclass(frozen=True, slots=True)
class Try(Code):
    """`try` with its handlers."""

    node: cst.Try | cst.TryStar = field(repr=False)

    @property
    def body(self) -> Block:
        """The block that is tried."""
        return Block(self.node.body, self.file)

    @property
    def orelse(self) -> Block | None:
        """What runs where nothing was raised: the `else`."""
        return None if self.node.orelse is None else Block(self.node.orelse.body, self.file)

    @property
    def handlers(self) -> tuple[Except, ...]:
        """Its handlers, in order."""
        return tuple(Except(each, self.file) for each in self.node.handlers)


@dataclass(frozen=True, slots=True)
class Except(Branch):
    """One handler of a `try`."""

    node: cst.ExceptHandler | cst.ExceptStarHandler = field(repr=False)

    @property
    def attempt(self) -> Try:
        """The `try` that it belongs to."""
        return next(self.around(Try))

    @property
    def caught(self) -> tuple[str, ...]:
        """Qualified names of what it catches, as far as they resolve; `BaseException` for a bare `except`."""
        return self.file.caught(self.node)

    @property
    def kinds(self) -> tuple[Expression, ...]:
        """What it catches, as it is written, or as a name stands for it; empty for a bare `except`."""
        if self.node.type is None:
            return ()
        found = expression_of(self.node.type, self.file).followed
        return found.elements if isinstance(found, Tuple) else (found,)

    @property
    def name(self) -> str:
        """The name that the exception gets: `error` of `except OSError as error`; empty without."""
        name = self.node.name.name if self.node.name is not None else None
        return name.value if isinstance(name, cst.Name) else ""

    @property
    def head(self) -> Span:
        """Where it says what it catches: `except OSError`."""
        whole, kind = self.span, self.node.type
        end = whole.start + len("except") if kind is None else self.file.span(kind).end
        return replace(whole, end=end)

    @property
    def body(self) -> Block:
        """Its block."""
        return Block(self.node.body, self.file)


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
    def is_required(self) -> bool:
        """There is no default at all, so that a missing value stops the start."""
        return self.declared.required

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


def _values(bindings: Iterable[Binding], file: PythonFile) -> tuple[Expression, ...]:
    return tuple(expression_of(each.value, file) for each in bindings if each.value is not None)


def _setting(found: settings.Setting | None, file: PythonFile) -> Setting | None:
    return None if found is None else Setting(found.node, file, found)


_GLUE = frozenset(
    {
        "AssignTarget",
        "ComparisonTarget",
        "Element",
        "FormattedStringExpression",
        "Index",
        "SubscriptElement",
        "WithItem",
    }
)
"""Nodes that only say where in a larger one an expression stands."""

_KINDS: dict[str, type[Code]] = {
    "AnnAssign": Assignment,
    "Arg": Argument,
    "Assert": Assert,
    "Assign": Assignment,
    "Attribute": Attribute,
    "AugAssign": Augmented,
    "Del": Delete,
    "Await": Await,
    "BinaryOperation": Operation,
    "BooleanOperation": Choice,
    "Break": Jump,
    "Call": Call,
    "ClassDef": Class,
    "Comparison": Comparison,
    "ConcatenatedString": Text,
    "Continue": Jump,
    "DictComp": Comprehension,
    "GeneratorExp": Comprehension,
    "ListComp": Comprehension,
    "SetComp": Comprehension,
    "Dict": Dict,
    "DictElement": Entry,
    "Else": Else,
    "ExceptHandler": Except,
    "ExceptStarHandler": Except,
    "Expr": Discarded,
    "Finally": Finally,
    "For": For,
    "FormattedString": FormattedString,
    "FunctionDef": Function,
    "If": If,
    "Import": Import,
    "ImportFrom": Import,
    "IndentedBlock": Block,
    "IfExp": Conditional,
    "Lambda": Lambda,
    "List": List,
    "Match": MatchStatement,
    "MatchCase": Case,
    "Name": Name,
    "Param": Parameter,
    "Raise": Raise,
    "Return": Return,
    "Set": Display,
    "SimpleString": String,
    "SimpleStatementSuite": Block,
    "Subscript": Subscript,
    "Try": Try,
    "TryStar": Try,
    "Tuple": Tuple,
    "UnaryOperation": Negation,
    "While": While,
    "With": With,
    "Yield": Yield,
}
"""Kinds of code by the class of their nodes; all others are an Expression, or Code and no more."""


@cache
def _kind_of(node: type[cst.CSTNode]) -> type[Code]:
    return _KINDS.get(node.__name__) or (Expression if issubclass(node, cst.BaseExpression) else Code)


def code_of(node: cst.CSTNode, file: PythonFile) -> Code:
    """The value of a node of a file."""
    if isinstance(node, cst.Arg):
        name = node.keyword.value if node.keyword is not None else ""
        return Argument(node, file, name, expression_of(node.value, file))
    return _kind_of(type(node))(node, file)


def expression_of(node: cst.BaseExpression, file: PythonFile) -> Expression:
    """The value of an expression."""
    found = code_of(node, file)
    assert isinstance(found, Expression), type(node)
    return found
