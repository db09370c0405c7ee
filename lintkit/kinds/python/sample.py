"""What a first rule for this kind of file looks at."""

from __future__ import annotations

from lintkit.kinds.sample import Sample

SAMPLE = Sample(
    select="""\
# Python code as it would be written, with `$NAME` for any expression and `...` for any arguments. Names are resolved
# through imports: `requests.get($URL, ...)` also finds `from requests import get as fetch; fetch(url)`.
match: change_me.get($URL, ...)
""",
    bad="import requests\n\nrequests.get(URL)  # <-- here\n",
    good="import httpx\n\nhttpx.get(URL)\n",
    check="""\
    # Called once for each node that `looks_at` finds; `match.node` is a libcst node, `file` knows names and spans.
    yield rule.finding(file.span(match.node), "`requests` waits for ever", subject=file.code(match.node))
""",
)
