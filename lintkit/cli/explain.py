"""`lintkit explain`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from lintkit.cli.options import repository_options
from lintkit.model import Example, RuleMeta


@click.command()
@click.argument("rule")
@repository_options
def explain(rule: str, config_file: Path | None, root: Path | None, allow_code: bool) -> None:
    """Say what RULE finds, why it matters, what to do, and show examples."""
    from lintkit.cli.workspace import choose_root, open_workspace

    workspace = open_workspace(choose_root(root, ()), config_file, allow_code=allow_code)
    click.echo("\n".join(lines(workspace.rule(rule))))


def lines(meta: RuleMeta) -> Iterator[str]:
    """The documentation of a rule as Markdown, which reads as text."""
    yield f"# {meta.id}"
    yield ""
    yield f"{meta.summary[:1].upper()}{meta.summary[1:]}."
    yield ""
    fix = ", can be fixed with --fix" if meta.fixable else ""
    yield f"Severity {meta.severity}, confidence {meta.confidence}{fix}."
    if meta.tags:
        yield f"Tags: {', '.join(meta.tags)}."
    if meta.equivalents:
        yield f"Elsewhere: {', '.join(meta.equivalents)}."
    for title, text in (("Why", meta.why), ("What to do", meta.remedy)):
        yield from ("", f"## {title}", "", text.strip())
    if meta.options:
        yield from ("", "## Options", "")
        yield f'Set them below `[rule."{meta.id}".options]`.'
        yield ""
        yield from _options(meta.options)
    for title, good in (("Reported", False), ("Not reported", True)):
        examples = [example for example in meta.examples if example.good is good]
        if examples:
            yield from ("", f"## {title}")
            for example in examples:
                yield from _example(example)


def _options(options: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    for name, schema in sorted(options.items()):
        default = json.dumps(schema.get("default"), ensure_ascii=False)
        yield f"- `{name}`: {schema.get('description', schema.get('type', 'any value'))} (default `{default}`)"


def _example(example: Example) -> Iterator[str]:
    yield ""
    if example.note:
        yield from (example.note, "")
    for path, text in example.files.items():
        marked = {line for where, line in example.expected if where == path}
        if path:
            yield f"`{path}`:"
            yield ""
        for number, line in enumerate(text.rstrip("\n").split("\n"), 1):
            yield f"    {'>' if number in marked else ' '} {line}".rstrip()
    for path, text in (example.fixed or {}).items():
        yield from ("", f"fixed{f' `{path}`' if path else ''}:", "")
        for line in text.rstrip("\n").split("\n"):
            yield f"      {line}".rstrip()
