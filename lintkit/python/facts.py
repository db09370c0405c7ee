"""Facts of a Python module as a whole: imports, request handlers, calls, and containers that live with the process.

These are questions about whole files, so they are asked of `ast` (`lintkit.python.syntax`), which reads ten times as
fast as libcst; a file that only newer Python can read has its imports and no more. A scan for the words that a fact
needs decides first whether a file is worth a walk at all.

Names in facts: what another module defines is its qualified name (`app.store.save`; a leading dot counts from the
repository's root), what the same file defines begins with a colon (`:save`, `:Store.save`).
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from lintkit.facts import (
    ContainerKind,
    Count,
    Fact,
    FunctionCall,
    ModuleImport,
    ModuleState,
    RouteHandler,
    ServerSetting,
    StateAccess,
)
from lintkit.formats.numbers import whole_number
from lintkit.model import Span
from lintkit.python.idioms.web_names import (
    HOOKS,
    METHODS,
    REGISTRATIONS,
    ROUTES,
    VIEW_METHODS,
    is_view_class,
    may_register,
)
from lintkit.python.syntax import Syntax, statements_below
from lintkit.python.syntax_names import Binding, FunctionNode
from lintkit.words.environments import is_served
from lintkit.words.state import STEM

if TYPE_CHECKING:
    from lintkit.python.module import PythonFile
    from lintkit.python.statements import TopLevel

_WEB = (
    "fastapi", "starlette", "flask", "quart", "sanic", "aiohttp", "litestar", "django", "outer.", "@app.", "lueprint",
    "@bp.",     "HTTPEndpoint", "APIView", "MethodView", "RequestHandler",
)  # fmt: skip
_HANDLERS = re.compile(
    r"@\w[\w.]*\.(?:get|post|put|patch|delete|head|options|route|api_route|websocket|middleware|before_request)\b"
    r"|\b(?:add_url_rule|add_api_route|add_route|add_get|add_post|HTTPEndpoint|APIView|MethodView|RequestHandler)\b"
    r"|\b(?:from|import)[ \t]+(?:litestar|django|starlette\.routing|aiohttp)\b"
)
_KEEPS = (
    r"(?:^|;[ \t]*)(?:[ \t]*self\.|[ \t]*(?:\w+\.)*app(?:lication)?(?:\.|\.state\.|\.ctx\.|\[[\"'])|)"
    r"(\w+)(?:[\"']\])?[ \t]*(?::[^=\n]+)?=[ \t]*"
)
_STATE = re.compile(
    _KEEPS
    + r"(?:\{|\[|(?:\w+\.)*(?:dict|list|set|deque|defaultdict|OrderedDict|Counter|TTLCache|LRUCache|WeakValueDictionary"
    r"|field)\()",
    re.MULTILINE,
)
_STATE_OF_ANY = re.compile(_KEEPS + r"(?:\{|\[|[\w.]+\()", re.MULTILINE)
"""For a file that gives one of the containers another name."""
_HOLDERS = re.compile(
    r"(?:^|_)(?:store|storage|manager|cache|registry|limiter|tracker|memory|sessions|challenges)$"
)

_CONTAINERS: Mapping[str, ContainerKind] = {
    "dict": "dict",
    "list": "list",
    "set": "set",
    "deque": "deque",
    "defaultdict": "defaultdict",
    "OrderedDict": "OrderedDict",
    "Counter": "Counter",
    "TTLCache": "bounded",
    "LRUCache": "bounded",
    "WeakValueDictionary": "dict",
}
_WRITES = frozenset(
    {"append", "add", "update", "setdefault", "insert", "extend", "appendleft", "__setitem__"}
)
_DELETES = frozenset({"pop", "popitem", "popleft", "remove", "discard", "clear"})
_READS = frozenset({"get", "items", "values", "keys", "copy", "index", "count", "__getitem__"})
_FOREIGN = sys.stdlib_module_names | frozenset(
    """fastapi starlette flask django rest_framework pydantic sqlalchemy aiohttp httpx requests
    typing_extensions""".split()  # noqa: SIM905
)
"""Packages whose functions never are the repository's own, so that calls of them lead nowhere."""
_ALTERNATIVE = re.compile(
    r"redis|memcache|debug|\bdev|develop|always_eager|test|local|fallback|backend|available", re.IGNORECASE
)
_DEEPEST = 150
_MOST_ALIASES = 16


