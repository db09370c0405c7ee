"""`lintkit config`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lintkit.cli.options import git_option, repository_options
from lintkit.report.printable import printable

if TYPE_CHECKING:
    from lintkit.config.explain import Decision, Line
    from lintkit.config.model import Config
    from lintkit.files.tree import Tree
    from lintkit.model import Kind


@click.command()
@click.argument("path", default=".", type=click.Path())
@click.option("--rules", "by_rule", is_flag=True, help="List the rules, whether each runs there, and why.")
@click.option("--output-format", "form", type=click.Choice(["text", "json"]), default="text")
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DAY",
    help="Judge waivers as on this day, such as 2027-01-31. Default: today, in UTC.",
)
@repository_options
@git_option
def config(
    path: str,
    by_rule: bool,
    form: str,
    today: datetime | None,
    config_file: Path | None,
    root: Path | None,
    allow_code: bool,
    no_git: bool,
) -> None:
    """Print the configuration that is in force for PATH, with the file and line that each value comes from.

    PATH is a file or a folder; by default the current folder.
    """
    from lintkit.cli.workspace import choose_root, open_workspace, relative_paths, tree_name
    from lintkit.config.explain import explain_lines, explain_rule
    from lintkit.config.ruling import Rulings
    from lintkit.files.tree import open_tree

    folder = choose_root(root, (path,))
    (relative,) = relative_paths(folder, (path,))
    tree = open_tree(folder, named=[relative] if relative else [], git=not no_git)
    workspace = open_workspace(folder, config_file, allow_code=allow_code, tree=tree)
    is_folder = (folder / relative).is_dir()
    relative = tree_name(relative)
    here = workspace.config.for_path(relative)
    day = today.date() if today is not None else _utc_day()
    about = _about(workspace.config, here, relative, is_folder)
    if not by_rule:
        found = explain_lines(here, workspace.config, day)
        _print(form, about, "lines", [_line_data(line) for line in found], list(_as_text(found)))
        return
    kind = None if is_folder else _kind(tree, relative)
    place = f"{relative}/" if is_folder and relative else relative
    rulings = Rulings(workspace.config, day)
    decisions = [explain_rule(rulings, meta, place, kind) for meta in workspace.metas]
    _print(form, about, "rules", [_decision_data(one) for one in decisions], list(_decided(decisions)))


def _utc_day() -> date:
    return datetime.now(timezone.utc).date()


def _kind(tree: Tree, path: str) -> Kind | None:
    from lintkit.files.tree import TreeError
    from lintkit.kinds.recognise import kind_by_name, kind_of

    try:
        return kind_of(path, tree.read(path))
    except TreeError:
        return kind_by_name(path)


def _about(whole: Config, here: Config, path: str, is_folder: bool) -> dict[str, Any]:
    """Which path is meant, and which files its configuration comes from, nearest first."""
    from lintkit.globs.paths import matches

    place = f"{path}/" if is_folder else path
    around = dict.fromkeys(
        one.path for one in (*whole.around(here.folder), here) if matches(one.exclude, place)
    )
    return {
        "path": path or ".",
        "files": [source.path for source in reversed(here.sources)],
        "excluded": next(iter(around), None) if path else None,
        "left_out": path != "" and not whole.excluded(place) and whole.left_out(place) is not None,
    }


def _print(
    form: str, about: Mapping[str, Any], name: str, data: Sequence[Mapping[str, Any]], text: Sequence[str]
) -> None:
    if form == "json":
        click.echo(json.dumps({**about, name: data}, indent=2, ensure_ascii=True, default=str))
        return
    click.echo(f"# {printable(about['path'])}: {_origin(about['files'])}")
    if about["excluded"] is not None:
        what = "only rules that are required of the folder run" if about["left_out"] else "nothing runs"
        click.echo(f"# excluded by `exclude` of {printable(about['excluded'])}: {what} there")
    for line in text:
        click.echo(line)


def _origin(files: Sequence[str]) -> str:
    if not files:
        return "no configuration file; these are the defaults"
    extended = f", which builds on {', '.join(dict.fromkeys(files[1:]))}" if len(files) > 1 else ""
    return printable(f"{files[0]}{extended}")


def _line_data(line: Line) -> dict[str, Any]:
    return {
        "key": line.key,
        "value": line.value,
        "file": line.path or None,
        "line": line.line or None,
        "note": line.note,
    }


def _as_text(lines: Sequence[Line]) -> Iterator[str]:
    said = [printable(f"{line.key} = {_value(line.value)}") for line in lines]
    width = min(max(map(len, said), default=0), 60)
    for text, line in zip(said, lines, strict=True):
        place = f"{line.path}:{line.line}" if line.line else line.path
        comment = ", ".join(part for part in (place, line.note) if part)
        yield f"{text:<{width}}  # {printable(comment)}"


def _value(value: Any) -> str:
    """`value` as TOML writes it on one line."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{name} = {_value(inner)}" for name, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False, default=str)


def _decision_data(decision: Decision) -> dict[str, Any]:
    return {
        "id": decision.rule,
        "runs": decision.runs,
        "severity": decision.severity,
        "reason": decision.reason,
        "file": decision.path or None,
        "line": decision.line or None,
        "accepted": decision.accepted,
    }


def _decided(decisions: Sequence[Decision]) -> Iterator[str]:
    width = max((len(decision.rule) for decision in decisions), default=0)
    for one in decisions:
        state = one.severity if one.runs else "off"
        place = f" ({one.path}:{one.line})" if one.path else ""
        accepted = f"; findings are accepted: {one.accepted}" if one.accepted is not None else ""
        yield printable(f"{one.rule:<{width}}  {state:<7}  {one.reason}{place}{accepted}")
