"""Which variables the fields of settings classes are read from: the classes of all files joined.

A field is read by the options of the class that is created, wherever in the line of its bases it is declared. The rules
are those of pydantic-settings, and of pydantic 1 before it.

Sources: https://docs.pydantic.dev/latest/concepts/pydantic_settings/#environment-variable-names,
https://docs.pydantic.dev/1.10/usage/settings/
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace

from lintkit.facts import (
    AliasGenerator,
    ModuleImport,
    SettingsClass,
    SettingsField,
    SettingsOptions,
    Value,
    VariableRead,
)
from lintkit.graph.modules import ImportGraph
from lintkit.words.environments import is_served

_SETTINGS_2 = frozenset({"pydantic_settings.BaseSettings", "pydantic_settings.main.BaseSettings"})
_SETTINGS_1 = frozenset(
    {"pydantic.BaseSettings", "pydantic.v1.BaseSettings", "pydantic.env_settings.BaseSettings"}
)
_NAMED_SO = re.compile(r"(?:Settings|Config|Configuration)$")

_DEEPEST = 6
"""Levels of nested models."""
_MOST_READS = 2000
"""Reads of one class: models in models make more of them than anybody writes."""
_LONGEST_LINE = 50
_DYNAMIC = Value("dynamic")


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a class with all that it inherits.

    line      the class and its bases, the most derived first
    versions  of pydantic, by which it reads settings; empty for a class that reads none
    options   of all of the line
    checks    words of all validators
    """

    line: tuple[SettingsClass, ...]
    versions: frozenset[int]
    options: SettingsOptions
    checks: frozenset[str]
    guarded: bool


@dataclass(frozen=True, slots=True)
class _Part:
    """Where one field of nested models stands in the variables.

    outer  the names of the field at the top that it is a part of
    paths  the keys that lead to it from there, for each of its spellings
    names  the variables that set it alone
    above  the variables that set something which it is a part of, as JSON
    """

    outer: tuple[str, ...]
    paths: tuple[tuple[str, ...], ...]
    names: tuple[str, ...]
    above: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """Every variable that sets it, what is narrower first: it is read over what is wider."""
        return (*self.names, *self.above)


def settings_reads(
    classes: Sequence[SettingsClass], imports: Sequence[ModuleImport], graph: ImportGraph
) -> tuple[VariableRead, ...]:
    """The reads of all settings classes that are created, or that nothing else derives from."""
    return _Classes(classes, imports, graph).reads()


