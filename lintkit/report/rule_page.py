"""The documentation of a rule as Markdown, made from what the rule says of itself and its examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from lintkit.model import Example, RuleMeta
from lintkit.report.markdown import fenced

_LANGUAGES = {
    ".py": "python",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".toml": "toml",
    ".json": "json",
    ".env": "dotenv",
}
_BY_KIND = {
    "python": "python",
    "compose": "yaml",
    "kubernetes": "yaml",
    "workflow": "yaml",
    "yaml": "yaml",
    "dockerfile": "dockerfile",
    "dotenv": "dotenv",
    "gitignore": "gitignore",
    "dockerignore": "gitignore",
    "toml": "toml",
    "json": "json",
}


def rule_page(meta: RuleMeta) -> str:
    """One page: what the rule reports, why, what to do, examples, options and the same checks of other tools."""
    return "\n".join(_lines(meta)) + "\n"


def rule_table(metas: Sequence[RuleMeta], link: str = "") -> str:
    """A Markdown table of rules; `link` is the folder of their pages, relative to where the table stands."""
    rows = ["| rule | severity | reports |", "|---|---|---|"]
    for meta in metas:
        name = f"[`{meta.id}`]({link}{meta.id}.md)" if link else f"`{meta.id}`"
        rows.append(f"| {name} | {meta.severity} | {meta.summary} |")
    return "\n".join(rows) + "\n"


def _lines(meta: RuleMeta) -> Iterator[str]:
    yield f"# {meta.id}"
    yield ""
    yield f"{meta.summary[0].upper()}{meta.summary[1:]}."
    yield ""
    yield "| severity | confidence | scope | packs | fix |"
    yield "|---|---|---|---|---|"
    packs, fix = ", ".join(meta.packs), "yes" if meta.fixable else "no"
    yield f"| {meta.severity} | {meta.confidence} | {meta.scope} | {packs} | {fix} |"
    yield ""
    yield "## Why"
    yield ""
    yield meta.why
    yield ""
    yield "## What to do"
    yield ""
    yield meta.remedy
    for title, wanted in (("Reported", False), ("Not reported", True)):
        examples = [example for example in meta.examples if example.good is wanted]
        if examples:
            yield ""
            yield f"## {title}"
        for example in examples:
            yield ""
            yield from _example(example, meta)
    if meta.options:
        yield ""
        yield "## Options"
        yield ""
        yield "| option | default | meaning |"
        yield "|---|---|---|"
        for name, spec in sorted(meta.options.items()):
            yield f"| `{name}` | `{spec.get('default')!r}` | {spec.get('description', '')} |"
    if meta.paths_ignore:
        yield ""
        yield "Left out by default: " + ", ".join(f"`{glob}`" for glob in meta.paths_ignore) + "."
    if meta.equivalents:
        yield ""
        yield "## The same check elsewhere"
        yield ""
        yield ", ".join(f"`{name}`" for name in meta.equivalents)


def _example(example: Example, meta: RuleMeta) -> Iterator[str]:
    if example.note:
        yield f"{example.note[0].upper()}{example.note[1:]}:"
        yield ""
    yield from _files(example.files, example.expected, meta)
    if example.fixed is not None:
        yield ""
        yield "With `--fix`:"
        yield ""
        yield from _files(example.fixed, (), meta)


def _files(files: Mapping[str, str], expected: Sequence[tuple[str, int]], meta: RuleMeta) -> Iterator[str]:
    for index, (path, text) in enumerate(files.items()):
        if index:
            yield ""
        if path:
            yield f"`{path}`:"
            yield ""
        yield fenced(text, _language(path, meta))
        lines = sorted({line for place, line in expected if place == path})
        if lines and len(text.splitlines()) > 1:
            yield ""
            yield f"Line{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines))}."


def _language(path: str, meta: RuleMeta) -> str:
    name = path.rsplit("/", 1)[-1]
    for suffix, language in _LANGUAGES.items():
        if name.endswith(suffix):
            return language
    if "Dockerfile" in name:
        return "dockerfile"
    if name.startswith(".env"):
        return "dotenv"
    if name.endswith("ignore"):
        return "gitignore"
    return _BY_KIND.get(meta.kinds[0], "") if meta.kinds and not path else ""
