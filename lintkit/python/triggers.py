"""What a Python rule looks at, as values.

A rule declares triggers; the gate over the file's text, the screen and the dispatch over libcst nodes are
derived from them. Triggers are frozen, hashable and picklable, and importing this module does not import
libcst.

Names of triggers are *qualified names*: `redis.asyncio.from_url` is what `import redis.asyncio as r;
r.from_url` refers to, a builtin is its bare name (`print`), a relative import keeps its dots
(`..config.settings`). A method of a class is named below its class (`redis.Redis.from_url`). A name that ends
in `.*` stands for everything below it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

How = Literal[
    "assignment",
    "annotated",
    "parameter",
    "keyword",
    "entry",
    "comparison",
    "environment",
    "subscript",
]
"""How a name is bound to a value in a match of `NamedValues`."""

StatementKind = Literal[
    "function",
    "class",
    "with",
    "if",
    "import",
    "except",
    "try",
    "finally",
    "for",
    "while",
    "return",
    "raise",
    "assert",
]
"""Kinds of statement; `if` includes `elif`, `import` includes `from … import`, `except` is one handler,
`finally` the clause."""

Literals: TypeAlias = tuple[tuple[str, ...], ...]
"""A disjunction of conjunctions: a file can match only if, for one of the tuples, it contains all its
strings.
"""

_STATEMENT_WORDS: dict[StatementKind, str] = {"function": "def"}


def _require(values: tuple[str, ...], what: str) -> None:
    if isinstance(values, str) or not values or not all(isinstance(v, str) and v for v in values):
        raise ValueError(f"{what} must be a tuple of at least one non-empty string")


def _name_literals(names: tuple[str, ...]) -> Literals:
    found = []
    for name in names:
        segments = [part for part in name.removesuffix(".*").split(".") if part]
        found.append(tuple(dict.fromkeys(segment.lower() for segment in segments)))
    return tuple(found)


def _word_literals(words: tuple[str, ...]) -> Literals:
    return tuple((word.lower(),) for word in words)


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls whose callee resolves to one of the qualified `names`; the match's node is the `cst.Call`.

    With `as_argument`, also calls that pass such a name as a positional or keyword argument, such as
    `app.add_middleware(CORSMiddleware, …)`; the match's `value` is then that argument's expression, and
    otherwise the callee. `name` is the qualified name that matched.
    """

    names: tuple[str, ...]
    as_argument: bool = False

    def __post_init__(self) -> None:
        _require(self.names, "Calls(names)")

    def literals(self) -> Literals:
        """What the text of a matching file must contain, in lower case."""
        return _name_literals(self.names)


@dataclass(frozen=True, slots=True)
class References:
    """Expressions (a `cst.Name` or `cst.Attribute` that is read) that resolve to one of the qualified
    `names`.

    The import statement is not a match, nor is a longer chain that only begins with the name. `name` is the
    qualified name that matched.
    """

    names: tuple[str, ...]

    def __post_init__(self) -> None:
        _require(self.names, "References(names)")

    def literals(self) -> Literals:
        """What the text of a matching file must contain, in lower case."""
        return _name_literals(self.names)


@dataclass(frozen=True, slots=True)
class Subclasses:
    """Classes with a base that resolves to one of the qualified `names`, directly or through classes of the
    file.

    The match's node is the `cst.ClassDef`, `value` the expression of the base, `name` the qualified name.
    """

    names: tuple[str, ...]

    def __post_init__(self) -> None:
        _require(self.names, "Subclasses(names)")

    def literals(self) -> Literals:
        """What the text of a matching file must contain, in lower case."""
        return _name_literals(self.names)


@dataclass(frozen=True, slots=True)
class NamedClasses:
    """Classes with a base whose own name ends in one of `endings`; the match's node is the `cst.ClassDef`."""

    endings: tuple[str, ...]

    def __post_init__(self) -> None:
        _require(self.endings, "NamedClasses(endings)")

    def literals(self) -> Literals:
        """What the text of a matching file must contain, in lower case."""
        return _word_literals(self.endings)


@dataclass(frozen=True, slots=True)
class MethodCalls:
    """Calls of an attribute by its last name alone: `<anything>.setsockopt(…)`; the node is the
    `cst.Call`.

    Names as common as `get` need `words`: only files whose text contains one of them, whatever the case, are
    looked at (`MethodCalls(("keys",), words=("redis",))`). A tuple among them stands for all of its words. With
    `spelled`, only files that spell one of these identifiers, such as the class whose methods they are.
    """

    names: tuple[str, ...]
    words: tuple[str | tuple[str, ...], ...] = ()
    spelled: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _require(self.names, "MethodCalls(names)")
        for word in self.words:
            _require((word,) if isinstance(word, str) else word, "MethodCalls(words)")
        if self.spelled:
            _require(self.spelled, "MethodCalls(spelled)")

    def literals(self) -> Literals:
        """What the text of a matching file must contain, in lower case."""
        if not self.words:
            return _word_literals(self.names)
        wanted = [(word,) if isinstance(word, str) else word for word in self.words]
        return tuple(
            (name.lower(), *(word.lower() for word in words)) for name in self.names for words in wanted
        )


@dataclass(frozen=True, slots=True)
class Decorators:
    """Functions and classes with a decorator whose last name is one of `names`: `get` for `@app.get("/x")`.

    The match's node is the `cst.FunctionDef` or `cst.ClassDef`, `name` the last name of the decorator,
    `value` the decorator's expression (a `cst.Call` when it is called).
    """

    names: tuple[str, ...]

    def __post_init__(self) -> None:
        _require(self.names, "Decorators(names)")

    def literals(self) -> Literals:
        """What the text of a matching file must contain, in lower case."""
        return _word_literals(self.names)


