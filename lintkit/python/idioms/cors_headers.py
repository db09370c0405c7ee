"""`Access-Control-Allow-Origin` written by hand, in whatever way the framework at hand takes a header."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lintkit.python.lazy import cst
from lintkit.python.triggers import Strings

if TYPE_CHECKING:
    from lintkit.python.module import PythonFile

HEADER = Strings(("access-control-allow-origin",))
"""The header of CORS, wherever its name stands."""


_SETTERS = frozenset(
    """set_header send_header add_header append_header putheader setdefault add set append header __setitem__
    set_default""".split()  # noqa: SIM905
)
_ONLY_OF_REQUESTS = frozenset(
    {"user-agent", "authorization", "accept", "referer", "host", "cookie", "origin"}
)
_CLIENT_METHODS = frozenset(
    """get post put patch delete head options request stream Session Client AsyncClient ClientSession Request
    urlopen send fetch""".split()  # noqa: SIM905
)
_HTTP_LIBRARIES = ("requests.", "httpx.", "aiohttp.", "urllib", "treq.", "http.client.")
_ORIGIN_KEYS = frozenset({"origin", "http_origin"})
_HEADERS = re.compile(r"(?:headers?|META|environ|env)$", re.IGNORECASE)
_ASKS_FOR_ORIGIN = re.compile(r"origin|cors|allow|trust|valid|white|permit", re.IGNORECASE)
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class SentHeader:
    """One place that sends the header: the entry, assignment or call, and the value."""

    node: cst.CSTNode
    value: cst.BaseExpression


def sent_header(node: cst.CSTNode, file: PythonFile) -> SentHeader | None:
    """What a string that a match of `HEADER` found sends; None where the header is read, or is one of a request."""
    if not isinstance(node, cst.SimpleString):
        return None
    text = file.literal(node)
    text = text.decode("latin-1") if isinstance(text, bytes) else text
    if str(text).strip().lower() != "access-control-allow-origin":
        return None
    parent = file.parent(node)
    if isinstance(parent, cst.DictElement) and parent.key is node:
        return None if _is_of_a_request(parent, file) else SentHeader(parent, parent.value)
    if isinstance(parent, cst.Element):
        return _pair(parent, file)
    if isinstance(parent, cst.Arg):
        return _set_by_call(parent, file)
    if isinstance(parent, cst.Index):
        return _assigned(parent, file)
    return None


def _pair(element: cst.Element, file: PythonFile) -> SentHeader | None:
    """`("Access-Control-Allow-Origin", "*")`, an element of a list of headers."""
    pair = file.parent(element)
    if isinstance(pair, cst.Tuple) and len(pair.elements) == 2 and pair.elements[0] is element:
        above = file.parent(pair)
        if isinstance(above, cst.Element | cst.Arg | cst.AugAssign):
            return SentHeader(pair, pair.elements[1].value)
    return None


def _set_by_call(argument: cst.Arg, file: PythonFile) -> SentHeader | None:
    """`headers.set("Access-Control-Allow-Origin", "*")`."""
    call = file.parent(argument)
    if (
        isinstance(call, cst.Call)
        and isinstance(call.func, cst.Attribute)
        and call.func.attr.value in _SETTERS
    ):
        position = call.args.index(argument)
        if position + 1 < len(call.args):
            return SentHeader(call, call.args[position + 1].value)
    return None


def _assigned(index: cst.Index, file: PythonFile) -> SentHeader | None:
    """`response.headers["Access-Control-Allow-Origin"] = "*"`."""
    for above in file.ancestors(index):
        if isinstance(above, cst.Assign):
            for target in above.targets:
                subscript = target.target
                if isinstance(subscript, cst.Subscript) and subscript.slice[0].slice is index:
                    return SentHeader(above, above.value)
            return None
        if isinstance(above, cst.BaseStatement):
            return None
    return None


def _is_of_a_request(entry: cst.DictElement, file: PythonFile) -> bool:
    """Whether the dict holds headers that a client sends, where this one has no meaning at all."""
    display = file.parent(entry)
    if not isinstance(display, cst.Dict):
        return False
    keys = {str(file.literal(e.key)).lower() for e in display.elements if isinstance(e, cst.DictElement)}
    if keys & _ONLY_OF_REQUESTS:
        return True
    argument = file.parent(display)
    call = file.parent(argument) if isinstance(argument, cst.Arg) else None
    if not isinstance(call, cst.Call):
        return False
    name = file.qualified_name(call.func) or ""
    if name.startswith(_HTTP_LIBRARIES) and not name.startswith("aiohttp.web"):
        return True
    return isinstance(call.func, cst.Attribute) and call.func.attr.value in _CLIENT_METHODS


def sends_origin_back(header: SentHeader, file: PythonFile) -> bool:
    """Whether the value is the `Origin` of the request, which nothing on the way compares with anything."""
    return any(
        not _is_checked(header.node, name, file) for name in _request_origins(header.value, "", file, 0)
    )


def _request_origins(value: cst.BaseExpression, name: str, file: PythonFile, depth: int) -> Iterator[str]:
    """The names under which the request's origin comes to `value`, empty for none, without a check on the way."""
    if depth > _DEEPEST:
        return
    if isinstance(value, cst.Name):
        followed = file.follow(value)
        if followed is not value and not _is_checked(value, value.value, file):
            yield from _request_origins(followed, value.value, file, depth + 1)
    elif isinstance(value, cst.BooleanOperation):
        yield from _request_origins(value.left, name, file, depth + 1)
        yield from _request_origins(value.right, name, file, depth + 1)
    elif isinstance(value, cst.IfExp):
        yield from _request_origins(value.body, name, file, depth + 1)
        yield from _request_origins(value.orelse, name, file, depth + 1)
    elif is_request_origin(value, file):
        if not _is_checked(value, name, file):
            yield name
    elif isinstance(value, cst.Call):
        inner = value.func.value if isinstance(value.func, cst.Attribute) else None
        if inner is not None and not value.args:  # .decode(), .strip()
            yield from _request_origins(inner, name, file, depth + 1)
        elif len(value.args) == 1 and file.qualified_name(value.func) == "str":
            yield from _request_origins(value.args[0].value, name, file, depth + 1)


