"""Other ways to write the same Python: what a rule says of one it has to say of the others, at the place it moved to.

A `Variant` is a text together with the edits that made it, so that a place in the original can be found again. Each
function below either makes one or says why this text has none.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from lintkit.formats import python_lex as pylex

EMOJI = "\U0001f680\U0001f1f0\U0001f1f7 \u00e9"
INDENT = "    "

Place = tuple[int, int]
"""A half-open range of code points."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A text that means the same as another one.

    edits   (start, end, replacement) in the original, in order, none inside another
    moved   places of the original whose text now stands elsewhere -> the statement that holds it in the new text
    before  bytes in front of the encoded text
    """

    text: str
    edits: tuple[tuple[int, int, str], ...]
    moved: Mapping[Place, Place] = field(default_factory=dict)
    before: bytes = b""

    @property
    def data(self) -> bytes:
        """The bytes of the new file."""
        return self.before + self.text.encode()

    def place(self, place: Place) -> Place:
        """Where a place of the original is now: without what was inserted at its ends."""
        return self._start(place[0]), self._end(place[1])

    def moved_to(self, place: Place) -> list[Place]:
        """The statements to which text of a place was moved."""
        return [new for old, new in self.moved.items() if old[0] < place[1] and place[0] < old[1]]

    def _start(self, offset: int) -> int:
        shift = 0
        for start, end, text in self.edits:
            if end <= offset and (end < offset or start == end or end == offset):
                shift += len(text) - (end - start)
            elif start < offset:
                return start + shift
            else:
                break
        return offset + shift

    def _end(self, offset: int) -> int:
        shift = 0
        for start, end, text in self.edits:
            if start >= offset:
                break
            if end > offset:
                return start + shift + len(text)
            shift += len(text) - (end - start)
        return offset + shift


@dataclass(frozen=True, slots=True)
class Inapplicable:
    """Why a text has no variant of a kind."""

    reason: str


Metamorphosis = Callable[[str], "Variant | Inapplicable"]


def _variant(text: str, edits: Sequence[tuple[int, int, str]]) -> Variant:
    ordered = sorted(edits, key=lambda edit: (edit[0], edit[1]))
    pieces = []
    last = 0
    for start, end, new in ordered:
        pieces += [text[last:start], new]
        last = end
    return Variant("".join([*pieces, text[last:]]), tuple(ordered))


class _Source:
    """A text with its syntax tree and the offsets of its nodes."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = ast.parse(text)
        self.lines = text.split("\n")
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)

    def offset(self, line: int, column: int) -> int:
        """The code point at a line (from 1) and a column in bytes."""
        return self.starts[line - 1] + len(self.lines[line - 1].encode()[:column].decode(errors="replace"))

    def place(self, node: ast.expr | ast.stmt | ast.alias) -> Place:
        """Where a node stands, decorators left out."""
        end = self.offset(node.end_lineno or node.lineno, node.end_col_offset or 0)
        return self.offset(node.lineno, node.col_offset), end

    def body(self) -> list[ast.stmt]:
        """The statements that may be moved or preceded: all after the docstring and `from __future__`."""
        found = list(self.tree.body)
        if ast.get_docstring(self.tree, clean=False) is not None:
            found = found[1:]
        while found and isinstance(found[0], ast.ImportFrom) and found[0].module == "__future__":
            found = found[1:]
        return found

    def first_line(self, statement: ast.stmt) -> int:
        """The first line of a statement with its decorators."""
        decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
        return min([statement.lineno, *(decorator.lineno for decorator in decorators)])

    def line_starts(self, first: int, last: int) -> Iterator[int]:
        """Where lines begin that are neither empty nor inside a string."""
        inside = [(t.start, t.end) for t in pylex.tokens(self.text) if t.kind == "string"]
        for number in range(first, last + 1):
            start = self.starts[number - 1]
            if self.lines[number - 1].strip() and not any(a < start < b for a, b in inside):
                yield start

    def bound(self, root: ast.AST | None = None) -> Counter[str]:
        """How often each name is bound anywhere below `root`, in whatever scope."""
        found: Counter[str] = Counter()
        for node in ast.walk(root or self.tree):
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                found[node.id] += 1
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                found[node.name] += 1
            elif isinstance(node, ast.arg):
                found[node.arg] += 1
            elif isinstance(node, ast.alias):
                found[node.asname or node.name.partition(".")[0]] += 1
            elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
                found[node.name] += 1
            elif isinstance(node, (ast.Global, ast.Nonlocal)):
                found.update(node.names)
        return found

    def read(self, root: ast.AST) -> set[str]:
        """The names read anywhere below `root`."""
        return {n.id for n in ast.walk(root) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


@lru_cache(maxsize=4)
def _source(text: str) -> _Source:
    return _Source(text)


# -- the same program ------------------------------------------------------------------------------------


def imports_aliased(text: str) -> Variant | Inapplicable:
    """Every import gets another local name: `import redis` is `import redis as alias_1`."""
    source = _source(text)
    bound = source.bound()
    edits: list[tuple[int, int, str]] = []
    for statement in ast.walk(source.tree):
        if not isinstance(statement, (ast.Import, ast.ImportFrom)):
            continue
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            continue
        for alias in statement.names:
            name = alias.asname or alias.name
            if name == "*" or bound[name.partition(".")[0]] != 1:
                continue
            uses = _uses(source, name)
            if uses is not None:
                new = f"alias_{len(edits)}"
                start, end = source.place(alias)
                edits.append((start, end, f"{alias.name} as {new}"))
                edits.extend((*use, new) for use in uses)
    if not edits:
        return Inapplicable("it imports nothing, or nothing that one name stands for")
    return _variant(text, edits)


def _uses(source: _Source, name: str) -> list[Place] | None:
    """Where a (dotted) name is read; None when a part of it is read too, or a place cannot be told."""
    found = []
    whole = 0
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Name) and node.id == name.partition(".")[0]:
            whole += 1
        if isinstance(node, (ast.Name, ast.Attribute)) and _dotted(node) == name:
            place = source.place(node)
            if source.text[place[0] : place[1]] != name:
                return None
            found.append(place)
    return found if len(found) == whole else None


