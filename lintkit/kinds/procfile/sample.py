"""What a first rule for this kind of file looks at."""

from __future__ import annotations

from lintkit.kinds.sample import Sample, check, query

SAMPLE = Sample(
    select=query(
        "`$.processes.web` finds that command; `each: process` finds all",
        "$.processes.change_me",
        "{type: string, pattern: '--reload'}",
    ),
    bad="web: uvicorn shop.main:app --reload  # <-- here\n",
    good="web: uvicorn shop.main:app\n",
    check=check(
        """\
for name, command in document.data["processes"].items():
    if name == "change_me" and "--reload" in command:
        span = document.span(("processes", name))
        yield rule.finding(span, f"the process `{name}` reloads itself", subject=name)""",
    ),
)
