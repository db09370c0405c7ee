"""What a first rule for this kind of file looks at."""

from __future__ import annotations

from lintkit.kinds.sample import Sample, items_check, query

SAMPLE = Sample(
    select=query(
        "`$.instructions[?@.keyword == 'ADD']` finds every ADD",
        "$.instructions[?@.keyword == 'change_me']",
        "{type: object, required: [value]}",
    ),
    bad="FROM python:3.12-slim\nADD . /app  # <-- here\n",
    good="FROM python:3.12-slim\nCOPY . /app\n",
    check=items_check("instructions", "keyword", "value", '"`ADD` does more than copy"'),
)