def _dotted(node: ast.expr) -> str:
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([*([node.id] if isinstance(node, ast.Name) else ["?"]), *reversed(parts)])


def brackets_spread(text: str) -> Variant | Inapplicable:
    """A new line after every opening bracket and comma and before every closing bracket."""
    edits = []
    depth = 0
    previous = -1
    for token in pylex.tokens(text):
        if token.kind == "open":
            depth += 1
            edits.append((token.end, token.end, "\n"))
        elif token.kind == "close":
            depth -= 1
            if text[previous] in "([{":
                edits.pop()
            else:
                edits.append((token.start, token.start, "\n"))
        elif token.kind == "operator" and text[token.start] == "," and depth:
            edits.append((token.end, token.end, "\n"))
        previous = token.start
    return _variant(text, edits) if edits else Inapplicable("it has no brackets")


def literals_moved(text: str) -> Variant | Inapplicable:
    """Every literal argument becomes a constant of the module, named for what it is given to if that name is free.

    The first of several positional strings stays: it says what the others are for (`getenv("NAME", …)`).
    """
    source = _source(text)
    body = source.body()
    edits: list[tuple[int, int, str]] = []
    constants: list[tuple[Place, str]] = []
    taken = set(source.bound()) | source.read(source.tree)
    targets = _targets(source)
    for call, argument, keyword in _arguments(source):
        place = source.place(argument)
        written = text[place[0] : place[1]]
        if any(a[0] <= place[0] and place[1] <= a[1] for a, _ in constants) or not _reads_as(
            written, argument
        ):
            continue
        name = _constant_name(call, keyword, targets)
        if name in taken:
            continue
        taken.add(name)
        edits.append((*place, name))
        constants.append((place, f"{name} = ({written})\n" if "\n" in written else f"{name} = {written}\n"))
    if not constants:
        return Inapplicable("it passes no literals")
    at = source.starts[source.first_line(body[0]) - 1]
    edits.append((at, at, "".join(line for _, line in constants)))
    variant = _variant(text, edits)
    position = at
    moved = {}
    for place, line in constants:
        moved[place] = (position, position + len(line) - 1)
        position += len(line)
    return Variant(variant.text, variant.edits, moved)


def _arguments(source: _Source) -> Iterator[tuple[ast.Call, ast.expr, str | None]]:
    """Literal arguments: (call, value, keyword); `**` for the dict of `f(**{…})`."""
    formatted = {
        id(n)
        for s in ast.walk(source.tree)
        if isinstance(s, ast.JoinedStr)
        for n in ast.walk(s)
        if n is not s
    }
    for call in ast.walk(source.tree):
        if not isinstance(call, ast.Call) or id(call) in formatted:
            continue
        for number, value in enumerate(call.args):
            if number == 0 and len(call.args) > 1 and isinstance(value, ast.Constant):
                continue
            if _is_literal(value):
                yield call, value, None
        for keyword in call.keywords:
            if _is_literal(keyword.value):
                yield call, keyword.value, keyword.arg or "**"


