"""Writing what `print` says as a call of the module's logger: logging, structlog or loguru, as the module does it.

Values stay arguments: `print(f"took {seconds:.1f}s")` becomes `logger.info("took %.1fs", seconds)`, of structlog
`logger.info("took", seconds=seconds)`, of loguru `logger.info("took {:.1f}s", seconds)`. Where a call does something
that no logger does (`end=""`, a file, unpacked arguments), there is no fix.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from lintkit.formats.python_lex import comments
from lintkit.model import Edit, Fix, Span
from lintkit.python.lazy import cst

if TYPE_CHECKING:
    from lintkit.python.module import Binding, PythonFile

Style = Literal["logging", "structlog", "loguru", "unknown"]

_NAMES = ("logger", "log", "_logger", "_log", "LOGGER", "LOG")
_MAKERS: dict[str, Style] = {
    "logging.getLogger": "logging",
    "celery.utils.log.get_task_logger": "logging",
    "structlog.get_logger": "structlog",
    "structlog.getLogger": "structlog",
    "structlog.stdlib.get_logger": "structlog",
}
_IMPORTED: dict[str, Style] = {"loguru.logger": "loguru"}

_ERROR = re.compile(r"error|fail|exception|critical|\bcannot\b|could not|couldn't|unable", re.IGNORECASE)
_WARNING = re.compile(r"\bwarn|⚠|\bretry|fall(?:ing)? ?back|\bmissing\b", re.IGNORECASE)
_DEBUG = re.compile(r"debug|trace|>>>|===|---", re.IGNORECASE)
_PERCENT_SPEC = re.compile(r"0?\d*(?:\.\d+)?[dfeEgGxXos]")
_LONGEST = 4_000


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a message: its code, and how it is written (`!r`, `:.2f`)."""

    code: str
    conversion: str = ""
    spec: str = ""


Pieces: TypeAlias = "list[str | Value]"


@dataclass(frozen=True, slots=True)
class Logger:
    """The logger of a module; `defined_by` are the edits that make it, where there is none yet."""

    name: str
    style: Style
    defined_by: tuple[Edit, ...] = ()


def logged(call: cst.Call, file: PythonFile) -> Fix | None:
    """The fix that gives what a statement prints to the module's logger; None where that would not be the same."""
    if not isinstance(file.parent(call), cst.Expr):
        return None
    pieces = _pieces(call, file)
    logger = _logger(call, file) if pieces else None
    if pieces is None or logger is None:
        return None
    text = "".join(piece for piece in pieces if isinstance(piece, str))
    method = f"{logger.name}.{_level(text, call, file)}"
    written = f"{method}({_arguments(pieces, logger.style)})"
    return Fix(
        f"write it to `{logger.name}`", (*logger.defined_by, Edit(file.span(call), written)), safe=False
    )


# -- what is printed -------------------------------------------------------------------------------------


def _pieces(call: cst.Call, file: PythonFile) -> Pieces | None:
    code = file.code(call)
    if len(code) > _LONGEST or comments(code):
        return None
    is_print = file.qualified_name(call.func) == "print"
    separator = " "
    found: Pieces = []
    for argument in call.args:
        if argument.star:
            return None
        if argument.keyword is not None:
            value = file.literal(argument.value)
            keyword = argument.keyword.value
            if not is_print or keyword not in {"flush", "file", "sep", "end"}:
                return None
            if keyword == "sep":
                separator = value if isinstance(value, str) else "" if value is None else "\0"
            if keyword == "end" and value not in ("\n", None):
                return None
    if separator == "\0":
        return None
    for argument in call.args:
        if argument.keyword is not None:
            continue
        pieces = _of_expression(argument.value, file) if is_print else [_value(argument.value, file, "r")]
        if pieces is None:
            return None
        found += [separator, *pieces] if found else pieces
    return _joined(found) or None


def _of_expression(expression: cst.BaseExpression, file: PythonFile) -> Pieces | None:
    """The text and values of a string literal, also an f-string or an implicit concatenation; else one value."""
    if isinstance(expression, cst.ConcatenatedString):
        left, right = _of_expression(expression.left, file), _of_expression(expression.right, file)
        return None if left is None or right is None else left + right
    if isinstance(expression, cst.SimpleString):
        text = file.literal(expression)
        return [text] if isinstance(text, str) else [_value(expression, file)]
    if isinstance(expression, cst.FormattedString):
        return _of_formatted(expression, file)
    return [_value(expression, file)]


