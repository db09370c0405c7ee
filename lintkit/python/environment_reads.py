"""Reads of environment variables: `os.getenv`, and the readers of decouple, django-environ, environs and starlette."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from lintkit.python.lazy import cst
from lintkit.python.spelling import last_name

if TYPE_CHECKING:
    from lintkit.python.module import PythonFile

ReadHow = Literal[
    "getenv", "environ-get", "environ-setdefault", "decouple", "django-environ", "environs", "starlette"
]

READ_CALLS: dict[str, ReadHow] = {
    "os.getenv": "getenv",
    "os.environ.get": "environ-get",
    "os.environ.pop": "environ-get",
    "os.environ.setdefault": "environ-setdefault",
    "decouple.config": "decouple",
}
"""Functions that read a variable -> how."""

READER_CLASSES: dict[str, ReadHow] = {
    "environ.Env": "django-environ",
    "environ.FileAwareEnv": "django-environ",
    "environs.Env": "environs",
    "environs.FileAwareEnv": "environs",
    "starlette.config.Config": "starlette",
    "decouple.Config": "decouple",
    "decouple.AutoConfig": "decouple",
}
"""Classes whose objects read variables when they are called, or through methods (`env.bool("X")`)."""

READER_OBJECTS: dict[str, ReadHow] = {"environs.env": "environs"}
"""Objects of libraries that read variables as those of `READER_CLASSES` do."""

_IMPLIED = {
    "db": "DATABASE_URL",
    "db_url": "DATABASE_URL",
    "cache": "CACHE_URL",
    "cache_url": "CACHE_URL",
    "email": "EMAIL_URL",
    "email_url": "EMAIL_URL",
    "search_url": "SEARCH_URL",
    "channels": "CHANNELS_URL",
    "channels_url": "CHANNELS_URL",
}
"""Methods of django-environ's `Env` that read a variable of their own where none is named.

