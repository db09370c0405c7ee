"""env/space-around-equals: spaces around the `=`, which readers of `.env` files take differently."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import TESTS, Document, Edit, Finding, Fix, RuleContext, Span, bad, define, good
from lintkit.api.formats import is_shell_script

RULE = define(
    summary="there are spaces around the `=` of a variable",
    why="""
python-dotenv drops them. A shell that sources the file takes the name for a command, `docker run --env-file` refuses
the file, and others make the space part of the value.
""",
    remedy="Write `NAME=value` without spaces.",
    severity="warning",
    kinds=("dotenv",),
    tags=("configuration", "style"),
    packs=("strict",),
    fixable=True,
    paths_ignore=(*TESTS, "**/fixtures/**"),
    examples=(
        bad(
            {".env": "PORT = 8000  # <-- here\nHOST= db  # <-- here\nNAME ='shop'  # <-- here\nA=1\n"},
            fixed={".env": "PORT=8000\nHOST=db\nNAME='shop'\nA=1\n"},
        ),
        good({".env": "PORT=8000\nNAME=' shop'\nEMPTY=\nEMPTY_WITH_COMMENT= # none\nINHERITED\n"}),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each `=` with a space beside it, at the name."""
    if is_shell_script(document.text):
        return
    for index, entry in enumerate(document.data["entries"]):
        if not entry["value"]:
            continue
        key = document.span(("entries", index, "key"))
        value = document.span(("entries", index, "value"))
        between = Span(document.path, key.end, value.start)
        text = document.text[between.start : between.end]
        if text.strip("'") != "=" and "\n" not in text:
            quote = "'" if text.startswith("'") else ""
            yield rule.finding(
                key,
                f"there are spaces around the `=` of `{entry['key']}`",
                subject=entry["key"],
                fix=Fix("write it without spaces", (Edit(between, f"{quote}="),), safe=True),
            )