def is_request_origin(value: cst.BaseExpression, file: PythonFile) -> bool:
    """`request.headers["Origin"]`, `headers.get(b"origin")`, `request.META["HTTP_ORIGIN"]`, `request.origin`."""
    key: cst.BaseExpression | None = None
    owner: cst.BaseExpression | None = None
    if isinstance(value, cst.Subscript) and isinstance(value.slice[0].slice, cst.Index):
        key, owner = value.slice[0].slice.value, value.value
    elif isinstance(value, cst.Call) and isinstance(value.func, cst.Attribute) and value.args:
        if value.func.attr.value in {"get", "getheader", "get_header", "getlist"}:
            key, owner = value.args[0].value, value.func.value
    elif isinstance(value, cst.Attribute) and value.attr.value == "origin":
        return isinstance(value.value, cst.Name) and value.value.value in {"request", "req"}
    if key is None or owner is None:
        return False
    text = file.literal(key, follow=True)
    text = text.decode("latin-1") if isinstance(text, bytes) else text
    if str(text).lower() not in _ORIGIN_KEYS:
        return False
    last = owner.attr.value if isinstance(owner, cst.Attribute) else getattr(owner, "value", "")
    return isinstance(last, str) and (bool(_HEADERS.search(last)) or last in {"request", "req", "self"})


def _is_checked(node: cst.CSTNode, name: str, file: PythonFile) -> bool:
    return any(
        guard.test is not None
        and bool(_ASKS_FOR_ORIGIN.search(file.code(guard.test)))
        and not _asks_whether_there_is_one(guard.test, name, file, 0)
        for guard in file.guards(node)
    )


def _asks_whether_there_is_one(test: cst.BaseExpression, name: str, file: PythonFile, depth: int) -> bool:
    """`if origin`, `if origin is not None`, `if "Origin" in request.headers`: questions that any origin passes."""
    if depth > _DEEPEST:
        return False
    if isinstance(test, cst.UnaryOperation):
        return _asks_whether_there_is_one(test.expression, name, file, depth + 1)
    if isinstance(test, cst.BooleanOperation):
        # One real question of several is enough.
        sides = [s for s in (test.left, test.right) if _ASKS_FOR_ORIGIN.search(file.code(s))]
        return all(_asks_whether_there_is_one(side, name, file, depth + 1) for side in sides)
    if isinstance(test, cst.NamedExpr):
        return _asks_whether_there_is_one(test.value, name, file, depth + 1)
    if isinstance(test, cst.Comparison) and len(test.comparisons) == 1:
        other = test.comparisons[0]
        if isinstance(other.operator, cst.In | cst.NotIn):
            return str(file.literal(test.left)).lower() in _ORIGIN_KEYS
        if file.literal(other.comparator) in (None, ""):
            return _asks_whether_there_is_one(test.left, name, file, depth + 1)
        return False
    if isinstance(test, cst.Name):
        return bool(name) and test.value == name
    return is_request_origin(test, file)
