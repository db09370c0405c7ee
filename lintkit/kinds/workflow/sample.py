"""What a first rule for this kind of file looks at."""

from __future__ import annotations

from lintkit.kinds.sample import Sample, mapping_check, query

SAMPLE = Sample(
    select=query(
        "`$.jobs.*['continue-on-error']` finds the key in every job",
        "$.jobs.*.change_me",
        "{const: true}",
    ),
    bad="on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    continue-on-error: true  # <-- here\n"
    "    steps: [{run: make test}]\n",
    good="on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps: [{run: make test}]\n",
    check=mapping_check("jobs", "change_me", 'f"the job `{name}` may fail unseen"'),
)