def extract(text: str, path: str, top: TopLevel | None, file: PythonFile | None) -> Iterator[Fact]:
    """The facts of one Python file.

    text  the decoded text
    top   the file as the running interpreter reads it; None where its syntax is newer
    file  the file as libcst reads it, which then has its imports; not looked at otherwise
    """
    imports = list(_imports(top) if top is not None else _imports_of(file) if file is not None else ())
    yield from imports
    gunicorn = "gunicorn" in path and "workers" in text
    if top is None or not (gunicorn or (is_served(path) and _is_of_interest(text, imports))):
        return
    module = _Module(Syntax(path, text, top.tree), imports)
    if gunicorn:
        yield from module.server_settings()
    try:
        yield from module.facts()
    except RecursionError:  # nested more deeply than people write; what was found so far stands
        return


def _is_of_interest(text: str, imports: Sequence[ModuleImport]) -> bool:
    """Whether a file may have handlers, state, or a part of the way between them."""
    if any(word in text for word in _WEB) and _HANDLERS.search(text):
        return True
    if any(
        name.islower() and _HOLDERS.search(name) for each in imports for name in (*each.names, each.module)
    ):
        return True
    if STEM.search(text) is None:
        return False
    renamed = any(
        local != name and (name in _CONTAINERS or name == "field")
        for each in imports
        for local, name in each.aliases
    )
    state = _STATE_OF_ANY if renamed else _STATE
    return any(STEM.search(found[1]) for found in state.finditer(text))


def _imports(top: TopLevel) -> Iterator[ModuleImport]:
    """Every import of a file, at any level, in the order of the text."""
    for number in top.kind("import"):
        for node in statements_below(top.runs[number]):
            if isinstance(node, ast.ImportFrom):
                aliases = tuple((each.asname or each.name, each.name) for each in node.names)
                span = top.span(node)
                yield ModuleImport(span, node.module or "", tuple(n for _, n in aliases), node.level, aliases)
            elif isinstance(node, ast.Import):
                for each in node.names:
                    yield _plain_import(top.span(each), each.name, each.asname)


def _plain_import(span: Span, name: str, alias: str | None) -> ModuleImport:
    local = (alias or name.partition(".")[0], "")
    return ModuleImport(span, name, (), 0, (local,) if alias or "." not in name else ())


def _imports_of(file: PythonFile) -> Iterator[ModuleImport]:
    """The same of a file that `ast` does not read."""
    for each in file.imports():
        span = file.span(each.node)
        alias = each.alias
        if each.name is None:
            yield _plain_import(span, each.module, alias)
        else:
            module = each.module.lstrip(".")
            level = len(each.module) - len(module)
            yield ModuleImport(span, module, (each.name,), level, ((alias or each.name, each.name),))


def absolute(qualified: str, path: str) -> str:
    """The qualified name of an import: as written, or with a leading dot from the root for a relative one."""
    name = qualified.lstrip(".")
    level = len(qualified) - len(name)
    if not level:
        return qualified
    parts = path.split("/")[:-1]
    parts = parts[: max(len(parts) - level + 1, 0)]
    return ".".join(["", *parts, *([name] if name else [])])


def _root_name(node: ast.expr) -> ast.Name | None:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node if isinstance(node, ast.Name) else None


def _dotted(node: ast.expr) -> list[str] | None:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    parts.append(node.id)
    return parts[::-1]


def _assigned(statement: ast.stmt) -> tuple[ast.expr, ast.expr] | None:
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        return statement.targets[0], statement.value
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        return statement.target, statement.value
    return None


