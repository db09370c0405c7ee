"""`lintkit test`."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lintkit.cli.failure import COULD_NOT, CommandError
from lintkit.cli.options import repository_options
from lintkit.cli.output import pair_outputs, wants_color, write_file, write_stdout

if TYPE_CHECKING:
    from lintkit.authoring.places import RulePlaces
    from lintkit.authoring.report import LoadFailure, Remark, RuleResult, RuleTestFormat, RuleTestRun
    from lintkit.model import Route
    from lintkit.rule.definition import Rule

_RULE_SUFFIXES = {".py", ".yaml", ".yml"}


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A rule file, and the rule folder that it belongs to."""

    file: Path
    folder: Path

    @property
    def id(self) -> str:
        """The id that the path gives the rule."""
        from lintkit.catalog.load import rule_id

        return rule_id(self.folder, self.file)


@click.command()
@click.argument("targets", nargs=-1, metavar="[DIR|RULE]...")
@click.option(
    "--output-format",
    "formats",
    type=click.Choice(["text", "junit", "json"]),
    multiple=True,
    help="How to write what was found; text by default. Repeatable, each with its own --output.",
)
@click.option("--output", "files", metavar="FILE", multiple=True, help="Write to FILE; - is stdout.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True)
@repository_options
def test(
    targets: tuple[str, ...],
    formats: tuple[str, ...],
    files: tuple[str, ...],
    color: str,
    config_file: Path | None,
    root: Path | None,
    allow_code: bool,
) -> int:
    """Run the examples of rules as tests, and look at how the rules are written.

    DIR is a folder of rules, RULE a rule file, or the id of a rule (globs are fine); without any, all built-in
    rules. A folder on the command line is trusted no more than one of the configuration: its Python-coded rules run
    with --allow-code only.
    """
    from lintkit.authoring.report import render_tests
    from lintkit.cli.workspace import choose_root

    outputs = pair_outputs(formats, files)
    run = run_tests(rule_files_of(targets, root, config_file), allow_code=allow_code)
    for output in outputs:
        stream = io.StringIO()
        form: RuleTestFormat = output.format  # type: ignore[assignment]
        render_tests(run, stream, form, color=output.file is None and form == "text" and wants_color(color))
        data = stream.getvalue().encode("utf-8", "backslashreplace")
        if output.file is None:
            write_stdout(data)
        else:
            write_file(output.file, data, choose_root(root, ()))
    if run.unloaded:
        return COULD_NOT
    return 0 if run.passed else 1


def rule_files_of(
    targets: Sequence[str], root: Path | None = None, config_file: Path | None = None
) -> tuple[RuleFile, ...]:
    """The rule files that the command line means, each once, in order.

    Raises CommandError for a folder without rules, and for what is neither a folder, a file nor a rule.
    """
    from lintkit.catalog.load import builtin_folder, rule_files
    from lintkit.cli.workspace import choose_root
    from lintkit.files.links import leads_out

    for target in targets:
        if os.path.lexists(target) and leads_out(Path(target), choose_root(root, ())):
            raise CommandError(
                f"{_shown(Path(target))} is reached through a symbolic link that leads out of the repository"
            )
    if not targets:
        folder = builtin_folder()
        return tuple(RuleFile(file, folder) for file in rule_files(folder))
    if all(Path(target).is_dir() for target in targets):  # these need no configuration
        return tuple(dict.fromkeys(rule for target in targets for rule in _of_folder(Path(target))))
    folders = _rule_folders(root, config_file)
    found: list[RuleFile] = []
    for target in targets:
        path = Path(target)
        if path.is_dir():
            found += _of_folder(path)
        elif path.is_file():
            found.append(_of_file(path, folders))
        else:
            found += _of_id(target, list(_known(folders)))
    return tuple(dict.fromkeys(found))


def _of_folder(path: Path) -> Iterator[RuleFile]:
    from lintkit.catalog.load import rule_files

    folder, files = path, list(rule_files(path))
    direct = [file for file in path.iterdir() if file.suffix in _RULE_SUFFIXES and file.name[0] not in "_."]
    if not files and direct:  # a family was named: `policies/team`
        folder, files = path.parent, sorted(direct)
    if not files:
        raise CommandError(
            f"{_shown(path)} holds no rules; a rule is a file FAMILY/NAME.yaml below it, and `lintkit new` makes one"
        )
    for file in files:
        yield RuleFile(file, folder)


def _of_file(path: Path, folders: Iterable[Path]) -> RuleFile:
    """The rule in the file `path`: of the rule folder around it, or of the folder two levels up."""
    if path.suffix not in _RULE_SUFFIXES:
        raise CommandError(f"{_shown(path)} is no rule file; rules are written in YAML or Python")
    file = path.parent.resolve() / path.name
    for folder in folders:
        if file.is_relative_to(folder.resolve()) and file.parent != folder.resolve():
            return RuleFile(file, folder.resolve())
    return RuleFile(file, file.parent.parent)


def _rule_folders(root: Path | None, config_file: Path | None) -> tuple[Path, ...]:
    from lintkit.catalog.load import builtin_folder
    from lintkit.cli.workspace import choose_root
    from lintkit.config.load import load_config

    return (builtin_folder(), *load_config(choose_root(root, ()), config_file).rule_folders)


def _known(folders: Iterable[Path]) -> Iterator[RuleFile]:
    from lintkit.catalog.load import rule_files

    return (RuleFile(file, folder) for folder in folders for file in rule_files(folder))


def _of_id(target: str, known: Sequence[RuleFile]) -> list[RuleFile]:
    from lintkit.config.errors import nearest
    from lintkit.globs.ids import id_matches

    found = [rule for rule in known if id_matches(target, rule.id)]
    if not found:
        hint = nearest(target, [rule.id for rule in known]) or "; `lintkit rules` lists the rules"
        raise CommandError(f"there is no rule folder {target}, and no rule of that id{hint}")
    return found


def run_tests(files: Sequence[RuleFile], *, allow_code: bool = False) -> RuleTestRun:
    """Load each rule and run its examples; a file that does not load is noted, and the others go on."""
    from lintkit.authoring.report import LoadFailure, RuleTestRun
    from lintkit.catalog.load import load_rule
    from lintkit.rule.definition import RuleError

    results: list[RuleResult] = []
    unloaded: list[LoadFailure] = []
    seen: dict[str, Path] = {}
    for rule_file in files:
        shown = _shown(rule_file.file)
        first = seen.setdefault(rule_file.id, rule_file.file)
        if first != rule_file.file:
            said = (
                f"the rule {rule_file.id} is already defined in {_shown(first)}; rename one of the two files"
            )
            unloaded.append(LoadFailure(shown, 0, said))
            continue
        try:
            rule = load_rule(rule_file.file, rule_file.folder, allow_code=allow_code)
        except RuleError as error:
            unloaded.append(LoadFailure(shown, error.line, error.message))
        except Exception as error:  # a defect of lintkit; the other rules still get their answer
            unloaded.append(LoadFailure(shown, 0, f"loading this rule raised {type(error).__name__}"))
        else:
            results.append(run_rule(rule, rule_file.file))
    return RuleTestRun(tuple(results), tuple(unloaded))


def run_rule(rule: Rule, file: Path) -> RuleResult:
    """Run the examples of one rule, and look at how it is written."""
    from lintkit.authoring.examples import run_example
    from lintkit.authoring.places import rule_places
    from lintkit.authoring.report import ExampleResult, RuleResult

    places = rule_places(file)
    results = []
    for index, example in enumerate(rule.meta.examples):
        outcome = run_example(rule, example)
        fixed = None
        if outcome.fixed is not None and outcome.fixed_expected is not None:
            fixed = (outcome.fixed_expected, outcome.fixed)
        results.append(
            ExampleResult(
                number=index + 1,
                good=example.good,
                note=example.note,
                line=places.line(("examples", index)),
                files=outcome.files,
                expected=outcome.expected,
                found=outcome.places(),
                trouble=outcome.trouble,
                fixed=fixed,
            )
        )
    messages = [message for result in results for _, _, message in result.found]
    remarks = tuple(_remarks(rule, places, messages))
    return RuleResult(rule.id, _shown(file), tuple(results), remarks)


def _remarks(rule: Rule, places: RulePlaces, messages: Sequence[str]) -> Iterator[Remark]:
    from lintkit.authoring.lints import RuleLint, lint_message, lint_rule
    from lintkit.authoring.report import Remark

    lints: list[RuleLint] = list(lint_rule(rule.meta, places.data))
    if places.data is None:  # the messages of a Python-coded rule are known when it has made them
        seen: set[tuple[str, Route]] = set()
        for message in messages:
            for lint in lint_message(message, rule.id):
                if (lint.code, lint.route) not in seen:
                    seen.add((lint.code, lint.route))
                    lints.append(lint)
    remarks = [Remark(lint.code, lint.message, lint.severity, places.line(lint.route)) for lint in lints]
    remarks += [Remark("loading", note, "note", places.line(())) for note in rule.notes]
    yield from sorted(remarks, key=lambda remark: remark.line)


def _shown(path: Path) -> str:
    """`path` relative to the current folder, unless that leads up."""
    try:
        relative = Path(os.path.relpath(path)).as_posix()
    except ValueError:
        return path.as_posix()
    return path.as_posix() if relative.startswith("../") else relative