def _of_formatted(expression: cst.FormattedString, file: PythonFile) -> Pieces | None:
    from lintkit.python.values import formatted_text

    found: Pieces = []
    for part in expression.parts:
        if isinstance(part, cst.FormattedStringText):
            found.append(formatted_text(expression, part.value))
        elif isinstance(part, cst.FormattedStringExpression):
            spec = ""
            for piece in part.format_spec or ():
                if not isinstance(piece, cst.FormattedStringText):
                    return None
                spec += piece.value
            conversion = part.conversion or ""
            if part.equal is not None:
                found.append(f"{file.code(part.expression)}=")
                conversion = conversion or ("" if spec else "r")
            value = _value(part.expression, file)
            found.append(Value(value.code, conversion, spec))
    return found


def _value(expression: cst.BaseExpression, file: PythonFile, conversion: str = "") -> Value:
    code = file.code(expression)
    # A tuple or a generator would fall apart into arguments.
    bare = isinstance(expression, cst.Tuple | cst.Yield | cst.NamedExpr | cst.GeneratorExp)
    return Value(f"({code})" if bare and not _is_enclosed(code) else code, conversion)


def _is_enclosed(code: str) -> bool:
    return code.startswith("(") and code.endswith(")") and code.count("(") == 1


def _joined(pieces: Pieces) -> Pieces:
    """Neighbouring texts as one, without the line breaks at the ends, which a log has anyway."""
    found: Pieces = []
    for piece in pieces:
        if isinstance(piece, str) and found and isinstance(found[-1], str):
            found[-1] += piece
        else:
            found.append(piece)
    if found and isinstance(found[0], str):
        found[0] = found[0].lstrip("\r\n")
    if found and isinstance(found[-1], str):
        found[-1] = found[-1].rstrip("\r\n")
    return [piece for piece in found if piece]


# -- how it is logged ------------------------------------------------------------------------------------


def _arguments(pieces: Pieces, style: Style) -> str:
    values = [piece for piece in pieces if isinstance(piece, Value)]
    if not values:
        return _quoted("".join(piece for piece in pieces if isinstance(piece, str)))
    if style == "structlog":
        named = _named_values(pieces)
        if named is not None:
            return named
    if style == "unknown":
        return _as_f_string(pieces)
    written = []
    arguments = []
    for piece in pieces:
        if isinstance(piece, str):
            written.append(
                piece.replace("{", "{{").replace("}", "}}") if style == "loguru" else piece.replace("%", "%%")
            )
        elif style == "loguru":
            written.append(_braces(piece))
            arguments.append(piece.code)
        else:
            placeholder, argument = _percent(piece)
            written.append(placeholder)
            arguments.append(argument)
    return ", ".join([_quoted("".join(written)), *arguments])


def _braces(value: Value) -> str:
    conversion = f"!{value.conversion}" if value.conversion else ""
    return "{" + conversion + (f":{value.spec}" if value.spec else "") + "}"


def _percent(value: Value) -> tuple[str, str]:
    """The placeholder and the argument: `%.2f` where both ways of formatting agree, else a call of `format`."""
    if not value.spec:
        return {"": "%s", "s": "%s", "r": "%r", "a": "%a"}[value.conversion], value.code
    if not value.conversion and _PERCENT_SPEC.fullmatch(value.spec) and value.spec[-1] in "fdeEgGxXo":
        return f"%{value.spec}", value.code
    code = {"r": f"repr({value.code})", "a": f"ascii({value.code})", "s": f"str({value.code})"}.get(
        value.conversion, value.code
    )
    return "%s", f"format({code}, {_quoted(value.spec)})"


def _named_values(pieces: Pieces) -> str | None:
    """The event and its values by name, as structlog takes them; None where a value has no name of its own."""
    named: dict[str, str] = {}
    for piece in pieces:
        if isinstance(piece, Value):
            name = piece.code.rpartition(".")[2]
            if not re.fullmatch(r"[A-Za-z_]\w*(?:\.\w+)*", piece.code) or name in named or name == "event":
                return None
            named[name] = piece.code if not piece.spec else f"format({piece.code}, {_quoted(piece.spec)})"
    event = re.sub(r"\s+", " ", "".join(piece if isinstance(piece, str) else " " for piece in pieces))
    event = re.sub(r"[\s:=,(\-]+$", "", event).strip()
    if not event:
        return None
    return ", ".join([_quoted(event), *(f"{name}={code}" for name, code in named.items())])


def _as_f_string(pieces: Pieces) -> str:
    """An f-string, which every logger takes; quotes inside a value must not end it."""
    quote = '"' if all('"' not in piece.code for piece in pieces if isinstance(piece, Value)) else "'"
    written = []
    for piece in pieces:
        if isinstance(piece, str):
            text = _escaped(piece).replace("{", "{{").replace("}", "}}")
            written.append(text.replace(quote, f"\\{quote}"))
        else:
            braces = _braces(piece)
            written.append("{" + piece.code + braces[1:])
    return f"f{quote}{''.join(written)}{quote}"