class _Module:
    """One parsed module; `facts` reads it once."""

    def __init__(self, syntax: Syntax, imports: Iterable[ModuleImport]) -> None:
        self.syntax = syntax
        self.span = syntax.span
        self.imports = tuple(imports)
        self.state: dict[str, ModuleState] = {}

    def server_settings(self) -> Iterator[ServerSetting]:
        """`workers = …` of a gunicorn configuration file."""
        for statement in self.syntax.tree.body:
            assigned = _assigned(statement)
            if assigned is None or not isinstance(assigned[0], ast.Name) or assigned[0].id != "workers":
                continue
            number = _number_of_workers(assigned[1])
            if number is not None:
                span = self.span(statement)
                yield ServerSetting(span, Count(number[0], span, number[1]))

    def facts(self) -> Iterator[Fact]:
        """All facts but imports."""
        yield from self._states()
        for statement in self.syntax.tree.body:
            yield from self._definitions(statement, "", 0)
        renamed = ((local, name) for each in self.imports for local, name in each.aliases)
        if may_register(self.syntax.lines.text, renamed):
            yield from self._registrations()

    # -- state ---------------------------------------------------------------------------------------------------

    def _states(self) -> Iterator[ModuleState]:
        found: list[ModuleState] = []
        for statement in self.syntax.tree.body:
            assigned = _assigned(statement)
            if assigned is not None and isinstance(assigned[0], ast.Name):
                target, value = assigned
                kind = self._container(value)
                if kind is not None:
                    found.append(ModuleState(self.span(target), assigned[0].id, kind))
                elif isinstance(value, ast.Call):
                    called = self._class_called(value)
                    if called:
                        found.append(ModuleState(self.span(target), assigned[0].id, "instance", called))
            elif isinstance(statement, ast.ClassDef):
                found.extend(self._class_states(statement))
        if "app" in self.syntax.lines.text:
            found.extend(self._application_states())
        for state in found:
            self.state.setdefault(state.name, state)
        yield from found

    def _application_states(self) -> Iterator[ModuleState]:
        """What hangs on the application and lives as long: `app.state.sessions = {}`, `app["sessions"] = {}`."""
        for node in self.syntax.every(ast.Assign, ast.AnnAssign):
            assigned = _assigned(node)
            name = application_state(assigned[0]) if assigned is not None else ""
            if assigned is None or not name:
                continue
            kind = self._container(assigned[1])
            if kind is not None:
                yield ModuleState(self.span(assigned[0]), name, kind)
            elif isinstance(assigned[1], ast.Call):
                called = self._class_called(assigned[1])
                if called:
                    yield ModuleState(self.span(assigned[0]), name, "instance", called)

    def _class_states(self, node: ast.ClassDef) -> Iterator[ModuleState]:
        for statement in node.body:
            assigned = _assigned(statement)
            if assigned is not None and isinstance(assigned[0], ast.Name):
                kind = self._container(assigned[1])
                if kind is not None:
                    factory = isinstance(assigned[1], ast.Call) and self._last(assigned[1].func) == "field"
                    name = f"{node.name}.{assigned[0].id}"
                    yield ModuleState(self.span(assigned[0]), name, kind, "self" if factory else "")
            elif isinstance(statement, ast.FunctionDef) and statement.name in {"__init__", "__new__"}:
                for inner in statement.body:
                    assigned = _assigned(inner)
                    if assigned is None or not isinstance(assigned[0], ast.Attribute):
                        continue
                    kind = self._container(assigned[1])
                    if kind is not None and _dotted(assigned[0]) == ["self", assigned[0].attr]:
                        yield ModuleState(
                            self.span(assigned[0]), f"{node.name}.{assigned[0].attr}", kind, "self"
                        )

    def _last(self, node: ast.expr) -> str:
        """The last part of what a name stands for, of the name as it is spelled where nothing tells what that is."""
        names = self.syntax.qualified_names(node)
        if names:
            return next((each.rpartition(".")[2] for each in names), "")
        parts = _dotted(node)
        root = _root_name(node)
        return parts[-1] if parts and root is not None and not self.syntax.bindings(root) else ""

    def _container(self, value: ast.expr | None) -> ContainerKind | None:
        if isinstance(value, ast.Dict | ast.DictComp):
            return "dict"
        if isinstance(value, ast.List | ast.ListComp):
            return "list"
        if isinstance(value, ast.Set | ast.SetComp):
            return "set"
        if isinstance(value, ast.Call):
            name = self._last(value.func)
            if name == "field":  # a dataclass's field(default_factory=dict)
                for keyword in value.keywords:
                    if keyword.arg == "default_factory":
                        return _CONTAINERS.get(self._last(keyword.value))
            return _CONTAINERS.get(name)
        return None

    def _class_called(self, call: ast.Call, depth: int = 0) -> str:
        """What `reference` says of the class that a call makes an instance of; empty if it is no class by its name."""
        called = self.reference(call.func, depth)
        return called if called.rpartition(".")[2].lstrip(":_")[:1].isupper() else ""

    def reference(self, node: ast.expr, depth: int = 0) -> str:
        """What a name or attribute chain refers to, in the notation of the facts; empty for anything local."""
        kept = application_state(node)
        if kept:
            return "*" + kept
        parts = _dotted(node)
        root = _root_name(node)
        if parts is None or root is None or depth > _MOST_ALIASES:
            return ""
        tail = "".join("." + part for part in parts[1:])
        if root.id in {"self", "cls"}:
            owner = self.syntax.enclosing_class(root)
            return f":{self.syntax.path_of(owner)}{tail}" if owner is not None and tail else ""
        bindings = self.syntax.bindings(root)
        for binding in bindings:
            found = self._meaning(binding, depth)
            if found:
                return found + tail
        if bindings:
            return ""
        qualified = self.syntax.qualified_name(root)  # what a star import brings
        return absolute(qualified, self.syntax.path) + tail if qualified and "." in qualified else ""

    def _meaning(self, binding: Binding, depth: int) -> str:
        node, value = binding.node, binding.value
        if binding.kind == "import":
            return absolute(binding.qualified or "", self.syntax.path)
        if binding.kind in {"function", "class"}:
            return ":" + self.syntax.path_of(node)
        if isinstance(node, ast.arg):
            return self.reference(node.annotation, depth + 1) if node.annotation is not None else ""
        if binding.kind != "value" or value is None:
            return ""
        if binding.name in self.state and self.syntax.is_module_level(binding):
            return ":" + binding.name
        if isinstance(value, ast.Call):
            return "" if self.syntax.is_module_level(binding) else self._class_called(value, depth + 1)
        return self.reference(value, depth + 1)

    # -- functions -----------------------------------------------------------------------------------------------

    def _definitions(self, node: ast.stmt, prefix: str, depth: int) -> Iterator[Fact]:
        if depth > _DEEPEST:
            return
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            name = prefix + node.name
            yield from self._handlers(node, name, prefix)
            yield from self._body(node, name)
            for inner in _nested(node.body):
                yield from self._definitions(inner, name + ".", depth + 1)
        elif isinstance(node, ast.ClassDef):
            bases = [base.value if isinstance(base, ast.Subscript) else base for base in node.bases]
            if any(is_view_class(".".join(_dotted(b) or ()), self.syntax.qualified_names(b)) for b in bases):
                for method in node.body:
                    if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) and (
                        method.name in VIEW_METHODS
                    ):
                        yield RouteHandler(
                            self.span(method), method.name.upper(), "", f":{prefix}{node.name}.{method.name}"
                        )
            for inner in node.body:
                yield from self._definitions(inner, f"{prefix}{node.name}.", depth + 1)
        else:
            for inner in _nested([node]):
                yield from self._definitions(inner, prefix, depth + 1)

    def _handlers(self, node: FunctionNode, name: str, prefix: str) -> Iterator[RouteHandler]:
        for decorator in node.decorator_list:
            call = decorator if isinstance(decorator, ast.Call) else None
            parts = _dotted(call.func if call else decorator)
            if parts is None:
                continue
            last = parts[-1]
            if len(parts) == 1:
                qualified = self.syntax.qualified_name(call.func if call else decorator) or ""
                if not qualified.startswith("litestar."):
                    continue
                last = qualified.rpartition(".")[2]
            route = self._route(call) if call else None
            span = self.span(decorator)
            if last in METHODS and route is not None:
                yield RouteHandler(span, last.upper(), route, ":" + name)
            elif last in ROUTES and route is not None:
                yield RouteHandler(span, "WEBSOCKET" if "websocket" in last else "*", route, ":" + name)
            elif last in HOOKS and len(parts) > 1:
                yield RouteHandler(span, "*", "", ":" + name)
        arguments = node.args.posonlyargs + node.args.args
        if (
            not prefix
            and arguments
            and arguments[0].arg == "request"
            and any(
                f"{each.module}.{name}".startswith("django.")
                for each in self.imports
                if not each.level
                for _, name in each.aliases
            )
        ):
            yield RouteHandler(self.span(node), "*", "", ":" + name)

    def _registrations(self) -> Iterator[RouteHandler]:
        for node in self.syntax.every(ast.Call):
            qualified = self.syntax.qualified_name(node.func)
            parts = qualified.split(".") if qualified else _dotted(node.func)
            if parts is None:
                continue
            web = parts[-2:-1] == ["web"] and parts[-1] in METHODS
            if (parts[-1] not in REGISTRATIONS and not web) or not node.args:
                continue
            route = self.syntax.string(node.args[0])
            if route is None:
                continue
            method = parts[-1].removeprefix("add_").upper()
            values = [
                *node.args[1:],
                *(keyword.value for keyword in node.keywords if keyword.arg is not None),
            ]
            for value in values:
                if isinstance(value, ast.Name | ast.Attribute):
                    function = self.reference(value)
                    if function:
                        yield RouteHandler(
                            self.span(node),
                            method if method.lower() in METHODS else "*",
                            route,
                            function,
                        )

    def _route(self, call: ast.Call) -> str | None:
        for value in [*call.args[:1], *(k.value for k in call.keywords if k.arg in {"path", "rule"})]:
            route = self.syntax.string(value)
            if route is not None:
                return route if route.startswith("/") or not route else None
        return None

    def _body(self, node: FunctionNode, name: str) -> Iterator[Fact]:
        reader = _Body(self, name)
        for default in [*node.args.defaults, *(each for each in node.args.kw_defaults if each is not None)]:
            reader.expression(default, False)
        for argument in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]:
            if isinstance(argument.annotation, ast.Subscript):
                reader.expression(argument.annotation, False)
        reader.block(node.body, False, 0)
        yield from dict.fromkeys(reader.found)

    def is_alternative(self, *nodes: ast.AST) -> bool:
        """Whether code speaks of another store, or of a mode for development."""
        for node in nodes:
            for each in _walk(node):
                words: Iterable[str] = ()
                if isinstance(each, ast.Name):
                    imported = self.syntax.qualified_names(each)
                    words = (each.id, *(name.rpartition(".")[2] for name in imported))
                elif isinstance(each, ast.Attribute):
                    words = (each.attr,)
                elif isinstance(each, ast.Constant) and isinstance(each.value, str):
                    words = (each.value,)
                if any(_ALTERNATIVE.search(word) for word in words):
                    return True
        return False


