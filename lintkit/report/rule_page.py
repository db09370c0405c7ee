"""The documentation of a rule as Markdown, made from what the rule says of itself and its examples."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from lintkit.model import Example, RuleMeta
from lintkit.report.markdown import cell, code, fenced, sentence
from lintkit.report.options import Languages
from lintkit.source import Lines

_TRAILING_COMMENTS = frozenset({"python", "yaml", "toml"})
"""Languages in which a `#` behind the content of a line says nothing to the program."""

_MARK = "  # <-- here"


def rule_page(meta: RuleMeta, language: Languages) -> str:
    """One page: what the rule reports, why, what to do, examples, options and the same checks of other tools.

    language  what the fences of the examples say
    """
    return "\n".join(_lines(meta, meta.examples, language)) + "\n"


def rule_help(meta: RuleMeta, language: Languages) -> str:
    """The page with the first bad and the first good example, for places that show a rule beside each finding."""
    first = [
        next((example for example in meta.examples if example.good is good), None) for good in (False, True)
    ]
    return "\n".join(_lines(meta, [example for example in first if example is not None], language))


def rule_table(metas: Sequence[RuleMeta], link: str = "") -> str:
    """A Markdown table of rules; `link` is the folder of their pages, relative to where the table stands."""
    rows = ["| rule | severity | packs | reports |", "|---|---|---|---|"]
    for meta in metas:
        name = f"[`{meta.id}`]({link}{meta.id}.md)" if link else f"`{meta.id}`"
        rows.append(f"| {name} | {meta.severity} | {', '.join(meta.packs)} | {cell(meta.summary)} |")
    return "\n".join(rows) + "\n"


def _lines(meta: RuleMeta, examples: Sequence[Example], language: Languages) -> Iterator[str]:
    yield f"# {meta.id}"
    yield ""
    yield sentence(meta.summary)
    yield ""
    yield from _facts(meta)
    for title, text in (("Why", meta.why), ("What to do", meta.remedy)):
        if text.strip():
            yield from ("", f"## {title}", "", text.strip())
    for title, wanted in (("Reported", False), ("Not reported", True)):
        shown = [example for example in examples if example.good is wanted]
        if shown:
            yield from ("", f"## {title}")
        for example in shown:
            yield ""
            yield from _example(example, meta, language)
    if meta.options:
        yield from ("", "## Options", "")
        yield f'Set them in `lintkit.toml`, below `[rule."{meta.id}".options]`.'
        yield from ("", "| option | default | meaning |", "|---|---|---|")
        for name, schema in sorted(meta.options.items()):
            default = code(json.dumps(schema.get("default"), ensure_ascii=False, default=list))
            yield f"| `{name}` | {cell(default)} | {cell(str(schema.get('description', '')))} |"
    if meta.paths_ignore:
        yield ""
        yield "Left out by default: " + ", ".join(map(code, meta.paths_ignore)) + "."
    if meta.excused_by:
        kind, query = meta.excused_by
        yield ""
        yield f"Not reported where a `{kind}` that is deployed into the same namespace has {code(query)}."
    if meta.equivalents:
        yield from ("", "## The same check elsewhere", "")
        yield ", ".join(map(code, meta.equivalents))


def _facts(meta: RuleMeta) -> Iterator[str]:
    facts = {
        "severity": meta.severity,
        "confidence": meta.confidence,
        "looks at": ", ".join(meta.kinds)
        + (", and how files go together" if meta.scope == "project" else ""),
        "packs": ", ".join(meta.packs),
        "tags": ", ".join(meta.tags),
        "fix": "yes" if meta.fixable else "no",
    }
    facts["looks at"] = facts["looks at"].removeprefix(", and ")
    told = {name: value for name, value in facts.items() if value}
    yield "| " + " | ".join(told) + " |"
    yield "|" + "---|" * len(told)
    yield "| " + " | ".join(map(cell, told.values())) + " |"


def _example(example: Example, meta: RuleMeta, language: Languages) -> Iterator[str]:
    if example.note.strip():
        yield sentence(example.note).removesuffix(".") + ":"
        yield ""
    if example.options:
        settings = ", ".join(
            f"{name} = {json.dumps(value, ensure_ascii=False, default=list)}"
            for name, value in example.options.items()
        )
        yield f"With the options {code(settings)}:"
        yield ""
    yield from _files(example.files, example.expected, meta, language)
    if example.fixed is not None:
        yield from ("", "With `--fix`:", "")
        yield from _files(example.fixed, (), meta, language)


def _files(
    files: Mapping[str, str], expected: Sequence[tuple[str, int]], meta: RuleMeta, language: Languages
) -> Iterator[str]:
    for index, (path, text) in enumerate(files.items()):
        if index:
            yield ""
        if path:
            yield f"{code(path)}:"
            yield ""
        written_in = language(path, meta.kinds[0] if meta.kinds else None)
        marked = sorted({line for place, line in expected if place == path})
        shown, below = _with_marks(text, marked, written_in)
        yield fenced(shown, written_in) if text.strip() else "(an empty file)"
        if below and len(text.splitlines()) > 1:
            yield ""
            yield f"Line{'s' if len(below) > 1 else ''} {', '.join(map(str, below))}."


def _with_marks(text: str, marked: Sequence[int], language: str) -> tuple[str, Sequence[int]]:
    """`text` with an arrow behind the marked lines, and the lines that cannot have one."""
    if language not in _TRAILING_COMMENTS:
        return text, marked
    lines = Lines(text)
    below: list[int] = []
    for number in reversed(marked):
        end = lines.end(number)
        if lines.line(number).endswith("\\"):  # nothing may follow what continues a line
            below.insert(0, number)
        else:
            text = text[:end].rstrip(" \t") + _MARK + text[end:]
    return text, below
