"""Loading rules: a rule's id is its path, and there is no list of rules to keep."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from types import ModuleType

import lintkit
from lintkit.globs.paths import defect, too_many_alike
from lintkit.rule.definition import Definition, Rule, RuleError

PACKAGE = "lintkit.rules"


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Loaded rules, sorted by id."""

    rules: tuple[Rule, ...]

    def ids(self) -> frozenset[str]:
        """The ids of all rules."""
        return frozenset(rule.meta.id for rule in self.rules)

    def get(self, rule_id: str) -> Rule | None:
        """The rule of that id, or None."""
        return next((rule for rule in self.rules if rule.meta.id == rule_id), None)

    def whole(self) -> RuleSet:
        """The same rules, all of them loaded."""
        return RuleSet(tuple(rule if rule.whole is None else rule.whole() for rule in self.rules))


@cache
def builtin_folder() -> Path:
    """Where the built-in rules are: inside the package in a wheel, beside it in a checkout or editable install."""
    package = Path(lintkit.__file__).resolve().parent
    for folder in (package / "rules", package.parent / "rules"):
        if folder.is_dir():
            return folder
    raise RuleError(
        f"lintkit was installed without its rules: neither {package}/rules nor a checkout's rules/ exists"
    )


def rule_id(folder: Path, file: Path) -> str:
    """`rules/python/print_in_client.py` -> `python/print-in-client`; folders below the family are part of the name."""
    return file.relative_to(folder).with_suffix("").as_posix().replace("_", "-")


def rule_files(folder: Path) -> Iterator[Path]:
    """The rule files below `folder` in a stable order; a leading `_` or `.` in a part of the path hides it."""
    for file in sorted(folder.rglob("*")):
        is_rule = len(file.relative_to(folder).parts) > 1 and file.suffix in {".py", ".yaml", ".yml"}
        if is_rule and not _is_hidden(file, folder):
            yield file


def _is_hidden(place: Path, folder: Path) -> bool:
    return any(part[0] in "_." for part in place.relative_to(folder).parts)


def load_rules(
    folders: Sequence[Path] = (),
    *,
    allow_code: bool = False,
    builtin: bool = True,
    compiled: Path | None = None,
) -> RuleSet:
    """Load the built-in rules and those of `folders`.

    folders     rule folders of the user's own, laid out as `family/name.yaml`
    allow_code  also run the Python-coded rules of those folders; without it they are an error
    compiled    a folder for the compiled built-in rules: these are then loaded when they are needed, and until then
                have no examples
    Raises RuleError for a rule file with a mistake, a duplicate id, or code that is not allowed.
    """
    rules: dict[str, Rule] = {}
    if builtin:
        for rule in _builtin_rules(compiled):
            _add(rules, rule)
    for folder in folders:
        for rule in _load_folder(folder, package="", allow_code=allow_code):
            _add(rules, rule)
    return RuleSet(tuple(rules[key] for key in sorted(rules)))


@cache
def _builtin_rules(compiled: Path | None = None) -> tuple[Rule, ...]:
    """The built-in rules, taken to be without mistakes: looking for them takes longer than most checks.

    `lintkit test` and the project's own tests look for them.
    """
    folder = builtin_folder()
    files = tuple(rule_files(folder))
    load = partial(_load_file, folder=folder, package=PACKAGE, allow_code=False, proven=True)
    if compiled is None:
        return tuple(map(load, files))
    from lintkit.catalog.compiled import compiled_rules

    return compiled_rules(folder, files, compiled, load)


def _add(rules: dict[str, Rule], rule: Rule) -> None:
    if rule.meta.id in rules:
        raise RuleError(
            f"the rule {rule.meta.id} is already defined in {rules[rule.meta.id].origin}; rename one of the two files",
            rule.origin,
        )
    rules[rule.meta.id] = rule