class _Classes:
    """The settings classes of a repository; used once."""

    def __init__(
        self, classes: Sequence[SettingsClass], imports: Sequence[ModuleImport], graph: ImportGraph
    ) -> None:
        self._graph = graph
        self._classes = {(each.path, each.name): each for each in classes}
        self._known: dict[tuple[str, str], _Known] = {}
        self._imports = imports

    def reads(self) -> tuple[VariableRead, ...]:
        """All of them, each once, in the order of the files."""
        heirs = self._heirs()
        created = self._created_elsewhere(heirs)
        alone: list[tuple[SettingsClass, _Known]] = []
        for key, each in sorted(self._classes.items()):
            known = self._line_of(each)
            if known.versions and (each.created or key in created or not heirs[key]):
                alone.append((each, known))
        outer: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
        found: list[VariableRead] = []
        for _, known in alone:
            found += self._reads_of(known, outer)
        for each, known in alone:
            found += self._own_reads(each, known, outer)
        return tuple(dict.fromkeys(sorted(found, key=lambda read: (read.span, read.name))))

    # --- classes ----------------------------------------------------------------------------------------------------

    def _find(self, name: str, origin: str) -> SettingsClass | None:
        if name.startswith(":"):
            return self._classes.get((origin, name[1:]))
        resolved = self._graph.resolve(name, origin)
        return self._classes.get(resolved) if resolved is not None else None

    def _bases(self, each: SettingsClass) -> Iterator[tuple[tuple[str, ...], SettingsClass | None]]:
        for meanings in each.bases:
            found = (self._find(name, each.path) for name in meanings)
            yield meanings, next((one for one in found if one is not None and one != each), None)

    def _heirs(self) -> dict[tuple[str, str], list[SettingsClass]]:
        heirs: defaultdict[tuple[str, str], list[SettingsClass]] = defaultdict(list)
        for each in self._classes.values():
            if not is_served(each.path):
                continue  # what tests derive says nothing of what is deployed
            for _, base in self._bases(each):
                if base is not None:
                    heirs[base.path, base.name].append(each)
        return heirs

    def _created_elsewhere(
        self, heirs: Mapping[tuple[str, str], Sequence[SettingsClass]]
    ) -> set[tuple[str, str]]:
        """Classes that a file imports which derives nothing from them: it may create them."""
        wanted = {name for (_, name), found in heirs.items() if found}
        found: set[tuple[str, str]] = set()
        for each in self._imports:
            for name in wanted.intersection(each.names):
                resolved = self._graph.resolve(_qualified(each, name), each.path)
                if resolved is None or resolved not in heirs:
                    continue
                if each.path.endswith("/__init__.py") or not is_served(each.path):
                    continue
                if all(heir.path != each.path for heir in heirs[resolved]):
                    found.add(resolved)
        return found

    def _line_of(self, each: SettingsClass, depth: int = 0) -> _Known:
        key = (each.path, each.name)
        if key in self._known:
            return self._known[key]
        own = _Known((each,), frozenset(), each.options, each.checks, each.guarded)
        self._known[key] = own  # for circles
        if depth < _LONGEST_LINE:
            own = self._joined(each, depth)
            self._known[key] = own
        return own

    def _joined(self, each: SettingsClass, depth: int) -> _Known:
        versions: set[int] = set()
        above: list[_Known] = []
        opaque = False
        for meanings, base in self._bases(each):
            if base is not None:
                known = self._line_of(base, depth + 1)
                above.append(known)
                versions |= known.versions
            elif not _SETTINGS_2.isdisjoint(meanings) or not _SETTINGS_1.isdisjoint(meanings):
                versions |= {2} if not _SETTINGS_2.isdisjoint(meanings) else set()
                versions |= {1} if not _SETTINGS_1.isdisjoint(meanings) else set()
            elif any(_NAMED_SO.search(name) for name in meanings):
                opaque = True  # options and fields of a class that nothing shows
        line: list[SettingsClass] = [each]
        for known in above:
            line = [one for one in line if one not in known.line] + [*known.line]
        options = SettingsOptions()
        # Of several bases, the options of the last win in pydantic 2, of the first in pydantic 1.
        for known in above if 2 in versions or not versions else reversed(above):
            options = _merged(options, known.options)
        options = _merged(options, each.options)
        checks = each.checks.union(*(known.checks for known in above))
        guarded = each.guarded  # a class for production may derive from one that is not
        return _Known(
            tuple(line),
            frozenset(versions),
            replace(options, opaque=options.opaque or opaque),
            checks,
            guarded,
        )

    # --- fields -----------------------------------------------------------------------------------------------------

    def _fields(self, known: _Known) -> dict[str, tuple[SettingsField, SettingsClass]]:
        """Each field with the class that declares it, as the most derived one has it."""
        found: dict[str, tuple[SettingsField, SettingsClass]] = {}
        for owner in reversed(known.line):
            for field in owner.fields:
                found[field.name] = (field, owner)
        return found

    def _reads_of(
        self, known: _Known, outer: defaultdict[tuple[str, str, str], list[str]]
    ) -> list[VariableRead]:
        """The reads of fields whose type has fields of its own."""
        found: list[VariableRead] = []
        for field, owner in self._fields(known).values():
            model = self._find(field.model, owner.path) if field.model else None
            if model is not None:
                names = _names(field, known.options, known.versions)
                if names:
                    found += self._nested(field, owner, model, _top(names), known, outer, 0)
            if len(found) > _MOST_READS:
                break
        return found[:_MOST_READS]

    def _own_reads(
        self, each: SettingsClass, known: _Known, outer: Mapping[tuple[str, str, str], Sequence[str]]
    ) -> Iterator[VariableRead]:
        for field, owner in self._fields(known).values():
            names = _names(field, known.options, known.versions)
            more: list[str] = [*outer.get((each.path, each.name, field.name), ())]
            model = self._find(field.model, owner.path) if field.model else None
            if model is not None:
                more += self._all_below(model, known, names)
            if names:
                yield self._read(field, owner, known, (*names, *more), known.options.opaque)

    def _read(
        self,
        field: SettingsField,
        owner: SettingsClass,
        known: _Known,
        names: Sequence[str],
        guarded: bool,
    ) -> VariableRead:
        kept = list(dict.fromkeys((*names, *field.fallbacks)))
        options = known.options
        skipped = (*names, *field.empty_is_unset) if options.env_ignore_empty else field.empty_is_unset
        return VariableRead(
            field.span,
            kept[0],
            field.default,
            field.default_span,
            "settings-field",
            owner.name,
            tuple(kept[1:]),
            case_sensitive=bool(options.case_sensitive),
            guarded=guarded or known.guarded or field.guarded or field.name in known.checks,
            loads=options.env_files or (),
            empty_is_unset=tuple(name for name in kept if name in skipped),
        )

    # --- models in models -------------------------------------------------------------------------------------------

    def _nested(
        self,
        field: SettingsField,
        owner: SettingsClass,
        model: SettingsClass,
        part: _Part,
        top: _Known,
        outer: defaultdict[tuple[str, str, str], list[str]],
        depth: int,
        reached: bool = True,
    ) -> Iterator[VariableRead]:
        """The reads of the fields of `model`, the type of `field`.

        part     how `field` itself is spelled in variables
        reached  whether the defaults of the model are used at all: an object of it is made where nothing is set
        """
        inner = self._line_of(model)
        own = self._fields(inner)
        reached = reached and field.has_instance
        given = {each.name: each for each in field.given}
        keys = self._keys(inner, top.options)
        parts = {name: _below(part, each, top.options) for name, each in keys.items()}
        siblings = tuple(name for each in parts.values() for name in each.names)
        for name, (declared, declaring) in own.items():
            here = parts[name]
            if inner.versions and name not in given:
                # The class reads variables of its own, whose reads say what the default is.
                outer[model.path, model.name, name] += here.all
                continue
            used = given.get(name, declared)
            names = here.all
            if name in given and not top.options.nested_model_default_partial_update:
                names = (*names, *siblings)  # one of them, and the object that was given is gone
            if inner.versions:
                names = (*names, *_names(declared, inner.options, inner.versions))
            opaque = top.options.opaque or inner.options.opaque or inner.guarded
            guarded = opaque or name in inner.checks or declared.guarded or not reached
            below = self._find(declared.model, declaring.path) if declared.model else None
            if below is not None and depth < _DEEPEST:
                yield from self._nested(used, declaring, below, here, top, outer, depth + 1, reached)
            yield self._read(used, declaring, top, names, guarded)

    def _keys(self, known: _Known, options: SettingsOptions) -> dict[str, tuple[str, ...]]:
        """Field -> the keys under which a model takes its value, with the options of the class at the top."""
        plain = replace(known.options, env_prefix="", case_sensitive=options.case_sensitive)
        return {
            name: _names(field, plain, frozenset({2})) for name, (field, _) in self._fields(known).items()
        }

    def _all_below(self, model: SettingsClass, known: _Known, names: tuple[str, ...]) -> list[str]:
        """The variables that set a part of a field whose own names are `names`."""
        keys = self._keys(self._line_of(model), known.options)
        return [name for each in keys.values() for name in _below(_top(names), each, known.options).names]