Source: https://django-environ.readthedocs.io/en/latest/types.html
"""

CASTS = frozenset(
    (
        *("str", "bool", "int", "float", "list", "dict", "tuple", "bytes", "decimal", "enum"),
        *("date", "datetime", "time", "timedelta", "uuid", "log_level", "json", "path", "url"),
        *("dj_db_url", "dj_cache_url", "dj_email_url"),
        *_IMPLIED,
    )
)
"""Methods of those objects that read a variable as something."""

READING = CASTS | {"get", "get_value"}
"""All methods that read a variable; others fill the environment (`read_env(".env")`), or make a reader."""

_REQUIRING = frozenset({"decouple", "django-environ", "environs", "starlette"})
"""Readers that stop where a variable is missing and no default is given."""
_ENVIRON = frozenset({"os.environ", "starlette.config.environ"})
_DEEPEST = 16


@dataclass(frozen=True, slots=True, eq=False)
class EnvironmentRead:
    """One read of a variable.

    node       the call, or `os.environ["X"]`
    name       the variable that holds the value, with the prefix of the reader
    default    the expression that the read itself gives for the case that it is unset; None without one
    scheme     the default that the reader gives it (`environ.Env(DEBUG=(bool, False))`); None without one
    variables  all that would do, `name` first: `X_FILE` of a reader that looks into files, too
    required   without a default, a missing variable stops the program
    """

    node: cst.Call | cst.Subscript
    name: str
    default: cst.BaseExpression | None
    how: ReadHow
    scheme: cst.BaseExpression | None = None
    variables: tuple[str, ...] = ()
    required: bool = False

    @property
    def call(self) -> cst.Call:
        """The call that reads it, which it is in all that `environment_read` gives."""
        assert isinstance(self.node, cst.Call)
        return self.node


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """What an object reads variables like; `name` is what it is called.

    made         the call that makes it; None where it comes from another module
    prefix       what it puts before every name; None where that cannot be told
    file_suffix  what a variable ends in that names a file with the value; empty for readers that look into none
    """

    how: ReadHow
    name: str = ""
    made: cst.Call | None = None
    prefix: str | None = ""
    file_suffix: str = ""


def environment_read(call: cst.CSTNode | None, file: PythonFile) -> EnvironmentRead | None:
    """What `call` reads from the environment; None when it is no such call, or of a variable nobody can tell."""
    if not isinstance(call, cst.Call):
        return None
    reader = _reader_called(call, file)
    if reader is None or reader.prefix is None:
        return None
    name = variable_of(call, file)
    if not name:
        return None
    prefix = _prefix_at(call, reader, file)
    if prefix is None:
        return None
    name = prefix + name
    default = default_of(call, reader.how)
    scheme = None
    if default is None and reader.made is not None and reader.how == "django-environ":
        scheme = reader_defaults(reader.made).get(name)
    files = (name + reader.file_suffix,) if reader.file_suffix else ()
    required = reader.how in _REQUIRING
    return EnvironmentRead(call, name, default, reader.how, scheme, (name, *files), required)


def item_read(node: cst.CSTNode | None, file: PythonFile) -> EnvironmentRead | None:
    """What `os.environ["X"]` reads; None for other expressions, and where it is written or deleted."""
    if not isinstance(node, cst.Subscript) or len(node.slice) != 1 or not is_environ(node.value, file):
        return None
    index = node.slice[0].slice
    name = file.literal(index.value, follow=True) if isinstance(index, cst.Index) else None
    if not isinstance(name, str) or not name:
        return None
    if isinstance(file.parent(node), (cst.AssignTarget, cst.Del, cst.AugAssign)):
        return None
    return EnvironmentRead(node, name, None, "environ-get", variables=(name,), required=True)


def any_read(node: cst.CSTNode | None, file: PythonFile) -> EnvironmentRead | None:
    """The read that an expression is, whatever its form; None for others."""
    return item_read(node, file) if isinstance(node, cst.Subscript) else environment_read(node, file)


def is_environ(node: cst.BaseExpression, file: PythonFile) -> bool:
    """Whether an expression is the mapping of all variables."""
    return isinstance(node, (cst.Name, cst.Attribute)) and not _ENVIRON.isdisjoint(file.qualified_names(node))


def variable_of(call: cst.Call, file: PythonFile) -> str:
    """The variable that a call of a reader asks for, without a prefix; empty when it is not written down."""
    node = _argument(call, 0)
    if node is None:
        node = next(filter(None, (_keyword(call, each) for each in ("key", "var", "name", "option"))), None)
    if node is None:
        implied = isinstance(call.func, cst.Attribute) and not any(each.star for each in call.args)
        return (
            _IMPLIED.get(call.func.attr.value, "") if implied and isinstance(call.func, cst.Attribute) else ""
        )
    name = file.literal(node, follow=True)
    return name if isinstance(name, str) else ""


def default_of(call: cst.Call, how: ReadHow) -> cst.BaseExpression | None:
    """The default among the arguments of a call that reads in the way `how`."""
    named = _keyword(call, "default")
    if named is not None:
        return named
    if how == "starlette":  # Config()(key, cast, default)
        return _argument(call, 2)
    if how == "django-environ" and not (
        isinstance(call.func, cst.Attribute) and call.func.attr.value in CASTS
    ):  # Env()(var, cast, default)
        return _argument(call, 2)
    return _argument(call, 1)


def reader_defaults(call: cst.Call) -> dict[str, cst.BaseExpression]:
    """Defaults by variable in the scheme of django-environ: `environ.Env(DEBUG=(bool, False))`."""
    return {
        argument.keyword.value: argument.value.elements[1].value
        for argument in call.args
        if argument.keyword is not None
        and isinstance(argument.value, cst.Tuple)
        and len(argument.value.elements) == 2
    }


def reader_class(call: cst.CSTNode | None, file: PythonFile) -> ReadHow | None:
    """How the object that `call` makes reads variables; None when it makes no reader."""
    if not isinstance(call, cst.Call):
        return None
    return next(
        (READER_CLASSES[name] for name in file.qualified_names(call.func) if name in READER_CLASSES), None
    )


def reader_made(call: cst.CSTNode | None, name: str, file: PythonFile) -> Reader | None:
    """The reader that `call` makes and that is called `name`; None when it makes none."""
    how = reader_class(call, file)
    if how is None or not isinstance(call, cst.Call):
        return None
    prefix: str | None = ""
    given: cst.BaseExpression | None = None
    if how == "starlette":  # Config(env_file, environ, env_prefix)
        given = _keyword(call, "env_prefix") or _argument(call, 2)
    elif how == "environs":
        given = _keyword(call, "prefix")
    if given is not None:
        literal = file.literal(given, follow=True)
        prefix = literal if isinstance(literal, str) else "" if literal is None else None
    suffix = ""
    if any(each.rpartition(".")[2] == "FileAwareEnv" for each in file.qualified_names(call.func)):
        chosen = _keyword(call, "file_suffix")
        literal = "_FILE" if chosen is None else file.literal(chosen, follow=True)
        suffix = literal if isinstance(literal, str) else ""
    return Reader(how, name, call, prefix, suffix)


def _reader_called(call: cst.Call, file: PythonFile) -> Reader | None:
    callee = call.func
    for name in file.qualified_names(callee):
        if name in READ_CALLS:
            return Reader(READ_CALLS[name])
        package, _, method = name.rpartition(".")
        if name in READER_OBJECTS:
            return Reader(READER_OBJECTS[name], name.rpartition(".")[2])
        if package in READER_OBJECTS and method in CASTS:
            return Reader(READER_OBJECTS[package], package.rpartition(".")[2])
    reader = callee.value if isinstance(callee, cst.Attribute) and callee.attr.value in READING else callee
    if isinstance(reader, cst.Name):
        return _reader_named(call, reader, file, 0)
    return None


def _reader_named(call: cst.Call, reader: cst.Name, file: PythonFile, depth: int) -> Reader | None:
    for binding in file.bindings(reader):
        if binding.kind == "value":
            found = reader_made(binding.value, reader.value, file)
            if found is not None:
                return found
        elif binding.kind == "context" and depth < _DEEPEST:  # with env.prefixed("X_") as inner
            inner = _prefixed(binding.value)
            if inner is not None:
                return _reader_named(call, inner, file, depth + 1)
    if _is_imported_reader(call, reader, file):
        return Reader("django-environ", reader.value)
    return None


def _prefixed(node: cst.CSTNode | None) -> cst.Name | None:
    """`env` in `env.prefixed("X_")`."""
    callee = node.func if isinstance(node, cst.Call) else None
    if not isinstance(callee, cst.Attribute) or callee.attr.value != "prefixed":
        return None
    return callee.value if isinstance(callee.value, cst.Name) else None


def _prefix_at(call: cst.Call, reader: Reader, file: PythonFile) -> str | None:
    """What a reader puts before the names at one place; None where that cannot be told."""
    if reader.prefix is None:
        return None
    if reader.how == "environs":
        return _inside_of(call, reader.prefix, file)
    if reader.how == "django-environ" and reader.name:
        return _prefix_set(call, reader.name, file)
    return reader.prefix


def _inside_of(call: cst.Call, prefix: str, file: PythonFile) -> str | None:
    """The prefixes of the `with env.prefixed("X_"):` around a read of environs."""
    inner = ""
    for above in file.ancestors(call):
        for item in above.items if isinstance(above, cst.With) else ():
            if _prefixed(item.item) is None or not isinstance(item.item, cst.Call):
                continue
            argument = _argument(item.item, 0) or _keyword(item.item, "prefix")
            literal = file.literal(argument, follow=True) if argument is not None else None
            if not isinstance(literal, str):
                return None
            inner = literal + inner
    return prefix + inner


def _prefix_set(call: cst.Call, name: str, file: PythonFile) -> str | None:
    """What `env.prefix = "X_"` has set before a read of django-environ."""
    found = ""
    last = -1
    for node, value in _prefixes_set(name, file):
        order = file.order(node)
        if last < order < file.order(call):
            literal = file.literal(value, follow=True)
            if not isinstance(literal, str):
                return None
            last, found = order, literal
    return found


def _prefixes_set(name: str, file: PythonFile) -> list[tuple[cst.CSTNode, cst.BaseExpression]]:
    key = ("prefixes of a reader", name)
    if key not in file.answers:
        file.answers[key] = (
            list(_find_prefixes(name, file))
            if re.search(rf"\b{re.escape(name)}\s*\.\s*prefix\s*=[^=]", file.text)
            else []
        )
    found: list[tuple[cst.CSTNode, cst.BaseExpression]] = file.answers[key]
    return found


def _find_prefixes(name: str, file: PythonFile) -> Iterator[tuple[cst.CSTNode, cst.BaseExpression]]:
    for statement in file.statements():
        for node in file.walk(statement):
            if not isinstance(node, cst.Assign):
                continue
            for target in node.targets:
                attribute = target.target
                if (
                    isinstance(attribute, cst.Attribute)
                    and attribute.attr.value == "prefix"
                    and isinstance(attribute.value, cst.Name)
                    and attribute.value.value == name
                ):
                    yield node, node.value


def _is_imported_reader(call: cst.Call, reader: cst.Name, file: PythonFile) -> bool:
    """Whether `env` comes from another module and is called as a reader is: `env.str("NAME", default="x")`."""
    bindings = file.bindings(reader)
    if last_name(reader) not in {"env", "ENV"} or not bindings:
        return False
    if isinstance(call.func, cst.Attribute) and call.func.attr.value not in CASTS:
        return False  # `env.get("X")` may be asked of a dict
    if any(binding.kind != "import" for binding in bindings):
        return False
    first = _argument(call, 0)
    return isinstance(first, cst.SimpleString) and first.raw_value.isupper()


def _argument(call: cst.Call, position: int) -> cst.BaseExpression | None:
    index = 0
    for each in call.args:
        if each.star:
            return None
        if each.keyword is None:
            if index == position:
                return each.value
            index += 1
    return None


def _keyword(call: cst.Call, name: str) -> cst.BaseExpression | None:
    return next((a.value for a in call.args if a.keyword is not None and a.keyword.value == name), None)
