"""The screen: which top-level statements may hold a match, told from the text and `ast` alone.

It asks for more than a match needs, never for less: names are compared as they are spelled, with every alias
that the file makes, and the decision is left to libcst. Two steps keep it cheap: occurrences of what is
looked for are found in the text, and only the statements that hold one are walked.
"""

from __future__ import annotations

import ast
import functools
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence

from lintkit.python.bindings import STAR
from lintkit.python.statements import TopLevel
from lintkit.python.syntax_names import imported
from lintkit.python.triggers import (
    Calls,
    Decorators,
    Identifiers,
    Keywords,
    MethodCalls,
    NamedClasses,
    NamedValues,
    Nodes,
    References,
    StatementKind,
    Strings,
    Subclasses,
    Trigger,
)

CALL, ARGUMENT, REFERENCE, BASE = 1, 2, 4, 8

_IDENTIFIER = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_NODES: dict[StatementKind, tuple[type[ast.AST], ...]] = {
    "function": _FUNCTIONS,
    "class": (ast.ClassDef,),
    "with": (ast.With, ast.AsyncWith),
    "if": (ast.If,),
    "import": (ast.Import, ast.ImportFrom),
    "except": (ast.ExceptHandler,),
    "try": (ast.Try, *((ast.TryStar,) if hasattr(ast, "TryStar") else ())),
    "finally": (ast.Try, *((ast.TryStar,) if hasattr(ast, "TryStar") else ())),
    "for": (ast.For, ast.AsyncFor),
    "while": (ast.While,),
    "return": (ast.Return,),
    "raise": (ast.Raise,),
    "assert": (ast.Assert,),
}
_WORDS: dict[StatementKind, str] = {"function": "def"}
_FORMATTED: tuple[type[ast.AST], ...] = tuple(
    getattr(ast, name) for name in ("JoinedStr", "TemplateStr") if hasattr(ast, name)
)
_STRINGS = (ast.Constant, *_FORMATTED)
_PLAIN_END = re.compile(r"[ \t]*[(.\[]")
_CALLED = re.compile(r"(?:\s*\.\s*\w+)*[ \t]*[(\[]")

_MOST_ALIASES = 200
"""Names that a file may give to what is looked for, before every chain of names counts."""

_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")

Check = Callable[[ast.AST], bool]


class Spelled:
    """The identifiers under which the looked-for names may appear in a file, and in which roles.

    bare    names that stand for one of them: a builtin, what is imported by its own name, an alias
    dotted  first and last name of a chain: `requests` and `get` of `requests.get`, where the file binds `requests`
    roots   names under which everything is looked for (`redis` for `redis.*`)
    any     roles in which every name is looked for: a star import of such a module
    """

    __slots__ = ("any", "bare", "dotted", "roots")

    def __init__(self) -> None:
        self.bare: dict[str, int] = {}
        self.dotted: dict[str, dict[str, int]] = {}
        self.roots: dict[str, int] = {}
        self.any = 0

    def all_roles(self) -> int:
        """The roles in which anything is looked for."""
        found = self.any
        for table in (self.bare, self.roots, *self.dotted.values()):
            for roles in table.values():
                found |= roles
        return found

    def roles(self, last: str, root: str | None) -> int:
        """The roles in which a chain that ends in `last` and begins with the name `root` is looked for.

        A chain that begins with anything but a name (`get_client().get`) refers to nothing by its names.
        """
        if root is None:
            return 0
        found = self.roots.get(root, 0) | self.any
        below = self.dotted.get(root)
        if below is not None:
            found |= below.get(last, 0)
        return found | self.bare.get(last, 0) if root == last else found

    def of(self, node: ast.AST) -> int:
        """The roles in which an expression is looked for."""
        chain = _chain(node)
        return 0 if chain is None else self.roles(*chain)


@functools.lru_cache(maxsize=65536)
def _hides_ascii(character: str) -> bool:
    return any(c in _IDENTIFIER for c in unicodedata.normalize("NFKC", character))


def searchable(text: str) -> bool:
    """Whether every ASCII identifier is spelled in ASCII, and lower case keeps every offset."""
    if text.isascii():
        return True
    return len(text.lower()) == len(text) and not any(
        _hides_ascii(character) for character in set(text) if character > "\x7f"
    )


