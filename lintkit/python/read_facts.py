"""Facts of code that reads the environment: `os.getenv`, `os.environ`, pydantic settings, and their relatives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import libcst as cst

from lintkit.facts import Count, DotenvLoaded, Fact, ReadKind, ServerSetting, VariableRead
from lintkit.python.branches import in_development_branch, scope_name
from lintkit.python.environment_reads import (
    READ_CALLS,
    READER_CLASSES,
    EnvironmentRead,
    ReadHow,
    environment_read,
    item_read,
)
from lintkit.python.fallbacks import Reading, is_missing, reading_at
from lintkit.python.guards import of_branches
from lintkit.python.module import last_name
from lintkit.python.settings import assigned_name, is_checked, is_settings_class, keyword_of
from lintkit.python.settings_classes import settings_class

if TYPE_CHECKING:
    from lintkit.python.match import Match
    from lintkit.python.module import PythonFile

_DOTENV = ("dotenv.load_dotenv", "dotenv.dotenv_values", "environ.Env.read_env", "environs.Env.read_env")
_SERVERS = ("uvicorn.run",)
_AUTO_FILES = ("**/settings.ini", "**/.env")
"""Where python-decouple looks, from the folder of the code upwards.

Source: https://github.com/HBNetwork/python-decouple#how-does-it-work
"""


def extract(match: Match, file: PythonFile) -> Iterator[Fact]:
    """The facts of one match of the triggers that `lintkit.kinds.extract` declares for this module."""
    node = match.node
    name = match.name or ""
    if isinstance(node, cst.ClassDef):
        yield from settings_class(node, file)
    elif isinstance(node, cst.Call) and name in READER_CLASSES:
        yield from _reader(node, READER_CLASSES[name], file)
    elif isinstance(node, cst.Call) and name in _DOTENV:
        yield DotenvLoaded(file.span(node), _path_of(node, file))
    elif isinstance(node, cst.Call) and name in _SERVERS:
        yield from _server(node, file)
    elif isinstance(node, cst.Call):
        loads = _AUTO_FILES if READ_CALLS.get(name) == "decouple" else ()
        yield from _fact(environment_read(node, file), loads, file)
    else:
        yield from _fact(item_read(file.parent(node), file), (), file)


def _path_of(call: cst.Call, file: PythonFile) -> str:
    """The file that a call loads; empty where it searches for one, or where its name cannot be told."""
    path = file.literal(call.args[0].value, follow=True) if call.args else ""
    return path if isinstance(path, str) else ""


# --- reads ----------------------------------------------------------------------------------------------------------


def _fact(read: EnvironmentRead | None, loads: tuple[str, ...], file: PythonFile) -> Iterator[VariableRead]:
    """The fact of one read; none for the default of a settings field, which is told with its class."""
    if read is None or _is_of_field(read.node, file):
        return
    how: ReadKind = "environ" if isinstance(read.node, cst.Subscript) else _kind(read.how)
    yield _read(read, reading_at(read, file), how, loads, file)


def _kind(how: ReadHow) -> ReadKind:
    return "django-environ" if how == "environs" else how


def _is_of_field(node: cst.CSTNode, file: PythonFile) -> bool:
    """Whether a read stands in the body of a class whose fields pydantic fills, and is told with that."""
    if file.enclosing_function(node) is not None:
        return False
    owner = file.enclosing_class(node)
    statement = file.enclosing_statement(node)
    return (
        owner is not None
        and isinstance(statement, (cst.AnnAssign, cst.Assign))
        and id(owner) in file.answers.get("settings classes", ())
        and is_settings_class(owner, file)
    )


def _read(
    read: EnvironmentRead, found: Reading, how: ReadKind, loads: tuple[str, ...], file: PythonFile
) -> VariableRead:
    node, default = read.node, found.default
    kept = list(dict.fromkeys(found.names))
    guarded = any(
        in_development_branch(each, file) or file.in_main_block(each) for each in (node, found.place)
    )
    if not guarded and (default.is_secret or default.is_loopback):
        guarded = is_checked(assigned_name(node, file), file)
    if not guarded and default.kind == "required":
        guarded = _is_asked_for(kept, node, file) or _is_optional(kept, node, file)
    return VariableRead(
        file.span(node),
        kept[0],
        default,
        file.span(found.place),
        how,
        scope_name(node, file),
        tuple(kept[1:]),
        guarded=guarded,
        loads=loads,
        empty_is_unset=tuple(name for name in kept if name in found.empty_is_unset),
    )


def _is_asked_for(names: Sequence[str], node: cst.CSTNode, file: PythonFile) -> bool:
    """Whether a test that decides over `node` names the variable: `if "X" in os.environ:`, `if env("X"):`."""
    return any(
        _names(guard.test, names, file)
        for guard in file.guards(node)
        if guard.test is not None and guard.negated is _is_negative(guard.test)
    )


def _names(test: cst.BaseExpression, names: Sequence[str], file: PythonFile) -> bool:
    """Whether a test holds the name of a variable as a string."""
    return any(
        isinstance(each, cst.SimpleString) and each.evaluated_value in names for each in file.walk(test)
    )


def _is_optional(names: Sequence[str], node: cst.CSTNode, file: PythonFile) -> bool:
    """Whether a read that fails need not stop anything: something else decides that it is made, or the error is caught.

    What stands behind `else` is read where nothing was chosen.
    """
    for guard in of_branches(node, file):
        if guard.test is not None and not guard.negated and not _names(guard.test, names, file):
            return True
    return any(is_missing(each) for guard in file.guards(node) for each in guard.exceptions)


def _is_negative(test: cst.BaseExpression) -> bool:
    """Whether a test holds where something is not there: `not x`, `"X" not in y`."""
    if isinstance(test, cst.Comparison):
        return isinstance(test.comparisons[0].operator, cst.NotIn)
    return isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not)


def _reader(call: cst.Call, how: ReadHow, file: PythonFile) -> Iterator[Fact]:
    """Reads through an object: `env = environ.Env()`, then `env("X", default=…)`, `env.str("X", "…")`."""
    statement = file.enclosing_statement(call)
    if not isinstance(statement, cst.Assign) or len(statement.targets) != 1:
        return
    name = last_name(statement.targets[0].target)
    if not name or file.enclosing_function(call) is not None:
        return
    loads = _loads(call, how, file)
    for each in file.statements():
        for node in file.walk(each):
            if not isinstance(node, cst.Call) or not _calls_object(node.func, name):
                continue
            if isinstance(node.func, cst.Attribute) and node.func.attr.value == "read_env":
                yield DotenvLoaded(file.span(node), _path_of(node, file))
            else:
                yield from _fact(environment_read(node, file), loads, file)


def _loads(call: cst.Call, how: ReadHow, file: PythonFile) -> tuple[str, ...]:
    """The files that a reader takes variables from by itself."""
    if how == "decouple":
        inner = call.args[0].value if call.args else None
        if isinstance(inner, cst.Call) and inner.args:  # Config(RepositoryEnv("prod.env"))
            path = file.literal(inner.args[0].value, follow=True)
            return (path,) if isinstance(path, str) else _AUTO_FILES
        return _AUTO_FILES
    if how == "starlette":
        given = call.args[0] if call.args else None
        if given is None or (given.keyword is not None and given.keyword.value != "env_file"):
            named = keyword_of(call, "env_file")
            if named is None:
                return ()
        else:
            named = given.value
        path = file.literal(named, follow=True)
        return () if path is None else (path,) if isinstance(path, str) else (".env",)
    return ()


def _calls_object(callee: cst.BaseExpression, name: str) -> bool:
    """Whether a callee is the object of that name, or a method of it; other objects may be called so in a scope."""
    if isinstance(callee, cst.Attribute):
        callee = callee.value
    return isinstance(callee, cst.Name) and callee.value == name


def _server(call: cst.Call, file: PythonFile) -> Iterator[ServerSetting]:
    positional = file.positional(call)
    app = positional[0] if positional else keyword_of(call, "app")
    target = "" if app is None else file.literal(app)
    given = keyword_of(call, "workers")
    workers: Count | None = None
    if given is not None and keyword_of(call, "reload") is None:
        number = file.literal(given, follow=True)
        if isinstance(number, int) and not isinstance(number, bool):
            workers = Count(number, file.span(given), f"workers={number}")
    yield ServerSetting(file.span(call), workers, target.partition(":")[0] if isinstance(target, str) else "")
