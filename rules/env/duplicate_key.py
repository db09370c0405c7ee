"""env/duplicate-key: a variable that stands twice in one file."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import TESTS, Document, Finding, Location, RuleContext, bad, define, good
from lintkit.api.formats import is_shell_script

RULE = define(
    summary="a variable is set twice in one environment file",
    why="""
Which of the two counts depends on who reads the file: most take the last one, some the first. Whoever edits the other
one sees no effect, and looks for the reason elsewhere.
""",
    remedy="Keep one of them.",
    severity="warning",
    kinds=("dotenv",),
    tags=("configuration",),
    packs=("recommended",),
    paths_ignore=(*TESTS, "**/fixtures/**"),
    examples=(
        bad({".env": "PORT=8000\nDEBUG=0\nPORT=9000  # <-- here\n"}),
        bad({".env.example": "export PORT=8000\nPORT='8000'  # <-- here\n"}, note="the same value, for now"),
        good({".env": "PORT=8000\nport=9000\n#PORT=7000\nPORT_2=1\n"}, note="other names, and a comment"),
        good(
            {".env": "A=1\nPATHS=/a\nPATHS=${PATHS}:/b\n"},
            note="a value that is built from the one before",
        ),
        good(
            {"data.env": 'i=0\nKEPT[((i++))]="/srv/a"\nKEPT[((i++))]="/srv/b"\nexport KEPT\ni=0\n'},
            note="a script that a shell sources",
        ),
    ),
)


_MOST = 20
"""More in one file are no slip of the pen, and the first ones say so."""


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report every entry whose name stood before, at its name."""
    if is_shell_script(document.text):
        return
    first: dict[str, int] = {}
    found = 0
    entries = document.data["entries"]
    for index, entry in enumerate(entries):
        name = entry["key"]
        before = first.setdefault(name, index)
        if before == index or (entry["interpolates"] and f"${{{name}" in (entry["value"] or "")):
            continue
        found += 1
        if found > _MOST:
            return
        same = entries[before]["value"] == entry["value"]
        yield rule.finding(
            document.span(("entries", index, "key")),
            f"`{name}` is set a second time, " + ("to the same value" if same else "to another value"),
            subject=name,
            severity="note" if same else "warning",
            related=(Location(document.span(("entries", before, "key")), "the first time"),),
        )