class Screen:
    """The candidates of live triggers in one file."""

    def __init__(self, top: TopLevel, triggers: Sequence[Trigger]) -> None:
        self._top = top
        self._text = top.text
        self._searchable = searchable(self._text)
        self._lowered = self._text.lower() if self._searchable else ""
        self._found: dict[tuple[str, str], list[int]] = {}
        self._prefixes: dict[str, int] = {}
        self._names: dict[str, int] = {}
        self._escapes = False
        self.spelled = Spelled()
        self._sort(triggers)
        if self._names or self._prefixes:
            self._add_aliases()

    def _sort(self, triggers: Sequence[Trigger]) -> None:
        methods: set[str] = set()
        decorators: set[str] = set()
        keywords: set[str] = set()
        words: set[str] = set()
        literal_words: set[str] = set()
        patterns: list[NamedValues] = []
        fragments: set[str] = set()
        spelled: set[str] = set()
        endings: set[str] = set()
        self._docstrings = False
        self._everything = False
        kinds: set[StatementKind] = set()
        for trigger in triggers:
            if isinstance(trigger, Calls):
                self._add_names(trigger.names, CALL | ARGUMENT if trigger.as_argument else CALL)
            elif isinstance(trigger, References):
                self._add_names(trigger.names, REFERENCE)
            elif isinstance(trigger, NamedClasses):
                endings.update(trigger.endings)
            elif isinstance(trigger, Subclasses):
                self._add_names(trigger.names, BASE)
            elif isinstance(trigger, MethodCalls):
                methods.update(trigger.names)
            elif isinstance(trigger, Decorators):
                decorators.update(trigger.names)
            elif isinstance(trigger, Keywords):
                keywords.update(trigger.names)
            elif isinstance(trigger, NamedValues) and trigger.pattern:
                patterns.append(trigger)
            elif isinstance(trigger, NamedValues):
                (literal_words if trigger.literal else words).update(word.lower() for word in trigger.words)
            elif isinstance(trigger, Strings):
                fragments.update(fragment.lower() for fragment in trigger.fragments)
                self._docstrings |= trigger.docstrings
            elif isinstance(trigger, Identifiers):
                spelled.update(name.rpartition(".")[2] for name in trigger.names)
            elif isinstance(trigger, Nodes):
                self._everything = True
            else:
                kinds.update(trigger.kinds)
        self._identifiers = frozenset(spelled)
        self._endings = tuple(sorted(endings))
        self._methods = frozenset(methods)
        self._decorators = frozenset(decorators)
        self._keywords = frozenset(keywords)
        # A keyword flows through `**` only from a dict display or store, where it is quoted, from `dict(…)` and
        # its like (`asdict`, `TypedDict`), or from `update(…)`.
        self._expands = bool(keywords) and (
            "dict" in self._text
            or ".update" in self._text
            or not self._searchable
            or any(f"{quote}{name}{quote}" in self._text for name in keywords for quote in "\"'")
        )
        self._words = tuple(words)
        self._literal_words = tuple(literal_words)
        self._patterns = tuple(patterns)
        self._fragments = tuple(fragments)
        self._kinds = kinds
        self._nodes = tuple(node for kind in kinds for node in _NODES[kind])

    def _add_names(self, names: Sequence[str], roles: int) -> None:
        for name in names:
            table, key = (self._prefixes, name[:-2]) if name.endswith(".*") else (self._names, name)
            table[key] = table.get(key, 0) | roles

    # -- occurrences ------------------------------------------------------------------------------

    def _runs(self, needle: str, how: str) -> list[int]:
        """The runs whose text holds `needle`: as a whole "word", as one that can be "end" or "begin" of what an
        alias stands for, or in "any" case.
        """
        key = (needle, how)
        found = self._found.get(key)
        if found is None:
            if self._searchable and needle.isascii():
                found = self._search(needle, how)
            else:
                found = list(range(len(self._top.runs)))
            self._found[key] = found
        return found

    def _search(self, needle: str, how: str) -> list[int]:
        text = self._lowered if how == "any" else self._text
        length = len(needle)
        top = self._top
        found: list[int] = []
        place = text.find(needle)
        while place >= 0:
            end = place + length
            if how != "any" and (
                (place and text[place - 1] in _IDENTIFIER)
                or (end < len(text) and text[end] in _IDENTIFIER)
                or (how == "end" and _PLAIN_END.match(text, end))
                or (how == "begin" and _CALLED.match(text, end))
            ):
                place = text.find(needle, end)
                continue
            number = top.at(place)
            if number is None:
                place = text.find(needle, end)
            else:
                found.append(number)
                place = text.find(needle, top.end(number))
        return found

    def _lines(self, number: int, needles: Sequence[str]) -> list[int]:
        """The lines of a run on which one of the lower-case `needles` begins or ends."""
        top = self._top
        if not self._searchable:
            return list(range(top.first[number], top.last[number] + 1))
        start, end = top.starts[number], top.end(number)
        lines: list[int] = []
        for needle in needles:
            place = self._lowered.find(needle, start, end)
            while place >= 0:
                lines.append(top.lines.position(place).line)
                place = self._lowered.find(needle, place + 1, end)
        return sorted(set(lines))

    # -- aliases ----------------------------------------------------------------------------------

    def _add_aliases(self) -> None:
        """Enter every name that an import or assignment of the file gives to a looked-for name."""
        by_first: dict[str, list[tuple[str, int]]] = {}
        for name, roles in self._names.items():
            by_first.setdefault(name.partition(".")[0], []).append((name, roles))
            if "." not in name:
                self._enter(self.spelled.bare, name, roles)  # A builtin.
        for number in self._top.kind("import"):
            for statement in self._top.runs[number]:
                for bound, qualified in _imports(statement):
                    for name, roles in by_first.get(qualified.partition(".")[0], ()):
                        self._imported(bound, qualified, name, roles)
                    if qualified.partition(".")[0] == "builtins":
                        self._imported_builtins(bound, qualified)
                    for prefix, roles in self._prefixes.items():
                        self._imported_below(bound, qualified, prefix, roles)
        self._close_aliases()

    @staticmethod
    def _enter(table: dict[str, int], name: str, roles: int) -> bool:
        """Add roles to those of a name. Whether one of them is new."""
        before = table.get(name, 0)
        table[name] = before | roles
        return bool(roles & ~before)

    def _imported(self, bound: str, qualified: str, name: str, roles: int) -> None:
        """Enter how `name` is spelled with what an import binds: as that, or below it."""
        if name == qualified:
            if bound != STAR:
                self._enter(self.spelled.bare, bound, roles)
            return
        package = qualified if qualified.endswith(".") else qualified + "."
        if not name.startswith(package):
            return
        last = name.rpartition(".")[2]
        if bound == STAR:
            bound = name[len(package) :].partition(".")[0]
            if bound == last:
                self._enter(self.spelled.bare, bound, roles)
                return
        self._enter(self.spelled.dotted.setdefault(bound, {}), last, roles)

    def _imported_builtins(self, bound: str, qualified: str) -> None:
        for name, roles in self._names.items():
            if "." not in name and bound != STAR:
                if qualified == "builtins":
                    self._enter(self.spelled.dotted.setdefault(bound, {}), name, roles)
                elif qualified == f"builtins.{name}":
                    self._enter(self.spelled.bare, bound, roles)

    def _imported_below(self, bound: str, qualified: str, prefix: str, roles: int) -> None:
        """Enter what an import binds if everything below `prefix` is looked for and may be below it."""
        if (
            qualified == prefix
            or qualified.startswith(prefix + ".")
            or prefix.startswith(qualified if qualified.endswith(".") else qualified + ".")
        ):
            if bound == STAR:
                self.spelled.any |= roles
            else:
                self._enter(self.spelled.roots, bound, roles)

    def _close_aliases(self) -> None:
        """Enter the names that assignments and classes give to what is spelled so far, until there are no more."""
        spelled = self.spelled
        walked: set[int] = set()
        edges: dict[str, list[tuple[str, str, int]]] = {}
        pending = [*spelled.bare, *spelled.dotted, *spelled.roots]
        # What names such as these are given to is looked for by one search of the text for each.
        most = len(set(pending)) + _MOST_ALIASES
        while pending and not spelled.any:
            name = pending.pop()
            fresh = self._aliasing(name) - walked
            walked |= fresh
            changed = [name]
            for alias, last, root, allowed in self._aliases_in(sorted(fresh)):
                edges.setdefault(root, []).append((alias, last, allowed))
                if root != name and self._is_spelled(root):
                    changed.append(root)
            for root in dict.fromkeys(changed):
                for alias, last, allowed in edges.get(root, ()):
                    if self._alias(alias, last, root, allowed):
                        pending.append(alias)
            if len(spelled.bare) + len(spelled.dotted) > most:
                spelled.any |= spelled.all_roles()

    def _aliases_in(self, numbers: Iterable[int]) -> Iterator[tuple[str, str, str, int]]:
        for number in numbers:
            inside = ":=" in self._top.code(number)
            for statement in self._top.runs[number]:
                for alias, last, root, allowed in _aliases(statement, inside):
                    if root is not None:
                        yield alias, last, root, allowed

    def _is_spelled(self, name: str) -> bool:
        return name in self.spelled.bare or name in self.spelled.dotted or name in self.spelled.roots

    def _aliasing(self, name: str) -> set[int]:
        """The runs in which what `name` stands for may be given another name."""
        spelled = self.spelled
        found: set[int] = set()
        if name in spelled.roots:
            found.update(self._runs(name, "word"))
        if name in spelled.bare:
            found.update(self._runs(name, "word" if spelled.bare[name] & BASE else "end"))
        if name in spelled.dotted:
            is_base = any(roles & BASE for roles in spelled.dotted[name].values())
            found.update(self._runs(name, "word" if is_base else "begin"))
        return found

    def _alias(self, alias: str, last: str, root: str, allowed: int) -> bool:
        """Enter `alias` for a chain, and for what hangs below it. Whether anything of that was new."""
        spelled = self.spelled
        grown = False
        roles = spelled.roles(last, root) & allowed
        if roles:
            grown = self._enter(spelled.bare, alias, roles)
            if root in spelled.roots:
                grown |= self._enter(spelled.roots, alias, roles)
        below = spelled.dotted.get(root)
        if below and alias != root:
            table = spelled.dotted.setdefault(alias, {})
            for end, roles in below.items():
                if roles & allowed:
                    grown |= self._enter(table, end, roles & allowed)
        return grown

    # -- candidates -------------------------------------------------------------------------------

    def candidates(self) -> list[int]:
        """The numbers of the runs that libcst has to look at, in order."""
        if self._everything:
            return list(range(len(self._top.runs)))
        wanted: set[int] = set()
        # The roles of a spelled name are too many to confirm; the word in the text is enough.
        certain = {number for name in self._identifiers for number in self._runs(name, "word")}
        wanted.update(self._spelling())
        for name in (*self._methods, *self._decorators, *self._keywords):
            wanted.update(self._runs(name, "word"))
        if self._expands:
            wanted.update(self._runs("**", "any"))
        patterned = (word.lower() for trigger in self._patterns for word in trigger.words)
        endings = (ending.lower() for ending in self._endings)
        for word in (*self._words, *self._literal_words, *self._fragments, *patterned, *endings):
            wanted.update(self._runs(word, "any"))
        for kind in self._kinds:
            wanted.update(self._runs(_WORDS.get(kind, kind), "word"))
        return [number for number in sorted(wanted | certain) if number in certain or self._confirm(number)]

    def _spelling(self) -> set[int]:
        """The runs in which one of the looked-for names may be spelled."""
        spelled = self.spelled
        if spelled.any:
            return set(range(len(self._top.runs)))
        found = {number for name in (*spelled.bare, *spelled.roots) for number in self._runs(name, "word")}
        for root, below in spelled.dotted.items():
            runs = set(self._runs(root, "word"))
            for last in below if runs else ():
                found.update(runs.intersection(self._runs(last, "word")))
        return found

    def _confirm(self, number: int) -> bool:
        start, end = self._top.starts[number], self._top.end(number)
        self._escapes = self._text.find("\\", start, end) >= 0
        string_lines: list[int] = []
        if self._fragments:
            string_lines = self._lines(number, self._fragments)
        checks = self._checks
        stack: list[ast.AST] = list(self._top.runs[number])
        while stack:
            node = stack.pop()
            kind = node.__class__
            if kind is ast.Expr and not self._docstrings:
                value = node.value  # type: ignore[attr-defined]
                if value.__class__ is ast.Constant:
                    continue
            check = checks.get(kind)
            if check is not None and check(node):
                return True
            if string_lines and kind in _STRINGS and _covers(node, string_lines):
                return True
            for below in node.__dict__.values():
                if below.__class__ is list:
                    stack.extend([item for item in below if isinstance(item, ast.AST)])
                elif isinstance(below, ast.AST):
                    stack.append(below)
        return False

    @functools.cached_property
    def _checks(self) -> dict[type[ast.AST], Check]:
        found: dict[type[ast.AST], Check] = {}
        roles = self.spelled.all_roles()
        if roles & REFERENCE:
            found[ast.Name] = found[ast.Attribute] = self._is_reference
        if roles & (CALL | ARGUMENT) or self._methods or self._keywords or self._named:
            found[ast.Call] = self._is_call
        if roles & BASE or self._decorators or self._endings:
            found[ast.ClassDef] = self._is_class
        if self._decorators:
            found[ast.FunctionDef] = found[ast.AsyncFunctionDef] = self._is_function
        if self._named:
            found[ast.Assign] = self._is_assignment
            found[ast.AnnAssign] = self._is_annotated
            found[ast.NamedExpr] = self._is_annotated
            found[ast.arguments] = self._is_parameter
            found[ast.keyword] = self._is_keyword
            found[ast.Dict] = self._is_entry
            found[ast.Compare] = self._is_comparison
        for kind in self._nodes:
            found[kind] = _always
        return found

    @property
    def _named(self) -> bool:
        return bool(self._words or self._literal_words or self._patterns)

    def _is_reference(self, node: ast.AST) -> bool:
        return bool(self.spelled.of(node) & REFERENCE)

    def _is_call(self, node: ast.AST) -> bool:
        assert isinstance(node, ast.Call)
        function = node.func
        if self.spelled.of(function) & CALL:
            return True
        if isinstance(function, ast.Attribute) and function.attr in self._methods:
            return True
        for argument in node.args:
            if self.spelled.of(argument) & ARGUMENT:
                return True
        for keyword in node.keywords:
            if self.spelled.of(keyword.value) & ARGUMENT:
                return True
            if self._keywords and ((self._expands and keyword.arg is None) or keyword.arg in self._keywords):
                return True
        return self._named and len(node.args) + len(node.keywords) > 1 and self._is_environment(node)

    def _is_environment(self, node: ast.Call) -> bool:
        values: list[ast.AST | None] = [*node.args, *(keyword.value for keyword in node.keywords)]
        for place, key in enumerate(values):
            if place == 0 or place >= len(node.args):
                others = values[:place] + values[place + 1 :]
                if any(keyword.arg is None for keyword in node.keywords):
                    others.append(key)  # The default may be a string in a dict that is written elsewhere.
                if self._key(key, others):
                    return True
        return False

    def _is_class(self, node: ast.AST) -> bool:
        assert isinstance(node, ast.ClassDef)
        for base in node.bases:
            if self.spelled.of(base.value if isinstance(base, ast.Subscript) else base) & BASE:
                return True
        if self._endings and node.bases and node.name.endswith(self._endings):
            return True
        return self._is_function(node)

    def _is_function(self, node: ast.AST) -> bool:
        for decorator in getattr(node, "decorator_list", ()):
            callee = decorator.func if isinstance(decorator, ast.Call) else decorator
            name = callee.attr if isinstance(callee, ast.Attribute) else getattr(callee, "id", None)
            if name in self._decorators:
                return True
        return False

    # -- NamedValues ------------------------------------------------------------------------------

    def _name(self, name: str, values: Sequence[ast.AST | None]) -> bool:
        lowered = name.lower()
        if any(word in lowered for word in self._words):
            return any(value is not None for value in values)
        literal = any(word in lowered for word in self._literal_words)
        for trigger in self._patterns:
            if (not literal or not trigger.literal) and trigger.wants(name):
                if not trigger.literal:
                    return any(value is not None for value in values)
                literal = True
        return literal and any(value is not None and _holds_string(value) for value in values)

    def _key(self, node: ast.AST | None, values: Sequence[ast.AST | None]) -> bool:
        """A string in the place of a name; with an escape in the statement its value may differ from its
        source.
        """
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            return False
        if self._escapes:
            if self._words or any(not trigger.literal for trigger in self._patterns):
                return True
            return any(value is not None and _holds_string(value) for value in values)
        return self._name(node.value, values)

    def _target(self, target: ast.AST, value: ast.AST | None) -> bool:
        stack = [target]
        while stack:
            node = stack.pop()
            if isinstance(node, ast.Name):
                if self._name(node.id, [value]):
                    return True
            elif isinstance(node, ast.Attribute):
                if self._name(node.attr, [value]):
                    return True
            elif isinstance(node, ast.Subscript):
                if self._key(node.slice, [value]):
                    return True
            elif isinstance(node, ast.Tuple | ast.List):
                stack.extend(node.elts)
        return False

    def _is_assignment(self, node: ast.AST) -> bool:
        assert isinstance(node, ast.Assign)
        return any(self._target(target, node.value) for target in node.targets)

    def _is_annotated(self, node: ast.AST) -> bool:
        assert isinstance(node, ast.AnnAssign | ast.NamedExpr)
        return self._target(node.target, node.value)

    def _is_parameter(self, node: ast.AST) -> bool:
        assert isinstance(node, ast.arguments)
        positional = [*node.posonlyargs, *node.args]
        with_default = positional[len(positional) - len(node.defaults) :]
        return any(
            self._name(argument.arg, [default])
            for argument, default in (
                *zip(with_default, node.defaults, strict=True),
                *zip(node.kwonlyargs, node.kw_defaults, strict=True),
            )
        )

    def _is_keyword(self, node: ast.AST) -> bool:
        assert isinstance(node, ast.keyword)
        return node.arg is not None and self._name(node.arg, [node.value])

    def _is_entry(self, node: ast.AST) -> bool:
        assert isinstance(node, ast.Dict)
        return any(self._key(key, [value]) for key, value in zip(node.keys, node.values, strict=True))

    def _is_comparison(self, node: ast.AST) -> bool:
        assert isinstance(node, ast.Compare)
        sides = [node.left, *node.comparators]
        return any(
            self._target(side, other)
            for side in sides
            if isinstance(side, ast.Name | ast.Attribute | ast.Subscript)
            for other in sides
            if other is not side
        )


