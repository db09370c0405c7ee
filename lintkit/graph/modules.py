"""Which Python files import which: absolute and relative imports resolved to files of the repository."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from lintkit.facts import ModuleImport

_CANDIDATES = 8  # places a module of one name may lie in that no folder above the importing file holds

_DEEPEST = 40  # folders: deeper ones are not looked into


class ImportGraph:
    """Files of the repository and what they import, resolved once."""

    def __init__(self, paths: frozenset[str], imports: Iterable[ModuleImport]) -> None:
        self._paths = paths
        self._roots: dict[str, list[str]] = defaultdict(list)
        seen: set[tuple[str, str]] = set()
        for path in sorted(paths):
            if not path.endswith(".py"):
                continue
            parts = path[:-3].split("/")
            for index, part in enumerate(parts[:_DEEPEST]):
                root = "/".join(parts[:index])
                if (part, root) not in seen:
                    seen.add((part, root))
                    if len(self._roots[part]) <= _CANDIDATES:
                        self._roots[part].append(root)
        self._edges: dict[str, list[str]] = defaultdict(list)
        self._bindings: dict[tuple[str, str], str] = {}
        for each in imports:
            self._edges[each.path].extend(self._targets(each))
            module = self._module_of(each)
            if module is not None:
                for local, imported in each.aliases:
                    self._bindings[each.path, local] = f"{module}.{imported}" if imported else module

    def _targets(self, each: ModuleImport) -> Iterable[str]:
        module = self._module_of(each)
        if module is None:
            return
        yield from self.packages(module, each.path)
        for name in each.names:
            inner = self.find(f"{module}.{name}" if module else name, each.path)
            if inner:
                yield inner

    def module_file(self, each: ModuleImport) -> str | None:
        """The file of the module that an import names; None when the repository has none."""
        module = self._module_of(each)
        return None if module is None else self.find(module, each.path)

    def _module_of(self, each: ModuleImport) -> str | None:
        """The dotted name from the root of the repository for relative imports, as written for absolute ones."""
        if not each.level:
            return each.module
        parts = each.path.split("/")[:-1]
        above = each.level - 1
        if above > len(parts):
            return None
        parts = parts[: len(parts) - above]
        return ".".join(["", *parts, *(each.module.split(".") if each.module else ())])

    def find(self, module: str, origin: str) -> str | None:
        """The file of a dotted module as `origin` would import it; None when the repository has none.

        A leading dot means that the name counts from the repository's root.
        """
        if module.startswith("."):
            return self._file(module[1:].split("."))
        parts = module.split(".")
        if not parts[0]:
            return None
        folder = origin.split("/")[:-1]
        for depth in range(min(len(folder), _DEEPEST), -1, -1):
            for root in (folder[:depth], [*folder[:depth], "src"]):
                found = self._file([*root, *parts])
                if found:
                    return found
        for known in self._roots.get(parts[0], ()):
            found = self._file([*(known.split("/") if known else ()), *parts])
            if found:
                return found
        return None

    def packages(self, module: str, origin: str) -> Iterable[str]:
        """The file of a module and the `__init__.py` of each package above it, which importing it runs."""
        found = self.find(module, origin)
        if found is None:
            return
        yield found
        names = module.lstrip(".").count(".")
        folder = posixpath.dirname(found)
        if found.endswith("/__init__.py"):
            folder = posixpath.dirname(folder)
        for _ in range(names):
            init = posixpath.join(folder, "__init__.py")
            if init in self._paths:
                yield init
            folder = posixpath.dirname(folder)

    def _file(self, parts: Sequence[str]) -> str | None:
        path = "/".join(parts)
        if path + ".py" in self._paths:
            return path + ".py"
        init = path + "/__init__.py"
        return init if init in self._paths else None

    def resolve(self, qualified: str, origin: str) -> tuple[str, str] | None:
        """(file, name in it) of a qualified name such as `app.store.save`, through re-exports of `__init__.py`.

        The file is the one of the longest module in the name; None when the repository has no such module.
        """
        for _ in range(8):
            found = self._split(qualified, origin)
            if found is None:
                return None
            path, rest = found
            first, dot, others = rest.partition(".")
            binding = self._bindings.get((path, first))
            if binding is None:
                return found
            qualified, origin = binding + dot + others, path
        return None

    def _split(self, qualified: str, origin: str) -> tuple[str, str] | None:
        parts = qualified.split(".")
        for length in range(len(parts) - 1, 1 if not parts[0] else 0, -1):
            found = self.find(".".join(parts[:length]), origin)
            if found is not None:
                return found, ".".join(parts[length:])
        return None

    def reachable(self, entries: Iterable[str]) -> frozenset[str]:
        """Every file that importing `entries` runs, themselves included; cycles are no problem."""
        seen = set(entries)
        waiting = sorted(seen)
        while waiting:
            for target in self._edges.get(waiting.pop(), ()):
                if target not in seen:
                    seen.add(target)
                    waiting.append(target)
        return frozenset(seen)

    @property
    def edges(self) -> Mapping[str, Sequence[str]]:
        """File -> files it imports."""
        return self._edges
