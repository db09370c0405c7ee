"""What a first rule for this kind of file looks at."""

from __future__ import annotations

from lintkit.kinds.sample import PLAIN_CHECK, Sample, query

SAMPLE = Sample(
    select=query("`$.debug` finds that key; `$..debug` at any depth", "$.change_me", "{const: true}"),
    bad='{\n  "debug": true,  // <-- here\n  "port": 8000\n}\n',
    good='{\n  "debug": false,\n  "port": 8000\n}\n',
    check=PLAIN_CHECK,
)