def _always(node: ast.AST) -> bool:
    return True


def _covers(node: ast.AST, lines: Sequence[int]) -> bool:
    if node.__class__ is ast.Constant and not isinstance(node.value, str | bytes):
        return False
    first = getattr(node, "lineno", 0)
    last = getattr(node, "end_lineno", None) or first
    return any(first <= line <= last for line in lines)


def _holds_string(value: ast.AST) -> bool:
    stack = [value]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str | bytes):
                return True
            continue
        if isinstance(node, _FORMATTED):
            return True
        for below in node.__dict__.values():
            if below.__class__ is list:
                stack.extend(item for item in below if isinstance(item, ast.AST))
            elif isinstance(below, ast.AST):
                stack.append(below)
    return False


def _nodes(statement: ast.AST) -> Iterator[ast.AST]:
    stack = [statement]
    while stack:
        node = stack.pop()
        yield node
        for below in node.__dict__.values():
            if below.__class__ is list:
                stack.extend([item for item in below if isinstance(item, ast.AST)])
            elif isinstance(below, ast.AST):
                stack.append(below)


def _statements(statement: ast.AST) -> Iterator[ast.AST]:
    """`statement` and the statements in its blocks."""
    stack = [statement]
    while stack:
        node = stack.pop()
        yield node
        for name in _BLOCKS:
            block = node.__dict__.get(name)
            if block.__class__ is list:
                stack.extend(block)


