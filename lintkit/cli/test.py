"""`lintkit test`."""

from __future__ import annotations

from pathlib import Path

import click

from lintkit.cli.failure import CommandError


@click.command()
@click.argument("folder", required=False, metavar="[DIR]", type=click.Path(path_type=Path))
@click.option(
    "--allow-code", is_flag=True, help="Also run Python-coded rules of DIR. They run as your own code."
)
def test(folder: Path | None, allow_code: bool) -> int:
    """Run the examples of the rules in DIR as tests; without DIR those of the built-in rules."""
    from lintkit.catalog import load_rules
    from lintkit.config.model import Config, RuleConfig
    from lintkit.examples import run_example

    if folder is not None and not folder.is_dir():
        raise CommandError(f"there is no rule folder {folder}")
    loaded = load_rules((folder,) if folder else (), allow_code=allow_code, builtin=folder is None)
    failed = count = 0
    for rule in loaded.rules:
        for number, example in enumerate(rule.meta.examples, 1):
            count += 1
            settings = {rule.meta.id: RuleConfig(options=example.options)}
            outcome = run_example(rule, example, Config(select=("*",), rules=settings))
            problem = "" if outcome.passed else outcome.explain()
            if not example.good and not example.expected:
                problem = "  a bad example marks each line that is reported with `# <-- here`"
            if problem:
                failed += 1
                click.echo(f"{rule.meta.id}, example {number} ({'good' if example.good else 'bad'}):")
                click.echo(problem)
    click.echo(f"{count} examples of {len(loaded.rules)} rules, {failed} failed")
    return 1 if failed else 0
