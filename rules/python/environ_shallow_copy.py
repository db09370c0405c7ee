"""python/environ-shallow-copy: `copy.copy(os.environ)`, which is the environment itself once more."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import TESTS, Calls, Finding, Match, PythonFile, RuleContext, bad, define, good

RULE = define(
    summary="a shallow copy of `os.environ` that is no copy",
    why="""
`copy.copy(os.environ)` makes a second view of the same environment: what is written to the "copy" is set for the
whole process and for every child it starts, so credentials meant for one command reach all of them.
""",
    remedy="Use `os.environ.copy()`, which is a plain dict.",
    severity="warning",
    kinds=("python",),
    looks_at=(Calls(("copy.copy",)),),
    tags=("correctness", "env-default", "CWE-668"),
    equivalents=("ruff:PLW1507", "pylint:shallow-copy-environ"),
    paths_ignore=TESTS,
    examples=(
        bad(
            """\
import copy
import os

env = copy.copy(os.environ)  # <-- here
env["PGPASSWORD"] = secret
"""
        ),
        bad("from copy import copy as clone\nfrom os import environ\n\nenv = clone(x=environ)  # <-- here\n"),
        good(
            """\
import copy
import os

env = os.environ.copy()
settings = copy.copy(defaults)
everything = copy.deepcopy(os.environ)
""",
            note="a dict, a copy of something else, and a copy that goes deep",
        ),
    ),
)


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report a shallow copy whose one argument is the environment."""
    call = match.call
    copied = call.argument(0, "x")
    if copied is not None and copied.name == "os.environ":
        yield rule.finding(
            call.span,
            f"`{call.callee.text}` of `os.environ` still writes to the environment of the process",
            subject="os.environ",
        )
