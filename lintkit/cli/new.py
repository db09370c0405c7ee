"""`lintkit new`."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click

from lintkit.authoring.scaffold import SAMPLES, project_rule, python_rule, yaml_rule
from lintkit.cli.failure import CommandError
from lintkit.cli.options import repository_options
from lintkit.cli.output import output_place
from lintkit.model import Kind

SCHEMA_FILE = "rule.schema.json"
"""Where `new` looks, in the rule folder, for the schema that editors use."""

_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*(?:/[a-z][a-z0-9]*(?:-[a-z0-9]+)*)+")


@click.command()
@click.argument("rule", metavar="FAMILY/NAME")
@click.option(
    "--kind",
    type=click.Choice(list(SAMPLES)),
    help="The kind of file that the rule looks at; by default compose, or python if the rule's family says so.",
)
@click.option(
    "--folder",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="The rule folder; by default the first of `rules` in the configuration, or policies/.",
)
@click.option("--python", "coded", is_flag=True, help="Write the rule in Python instead of YAML.")
@click.option(
    "--project",
    "whole",
    is_flag=True,
    help="Write a rule that looks at all files together and joins what they say, in Python.",
)
@repository_options
def new(
    rule: str,
    kind: Kind | None,
    folder: Path | None,
    coded: bool,
    whole: bool,
    config_file: Path | None,
    root: Path | None,
    allow_code: bool,
) -> None:
    """Begin the rule FAMILY/NAME, such as team/no-foo: a file with comments, and examples that fail at first."""
    from lintkit.catalog.load import builtin_folder
    from lintkit.cli.workspace import choose_root
    from lintkit.config.load import load_config

    check_id(rule)
    if whole and kind is not None:
        raise CommandError("--project looks at files of all kinds; leave --kind out")
    coded = coded or whole
    top = choose_root(root, ())
    config = load_config(top, config_file)
    configured = [path.resolve() for path in config.rule_folders]
    if folder is None:
        folder = config.rule_folders[0] if config.rule_folders else top / "policies"
    _refuse_existing(rule, folder)
    family, name = rule.rsplit("/", 1)
    file = folder / family / (f"{name.replace('-', '_')}.py" if coded else f"{name}.yaml")
    output_place(file, top, "--folder")
    chosen = kind or _kind_of(rule)
    text = _first_text(chosen, whole=whole, coded=coded, schema=_schema(folder, file))
    _write(file, text)
    shown, target = _shown(file), shlex.quote(_shown(folder))
    # Outside of the configuration a rule file's folder is taken to be two levels up.
    built_in = folder.resolve() == builtin_folder().resolve()
    known = built_in or folder.resolve() in configured
    tested = target if not known and "/" in family else shlex.quote(shown)
    click.echo(f"{shown} is a rule that is not finished: its comments say what to write where.")
    click.echo("")
    click.echo(f"    lintkit test {tested}{' --allow-code' if coded and not built_in else ''}")
    click.echo("")
    click.echo("runs its examples and says what is left to do.")
    if built_in:
        click.echo("It is a built-in rule: nothing has to be configured. Then run scripts/generate-docs.")
        return
    if folder.resolve() not in configured:
        click.echo(f'`rules = ["{_shown(folder)}"]` in lintkit.toml makes `lintkit check` run it.')
    if coded:
        click.echo("Code of a repository runs only where the command line says --allow-code.")
    elif not (folder / SCHEMA_FILE).is_file():
        click.echo(
            f"For completion in an editor: lintkit schema rule > {target}/{SCHEMA_FILE}; `lintkit new` then names it."
        )


def _first_text(kind: Kind, *, whole: bool, coded: bool, schema: str) -> str:
    if whole:
        return project_rule()
    return python_rule(kind) if coded else yaml_rule(kind, schema)


def check_id(rule: str) -> None:
    """Raise CommandError with what to write instead if `rule` cannot be the id of a new rule."""
    if rule.startswith("lintkit/"):
        raise CommandError("the family lintkit/ is lintkit's own; choose another one, such as team/")
    if _ID.fullmatch(rule):
        return
    words = [re.sub(r"[^a-z0-9]+", "-", part.lower()).strip("-") for part in rule.split("/")]
    words = [word for word in words if word]
    fitting = "/".join(words if len(words) > 1 else ["team", *words])
    hint = f"; `{fitting}` would do" if _ID.fullmatch(fitting) else ""
    raise CommandError(
        f"{rule!r} is no id for a rule: it is FAMILY/NAME in lower case with hyphens, such as team/no-foo{hint}"
    )


def _refuse_existing(rule: str, folder: Path) -> None:
    from lintkit.catalog.load import builtin_folder, rule_files, rule_id

    for known in (folder, builtin_folder()):
        for file in rule_files(known) if known.is_dir() else ():
            if rule_id(known, file) == rule:
                whose = "already a rule" if known == folder else "a built-in rule"
                raise CommandError(
                    f"{rule} is {whose} ({_shown(file)}); nothing was written, choose another name"
                )


def _kind_of(rule: str) -> Kind:
    family = rule.split("/", 1)[0]
    return next((kind for kind in SAMPLES if kind == family), "compose")


def _schema(folder: Path, file: Path) -> str:
    """The path from a rule file to the schema of rule files, if the folder has one."""
    if not (folder / SCHEMA_FILE).is_file():
        return ""
    return "../" * (len(file.relative_to(folder).parts) - 1) + SCHEMA_FILE


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except FileExistsError:
        raise CommandError(f"{_shown(file)} exists already; nothing was written") from None
    except OSError as error:
        raise CommandError(f"{_shown(file)} could not be written ({error.strerror})") from None


def _shown(path: Path) -> str:
    """`path` relative to the current folder, unless that leads up."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()
