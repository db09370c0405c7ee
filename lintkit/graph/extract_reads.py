"""Facts of code that reads the environment: `os.getenv`, `os.environ`, pydantic settings, and their relatives."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import libcst as cst

from lintkit.graph.facts import Count, DotenvLoaded, Fact, ReadKind, ServerSetting, Value, VariableRead
from lintkit.graph.values import DYNAMIC, NONE, REQUIRED, value_of
from lintkit.python.branches import in_development_branch, scope_name
from lintkit.python.file import UNKNOWN, last_name

if TYPE_CHECKING:
    from lintkit.python.file import Match, PythonFile

_GETENV: dict[str, ReadKind] = {
    "os.getenv": "getenv",
    "os.environ.get": "environ-get",
    "os.environ.pop": "environ-get",
    "os.environ.setdefault": "environ-setdefault",
    "decouple.config": "decouple",
}
_READERS: dict[str, ReadKind] = {
    "environ.Env": "django-environ",
    "environs.Env": "django-environ",
    "starlette.config.Config": "starlette",
    "decouple.Config": "decouple",
    "decouple.AutoConfig": "decouple",
}
_DOTENV = ("dotenv.load_dotenv", "dotenv.dotenv_values")
_SERVERS = ("uvicorn.run",)

_DEVELOPMENT_CLASS = re.compile(r"Dev|Test|Local|Debug|CI|Mock|Staging")
_VALIDATORS = frozenset({"field_validator", "validator", "model_validator", "root_validator"})
_DEEPEST = 16


def extract(match: Match, file: PythonFile) -> Iterator[Fact]:
    """The facts of one match of the triggers that `lintkit.graph.extract` declares for this module."""
    node = match.node
    name = match.name or ""
    if isinstance(node, cst.ClassDef):
        yield from _settings(node, file)
    elif isinstance(node, cst.Call) and name in _GETENV:
        yield from _getenv(node, _GETENV[name], file)
    elif isinstance(node, cst.Call) and name in _READERS:
        yield from _reader(node, _READERS[name], file)
    elif isinstance(node, cst.Call) and name in _DOTENV:
        path = file.literal(node.args[0].value, follow=True) if node.args else ""
        yield DotenvLoaded(file.span(node), path if isinstance(path, str) else "")
    elif isinstance(node, cst.Call) and name in _SERVERS:
        yield from _server(node, file)
    else:
        yield from _environ(node, file)


# --- calls ----------------------------------------------------------------------------------------------------------


def _arguments(call: cst.Call) -> tuple[list[cst.BaseExpression], dict[str, cst.BaseExpression]]:
    positional = [each.value for each in call.args if each.keyword is None and not each.star]
    return positional, {each.keyword.value: each.value for each in call.args if each.keyword is not None}


def _default_of(call: cst.Call) -> cst.BaseExpression | None:
    positional, named = _arguments(call)
    return positional[1] if len(positional) > 1 else named.get("default")


def _value(name: str, node: cst.BaseExpression, file: PythonFile) -> Value:
    literal = file.literal(node, follow=True)
    if literal is UNKNOWN or isinstance(literal, (list, tuple, dict, set, bytes)):
        return DYNAMIC
    return NONE if literal is None else value_of(name, str(literal))


def _is_getenv(node: cst.CSTNode, file: PythonFile) -> bool:
    return isinstance(node, cst.Call) and file.qualified_name(node.func) in _GETENV


def _name_of(call: cst.Call, file: PythonFile) -> str:
    positional, named = _arguments(call)
    node = positional[0] if positional else named.get("key", named.get("var"))
    name = file.literal(node, follow=True) if node is not None else None
    return name if isinstance(name, str) else ""


def _getenv(call: cst.Call, how: ReadKind, file: PythonFile) -> Iterator[VariableRead]:
    name = _name_of(call, file)
    if not name:
        return
    names = [name]
    required = REQUIRED if how == "decouple" else NONE
    default, place = _fallback(name, call, required, names, file, 0)
    for above in _readers_around(call, file):
        names.append(_name_of(above, file))
        default, place = _fallback(name, above, required, names, file, 0)
    yield _read(call, names, default, place, how, file)


def _readers_around(call: cst.Call, file: PythonFile) -> Iterator[cst.Call]:
    """Reads that this one is the default of, innermost first: `getenv("A", getenv("B"))`."""
    node: cst.CSTNode = call
    for _ in range(_DEEPEST):
        argument = file.parent(node)
        above = file.parent(argument) if isinstance(argument, cst.Arg) else None
        if not isinstance(above, cst.Call) or not _is_getenv(above, file) or _default_of(above) is not node:
            return
        yield above
        node = above


def _fallback(
    name: str, call: cst.Call, none: Value, names: list[str], file: PythonFile, depth: int
) -> tuple[Value, cst.CSTNode]:
    """What a read falls back to, through nested reads and `or`; `names` takes further names that would do."""
    node = _default_of(call)
    value = none
    place: cst.CSTNode = call
    if node is not None:
        place = node
        if depth < _DEEPEST and isinstance(node, cst.Call) and _is_getenv(node, file):
            names.append(_name_of(node, file))
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
            names.append(_name_of(operand, file))
        elif operand is not operands[-1]:
            return DYNAMIC, operand
    last = operands[-1]
    if isinstance(last, cst.Call) and _is_getenv(last, file):
        default = _default_of(last)
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
        guarded = _is_checked(_assigned_name(node, file), file)
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


def _assigned_name(node: cst.CSTNode, file: PythonFile) -> str:
    statement = file.enclosing_statement(node)
    if isinstance(statement, cst.Assign) and len(statement.targets) == 1:
        return last_name(statement.targets[0].target) or ""
    if isinstance(statement, cst.AnnAssign):
        return last_name(statement.target) or ""
    return ""


def _is_checked(name: str, file: PythonFile) -> bool:
    """Whether the file tests `name` and stops soon after: code that refuses a bad default in production.

    Read from the text, because the test may stand in any function; wrong answers only keep a rule silent.
    """
    return bool(name) and name in _checked_names(file.text)


_TEST = re.compile(r"^[ \t]*(?P<keyword>if|elif|assert)\b[^\n]*", re.MULTILINE)
_STOP = re.compile(r"[ \t]+(?:raise|sys\.exit|exit|os\._exit|assert)\b")
_STOP_WITHIN = 9
"""Pieces of text after a test, the rest of its own line being the first, in which code has to stop."""


@lru_cache(maxsize=2)
def _checked_names(text: str) -> frozenset[str]:
    """The words of all tests after which the code stops; found once, as a file may read thousands of names."""
    names: set[str] = set()
    for found in _TEST.finditer(text):
        if found["keyword"] == "assert" or _stops_after(text, found.end()):
            names.update(re.findall(r"\w+", found.group()))
    return frozenset(names)


def _stops_after(text: str, position: int) -> bool:
    for _ in range(_STOP_WITHIN):
        if _STOP.match(text, position):
            return True
        position = text.find("\n", position) + 1
        if not position:
            return False
    return False


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


def _reader(call: cst.Call, how: ReadKind, file: PythonFile) -> Iterator[VariableRead]:
    """Reads through an object: `env = environ.Env()`, then `env("X", default=…)`, `env.str("X", "…")`."""
    statement = file.enclosing_statement(call)
    if not isinstance(statement, cst.Assign) or len(statement.targets) != 1:
        return
    name = last_name(statement.targets[0].target)
    if not name or file.enclosing_function(call) is not None:
        return
    defaults = _scheme(call, file) if how == "django-environ" else {}
    loads = (".env",) if how in {"starlette", "decouple"} else ()
    if how == "starlette" and call.args:
        path = file.literal(call.args[0].value, follow=True)
        loads = (path,) if isinstance(path, str) else loads
    for each in file.statements():
        for node in file.walk(each):
            if not isinstance(node, cst.Call) or not _calls_object(node.func, name):
                continue
            variable = _name_of(node, file)
            default = _reader_default(node, how)
            if not variable:
                continue
            if default is not None:
                value, place = _value(variable, default, file), default
            elif variable in defaults:
                value, place = defaults[variable]
            else:
                value, place = REQUIRED, node
            yield replace(_read(node, [variable], value, place, how, file), loads=loads)


def _calls_object(callee: cst.BaseExpression, name: str) -> bool:
    if isinstance(callee, cst.Attribute):
        callee = callee.value
    return isinstance(callee, cst.Name) and callee.value == name


def _reader_default(call: cst.Call, how: ReadKind) -> cst.BaseExpression | None:
    positional, named = _arguments(call)
    if "default" in named:
        return named["default"]
    if how == "starlette":  # Config()(key, cast, default)
        return positional[2] if len(positional) > 2 else None
    method = isinstance(call.func, cst.Attribute)
    return positional[1] if len(positional) > 1 and (method or how == "decouple") else None


def _scheme(call: cst.Call, file: PythonFile) -> dict[str, tuple[Value, cst.BaseExpression]]:
    """Defaults in `environ.Env(DEBUG=(bool, False))`."""
    found: dict[str, tuple[Value, cst.BaseExpression]] = {}
    for argument in call.args:
        if (
            argument.keyword is not None
            and isinstance(argument.value, cst.Tuple)
            and len(argument.value.elements) == 2
        ):
            default = argument.value.elements[1].value
            found[argument.keyword.value] = (_value(argument.keyword.value, default, file), default)
    return found


def _server(call: cst.Call, file: PythonFile) -> Iterator[ServerSetting]:
    positional, named = _arguments(call)
    target = (
        file.literal(positional[0]) if positional else file.literal(named["app"]) if "app" in named else ""
    )
    workers: Count | None = None
    if "workers" in named and "reload" not in named:
        number = file.literal(named["workers"], follow=True)
        if isinstance(number, int) and not isinstance(number, bool):
            workers = Count(number, file.span(named["workers"]), f"workers={number}")
    yield ServerSetting(file.span(call), workers, target.partition(":")[0] if isinstance(target, str) else "")


# --- pydantic settings ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Options:
    """What `model_config` or `class Config` says."""

    prefix: str = ""
    case_sensitive: bool = False
    env_files: tuple[str, ...] = ()
    other_sources: bool = False


def _settings(node: cst.ClassDef, file: PythonFile) -> Iterator[VariableRead]:
    options = _options(node, file, 0)
    development = bool(_DEVELOPMENT_CLASS.search(node.name.value))
    guarded = development or options.other_sources or in_development_branch(node, file)
    validators = _validating_code(node, file)
    for statement in _small(node.body):
        if not isinstance(statement, cst.AnnAssign) or not isinstance(statement.target, cst.Name):
            continue
        field = statement.target.value
        annotation = file.code(statement.annotation.annotation)
        if field.startswith("_") or field == "model_config" or "ClassVar" in annotation:
            continue
        names, value, place = _field(field, statement, options, file)
        checked = bool(re.search(rf"\b{re.escape(field)}\b", validators)) or "Annotated" in annotation
        if not checked and (value.is_secret or value.is_loopback):
            checked = _is_checked(field, file)
        yield VariableRead(
            file.span(statement),
            names[0],
            value,
            file.span(place),
            "settings-field",
            node.name.value,
            tuple(names[1:]),
            case_sensitive=options.case_sensitive,
            guarded=guarded or checked,
            loads=options.env_files,
        )


def _small(body: cst.BaseSuite) -> Iterator[cst.BaseSmallStatement]:
    for line in body.body:
        if isinstance(line, cst.SimpleStatementLine):
            yield from line.body


def _validating_code(node: cst.ClassDef, file: PythonFile) -> str:
    """The source of the methods that may change or refuse a field: validators, `__init__`, `model_post_init`."""
    found: list[str] = []
    for inner in node.body.body:
        if not isinstance(inner, cst.FunctionDef):
            continue
        validates = any(each.name in _VALIDATORS for each in file.decorators(inner))
        if validates or inner.name.value in {"__init__", "model_post_init", "__post_init__"}:
            found.append(file.code(inner))
            found += [file.code(decorator) for decorator in inner.decorators]
    return "\n".join(found)


def _options(node: cst.ClassDef, file: PythonFile, depth: int) -> _Options:
    result = _Options()
    if depth < 8:
        for base in node.bases:
            definition = file.definition(base.value)
            if isinstance(definition, cst.ClassDef) and definition is not node:
                result = _options(definition, file, depth + 1)
    given: dict[str, cst.BaseExpression] = {}
    for statement in _small(node.body):
        target = (
            statement.targets[0].target
            if isinstance(statement, cst.Assign)
            else statement.target
            if isinstance(statement, cst.AnnAssign)
            else None
        )
        value = statement.value if isinstance(statement, cst.Assign | cst.AnnAssign) else None
        if value is not None and last_name(target) == "model_config":
            given.update(_config_entries(value, file))
    given.update({k.keyword.value: k.value for k in node.keywords if k.keyword is not None})
    for inner in node.body.body:
        if isinstance(inner, cst.ClassDef) and inner.name.value == "Config":
            for statement in _small(inner.body):
                if isinstance(statement, cst.Assign) and isinstance(statement.targets[0].target, cst.Name):
                    given[statement.targets[0].target.value] = statement.value
                elif (
                    isinstance(statement, cst.AnnAssign)
                    and statement.value
                    and isinstance(statement.target, cst.Name)
                ):
                    given[statement.target.value] = statement.value
            if any(isinstance(each, cst.FunctionDef) for each in inner.body.body):
                result = replace(result, other_sources=True)
        elif isinstance(inner, cst.FunctionDef) and inner.name.value == "settings_customise_sources":
            result = replace(result, other_sources=True)
    literal = {key: file.literal(value, follow=True) for key, value in given.items()}
    if isinstance(literal.get("env_prefix"), str):
        result = replace(result, prefix=str(literal["env_prefix"]))
    if isinstance(literal.get("case_sensitive"), bool):
        result = replace(result, case_sensitive=bool(literal["case_sensitive"]))
    if "env_file" in given and literal["env_file"] is not None:
        files = literal["env_file"]
        listed = files if isinstance(files, (list, tuple)) else [files]
        result = replace(
            result, env_files=tuple(each if isinstance(each, str) else ".env" for each in listed)
        )
    if {"secrets_dir", "yaml_file", "json_file", "toml_file"} & set(given):
        result = replace(result, other_sources=True)
    return result


def _config_entries(value: cst.BaseExpression, file: PythonFile) -> dict[str, cst.BaseExpression]:
    value = file.follow(value)
    if isinstance(value, cst.Call):
        return {each.keyword.value: each.value for each in value.args if each.keyword is not None}
    if isinstance(value, cst.Dict):
        found: dict[str, cst.BaseExpression] = {}
        for element in value.elements:
            if isinstance(element, cst.DictElement):
                key = file.literal(element.key)
                if isinstance(key, str):
                    found[key] = element.value
        return found
    return {}


def _field(
    field: str, statement: cst.AnnAssign, options: _Options, file: PythonFile
) -> tuple[list[str], Value, cst.CSTNode]:
    """(names it is read from, default, where that is written)."""
    own = options.prefix + field
    own = own if options.case_sensitive else own.upper()
    value = statement.value
    if value is None:
        return [own], REQUIRED, statement
    names: list[str] = []
    default: cst.BaseExpression | None = value
    if isinstance(value, cst.Call) and last_name(value.func) == "Field":
        positional, named = _arguments(value)
        default = positional[0] if positional else named.get("default")
        for key in ("validation_alias", "alias", "env"):
            if key in named:
                names = _aliases(named[key], file)
                break
        if default is None:
            return names or [own], DYNAMIC if "default_factory" in named else REQUIRED, value
    if isinstance(default, cst.Ellipsis):
        return names or [own], REQUIRED, value
    if (
        isinstance(default, cst.Call)
        and last_name(default.func) in {"SecretStr", "SecretBytes"}
        and default.args
    ):
        default = default.args[0].value
    if isinstance(default, cst.Call) and _is_getenv(default, file):
        # The inner read says what happens when neither name is set; a match of its own reports it.
        return [own, *names], DYNAMIC, default
    assert default is not None
    if not options.case_sensitive:
        names = [name.upper() for name in names]
    return names or [own], _value((names or [own])[0], default, file), default


def _aliases(node: cst.BaseExpression, file: PythonFile) -> list[str]:
    if isinstance(node, cst.Call):  # AliasChoices("A", "B")
        found = [file.literal(each.value, follow=True) for each in node.args]
    else:
        literal = file.literal(node, follow=True)
        found = list(literal) if isinstance(literal, (list, tuple)) else [literal]
    return [each for each in found if isinstance(each, str)]