def _qualified(each: ModuleImport, name: str) -> str:
    """The qualified name of what an import names, relative to the root for a relative import."""
    if not each.level:
        return f"{each.module}.{name}"
    parts = each.path.split("/")[:-1]
    parts = parts[: max(len(parts) - each.level + 1, 0)]
    return ".".join(["", *parts, *([each.module] if each.module else []), name])


def _merged(below: SettingsOptions, above: SettingsOptions) -> SettingsOptions:
    """Options of a class over those that it inherits."""
    said = {
        each.name: value
        for each in fields(SettingsOptions)
        if (value := getattr(above, each.name)) is not None and each.name != "opaque"
    }
    return replace(below, **said, opaque=below.opaque or above.opaque)


# --- names ----------------------------------------------------------------------------------------------------------


def _names(field: SettingsField, options: SettingsOptions, versions: frozenset[int]) -> tuple[str, ...]:
    """The variables that set a field, the first that is asked first; empty where one of them cannot be told."""
    found: list[str] = []
    if 2 in versions:
        named = _names_2(field, options)
        if named is None:
            return ()
        found += named
    if 1 in versions:
        if field.env is not None and not field.env:
            return ()
        found += field.env if field.env is not None else (f"{options.env_prefix or ''}{field.name}",)
    return tuple(dict.fromkeys(name if options.case_sensitive else name.upper() for name in found))