def load_rule(file: Path, folder: Path, *, allow_code: bool = False) -> Rule:
    """Load the one rule in `file` of the rule folder `folder`, under the id that its path gives it.

    Raises RuleError for a mistake in it, or for code that is not allowed.
    """
    package = PACKAGE if folder.resolve() == builtin_folder() else ""
    return _load_file(file, folder, package=package, allow_code=allow_code)


def _load_folder(folder: Path, *, package: str, allow_code: bool = False) -> Iterator[Rule]:
    for place in sorted(folder.rglob("*")):
        if place.is_symlink() and place.is_dir() and not _is_hidden(place, folder):
            raise RuleError(
                "this folder of rules is a symbolic link, which lintkit does not follow, so they would not run; "
                "put the folder itself there",
                str(place),
            )
    for file in rule_files(folder):
        yield _load_file(file, folder, package=package, allow_code=allow_code)


def _load_file(file: Path, folder: Path, *, package: str, allow_code: bool, proven: bool = False) -> Rule:
    if file.suffix != ".py":
        from lintkit.declared.load import load_declared_rule

        return load_declared_rule(file, rule_id(folder, file), proven=proven, trusted=bool(package))
    if package:
        _mount(package, folder)
        name = ".".join((package, *file.relative_to(folder).with_suffix("").parts))
        return _coded_rule(importlib.import_module(name), file, rule_id(folder, file))
    if allow_code:
        from lintkit.declared.load import read_rule_file

        read_rule_file(file)
        return _coded_rule(_import_file(file), file, rule_id(folder, file))
    raise RuleError(
        "this rule is Python code, and code of a repository runs only with --allow-code; "
        "pass that option if you trust it, or write the rule as YAML",
        str(file),
    )


def _mount(package: str, folder: Path) -> None:
    """Make `lintkit.rules` importable from wherever the rules are, as a package without an `__init__`."""
    if package not in sys.modules:
        module = ModuleType(package)
        module.__path__ = [str(folder)]
        sys.modules[package] = module


def _import_file(file: Path) -> ModuleType:
    name = "lintkit_user_rules_" + file.resolve().as_posix().replace("/", "_").replace(".", "_")
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise RuleError("this file cannot be imported as Python", str(file))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and the like look their module up there
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        sys.modules.pop(name, None)
        line = error.lineno or 0 if isinstance(error, SyntaxError) else _line_in(file, error)
        # These speak of the rule's own code; the text of others may hold what the code has read.
        telling = isinstance(error, (SyntaxError, ImportError, TypeError, NameError, AttributeError))
        words = error.msg if isinstance(error, SyntaxError) else str(error)
        said = f": {words}" if telling and words else ""
        raise RuleError(
            f"importing this rule raised {type(error).__name__}{said}", str(file), line
        ) from error
    return module


def _line_in(file: Path, error: BaseException) -> int:
    """The last line of `file` that an error came through; 0 if it came through none."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).resolve() == file.resolve()]
    return own[-1].lineno or 0 if own else 0


def _coded_rule(module: ModuleType, file: Path, identifier: str) -> Rule:
    definition = getattr(module, "RULE", None)
    check = getattr(module, "check", None)
    if not isinstance(definition, Definition):
        raise RuleError("a Python-coded rule assigns `RULE = define(...)` at its top level", str(file))
    if not callable(check):
        raise RuleError("a Python-coded rule defines `check(...)` at its top level", str(file))
    for pattern in (*definition.paths, *definition.paths_ignore):
        wrong = defect(pattern)
        if wrong:
            raise RuleError(f"the glob `{pattern}` {wrong}", str(file))
    for patterns in (definition.paths, definition.paths_ignore):
        excess = too_many_alike(patterns)
        if excess is not None:
            raise RuleError(f"the glob `{patterns[excess[0]]}` {excess[1]}", str(file))
    if "python" in definition.kinds and definition.scope == "file" and not definition.looks_at:
        raise RuleError("a rule about Python says in `looks_at` which nodes it wants to see", str(file))
    return Rule(definition.meta(identifier), check, definition.looks_at, str(file))
