"""Reads of environment variables: `os.getenv`, and the readers of decouple, django-environ, environs and starlette."""

from __future__ import annotations

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

CASTS = frozenset(
    (
        *(
            "str",
            "bool",
            "int",
            "float",
            "list",
            "dict",
            "tuple",
            "bytes",
            "decimal",
            "date",
            "timedelta",
            "enum",
        ),
        *("json", "path", "url", "db", "db_url", "dj_db_url", "cache", "cache_url", "dj_cache_url"),
        *("email_url", "search_url"),
    )
)
"""Methods of those objects that read a variable as something."""

READING = CASTS | {"get", "get_value"}
"""All methods that read a variable; others fill the environment (`read_env(".env")`), or make a reader."""


@dataclass(frozen=True, slots=True, eq=False)
class EnvironmentRead:
    """One read of a variable.

    name     the variable
    default  the expression that the call itself gives for the case that it is unset; None without one
    """

    call: cst.Call
    name: str
    default: cst.BaseExpression | None
    how: ReadHow


def environment_read(call: cst.CSTNode, file: PythonFile) -> EnvironmentRead | None:
    """What `call` reads from the environment; None when it is no such call, or of a variable nobody can tell."""
    if not isinstance(call, cst.Call):
        return None
    how = _how(call, file)
    name = variable_of(call, file) if how is not None else ""
    return EnvironmentRead(call, name, default_of(call, how), how) if how is not None and name else None


def variable_of(call: cst.Call, file: PythonFile) -> str:
    """The variable that a call of a reader asks for, by position or keyword; empty when it is not written down."""
    node = _argument(call, 0)
    if node is None:
        node = _keyword(call, "key") or _keyword(call, "var")
    name = file.literal(node, follow=True) if node is not None else None
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


def _how(call: cst.Call, file: PythonFile) -> ReadHow | None:
    callee = call.func
    names = file.qualified_names(callee)
    for name in names:
        if name in READ_CALLS:
            return READ_CALLS[name]
    reader = callee.value if isinstance(callee, cst.Attribute) and callee.attr.value in CASTS else callee
    if isinstance(reader, cst.Name):
        for binding in file.bindings(reader):
            how = reader_class(binding.value, file) if binding.kind == "value" else None
            if how is not None:
                return how
        if _is_imported_reader(call, reader, file):
            return "django-environ"
    return None


def _is_imported_reader(call: cst.Call, reader: cst.Name, file: PythonFile) -> bool:
    """Whether `env` comes from another module and is called as a reader is: `env.str("NAME", default="x")`."""
    bindings = file.bindings(reader)
    if last_name(reader) not in {"env", "ENV"} or not bindings:
        return False
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
