"""What a first rule for this kind of file looks at."""

from __future__ import annotations

from lintkit.kinds.sample import Sample, check, query

SAMPLE = Sample(
    select=query(
        "`$.entries[?@.key == 'DEBUG']` finds that variable",
        "$.entries[?@.key == 'change_me']",
        "{type: object, properties: {value: {const: '1'}}, required: [value]}",
    ),
    bad="DEBUG=1  # <-- here\nLOG_LEVEL=info\n",
    good="DEBUG=0\nLOG_LEVEL=info\n",
    check=check(
        """\
for index, entry in enumerate(document.data["entries"]):
    if entry["key"] == "change_me" and entry["value"] == "1":
        yield rule.finding(document.span(("entries", index)), "`DEBUG` is on", subject=entry["key"])""",
    ),
)
