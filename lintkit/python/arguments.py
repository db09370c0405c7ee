"""Which arguments a call gets: by position, by keyword, and by `**options` that the file builds before it.

The one answer to "is this keyword given". Known are a dict display, `dict(…)` and a `TypedDict` of the file, copies
of them, `|`, `or` and conditional expressions, nested `**`, a function of the file that returns one of these,
`asdict()` of a dataclass of the file, and what changes the dict that a name holds: `options["name"] = …`, `update`,
`setdefault`, `|=`. A dict that something else may change (`pop`, a function that is handed it) is not known whole.

Sources: Python's documentation of `dict`, `copy`, `dataclasses.asdict`, `typing.TypedDict` and `functools.partial`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from lintkit.python import names
from lintkit.python.names import identifier

if TYPE_CHECKING:
    from lintkit.python.names import Binding
    from lintkit.python.parsed import ParsedFile

_DEEPEST = 64
_MOST_STEPS = 4_000
_KEYS_OF_A_STEP = 10
_COPIES = frozenset({"copy.copy", "copy.deepcopy"})
_AS_DICT = frozenset({"dataclasses.asdict", "attr.asdict", "attrs.asdict"})
_TYPED_DICTS = frozenset({"typing.TypedDict", "typing_extensions.TypedDict"})
_DATA_CLASSES = frozenset({"dataclasses.dataclass", "attr.s", "attr.define", "attr.frozen", "attrs.define"})
_CHANGED = re.compile(
    r"(?<![\w.])(\w+)(?:\[[^\]\[\n]{0,200}\] *=(?!=)|\.(?:update|setdefault|__setitem__|pop|popitem|clear)\()"
)
_LOOKS_ONLY = ("print", "logging.", "structlog.", "loguru.", "pprint.", "len")


@dataclass(frozen=True, slots=True, eq=False)
class Argument:
    """A keyword argument: its value, and the node where it is written (`cst.Arg`, `cst.DictElement`, `cst.Assign`,
    the `cst.Call` of `setdefault`, or the `cst.AnnAssign` of a field).
    """

    name: str
    value: cst.BaseExpression
    node: cst.CSTNode

    @property
    def is_default(self) -> bool:
        """Whether `setdefault` gives it, so that what is there before stays."""
        node = self.node
        return (
            isinstance(node, cst.Call)
            and isinstance(node.func, cst.Attribute)
            and node.func.attr.value == "setdefault"
        )


@dataclass(frozen=True, slots=True)
class Given:
    """The arguments that a function gets.

    positional  those by position, up to the first `*arguments`, whose number nobody knows
    keywords    those by name, as far as the file shows them
    whole       there are no others
    """

    positional: tuple[cst.BaseExpression, ...]
    keywords: dict[str, Argument]
    whole: bool

    def value(self, name: str, position: int | None = None) -> cst.BaseExpression | None:
        """The value of an argument by its keyword or its position (from 0); None when it is not given."""
        if name in self.keywords:
            return self.keywords[name].value
        if position is not None and position < len(self.positional):
            return self.positional[position]
        return None

    def has(self, name: str, position: int | None = None) -> bool:
        """Whether an argument is given, whatever its value."""
        return self.value(name, position) is not None


def given(call: cst.Call, file: ParsedFile, function: cst.BaseExpression | None = None) -> Given:
    """The arguments of a call, or those that it hands on to a `function` among its arguments.

    function  what is called in the end: the argument `requests.get` of `partial(requests.get, timeout=3)`, for which
              the arguments behind it count
    """
    arguments = list(call.args)
    if function is not None and function is not call.func:
        places = [index for index, each in enumerate(arguments) if each.value is function]
        arguments = arguments[places[0] + 1 :] if places else []
    positional: list[cst.BaseExpression] = []
    open_ended = False
    for argument in arguments:
        if argument.star == "*":
            open_ended = True
        elif argument.keyword is None and not argument.star and not open_ended:
            positional.append(argument.value)
    keywords: dict[str, Argument] = {}
    whole = _Expansion(file).keywords(arguments, keywords)
    return Given(tuple(positional), keywords, whole and not open_ended)


@dataclass(frozen=True, slots=True)
class _Changes:
    """What is put into a dict after it was made.

    changes   where that happens; kept, so that nothing else has their numbers
    stored    the keyword arguments that it is given
    defaults  those that it is given where it has none
    whole     nothing else is put into it, or taken out
    """

    changes: tuple[Binding, ...]
    stored: dict[str, Argument]
    defaults: dict[str, Argument]
    whole: bool


class _Expansion:
    """One question for the keys of a mapping, with a bound on its steps: names may refer to one another."""

    def __init__(self, file: ParsedFile) -> None:
        self.file = file
        self.steps = 0
        self.cut = False
        """Something was not followed any further, so that a part of the answer is of this question alone."""

    def keywords(self, arguments: list[cst.Arg], found: dict[str, Argument]) -> bool:
        """Enter keyword arguments and what `**` brings; False when there may be others."""
        whole = True
        for argument in arguments:
            if argument.keyword is not None:
                name = identifier(argument.keyword.value)
                found[name] = Argument(name, argument.value, argument)
            elif argument.star == "**":
                whole &= self.mapping(argument.value, found, 0)
        return whole

    def mapping(self, expression: cst.BaseExpression, found: dict[str, Argument], depth: int) -> bool:
        """Enter the keys of an expression that is a mapping; False when there may be others."""
        self.steps += 1
        if depth > _DEEPEST or self.steps > _MOST_STEPS:
            self.cut = True
            return False
        value = self.file.follow(expression)
        if isinstance(value, cst.Name):
            return self._grown(value, found, depth)
        whole = self._value(value, found, depth)
        return (
            self._changed(expression, found, depth) and whole if isinstance(expression, cst.Name) else whole
        )

    def _changed(self, name: cst.Name, found: dict[str, Argument], depth: int) -> bool:
        """Enter what is put into the dict that a name holds; False when something else may be."""
        changes = self.file.changes(name)
        if not changes:
            return self._is_known_whole(name, changes)
        key = ("changes", id(changes[0]))
        known: _Changes | None = self.file.answers.get(key)
        if known is None:
            entered: dict[str, Argument] = {}
            whole = True
            self.steps += len(changes)
            for change in changes:
                whole &= self._change(change, entered, depth)
            defaults = {each: argument for each, argument in entered.items() if argument.is_default}
            stored = {each: argument for each, argument in entered.items() if each not in defaults}
            whole = whole and self._is_known_whole(name, changes)
            known = _Changes(changes, stored, defaults, whole)
            if not self.cut:
                self.file.answers[key] = known
        # Every call that is given the dict takes all that is put into it.
        self.file.budget.spend(
            1 + (len(known.stored) + len(known.defaults)) // _KEYS_OF_A_STEP, "following a dict of keywords"
        )
        found.update({**known.defaults, **found, **known.stored})
        return known.whole

    def _is_known_whole(self, name: cst.Name, changes: Sequence[Binding]) -> bool:
        """Whether no function changes a dict of the module: then the file writes no more than its own scope does."""
        binding = self.file.binding(name)
        if binding is None or not self.file.is_module_level(binding):
            return True
        return _written(self.file)[name.value] <= sum(change.value is not None for change in changes)

    def _grown(self, name: cst.Name, found: dict[str, Argument], depth: int) -> bool:
        """A name that is bound once, and then grows by `|=`."""
        bindings = self.file.every_binding(name)
        first = bindings[0] if bindings else None
        if first is None or first.kind != "value" or first.value is None or len(bindings) == 1:
            return False
        whole = self.mapping(first.value, found, depth + 1)
        for each in bindings[1:]:
            node = each.node
            if not isinstance(node, cst.AugAssign) or not isinstance(node.operator, cst.BitOrAssign):
                return False
            whole &= self.mapping(node.value, found, depth + 1)
        return self._changed(name, found, depth) and whole

    def _value(self, value: cst.BaseExpression, found: dict[str, Argument], depth: int) -> bool:
        if isinstance(value, cst.Dict):
            return self._display(value, found, depth)
        if isinstance(value, cst.Call):
            return self._call(value, found, depth)
        if isinstance(value, cst.IfExp):
            whole = self.mapping(value.orelse, found, depth + 1)
            return self.mapping(value.body, found, depth + 1) and whole
        if isinstance(value, cst.BooleanOperation) or (
            isinstance(value, cst.BinaryOperation) and isinstance(value.operator, cst.BitOr)
        ):
            whole = self.mapping(value.left, found, depth + 1)
            return self.mapping(value.right, found, depth + 1) and whole
        return False

    def _display(self, value: cst.Dict, found: dict[str, Argument], depth: int) -> bool:
        whole = True
        self.steps += len(value.elements)
        for element in value.elements:
            if isinstance(element, cst.StarredDictElement):
                whole &= self.mapping(element.value, found, depth + 1)
            elif isinstance(element, cst.DictElement):
                key = self._key(element.key)
                if key is None:
                    whole = False
                else:
                    found[key] = Argument(key, element.value, element)
        return whole

    def _key(self, node: cst.BaseExpression) -> str | None:
        plain = names.string_key(node)
        return plain if plain is not None else self.file.string(node, follow=True)

    def _call(self, call: cst.Call, found: dict[str, Argument], depth: int) -> bool:
        file = self.file
        name = file.qualified_name(call.func)
        if name == "dict":
            return self._update(call, found, depth)
        if name in _COPIES and call.args:
            return self.mapping(call.args[0].value, found, depth + 1)
        if name in _AS_DICT and call.args:
            return self._fields(file.follow(call.args[0].value), found, depth)
        if isinstance(call.func, cst.Attribute) and call.func.attr.value == "copy" and not call.args:
            return self.mapping(call.func.value, found, depth + 1)
        definition = file.definition(call.func)
        if isinstance(definition, cst.ClassDef):
            bases = {file.qualified_name(base.value) for base in definition.bases}
            return not _TYPED_DICTS.isdisjoint(bases) and self._update(call, found, depth)
        if isinstance(definition, cst.FunctionDef) and not definition.decorators:
            return self._returned(definition, found, depth)
        return False

    def _returned(self, function: cst.FunctionDef, found: dict[str, Argument], depth: int) -> bool:
        from lintkit.python.returned import returned_values

        returned = returned_values(function, self.file)
        whole = bool(returned) and function.asynchronous is None
        for value in returned:
            whole &= self.mapping(value, found, depth + 1)
        return whole

    def _fields(self, value: cst.BaseExpression, found: dict[str, Argument], depth: int) -> bool:
        """The fields of a dataclass of the file: defaults first, then what its call gives."""
        file = self.file
        definition = file.definition(value.func) if isinstance(value, cst.Call) else None
        if not isinstance(value, cst.Call) or not isinstance(definition, cst.ClassDef):
            return False
        if not any(each.qualified in _DATA_CLASSES for each in file.decorators(definition)):
            return False
        order: list[str] = []
        for statement in definition.body.body:
            for node in statement.body if isinstance(statement, cst.SimpleStatementLine) else ():
                if isinstance(node, cst.AnnAssign) and isinstance(node.target, cst.Name):
                    name = identifier(node.target.value)
                    order.append(name)
                    found[name] = Argument(name, node.value or node.target, node)
        by_position = zip(order, file.positional(value), strict=False)
        found.update({name: Argument(name, each, value) for name, each in by_position})
        return self.keywords(list(value.args), found) and not definition.bases and bool(order)

    # -- changes ---------------------------------------------------------------------------------------------------

    def _change(self, change: Binding, found: dict[str, Argument], depth: int) -> bool:
        if isinstance(change.node, cst.Assign) and change.value is not None:
            return self._stored(change.node, change.value, found)
        call = change.node
        if not isinstance(call, cst.Call) or not isinstance(call.func, cst.Attribute):
            return isinstance(call, cst.Call) and self._leaves_alone(call)
        if change.value is None:
            return self._leaves_alone(call)
        method = call.func.attr.value
        if method == "update":
            return self._update(call, found, depth)
        positional = self.file.positional(call)
        if method in {"setdefault", "__setitem__"} and len(positional) == 2:
            key = self._key(positional[0])
            if key is None:
                return False
            argument = Argument(key, positional[1], call)
            if method == "setdefault":
                found.setdefault(key, argument)
            else:
                found[key] = argument
            return True
        return False

    def _leaves_alone(self, call: cst.Call) -> bool:
        """Whether a function that is handed a dict only looks at it, as far as its name says."""
        if isinstance(call.func, cst.Attribute) and call.func.attr.value == "update":
            return True
        name = self.file.qualified_name(call.func)
        if name is None and isinstance(call.func, cst.Attribute):
            name = self.file.qualified_name(self.file.follow(call.func.value))
            if name is None and isinstance(made := self.file.follow(call.func.value), cst.Call):
                name = self.file.qualified_name(made.func)
        return name is not None and name.startswith(_LOOKS_ONLY)

    def _stored(self, assign: cst.Assign, value: cst.BaseExpression, found: dict[str, Argument]) -> bool:
        for assign_target in assign.targets:
            target = assign_target.target
            if isinstance(target, cst.Subscript) and isinstance(target.value, cst.Name):
                index = target.slice[0].slice if len(target.slice) == 1 else None
                key = self._key(index.value) if isinstance(index, cst.Index) else None
                if key is None:
                    return False
                found[key] = Argument(key, value, assign)
        return True

    def _update(self, call: cst.Call, found: dict[str, Argument], depth: int) -> bool:
        """`dict(…)` and `update(…)`: a mapping or pairs, then keywords."""
        whole = True
        for value in self.file.positional(call):
            pairs = self.file.follow(value)
            if isinstance(pairs, cst.List | cst.Tuple | cst.Set):
                whole &= self._pairs(pairs, found)
            else:
                whole &= self.mapping(value, found, depth + 1)
        if any(argument.star == "*" for argument in call.args):
            whole = False
        return self.keywords(list(call.args), found) and whole

    def _pairs(self, pairs: cst.List | cst.Tuple | cst.Set, found: dict[str, Argument]) -> bool:
        whole = True
        for element in pairs.elements:
            pair = element.value
            key = None
            if isinstance(pair, cst.Tuple | cst.List) and len(pair.elements) == 2:
                key = self._key(pair.elements[0].value)
                if key is not None:
                    found[key] = Argument(key, pair.elements[1].value, pair)
            whole &= key is not None
        return whole


def _written(file: ParsedFile) -> Counter[str]:
    """How often the text of a file changes what each name holds, in any scope."""
    found: Counter[str] | None = file.answers.get("changes by name")
    if found is None:
        found = file.answers["changes by name"] = Counter(match[1] for match in _CHANGED.finditer(file.text))
    return found