def _imports(statement: ast.AST) -> Iterator[tuple[str, str]]:
    """What the imports in a statement bind: (name, qualified name), `*` for a star import."""
    for node in (
        (statement,) if isinstance(statement, ast.Import | ast.ImportFrom) else _statements(statement)
    ):
        for name, qualified, _ in imported(node):
            yield name, qualified


def _chain(node: ast.AST) -> tuple[str, str | None] | None:
    """The last part and the root of a chain of names."""
    if isinstance(node, ast.Name):
        return node.id, node.id
    if isinstance(node, ast.Attribute):
        last = node.attr
        below: ast.AST = node
        while isinstance(below, ast.Attribute):
            below = below.value
        return last, below.id if isinstance(below, ast.Name) else None
    return None


def _aliases(statement: ast.AST, inside: bool) -> Iterator[tuple[str, str, str | None, int]]:
    """Names that assignments give to chains of names: (alias, last part, root, roles that pass on).

    inside  look for `:=` in expressions as well
    """
    for node in _nodes(statement) if inside else _statements(statement):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield from _paired(target, node.value)
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr):
            if node.value is not None:
                yield from _paired(node.target, node.value)
        elif isinstance(node, ast.ClassDef):
            for base in node.bases:
                chain = _chain(base.value if isinstance(base, ast.Subscript) else base)
                if chain is not None:
                    yield node.name, chain[0], chain[1], BASE


def _paired(target: ast.AST, value: ast.AST) -> Iterator[tuple[str, str, str | None, int]]:
    if isinstance(target, ast.Name):
        chain = _chain(value)
        if chain is not None:
            yield target.id, chain[0], chain[1], CALL | ARGUMENT | REFERENCE | BASE
    elif (
        isinstance(target, ast.Tuple | ast.List)
        and isinstance(value, ast.Tuple | ast.List)
        and len(target.elts) == len(value.elts)
    ):
        for left, right in zip(target.elts, value.elts, strict=True):
            yield from _paired(left, right)
