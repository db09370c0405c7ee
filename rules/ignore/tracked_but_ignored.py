"""ignore/tracked-but-ignored: a pattern that ignores files which git tracks all the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from lintkit.api import NOT_A_SERVICE, Finding, Location, Project, RuleContext, Span, bad, define, good
from lintkit.api.facts import IgnoreRules
from lintkit.api.ignore import git_ignores

RULE = define(
    summary="git tracks files that an ignore file names",
    why="""
An ignore rule changes nothing for a file that is tracked already: its changes are committed as before. And a new file
beside it is left out in silence, so that the build works on one machine only.
""",
    remedy="`git rm --cached` what should not be there, narrow the pattern (`/build/`), or take the file back (`!`).",
    severity="warning",
    scope="project",
    confidence="medium",
    kinds=("gitignore",),
    tags=("git",),
    packs=("strict",),
    paths_ignore=NOT_A_SERVICE,
    examples=(
        bad({".gitignore": "*.log\n.env  # <-- here\n", ".env": "PORT=1\n", "app.py": ""}),
        bad(
            {".gitignore": "build/  # <-- here\n", "app/build/step.py": "", "app/build/other.py": ""},
            note="a pattern that speaks of more than was meant",
        ),
        good({".gitignore": "/build/\n*.log\n!keep.log\n", "app/build/step.py": "", "keep.log": ""}),
        good(
            {".gitignore": "logs/*\n", "logs/.gitkeep": "", "logs/.gitignore": "*\n"},
            note="what keeps a folder",
        ),
    ),
)

_KEEPERS = (".gitkeep", ".keep", ".gitignore", ".placeholder")
_MOST_LINES = 10_000
"""A longer ignore file is generated, and asking it about every file would take too long."""


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report each pattern once that ignores tracked files, at its line."""
    ignores = git_ignores(project.facts(IgnoreRules))
    if not ignores.files or any(len(lines) > _MOST_LINES for lines in ignores.lines.values()):
        return
    found: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
    for path in sorted(project.tracked):
        if path.rpartition("/")[2] in _KEEPERS:
            continue
        match = ignores.match(path)
        if match is not None and match.ignored:
            found[match.directory, match.line].append(path)
    for (directory, line), paths in found.items():
        fact = ignores.files[directory]
        span = fact.spans[line - 1] if line <= len(fact.spans) else fact.span
        shown = ", ".join(f"`{path}`" for path in paths[:2]) + (
            f" and {len(paths) - 2} more" if len(paths) > 2 else ""
        )
        yield rule.finding(
            span,
            f"git tracks {shown} although this line ignores {'it' if len(paths) == 1 else 'them'}",
            subject=fact.lines[line - 1].strip(),
            related=(Location(Span(paths[0], 0, 0), "is tracked"),),
        )
