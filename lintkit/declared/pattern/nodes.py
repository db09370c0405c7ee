"""The tree that a pattern compiles to. Nodes compare by identity, because results are kept by node."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any as Anything
from typing import TypeAlias

from lintkit.regex.engine import Regex as Expressed


@dataclass(frozen=True, slots=True, eq=False)
class Any:
    """`...` or `$_` where one thing stands: an expression, a name, a string."""


@dataclass(frozen=True, slots=True, eq=False)
class Variable:
    """`$NAME`: anything, the same code everywhere in the match."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Many:
    """`...` or `$...NAME` in a sequence: any number of its items."""

    name: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Deep:
    """`<... pattern ...>`: the pattern anywhere in an expression."""

    pattern: Node


@dataclass(frozen=True, slots=True, eq=False)
class Dotted:
    """A name or chain of names that is read.

    spelled  compared as it is written: the pattern binds its root, or it is `self` or `cls`
    builtin  a bare name that means the builtin, so nothing that shadows it
    """

    name: str
    spelled: bool = False
    builtin: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Identifier:
    """A name that is a label or is bound: an attribute, a keyword, a parameter, a target."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """`pattern. ... `: the pattern, then any attributes, calls and subscripts."""

    pattern: Node


@dataclass(frozen=True, slots=True, eq=False)
class Literal:
    """A constant other than text: a number, `True`, `None`, bytes."""

    value: Anything


@dataclass(frozen=True, slots=True, eq=False)
class Gap:
    """`...` in a string: any characters; in an f-string any replacement fields too."""


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A replacement field of an f-string: `{pattern}`."""

    pattern: Node


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """A string: its pieces in order. Fields occur only where `formatted`, which is an f-string."""

    pieces: tuple[str | Gap | Variable | Field, ...]
    formatted: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Regex:
    """`"=~/expression/"`: a string in which the expression is found."""

    expression: Expressed


@dataclass(frozen=True, slots=True, eq=False)
class AnyBytes:
    """`b"..."`."""


@dataclass(frozen=True, slots=True, eq=False)
class Sequence:
    """Items in their order."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Unordered:
    """Items in any order, each at a place of its own; `partial` lets other items stand beside them."""

    items: tuple[Node, ...]
    partial: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Optional:
    """The pattern, or nothing at all: the value of `return ...`."""

    pattern: Node


@dataclass(frozen=True, slots=True, eq=False)
class Absent:
    """Nothing may stand there."""


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """A libcst node of one of the classes `kinds`, with patterns for its fields; others are not looked at."""

    kinds: tuple[str, ...]
    fields: tuple[tuple[str, Node], ...]
    asynchronous: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Operands:
    """A chain of one operator, flat: `A and ... and B`."""

    operator: str
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Star:
    """`*pattern` among arguments or items."""

    pattern: Node


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """A call.

    keywords  (name, value), in any order
    rest      patterns of `**pattern`
    open      keywords that are not named may be there; `tail`: positional arguments as well
    """

    function: Node
    positional: tuple[Node, ...]
    keywords: tuple[tuple[Node, Node], ...] = ()
    rest: tuple[Node, ...] = ()
    open: bool = False
    tail: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """The display of a dict: (key, value) in any order; `open` lets others stand beside them."""

    pairs: tuple[tuple[Node, Node], ...]
    open: bool


@dataclass(frozen=True, slots=True, eq=False)
class Display:
    """A list, tuple or set; one of `{...}` is also a dict, one of `[...]` also a comprehension."""

    kinds: tuple[str, ...]
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Parameter:
    """A parameter; no default in the pattern means any."""

    star: str
    name: Node
    annotation: Node | None
    default: Node | None


@dataclass(frozen=True, slots=True, eq=False)
class Parameters:
    """The parameters of a function or lambda."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Caught:
    """`except (..., A, ...)`: a tuple with these items, or the one that stands without a tuple."""

    pattern: Display


@dataclass(frozen=True, slots=True, eq=False)
class Decorator:
    """A decorator; `@name(...)` is also a bare `@name`."""

    pattern: Node


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """An expression as a statement among others: anywhere in the expressions of one statement."""

    pattern: Node


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """The statements of a body, from its first to its last."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ClassBody:
    """Statements of a class in any order, among others."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """`target = value`, with one of several targets, annotated or not."""

    target: Node
    value: Node


@dataclass(frozen=True, slots=True, eq=False)
class Import:
    """One imported thing: its dotted name, and the name it is bound to.

    name   the parts; a metavariable may be all of it (`import $X`) or its last part
    alias  None when the pattern names none
    star   `from m import *`
    plain  only a whole dotted name after `import` (`import $X`)
    """

    name: tuple[Node, ...]
    relative: str = ""
    alias: Node | None = None
    star: bool = False
    plain: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Imports:
    """An import statement that holds all of `items`."""

    items: tuple[Import, ...]


Node: TypeAlias = (
    Any | Variable | Many | Deep | Dotted | Identifier | Chain | Literal | Gap | Field | Text | Regex | AnyBytes
    | Sequence | Unordered | Optional | Absent | Shape | Operands | Star | Call | Entries | Display | Parameter
    | Parameters | Caught | Decorator | Expression | Block | ClassBody | Assignment | Import | Imports
)  # fmt: skip
