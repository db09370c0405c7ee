"""Facts of code that reads the environment: `os.getenv`, `os.environ`, pydantic settings, and their relatives."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from lintkit.facts import Count, DotenvLoaded, Fact, ReadKind, ServerSetting, Value, VariableRead
from lintkit.python.branches import in_development_branch, scope_name
from lintkit.python.environment_reads import (
    READ_CALLS,
    READER_CLASSES,
    READING,
    ReadHow,
    default_of,
    reader_defaults,
    variable_of,
)
from lintkit.python.guards import of_branches
from lintkit.python.module import UNKNOWN, last_name
from lintkit.python.settings import (
    Setting,
    assigned_name,
    field_of,
    is_checked,
    is_development_class,
    keyword_of,
    settings_options,
    small_statements,
    validating_code,
)
from lintkit.secrets.masked import DYNAMIC, NONE, REQUIRED, value_of

if TYPE_CHECKING:
    from lintkit.python.match import Match
    from lintkit.python.module import PythonFile

_DOTENV = ("dotenv.load_dotenv", "dotenv.dotenv_values")
_SERVERS = ("uvicorn.run",)

_DEEPEST = 16
_MISSING = frozenset(
    {"KeyError", "LookupError", "Exception", "BaseException", "django.core.exceptions.ImproperlyConfigured"}
)
"""What readers raise where a variable is missing, and what that is."""


def extract(match: Match, file: PythonFile) -> Iterator[Fact]:
    """The facts of one match of the triggers that `lintkit.kinds.extract` declares for this module."""
    node = match.node
    name = match.name or ""
    if isinstance(node, cst.ClassDef):
        yield from _settings(node, file)
    elif isinstance(node, cst.Call) and name in READ_CALLS:
        yield from _getenv(node, _kind(READ_CALLS[name]), file)
    elif isinstance(node, cst.Call) and name in READER_CLASSES:
        yield from _reader(node, READER_CLASSES[name], file)
    elif isinstance(node, cst.Call) and name in _DOTENV:
        path = file.literal(node.args[0].value, follow=True) if node.args else ""
        yield DotenvLoaded(file.span(node), path if isinstance(path, str) else "")
    elif isinstance(node, cst.Call) and name in _SERVERS:
        yield from _server(node, file)
    else:
        yield from _environ(node, file)


# --- calls ----------------------------------------------------------------------------------------------------------


def _kind(how: ReadHow) -> ReadKind:
    return "django-environ" if how == "environs" else how


def _value(name: str, node: cst.BaseExpression, file: PythonFile) -> Value:
    literal = file.literal(node, follow=True)
    if literal is UNKNOWN or isinstance(literal, (list, tuple, dict, set, bytes)):
        return DYNAMIC
    return NONE if literal is None else value_of(name, str(literal))


def _is_getenv(node: cst.CSTNode, file: PythonFile) -> bool:
    return isinstance(node, cst.Call) and file.qualified_name(node.func) in READ_CALLS


def _getenv(call: cst.Call, how: ReadKind, file: PythonFile) -> Iterator[VariableRead]:
    name = variable_of(call, file)
    if not name:
        return
    names = [name]
    required = REQUIRED if how == "decouple" else NONE
    default, place = _fallback(name, call, required, names, file, 0)
    for above in _readers_around(call, file):
        names.append(variable_of(above, file))
        default, place = _fallback(name, above, required, names, file, 0)
    yield _read(call, names, default, place, how, file)


def _readers_around(call: cst.Call, file: PythonFile) -> Iterator[cst.Call]:
    """Reads that this one is the default of, innermost first: `getenv("A", getenv("B"))`."""
    node: cst.CSTNode = call
    for _ in range(_DEEPEST):
        argument = file.parent(node)
        above = file.parent(argument) if isinstance(argument, cst.Arg) else None
        if (
            not isinstance(above, cst.Call)
            or not _is_getenv(above, file)
            or default_of(above, "getenv") is not node
        ):
            return
        yield above
        node = above


def _fallback(
    name: str, call: cst.Call, none: Value, names: list[str], file: PythonFile, depth: int
) -> tuple[Value, cst.CSTNode]:
    """What a read falls back to, through nested reads and `or`; `names` takes further names that would do."""
    node = default_of(call, "getenv")
    value = none
    place: cst.CSTNode = call
    if node is not None:
        place = node
        if depth < _DEEPEST and isinstance(node, cst.Call) and _is_getenv(node, file):
            names.append(variable_of(node, file))
            value, place = _fallback(name, node, none, names, file, depth + 1)
        else:
            value = _value(name, node, file)
    if value.kind in {"none", "required"} or value.is_empty:
        found = _or_chain(name, call, names, file)
        if found is not None:
            return found
    return value, place


def _or_chain(
    name: str, call: cst.Call, names: list[str], file: PythonFile
) -> tuple[Value, cst.CSTNode] | None:
    """The last operand of the chain of `or` that a read stands in; the names that the chain reads go to `names`."""
    top: cst.CSTNode = call
    for _ in range(_DEEPEST):
        above = file.parent(top)
        if not isinstance(above, cst.BooleanOperation) or not isinstance(above.operator, cst.Or):
            break
        top = above
    if top is call:
        return None
    operands: list[cst.BaseExpression] = []
    waiting: list[cst.BaseExpression] = [top]  # type: ignore[list-item]
    while waiting:
        node = waiting.pop()
        if isinstance(node, cst.BooleanOperation) and isinstance(node.operator, cst.Or):
            waiting += [node.right, node.left]
        else:
            operands.append(node)
    for operand in operands:
        if isinstance(operand, cst.Call) and _is_getenv(operand, file):
            names.append(variable_of(operand, file))
        elif operand is not operands[-1]:
            return DYNAMIC, operand
    last = operands[-1]
    if isinstance(last, cst.Call) and _is_getenv(last, file):
        default = default_of(last, "getenv")
        return (NONE, last) if default is None else (_value(name, default, file), default)
    return _value(name, last, file), last


def _read(
    node: cst.CSTNode,
    names: Sequence[str],
    default: Value,
    place: cst.CSTNode,
    how: ReadKind,
    file: PythonFile,
    guarded: bool = False,
) -> VariableRead:
    kept = [name for name in dict.fromkeys(names) if name]
    guarded = guarded or in_development_branch(node, file) or file.in_main_block(node)
    if not guarded and (default.is_secret or default.is_loopback):
        guarded = is_checked(assigned_name(node, file), file)
    if not guarded and default.kind == "required":
        guarded = _is_asked_for(kept, node, file) or _is_optional(kept, node, file)
    return VariableRead(
        file.span(node),
        kept[0],
        default,
        file.span(place),
        how,
        scope_name(node, file),
        tuple(kept[1:]),
        guarded=guarded,
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
    return any(not _MISSING.isdisjoint(guard.exceptions) for guard in file.guards(node))


def _is_negative(test: cst.BaseExpression) -> bool:
    """Whether a test holds where something is not there: `not x`, `"X" not in y`."""
    if isinstance(test, cst.Comparison):
        return isinstance(test.comparisons[0].operator, cst.NotIn)
    return isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not)


def _environ(node: cst.CSTNode, file: PythonFile) -> Iterator[VariableRead]:
    """`os.environ["X"]`, read."""
    above = file.parent(node)
    if not isinstance(above, cst.Subscript) or above.value is not node or len(above.slice) != 1:
        return
    index = above.slice[0].slice
    name = file.literal(index.value, follow=True) if isinstance(index, cst.Index) else None
    holder = file.parent(above)
    if isinstance(name, str) and name and not isinstance(holder, (cst.AssignTarget, cst.Del)):
        yield _read(above, [name], REQUIRED, above, "environ", file)


def _reader(call: cst.Call, how: ReadHow, file: PythonFile) -> Iterator[VariableRead]:
    """Reads through an object: `env = environ.Env()`, then `env("X", default=…)`, `env.str("X", "…")`."""
    statement = file.enclosing_statement(call)
    if not isinstance(statement, cst.Assign) or len(statement.targets) != 1:
        return
    name = last_name(statement.targets[0].target)
    if not name or file.enclosing_function(call) is not None:
        return
    defaults = reader_defaults(call) if how == "django-environ" else {}
    loads = (".env",) if how in {"starlette", "decouple"} else ()
    if how == "starlette" and call.args:
        path = file.literal(call.args[0].value, follow=True)
        loads = (path,) if isinstance(path, str) else loads
    for each in file.statements():
        for node in file.walk(each):
            if not isinstance(node, cst.Call) or not _calls_object(node.func, name):
                continue
            variable = variable_of(node, file)
            default = default_of(node, how) or defaults.get(variable)
            if not variable:
                continue
            value, place = (REQUIRED, node) if default is None else (_value(variable, default, file), default)
            yield replace(_read(node, [variable], value, place, _kind(how), file), loads=loads)


def _calls_object(callee: cst.BaseExpression, name: str) -> bool:
    if isinstance(callee, cst.Attribute) and callee.attr.value in READING:
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


# --- pydantic settings ----------------------------------------------------------------------------------------------


def _settings(node: cst.ClassDef, file: PythonFile) -> Iterator[VariableRead]:
    options = settings_options(node, file)
    guarded = is_development_class(node.name.value) or options.other_sources
    guarded = guarded or in_development_branch(node, file)
    validators = validating_code(node, file)
    for statement in small_statements(node.body):
        if not isinstance(statement, cst.AnnAssign):
            continue
        field = field_of(statement, node, "pydantic", options, file)
        if field is None:
            continue
        value, place = _field_value(field, statement, file)
        checked = bool(re.search(rf"\b{re.escape(field.name)}\b", validators))
        checked = checked or "Annotated" in field.annotation
        if not checked and (value.is_secret or value.is_loopback):
            checked = is_checked(field.name, file)
        yield VariableRead(
            file.span(statement),
            field.variables[0],
            value,
            file.span(place),
            "settings-field",
            node.name.value,
            field.variables[1:],
            case_sensitive=options.case_sensitive,
            guarded=guarded or checked,
            loads=options.env_files,
        )


def _field_value(field: Setting, statement: cst.AnnAssign, file: PythonFile) -> tuple[Value, cst.CSTNode]:
    """(default, where that is written)."""
    if field.default is None:
        return REQUIRED if field.required else DYNAMIC, statement.value or statement
    if _is_getenv(field.default, file):
        # The inner read says what happens when neither name is set; a match of its own reports it.
        return DYNAMIC, field.default
    return _value(field.variables[0], field.default, file), field.default