def _nested(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Definitions inside blocks of statements, not inside other definitions."""
    waiting: list[ast.AST] = list(reversed(body))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node
        elif isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case):
            waiting.extend(
                reversed(
                    [
                        c
                        for c in ast.iter_child_nodes(node)
                        if isinstance(c, ast.stmt | ast.ExceptHandler | ast.match_case)
                    ]
                )
            )


def _walk(*nodes: ast.AST) -> Iterator[ast.AST]:
    """All nodes below `nodes` and themselves, in no order; through the nodes' own dictionaries, for speed."""
    waiting: list[ast.AST] = [*nodes]
    while waiting:
        node = waiting.pop()
        yield node
        for name, value in node.__dict__.items():
            if type(value) is list:
                waiting.extend(each for each in value if isinstance(each, ast.AST))
            elif name != "ctx" and isinstance(value, ast.AST):
                waiting.append(value)


_MOST_WORKERS = 99_999


def _number_of_workers(value: ast.expr) -> tuple[int, str] | None:
    """(workers, how they are written): a number, a number as the default of a variable, or the number of cores."""
    if isinstance(value, ast.Constant):
        if type(value.value) is int and 0 <= value.value <= _MOST_WORKERS:
            return value.value, f"workers = {value.value}"
        return None
    if isinstance(value, ast.Call):
        if isinstance(value.func, ast.Name) and value.func.id == "int" and len(value.args) == 1:
            return _number_of_workers(value.args[0])
        parts = _dotted(value.func)
        if parts and parts[-1] in {"getenv", "get"} and len(value.args) == 2:
            default = value.args[1]
            if isinstance(default, ast.Constant) and isinstance(default.value, str):
                number = whole_number(default.value, longest=5)
                return (
                    None if number is None else (number, f"{number} workers unless a variable says otherwise")
                )
            return _number_of_workers(default)
        if parts and parts[-1] == "str" and value.args:
            return _number_of_workers(value.args[0])
    if isinstance(value, ast.BinOp) and any(
        isinstance(node, ast.Call) and (parts := _dotted(node.func)) and parts[-1] == "cpu_count"
        for node in _walk(value)
    ):
        return 3, "workers by the number of cores, at least 3"
    return None


class _Body:
    """Reads the body of one function: which containers it uses, and what it calls."""

    def __init__(self, module: _Module, name: str) -> None:
        self.module = module
        self.name = name
        self.found: list[Fact] = []
        self.called: set[str] = set()

    def block(self, body: Sequence[ast.stmt], guarded: bool, depth: int) -> None:
        """Read statements; after one that decides for another store and leaves, the rest is a fallback."""
        if depth > _DEEPEST:
            return
        for statement in body:
            self.statement(statement, guarded, depth)
            if isinstance(statement, ast.If | ast.Try) and _leaves(statement.body):
                deciding = [statement.test] if isinstance(statement, ast.If) else statement.body
                guarded = guarded or self.module.is_alternative(*deciding)

    def statement(self, node: ast.stmt, guarded: bool, depth: int) -> None:
        """Read one statement."""
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return
        if isinstance(node, ast.If):
            self.expression(node.test, guarded)
            inner = guarded or self.module.is_alternative(node.test)
            self.block(node.body, inner, depth + 1)
            self.block(node.orelse, inner, depth + 1)
            return
        if isinstance(node, ast.Match):
            self.expression(node.subject, guarded)
            for case in node.cases:
                deciding = [node.subject, case.pattern, *([case.guard] if case.guard is not None else [])]
                self.block(case.body, guarded or self.module.is_alternative(*deciding), depth + 1)
            return
        if isinstance(node, ast.Try):
            self.block(node.body, guarded, depth + 1)
            for handler in node.handlers:
                self.block(handler.body, True, depth + 1)
            self.block(node.orelse, guarded, depth + 1)
            self.block(node.finalbody, guarded, depth + 1)
            return
        for target in _targets(node):
            self._store(target, node, guarded)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.stmt):
                self.statement(child, guarded, depth + 1)
            elif isinstance(child, ast.expr):
                self.expression(child, guarded)
            elif isinstance(child, ast.withitem):
                self.expression(child.context_expr, guarded)
        if isinstance(node, ast.For | ast.AsyncFor):
            self._read(node.iter, guarded)

    def _store(self, target: ast.expr, statement: ast.stmt, guarded: bool) -> None:
        if isinstance(target, ast.Subscript):
            operation: Literal["write", "delete"] = "delete" if isinstance(statement, ast.Delete) else "write"
            self._access(_root(target.value), statement, operation, guarded)
        elif isinstance(target, ast.Tuple | ast.List):
            for element in target.elts:
                self._store(element, statement, guarded)

    def expression(self, node: ast.expr, guarded: bool) -> None:
        """Read an expression and all below it."""
        for each in _walk(node):
            if isinstance(each, ast.Call):
                self._call(each, guarded)
            elif isinstance(each, ast.Subscript) and isinstance(each.ctx, ast.Load):
                self._read(each.value, guarded)
            elif isinstance(each, ast.Compare):
                for operator, right in zip(each.ops, each.comparators, strict=True):
                    if isinstance(operator, ast.In | ast.NotIn):
                        self._read(right, guarded)
            elif isinstance(each, ast.comprehension):
                self._read(each.iter, guarded)

    def _call(self, node: ast.Call, guarded: bool) -> None:
        if isinstance(node.func, ast.Attribute):
            method = node.func.attr
            base = _root(node.func.value)
            if method in _WRITES:
                self._access(base, node, "write", guarded)
            elif method in _DELETES:
                self._access(base, node, "delete", guarded)
            elif method in _READS:
                self._access(base, node, "read", guarded)
        elif isinstance(node.func, ast.Name) and node.func.id in {
            "len",
            "list",
            "sorted",
            "any",
            "all",
            "sum",
        }:
            for argument in node.args:
                self._read(argument, guarded)
        for value in [node.func, *node.args, *(keyword.value for keyword in node.keywords)]:
            if isinstance(value, ast.Name | ast.Attribute):
                callee = self.module.reference(value)
                first = callee.lstrip(":").partition(".")[0]
                if not callee or callee in self.called or first in _FOREIGN:
                    continue
                if value is node.func or first not in self.module.state:
                    self.called.add(callee)
                    self.found.append(FunctionCall(self.module.span(value), self.name, callee))

    def _read(self, node: ast.expr, guarded: bool) -> None:
        self._access(_root(node), node, "read", guarded)

    def _access(
        self,
        base: ast.expr,
        node: ast.expr | ast.stmt,
        operation: Literal["write", "delete", "read"],
        guarded: bool,
    ) -> None:
        target = self.module.reference(base)
        if target and target.partition(".")[0] not in _FOREIGN and self._may_be_state(target):
            self.found.append(StateAccess(self.module.span(node), target, self.name, operation, guarded))

    def _may_be_state(self, target: str) -> bool:
        if not target.startswith(":"):
            return True  # of another module, or of the application
        name = target[1:]
        first = name.partition(".")[0]
        state = self.module.state.get(name) or self.module.state.get(first)
        return state is not None