def _is_literal(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return node.value is not Ellipsis
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.operand, ast.Constant)
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return all(map(_is_literal, node.elts))
    if isinstance(node, ast.Dict):
        return all(key is not None and _is_literal(key) for key in node.keys) and all(
            map(_is_literal, node.values)
        )
    return False


def _reads_as(written: str, node: ast.expr) -> bool:
    """Whether a literal is all that stands at its place, which older Pythons tell wrongly inside f-strings."""
    try:
        return ast.dump(ast.parse(f"({written})", mode="eval").body) == ast.dump(node)
    except SyntaxError:
        return False


def _targets(source: _Source) -> dict[int, str]:
    """Calls by their identity -> the name they are assigned to."""
    found = {}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Call):
            found[id(node.value)] = _dotted(node.target).rpartition(".")[2]
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and len(node.targets) == 1:
            found[id(node.value)] = _dotted(node.targets[0]).rpartition(".")[2]
    return found


def _constant_name(call: ast.Call, keyword: str | None, targets: Mapping[int, str]) -> str:
    """What a literal is called: the keyword, the name that stands before it, what it is assigned to, or the callee."""
    if keyword not in {None, "default", "**"}:
        return str(keyword).upper()
    first = call.args[0] if call.args else None
    if len(call.args) > 1 and isinstance(first, ast.Constant) and str(first.value).isidentifier():
        return str(first.value).upper()
    for name in ("options" if keyword == "**" else "", targets.get(id(call), ""), _dotted(call.func)):
        if name.rpartition(".")[2].isidentifier():
            return name.rpartition(".")[2].upper()
    return "VALUE"


def windows_line_ends(text: str) -> Variant | Inapplicable:
    """CRLF."""
    return _variant(text, [(m.start(), m.end(), "\r\n") for m in re.finditer("\n", text)])


def byte_order_mark(text: str) -> Variant | Inapplicable:
    """A byte order mark, which counts for nothing."""
    return Variant(text, (), before=b"\xef\xbb\xbf")


def emoji_above(text: str) -> Variant | Inapplicable:
    """A comment and a string of characters beyond the basic plane before all code."""
    return _insert_lines(text, f"# {EMOJI}\nROCKET = '{EMOJI}'\n")


def _insert_lines(text: str, lines: str) -> Variant | Inapplicable:
    source = _source(text)
    body = source.body()
    if not body:
        return Inapplicable("it is only a docstring")
    at = source.starts[source.first_line(body[0]) - 1]
    return _variant(text, [(at, at, lines)])


def emoji_beside(text: str) -> Variant | Inapplicable:
    """A string of such characters on the same line, so that columns in bytes, UTF-16 and code points differ."""
    source = _source(text)
    edits = []
    blocks = [source.body()]
    blocks += [
        n.body for n in ast.walk(source.tree) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]
    for block in blocks:
        for statement in block:
            start = source.place(statement)[0]
            line = source.starts[statement.lineno - 1]
            simple = isinstance(
                statement, (ast.Assign, ast.AnnAssign, ast.Return, ast.Raise, ast.Delete)
            ) or (isinstance(statement, ast.Expr) and not isinstance(statement.value, ast.Constant))
            if simple and not text[line:start].strip():
                edits.append((start, start, f"_ = '{EMOJI}'; "))
    if not edits:
        return Inapplicable("it has no simple statement in a module or function")
    return _variant(text, edits)


def nested_in_async(text: str) -> Variant | Inapplicable:
    """All of it in an `async def`, where its names are those of the function."""
    source = _source(text)
    body = source.body()
    if not body:
        return Inapplicable("it is only a docstring")
    nodes = list(ast.walk(source.tree))
    if any(isinstance(n, ast.Global) for n in nodes):
        return Inapplicable("`global` speaks of the module")
    if any(isinstance(n, ast.ImportFrom) and n.names[0].name == "*" for n in nodes):
        return Inapplicable("a star import stands in a module")
    first = source.first_line(body[0])
    at = source.starts[first - 1]
    edits = [(at, at, "async def holder():\n" + INDENT)]
    edits += [(p, p, INDENT) for p in source.line_starts(first, len(source.lines)) if p != at]
    return _variant(text, edits)


