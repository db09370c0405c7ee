"""Functions that read a Redis key, change the value and write it back, also through helpers of the same module."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lintkit.python.code import Call, Expression
from lintkit.python.idioms.redis_clients import command_trigger, names_pipeline, redis_command
from lintkit.python.idioms.redis_keys import key_of, key_shape, key_text
from lintkit.python.lazy import cst
from lintkit.python.returned import returned_values
from lintkit.python.spelling import last_name, one_spelling

if TYPE_CHECKING:
    from lintkit.python.match import Match
    from lintkit.python.module import PythonFile

READS = ("get", "hget", "hgetall", "hmget")
WRITES = ("set", "setex", "psetex", "hset", "hmset")
COMMANDS = command_trigger((*READS, *WRITES))
"""Calls that read or write a key of Redis."""


_VALUES = {"set": 1, "setex": 2, "psetex": 2, "hset": 1, "hmset": 1}
"""Command -> the position of the first argument that is a value, or a field before it."""
_PROTECTING = frozenset({"watch", "register_script", "eval", "evalsha", "fcall", "transaction"})
_CHANGING = frozenset(
    {
        "append",
        "extend",
        "insert",
        "update",
        "pop",
        "popitem",
        "remove",
        "add",
        "discard",
        "setdefault",
        "clear",
        "sort",
    }
)


_HOLE = re.compile(r"\{[^{}]*\}")
_WORD = re.compile(r"(?<![\w.'\"])[^\W\d]\w*")

_WHAT = "following what is read and written back"


@dataclass(frozen=True, slots=True, eq=False)
class Update:
    """One update that is not atomic.

    read, write  the calls: of the client, or of the helper that uses it
    key          the key without what varies: `job:{}`
    pipelined    the write goes through a pipeline
    """

    read: Call
    write: Call
    key: str
    pipelined: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Access:
    """A read or write in a function; for a call of a helper the key is told with the names of the caller."""

    call: cst.Call
    text: str
    shape: str
    values: tuple[cst.BaseExpression, ...] = ()
    field: str = ""
    pipelined: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class _Helper:
    """A function that only reads a key and returns what it found, or that only writes its parameter."""

    function: cst.FunctionDef
    access: _Access
    names: tuple[str, ...]
    values: tuple[str, ...] = ()


def updates(matches: Iterable[Match], file: PythonFile) -> Iterator[Update]:
    """The unprotected updates of a file, given the matches of `COMMANDS`; one for each function and key."""
    reads: dict[int, list[_Access]] = {}
    writes: dict[int, list[_Access]] = {}
    functions: dict[int, cst.FunctionDef] = {}
    for match in matches:
        call, around = match.call, match.call.function
        if around is None:
            continue
        command, key = redis_command(call), key_of(call)
        if command is not None and key is not None and command in (*READS, *WRITES):
            number = id(around.node)
            functions[number] = around.node
            into = reads if command in READS else writes
            into.setdefault(number, []).append(_access(call, command, key))
    readers, writers = _helpers(functions, reads, writes, file)
    if readers or writers:
        _add_helper_calls(functions, reads, writes, readers, writers, file)
    for number, function in functions.items():
        if number in reads and number in writes and not _is_protected(function, file):
            yield from _updates_of(function, reads[number], writes[number], file)


def _access(call: Call, command: str, key: Expression) -> _Access:
    given, text, shape = call.arguments, key_text(key), key_shape(key)
    if command in READS:
        field = given.value(1) if command == "hget" else None
        return _Access(call.node, text, shape, (), one_spelling(field.text) if field is not None else "")
    values = [*given.positional[_VALUES[command] :]]
    field = values.pop(0) if command == "hset" and len(values) > 1 else None
    values += [each.value for name, each in given.keywords.items() if name in {"value", "mapping", "items"}]
    written = () if given.has("nx") else tuple(value.node for value in values)
    pipelined = call.receiver is not None and any(map(names_pipeline, call.receiver.origins))
    return _Access(
        call.node, text, shape, written, one_spelling(field.text) if field is not None else "", pipelined
    )


# -- helpers -----------------------------------------------------------------------------------------------------------


def _helpers(
    functions: dict[int, cst.FunctionDef],
    reads: dict[int, list[_Access]],
    writes: dict[int, list[_Access]],
    file: PythonFile,
) -> tuple[dict[int, _Helper], dict[int, _Helper]]:
    readers: dict[int, _Helper] = {}
    writers: dict[int, _Helper] = {}
    for number, function in functions.items():
        parameters = _parameters(function)
        if _is_protected(function, file):
            continue
        read, written = reads.get(number, []), writes.get(number, [])
        if len(read) == 1 and not written:
            tainted = _tainted(function, read, file)
            if any(_mentions(value, tainted, read, file) for value in returned_values(function, file)):
                readers[number] = _Helper(function, read[0], parameters)
        elif len(written) == 1 and not read:
            taking = tuple(
                name
                for name in parameters
                if any(_mentions(value, {name}, (), file) for value in written[0].values)
            )
            if taking:
                writers[number] = _Helper(function, written[0], parameters, taking)
    return readers, writers


def _parameters(function: cst.FunctionDef) -> tuple[str, ...]:
    params = function.params
    return tuple(each.name.value for each in (*params.posonly_params, *params.params, *params.kwonly_params))


def _add_helper_calls(
    functions: dict[int, cst.FunctionDef],
    reads: dict[int, list[_Access]],
    writes: dict[int, list[_Access]],
    readers: dict[int, _Helper],
    writers: dict[int, _Helper],
    file: PythonFile,
) -> None:
    """Enter calls of helpers as reads and writes of the functions that make them."""
    names = {helper.function.name.value for helper in (*readers.values(), *writers.values())}
    for top in _callers(functions.values(), (*readers.values(), *writers.values()), file):
        for node in file.walk(top):
            if not isinstance(node, cst.Call) or last_name(node.func) not in names:
                continue
            called, caller = file.definition(node.func), file.enclosing_function(node)
            if not isinstance(called, cst.FunctionDef) or caller is None or caller is called:
                continue
            for table, into in ((readers, reads), (writers, writes)):
                helper = table.get(id(called))
                if helper is not None:
                    functions.setdefault(id(caller), caller)
                    into.setdefault(id(caller), []).append(_seen_by_caller(node, helper, file))


def _callers(
    functions: Iterable[cst.FunctionDef], helpers: Iterable[_Helper], file: PythonFile
) -> list[cst.CSTNode]:
    """The top-level statements that may call a helper: any of the file for a function of the module, else its class."""
    if any(file.parent(helper.function) is None for helper in helpers):
        return list(file.statements())
    tops = {id(top): top for top in (file.top_level_statement(each) for each in functions)}
    return list(tops.values())


def _seen_by_caller(call: cst.Call, helper: _Helper, file: PythonFile) -> _Access:
    names = helper.names
    if isinstance(call.func, cst.Attribute) and names and file.enclosing_class(helper.function) is not None:
        names = names[1:]
    given = dict(zip(names, file.positional(call), strict=False))
    given.update({name: each.value for name, each in file.keyword_arguments(call).items() if name in names})
    text = _renamed(
        helper.access.text, {name: one_spelling(file.code(value)) for name, value in given.items()}
    )
    values = tuple(given[name] for name in helper.values if name in given)
    return _Access(call, text, helper.access.shape, values, helper.access.field, helper.access.pipelined)


def _renamed(text: str, given: Mapping[str, str]) -> str:
    """A key with what the caller gives in the place of the parameters: `cart:{key_of(user)}` for `user=me.id`."""

    def hole(found: re.Match[str]) -> str:
        return _WORD.sub(lambda word: given.get(word[0], word[0]), found[0])

    return _HOLE.sub(hole, text)


# -- one function ------------------------------------------------------------------------------------------------------


def _updates_of(
    function: cst.FunctionDef, reads: list[_Access], writes: list[_Access], file: PythonFile
) -> Iterator[Update]:
    reported: set[str] = set()
    tainted_by: dict[int, set[str]] = {}
    of_one_key: defaultdict[str, list[_Access]] = defaultdict(list)
    for read in sorted(reads, key=lambda each: file.order(each.call)):
        for form in {read.shape, read.text}:
            of_one_key[form].append(read)
    for write in sorted(writes, key=lambda each: file.order(each.call)):
        by_text = () if write.text == write.shape else of_one_key.get(write.text, ())
        for read in (*of_one_key.get(write.shape, ()), *by_text):
            if file.order(read.call) >= file.order(write.call) or write.shape in reported:
                continue
            if read.field and write.field and read.field != write.field:
                continue
            tainted = tainted_by.get(id(read))
            if tainted is None:
                tainted = tainted_by[id(read)] = _tainted(function, [read], file)
            if (
                _is_same_key(read, write, tainted)
                and any(_mentions(value, tainted, [read], file) for value in write.values)
                and _is_changed(function, read, write, tainted, file)
            ):
                reported.add(write.shape)
                told = write.text if write.shape == "{}" else write.shape
                yield Update(Call(read.call, file), Call(write.call, file), told, write.pipelined)


def _is_same_key(read: _Access, write: _Access, tainted: set[str]) -> bool:
    """The same text, or the same form filled in with what was read: `job:{job_id}` and `job:{job.id}`."""
    if read.text == write.text:
        return True
    if read.shape != write.shape or read.shape == "{}":
        return False
    holes = [piece.partition("}")[0] for piece in write.text.split("{")[1:]]
    return all(hole.partition(".")[0] in tainted or "{" + hole + "}" in read.text for hole in holes)


def _tainted(function: cst.FunctionDef, reads: Iterable[_Access], file: PythonFile) -> set[str]:
    """The variables of a function whose values come from what was read."""
    reads = list(reads)
    tainted: set[str] = set()
    assignments = _assignments(function, file)
    for _ in range(3):
        before = len(tainted)
        for node in assignments:
            targets, value = _binding(node)
            if value is not None and _mentions(value, tainted, reads, file):
                tainted.update(targets)
        if len(tainted) == before:
            break
    return tainted


def _assignments(function: cst.FunctionDef, file: PythonFile) -> list[cst.CSTNode]:
    """The nodes of a function that bind names; found once for each function."""
    key = ("redis-updates: assignments", id(function))
    if key not in file.answers:
        file.answers[key] = [node for node in file.walk(function.body) if _binding(node)[1] is not None]
    found: list[cst.CSTNode] = file.answers[key]
    return found


def _binding(node: cst.CSTNode) -> tuple[list[str], cst.BaseExpression | None]:
    from lintkit.python.names import target_names

    if isinstance(node, cst.Assign):
        names = [name.value for each in node.targets for name in target_names(each.target)]
        return names, node.value
    if isinstance(node, cst.AnnAssign | cst.NamedExpr | cst.AugAssign):
        return [name.value for name in target_names(node.target)], node.value
    if isinstance(node, cst.For | cst.CompFor):
        return [name.value for name in target_names(node.target)], node.iter
    return [], None


def _mentions(value: cst.BaseExpression, names: set[str], reads: Iterable[_Access], file: PythonFile) -> bool:
    calls = {id(read.call) for read in reads}
    return any(
        id(node) in calls or (isinstance(node, cst.Name) and node.value in names) for node in file.walk(value)
    )


def _is_changed(
    function: cst.FunctionDef, read: _Access, write: _Access, tainted: set[str], file: PythonFile
) -> bool:
    """Whether something is done to the value between its read and its write."""
    first, last = file.order(read.call), file.order(write.call)
    for value in write.values:
        for node in file.walk(value):
            if isinstance(node, cst.BinaryOperation | cst.Dict | cst.List | cst.ListComp | cst.DictComp) and (
                isinstance(node, cst.BaseExpression) and _mentions(node, tainted, [read], file)
            ):
                return True
    for node in _between(function, first, last, file):
        if isinstance(node, cst.AugAssign) and _root(node.target) in tainted:
            return True
        if isinstance(node, cst.Assign):
            for each in node.targets:
                if not isinstance(each.target, cst.Name) and _root(each.target) in tainted:
                    return True
            if isinstance(
                node.value, cst.BinaryOperation | cst.Dict | cst.List | cst.ListComp | cst.DictComp
            ) and _mentions(node.value, tainted, [read], file):
                return True
        if isinstance(node, cst.Del) and _root(node.target) in tainted:
            return True
        if isinstance(node, cst.Call) and last_name(node.func) in _CHANGING and _root(node.func) in tainted:
            return True
    return False


def _between(function: cst.FunctionDef, first: int, last: int, file: PythonFile) -> Iterator[cst.CSTNode]:
    """The nodes of a function that may change a value, by their order between two others."""
    key = ("redis-updates: changes", id(function))
    if key not in file.answers:
        kinds = (cst.AugAssign, cst.Assign, cst.Del, cst.Call)
        nodes = [node for node in file.walk(function.body) if isinstance(node, kinds)]
        file.answers[key] = ([file.order(node) for node in nodes], nodes)
    orders, nodes = file.answers[key]
    for node in nodes[bisect_right(orders, first) : bisect_left(orders, last)]:
        file.budget.spend(1, _WHAT)
        yield node


def _root(node: cst.CSTNode) -> str:
    while isinstance(node, cst.Attribute | cst.Subscript | cst.Call):
        node = node.func if isinstance(node, cst.Call) else node.value
    return node.value if isinstance(node, cst.Name) else ""


def _is_protected(function: cst.FunctionDef, file: PythonFile) -> bool:
    """Whether a function watches the key, holds a lock of any kind, or runs a script."""
    key = ("protected", id(function))
    known: bool | None = file.answers.get(key)
    if known is None:
        known = file.answers[key] = any(
            "lock" in file.code(each.decorator).lower() for each in function.decorators
        ) or any(_protects(node, file) for node in file.walk(function.body))
    return known


def _protects(node: cst.CSTNode, file: PythonFile) -> bool:
    if isinstance(node, cst.Call):
        name = (last_name(node.func) or "").lower()
        if name in _PROTECTING or ("lock" in name and "block" not in name and "clock" not in name):
            return True
        return name == "set" and "nx" in file.keyword_arguments(node)
    if isinstance(node, cst.WithItem):
        code = file.code(node.item).lower()
        return "lock" in code or "mutex" in code or "semaphore" in code
    return False
