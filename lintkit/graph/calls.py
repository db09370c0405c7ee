"""Which functions requests reach, and which containers of the process those functions use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lintkit.facts import FunctionCall, ModuleState, RouteHandler, StateAccess
from lintkit.graph.modules import ImportGraph

Function = tuple[str, str]
"""A function: the file, and its name in it (`save`, `Store.save`)."""


@dataclass(frozen=True, slots=True)
class StateUse:
    """A container of one module and everything that uses it.

    accesses  with the file and name of the function each stands in
    """

    state: ModuleState
    accesses: tuple[StateAccess, ...]


class CallGraph:
    """Handlers, the calls between functions, and the state they use; names are resolved through imports."""

    __slots__ = ("_calls", "_imports", "_instances", "_of_application", "_origins", "handlers", "states")

    def __init__(
        self,
        imports: ImportGraph,
        handlers: Iterable[RouteHandler],
        calls: Iterable[FunctionCall],
        states: Iterable[ModuleState],
        accesses: Iterable[StateAccess],
    ) -> None:
        self.handlers = tuple(handlers)
        self._imports = imports
        known: dict[Function, ModuleState] = {}
        self._instances: dict[Function, Function] = {}
        self._of_application: defaultdict[str, set[str]] = defaultdict(set)
        for state in states:
            if state.name.startswith(("app.", "app[")):
                self._of_application[state.name].add(state.path)
            if state.container == "instance":
                self._instances.setdefault((state.path, state.name), self._locate(state.instance, state.path))
            else:
                known.setdefault((state.path, state.name), state)
        shared = set(self._instances.values())
        self._calls: defaultdict[Function, set[Function]] = defaultdict(set)
        for call in calls:
            self._calls[call.path, call.caller].add(self._locate(call.callee, call.path))
        used: defaultdict[Function, list[StateAccess]] = defaultdict(list)
        for access in accesses:
            place = self._locate(access.target, access.path)
            if place in known:
                used[place].append(access)
        self.states = tuple(
            StateUse(state, tuple(used[place]))
            for place, state in sorted(known.items())
            if place in used
            and (
                "." not in state.name
                or state.instance != "self"
                or (state.path, state.name.partition(".")[0]) in shared
            )
        )
        self._origins: dict[Function, RouteHandler] | None = None

    def _locate(self, name: str, path: str) -> Function:
        """The file and local name of a name as `path` uses it; methods of shared instances become `Class.method`."""
        if name.startswith("*"):
            return self._locate_on_application(name[1:], path)
        if name.startswith(":"):
            found: Function = (path, name[1:])
        else:
            found = self._imports.resolve(name, path) or ("", name)
        file, local = found
        first, dot, rest = local.partition(".")
        instance = self._instances.get((file, first))
        if instance is not None and dot:
            return instance[0], f"{instance[1]}.{rest}"
        return found

    def _locate_on_application(self, name: str, path: str) -> Function:
        """Where something is hung on the application: in the file itself, or in the only one that does."""
        owner, rest = name, ""
        while owner and owner not in self._of_application:
            owner, _, last = owner.rpartition(".")
            rest = f"{last}.{rest}" if rest else last
        places = self._of_application.get(owner, set())
        if path not in places and len(places) != 1:
            return "", name
        place = path if path in places else min(places)
        instance = self._instances.get((place, owner))
        return (instance[0], f"{instance[1]}.{rest}") if instance is not None and rest else (place, owner)

    def reached(self) -> dict[Function, RouteHandler]:
        """Every function that a request reaches, with the handler through which it is reached first."""
        if self._origins is None:
            self._origins = {}
            waiting: list[Function] = []
            for handler in self.handlers:
                place = self._locate(handler.function, handler.path)
                if place not in self._origins:
                    self._origins[place] = handler
                    waiting.append(place)
            position = 0
            while position < len(waiting):
                current = waiting[position]
                position += 1
                for target in sorted(self._calls.get(current, ())):
                    if target not in self._origins:
                        self._origins[target] = self._origins[current]
                        waiting.append(target)
        return self._origins

    def written_by_requests(self) -> Iterator[tuple[StateUse, StateAccess, RouteHandler]]:
        """Each container that a request changes: with the first such write, and a handler that leads to it."""
        reached = self.reached()
        for use in self.states:
            for access in use.accesses:
                handler = reached.get((access.path, access.function))
                if access.operation == "write" and not access.guarded and handler is not None:
                    yield use, access, handler
                    break