@dataclass(frozen=True, slots=True)
class Keywords:
    """Calls with one of the keyword arguments `names`, also through `**options` built in the file.

    The match's node is where the keyword is written (`cst.Arg`, `cst.DictElement`, or the `cst.Assign` of
    `options["name"] = …`), `value` its value, `call` the call it flows into. A dict that flows nowhere is no
    match.
    """

    names: tuple[str, ...]

    def __post_init__(self) -> None:
        _require(self.names, "Keywords(names)")

    def literals(self) -> Literals:
        """What the text of a matching file must contain, in lower case."""
        return _word_literals(self.names)


@dataclass(frozen=True, slots=True)
class NamedValues:
    """Values bound to a name that contains one of `words`, whatever the case.

    | `how` | source | node |
    |---|---|---|
    | assignment | `password = v`, `self.password = v`, `a, password = u, v`, `(password := v)` | the statement |
    | annotated | `password: str = v` | `AnnAssign` |
    | parameter | `def f(password=v)` | `Param` |
    | keyword | `f(password=v)` | `Arg` |
    | entry | `{"password": v}` | `DictElement` |
    | comparison | `password == v`, `v != self.password`, `password in v` | `Comparison` |
    | environment | `os.getenv("PASSWORD", v)`, and the others of `environment_reads` (`env.str`) | `Call` |
    | subscript | `config["SECRET_KEY"] = v` | `Assign` |

    A match has `name` (as it is written), `name_node`, `value` and `how`. With `literal`, only values in
    which a string literal is written, which the screen can narrow much better, and with `pattern` only names
    in which this regular expression finds something, whatever the case. A string counts as a name only when
    one plain string literal is all of it.
    """

    words: tuple[str, ...]
    literal: bool = False
    pattern: str = ""

    def __post_init__(self) -> None:
        _require(self.words, "NamedValues(words)")
        re.compile(self.pattern)

    def wants(self, name: str) -> bool:
        """Whether a value bound to `name` is a match."""
        lowered = name.lower()
        if not any(word.lower() in lowered for word in self.words):
            return False
        return not self.pattern or re.search(self.pattern, name, re.IGNORECASE) is not None

    def literals(self) -> Literals:
        """What the text of a matching file must contain, in lower case."""
        return _word_literals(self.words)


@dataclass(frozen=True, slots=True)
class Strings:
    """String literals whose source text contains one of `fragments`, whatever the case.

    The match's node is one token: a `cst.SimpleString` (also as a part of an implicit concatenation), or a
    `cst.FormattedString` as a whole. Docstrings only with `docstrings=True`.
    """

    fragments: tuple[str, ...]
    docstrings: bool = False

    def __post_init__(self) -> None:
        _require(self.fragments, "Strings(fragments)")

    def literals(self) -> Literals:
        """What the text of a matching file must contain, in lower case."""
        return _word_literals(self.fragments)


@dataclass(frozen=True, slots=True)
class Statements:
    """Statements of the given kinds; the node is the statement, or the handler for `except`.

    The literal gate hardly narrows this: prefer any other trigger.
    """

    kinds: tuple[StatementKind, ...]

    def __post_init__(self) -> None:
        _require(self.kinds, "Statements(kinds)")

    def literals(self) -> Literals:
        """What the text of a matching file must contain, in lower case."""
        return tuple((_STATEMENT_WORDS.get(kind, kind),) for kind in self.kinds)


@dataclass(frozen=True, slots=True)
class Identifiers:
    """Names as they are spelled, in any role: read, bound, an attribute, a keyword, a definition, in an import.

    The match's node is the `cst.Name`. Of a dotted name (`cursor.execute`) it is the last part, where the whole
    chain is spelled so.
    """

    names: tuple[str, ...]

    def __post_init__(self) -> None:
        _require(self.names, "Identifiers(names)")

    def literals(self) -> Literals:
        """What the text of a matching file must contain, in lower case."""
        return _name_literals(self.names)


@dataclass(frozen=True, slots=True)
class Nodes:
    """Every node of the libcst classes of these names. Nothing narrows this: all of a file is parsed for it."""

    kinds: tuple[str, ...]

    def __post_init__(self) -> None:
        _require(self.kinds, "Nodes(kinds)")

    def literals(self) -> Literals:
        """Nothing: any file may match."""
        return ((),)


@dataclass(frozen=True, slots=True, eq=False)
class DeferredTrigger:
    """A trigger of a rule that is not loaded: what the gate asks of it.

    conjunctions, spelled  what `literals()` of the trigger says, and its `spelled`
    load                   gives the trigger itself
    """

    conjunctions: Literals
    spelled: tuple[str, ...]
    load: Callable[[], Trigger]

    def literals(self) -> Literals:
        """What the text of a matching file must contain, in lower case."""
        return self.conjunctions


def resolved(trigger: Trigger | DeferredTrigger) -> Trigger:
    """The trigger itself."""
    return trigger.load() if isinstance(trigger, DeferredTrigger) else trigger


Trigger: TypeAlias = (
    Calls
    | References
    | Subclasses
    | NamedClasses
    | MethodCalls
    | Decorators
    | Keywords
    | NamedValues
    | Strings
    | Statements
    | Identifiers
    | Nodes
)
"""What a rule of Python looks at: one of the kinds of triggers."""