def nested_in_class(text: str) -> Variant | Inapplicable:
    """Each top-level statement that binds nothing the rest reads in a class of its own, functions as static methods."""
    source = _source(text)
    edits = []
    for number, statement in enumerate(source.body()):
        if isinstance(statement, (ast.Import, ast.ImportFrom)) or any(
            isinstance(n, (ast.Global, ast.ImportFrom, ast.Import)) for n in ast.walk(statement)
        ):
            continue
        others = [s for s in source.tree.body if s is not statement]
        scopes = [n for n in ast.walk(statement) if isinstance(n, _SCOPES)]
        read = set().union(*(source.read(s) for s in others), *(source.read(s) for s in scopes))
        if not read.isdisjoint(_binds(source, statement)):
            continue
        first = source.first_line(statement)
        at = source.starts[first - 1]
        if text[at : source.place(statement)[0]].strip() and not getattr(statement, "decorator_list", []):
            continue
        static = isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef))
        head = f"class Holder{number}:\n" + (f"{INDENT}@staticmethod\n" if static else "") + INDENT
        edits.append((at, at, head))
        last = statement.end_lineno or statement.lineno
        edits += [(p, p, INDENT) for p in source.line_starts(first, last) if p != at]
    if not edits:
        return Inapplicable("all that it does binds names that the rest reads")
    return _variant(text, edits)


_SCOPES = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef),
    *(ast.GeneratorExp, ast.ListComp, ast.SetComp, ast.DictComp),
)


def _binds(source: _Source, statement: ast.stmt) -> set[str]:
    """The names that a statement binds in the scope it stands in."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {statement.name}
    return set(source.bound(statement))


# -- another program -------------------------------------------------------------------------------------


def in_comments(text: str) -> Variant | Inapplicable:
    """All but the imports in comments."""
    return _without_code(text, lambda code: "".join(f"# {line}\n" for line in code.splitlines()))


def in_a_docstring(text: str) -> Variant | Inapplicable:
    """All but the imports in a string that is a statement."""
    return _without_code(text, lambda code: f"{_quoted(code)}\n")


def in_a_string(text: str) -> Variant | Inapplicable:
    """All but the imports in a string that is a value."""
    return _without_code(text, lambda code: f"MANUAL = {_quoted(code)}\n")


def _quoted(code: str) -> str:
    return '"""' + code.replace("\\", "\\\\").replace('"', '\\"') + '"""'


def _without_code(text: str, write: Callable[[str], str]) -> Variant | Inapplicable:
    source = _source(text)
    imports = [s for s in source.body() if isinstance(s, (ast.Import, ast.ImportFrom))]
    kept = [text[slice(*source.place(statement))] for statement in imports]
    rest = text
    for statement in reversed(imports):
        start, end = source.place(statement)
        rest = rest[:start] + rest[end:]
    return Variant("".join(f"{line}\n" for line in kept) + write(rest), ())


def of_ones_own(text: str) -> Variant | Inapplicable:
    """Functions and classes of the file in place of everything that it imports, and of the builtins it calls."""
    source = _source(text)
    bound = source.bound()
    edits: list[tuple[int, int, str]] = []
    replaced = 0
    for statement in ast.walk(source.tree):
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
                continue
            start, end = source.place(statement)
            indent = "\n" + text[source.starts[statement.lineno - 1] : start]
            if indent.strip():
                return Inapplicable("an import shares its line")
            own = [_own(statement, alias) for alias in statement.names]
            replaced += len(own)
            edits.append((start, end, indent.join(own)))
    called = {
        n.func.id for n in ast.walk(source.tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
    }
    hidden = sorted(name for name in called if hasattr(builtins, name) and not bound[name])
    body = source.body()
    if not body or not (hidden or replaced):
        return Inapplicable("it uses nothing that one could define")
    at = source.starts[source.first_line(body[0]) - 1]
    edits.append((at, at, "".join(f"def {name}(*_, **__): return None\n" for name in hidden)))
    return _variant(text, edits)


def _own(statement: ast.Import | ast.ImportFrom, alias: ast.alias) -> str:
    if alias.name == "*":
        return "pass"
    name = alias.asname or alias.name.partition(".")[0]
    if isinstance(statement, ast.Import) or name[:1].isupper():
        return f"class {name}: pass"
    return f"def {name}(*_, **__): return None"


THE_SAME: Mapping[str, Metamorphosis] = {
    "an import aliased": imports_aliased,
    "the brackets spread over lines": brackets_spread,
    "a literal moved to a constant": literals_moved,
    "CRLF": windows_line_ends,
    "a byte order mark": byte_order_mark,
    "an emoji above": emoji_above,
    "an emoji on the line": emoji_beside,
    "nested in `async def`": nested_in_async,
    "nested in a class": nested_in_class,
}
"""Findings persist."""

ANOTHER: Mapping[str, Metamorphosis] = {
    "in comments": in_comments,
    "in a docstring": in_a_docstring,
    "in a string": in_a_string,
    "functions of one's own": of_ones_own,
}
"""Findings vanish."""