def _quoted(text: str) -> str:
    if '"' in text and "'" not in text:
        return f"'{_escaped(text)}'"
    return '"' + _escaped(text).replace('"', '\\"') + '"'


def _escaped(text: str) -> str:
    text = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def _level(text: str, call: cst.Call, file: PythonFile) -> str:
    if _ERROR.search(text):
        return "exception" if _is_handling(call, file) else "error"
    if _WARNING.search(text):
        return "warning"
    return "debug" if _DEBUG.search(text) else "info"


def _is_handling(node: cst.CSTNode, file: PythonFile) -> bool:
    """Whether an exception is at hand, whose traceback the log can show."""
    for above in file.ancestors(node):
        if isinstance(above, cst.FunctionDef | cst.Lambda):
            return False
        if isinstance(above, cst.ExceptHandler | cst.ExceptStarHandler):
            return True
    return False


# -- the logger of the module ----------------------------------------------------------------------------


def _logger(call: cst.Call, file: PythonFile) -> Logger | None:
    for name in _NAMES:
        bindings = file.module_bindings(name)
        if not bindings:
            continue
        style = _style(bindings[0], file) if len(bindings) == 1 else None
        if style is None:
            if name == "logger":
                return None  # The name is taken by something else.
            continue
        late = file.enclosing_function(call) is None and file.order(bindings[0].node) > file.order(call)
        return None if late or _is_hidden(name, call, file) else Logger(name, style)
    return _new_logger(call, file)


_CONSTANTS = frozenset({"None", "True", "False", "print"})


def _style(binding: Binding, file: PythonFile) -> Style | None:
    if binding.conditional:
        return None
    if binding.kind == "import":
        known = _IMPORTED.get(binding.qualified or "")
        return known or ("unknown" if binding.name == "logger" else None)
    value = binding.value
    if isinstance(
        value,
        (cst.BaseNumber, cst.BaseString, cst.BaseList, cst.BaseDict, cst.Tuple, cst.BaseSet, cst.Lambda),
    ) or (isinstance(value, cst.Name) and value.value in _CONSTANTS):
        return None
    while isinstance(value, cst.Call):
        for name in file.qualified_names(value.func):
            if name in _MAKERS:
                return _MAKERS[name]
        value = value.func.value if isinstance(value.func, cst.Attribute) else None  # .bind(…)
    return "unknown" if binding.name == "logger" and binding.kind == "value" else None


def _is_hidden(name: str, call: cst.Call, file: PythonFile) -> bool:
    """Whether a function around the call gives the name another meaning."""
    function = file.enclosing_function(call)
    while function is not None:
        if name in _bound_in(function, file):
            return True
        function = file.enclosing_function(function)
    return False


def _bound_in(function: cst.FunctionDef, file: PythonFile) -> frozenset[str]:
    """The names that a function, or one in it, binds; found once for each function."""
    key = ("bound", id(function))
    if key not in file.answers:
        file.answers[key] = frozenset(
            target.value
            for node in file.walk(function)
            if isinstance(node, cst.Param | cst.AssignTarget | cst.AnnAssign | cst.AsName | cst.ImportAlias)
            and isinstance(
                target := node.target if isinstance(node, cst.AssignTarget | cst.AnnAssign) else node.name,
                cst.Name,
            )
        )
    found: frozenset[str] = file.answers[key]
    return found


def _new_logger(call: cst.Call, file: PythonFile) -> Logger | None:
    """`logger`, made behind the imports at the top of the module."""
    if _is_hidden("logger", call, file):
        return None
    top = file.top_level_statement(call)
    imports = []
    for imported in file.imports():
        statement = file.top_level_statement(imported.node)
        if isinstance(statement, cst.SimpleStatementLine) and file.order(statement) < file.order(top):
            imports.append((imported.module, statement))
    ours = [statement for module, statement in imports if module != "__future__"]
    if not ours:
        return None
    known = {binding.qualified for name in ("logging", "structlog") for binding in file.module_bindings(name)}
    library = "structlog" if "structlog" in known else "logging"
    maker = "structlog.get_logger()" if library == "structlog" else "logging.getLogger(__name__)"
    end = file.span(ours[-1]).end
    line_end = file.text.find("\n", end)
    at = len(file.text) if line_end < 0 else line_end
    if file.text[at - 1 : at] == "\r":
        at -= 1
    edits = [Edit(Span(file.path, at, at), f"\n\nlogger = {maker}")]
    if library not in known:
        if file.module_bindings(library):
            return None
        first = file.span(ours[0]).start
        edits.insert(0, Edit(Span(file.path, first, first), f"import {library}\n"))
    return Logger("logger", "structlog" if library == "structlog" else "logging", tuple(edits))