def _names_2(field: SettingsField, options: SettingsOptions) -> list[str] | None:
    prefix = options.env_prefix or ""
    target = options.env_prefix_target or "variable"
    aliases = field.aliases
    if aliases is None and options.alias_generator is not None:
        aliases = (generated(options.alias_generator, field.name),)
    if options.by_alias is False:
        aliases = None
    if aliases is not None and not aliases:
        return None
    found = [(prefix if target in {"alias", "all"} else "") + alias for alias in aliases or ()]
    by_name = options.by_name if options.by_name is not None else options.by_alias is False
    if not aliases or by_name:
        found.append((prefix if target in {"variable", "all"} else "") + field.name)
    return found


def _top(names: tuple[str, ...]) -> _Part:
    return _Part(names, ((),), names)


def _below(part: _Part, keys: tuple[str, ...], options: SettingsOptions) -> _Part:
    """Where a field stands that its model takes under one of `keys`.

    What follows the delimiter behind the outer name is split again, at most `env_nested_max_split` times in all: a key
    that holds the delimiter itself cannot be spelled so.
    """
    delimiter = options.env_nested_delimiter
    paths = tuple((*path, key) for path in part.paths for key in keys)
    names: list[str] = []
    for path in paths if delimiter else ():
        rest = delimiter.join(path) if delimiter else ""
        if rest.split(delimiter, (options.env_nested_max_split or 0) - 1) == [*path]:
            names += [f"{name}{delimiter}{rest}" for name in part.outer]
    return _Part(part.outer, paths, tuple(names), part.all)


def _camel(name: str) -> str:
    """As `pydantic.alias_generators.to_camel` has it."""
    if re.match("^[a-z]+[A-Za-z0-9]*$", name) and not re.search(r"\d(?=[a-z])", name):
        return name
    return re.sub("(^_*[A-Z])", lambda found: found.group(1).lower(), _pascal(name))


def _pascal(name: str) -> str:
    """As `pydantic.alias_generators.to_pascal` has it."""
    camel = name.title()
    return re.sub("([0-9A-Za-z])_(?=[0-9A-Z])", lambda found: found.group(1), camel)


def _snake(name: str) -> str:
    """As `pydantic.alias_generators.to_snake` has it."""
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    name = re.sub(r"([a-z])([A-Z])", r"\1_\2", name)
    name = re.sub(r"([0-9])([A-Z])", r"\1_\2", name)
    name = re.sub(r"([a-z])([0-9])", r"\1_\2", name)
    return name.replace("-", "_").lower()


_MADE = {"to_camel": _camel, "to_pascal": _pascal, "to_snake": _snake}


def generated(generator: AliasGenerator, name: str) -> str:
    """The alias that a generator makes of the name of a field."""
    method = generator.method
    changed = _MADE[method](name) if method in _MADE else getattr(name, method)() if method else name
    return f"{generator.before}{changed}{generator.after}"
