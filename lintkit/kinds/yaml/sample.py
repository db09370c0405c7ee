"""What a first rule for this kind of file looks at."""

from __future__ import annotations

from lintkit.kinds.sample import PLAIN_CHECK, Sample, query

SAMPLE = Sample(
    select=query("`$.debug` finds that key; `$..debug` at any depth", "$.change_me", "{const: true}"),
    bad="debug: true  # <-- here\nport: 8000\n",
    good="debug: false\nport: 8000\n",
    check=PLAIN_CHECK,
)
