"""What a first rule for this kind of file looks at."""

from __future__ import annotations

from dataclasses import replace

from lintkit.kinds.sample import Sample, items_check, query

GITIGNORE = Sample(
    select=query(
        "`$.patterns[?@.pattern == '*.sql']` finds that line",
        "$.patterns[?@.pattern == 'change_me']",
        "{type: object, required: [pattern]}",
    ),
    bad="build/\n*.sql  # <-- here\n",
    good="build/\n/dumps/\n",
    check=items_check("patterns", "pattern", "pattern", '"`*.sql` hides migrations"'),
)

DOCKERIGNORE = replace(
    GITIGNORE,
    check=items_check("patterns", "pattern", "pattern", '"`*.sql` leaves migrations out of the image"'),
)
