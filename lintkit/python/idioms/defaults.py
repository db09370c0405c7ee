"""What a value falls back to, as it is written: literals behind `Field`, `SecretStr`, `or` and conditionals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lintkit.python.environment_reads import environment_read, reader_class
from lintkit.secrets import is_secret_name

if TYPE_CHECKING:
    import libcst as cst

    from lintkit.python.module import PythonFile

_WRAPPERS = frozenset(
    {"SecretStr", "SecretBytes", "Secret", "AnyUrl", "RedisDsn", "PostgresDsn", "HttpUrl", "str", "bytes"}
)
_QUOTING = frozenset({"quote", "quote_plus"})
"""Functions of `urllib.parse` that write a text as it may stand in a URL; further arguments say how."""

_TEXT = frozenset({"decode", "encode", "strip"})
"""Methods of a literal that leave it what it is."""

_FIELDS = frozenset({"Field", "field", "ib", "attrib", "mapped_column", "Option", "Argument"})


def literal_defaults(value: cst.BaseExpression, file: PythonFile) -> Iterator[tuple[cst.BaseExpression, str]]:
    """The string literals that `value` can end up as, with their nodes.

    `"x"` itself, `SecretStr("x")`, `quote_plus("x")`, `Field("x")`, `Field(default="x")`,
    `field(default_factory=lambda: "x")`, the default of a read (`env("X", default="x")`) whose own name is no secret's,
    an f-string without expressions, the right side of `… or "x"`, both branches of a conditional expression, and the
    parts of a concatenation as one. Names are not followed: a constant is judged where it is written.
    """
    import libcst as cst

    joined = isinstance(value, cst.BinaryOperation) and isinstance(value.operator, cst.Add)
    if joined or isinstance(value, (cst.SimpleString, cst.ConcatenatedString, cst.FormattedString)):
        text = file.literal(value)
        if isinstance(text, bytes):
            text = text.decode("latin-1")
        if isinstance(text, str):
            yield value, text
    elif isinstance(value, cst.BooleanOperation) and isinstance(value.operator, cst.Or):
        yield from literal_defaults(value.right, file)
    elif isinstance(value, cst.IfExp):
        yield from literal_defaults(value.body, file)
        yield from literal_defaults(value.orelse, file)
    elif isinstance(value, cst.Tuple) and len(value.elements) == 2:
        reader = file.parent(file.parent(value) or value)
        if reader_class(reader, file) is not None:  # environ.Env(PASSWORD=(str, "x"))
            yield from literal_defaults(value.elements[1].value, file)
    elif isinstance(value, cst.Call) and (read := environment_read(value, file)) is not None:
        if read.default is not None and not is_secret_name(read.name):
            yield from literal_defaults(read.default, file)
    elif (
        isinstance(value, cst.Call)
        and isinstance(value.func, cst.Attribute)
        and value.func.attr.value in _TEXT
    ):
        yield from literal_defaults(value.func.value, file)
    elif isinstance(value, cst.Call):
        name = (file.qualified_name(value.func) or file.code(value.func)).rpartition(".")[2]
        if name in _FIELDS:
            yield from _field_default(value, file)
        elif (name in _WRAPPERS and len(value.args) == 1) or (name in _QUOTING and value.args):
            if value.args[0].keyword is not None or value.args[0].star:
                return
            yield from literal_defaults(value.args[0].value, file)


def _field_default(call: cst.Call, file: PythonFile) -> Iterator[tuple[cst.BaseExpression, str]]:
    import libcst as cst

    for index, argument in enumerate(call.args):
        keyword = argument.keyword.value if argument.keyword is not None else None
        if keyword == "default" or (keyword is None and index == 0 and not argument.star):
            yield from literal_defaults(argument.value, file)
        elif keyword in {"default_factory", "factory"} and isinstance(argument.value, cst.Lambda):
            yield from literal_defaults(argument.value.body, file)