def _targets(node: ast.stmt) -> Sequence[ast.expr]:
    if isinstance(node, ast.Assign | ast.Delete):
        return node.targets
    return [node.target] if isinstance(node, ast.AugAssign | ast.AnnAssign) else []


_APPLICATION = frozenset({"app", "application", "current_app", "_app"})


def application_state(node: ast.expr) -> str:
    """What an expression keeps on the application, by one name in every file; empty for another expression.

    `request.app.state.sessions` (Starlette, FastAPI, Litestar), `app.ctx.sessions` (Sanic), `app["sessions"]` (aiohttp)
    and `current_app.sessions` (Flask); `request.state` is of one request.
    """
    if isinstance(node, ast.Subscript):
        parts = _dotted(node.value)
        if parts is None or parts[-1] not in _APPLICATION or not isinstance(node.slice, ast.Constant):
            return ""
        key = node.slice.value
        return f'app["{key}"]' if isinstance(key, str) and key.isidentifier() else ""
    parts = _dotted(node)
    if parts is None or len(parts) < 2:
        return ""
    for place in range(len(parts) - 1):
        if parts[place] in _APPLICATION and (
            place == 0 or parts[place - 1] in {"request", "self", "websocket", "ws"}
        ):
            rest = parts[place + 1 :]
            if rest[0] in {"state", "ctx"} and len(rest) == 1:
                return ""
            return "app." + ".".join(rest)
    return ""


def _root(node: ast.expr) -> ast.expr:
    """The container itself behind `X[a][b]` and `X.setdefault(a, [])`."""
    for _ in range(_DEEPEST):
        if isinstance(node, ast.Subscript) and application_state(node):
            break
        if isinstance(node, ast.Subscript):
            node = node.value
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in {"setdefault", "get"}
        ):
            node = node.func.value
        else:
            break
    return node


def _leaves(body: Sequence[ast.stmt]) -> bool:
    return bool(body) and isinstance(body[-1], ast.Return | ast.Raise | ast.Continue)
