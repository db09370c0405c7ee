"""repo/required-file: a file that the configuration demands is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lintkit.api import Finding, Project, RuleContext, Span, bad, define, good
from lintkit.api.formats import GitMatcher

RULE = define(
    summary="a file that every repository is to have is missing",
    why="""
What is needed at night (a runbook, a way to restore a backup, who owns the code) is found only where it always is.
Which files those are is up to the team; without `files` in the options the rule asks for none.
""",
    remedy="Add the file, or take it off the list in the configuration.",
    severity="warning",
    scope="project",
    tags=("repository",),
    packs=("recommended",),
    options={
        "files": {
            "type": "array",
            "default": [],
            "items": {"type": ["string", "array"], "items": {"type": "string"}},
            "description": "Globs as in `.gitignore`, from the root. Of a list of several, one is enough.",
        }
    },
    examples=(
        bad(
            {"README.md": "# Shop  # <-- here\n", "scripts/backup.sh": ""},
            options={"files": ["docs/runbook.md", ["CODEOWNERS", ".github/CODEOWNERS"], "scripts/backup*"]},
        ),
        bad(
            {"app.py": "x = 1\n", "lintkit.toml": "[rule]  # <-- here\n", "README.md": "# Shop\n"},
            options={"files": ["docs/runbook.md"]},
            note="at the configuration that demands it",
        ),
        good({"README.md": "# Shop\n"}, note="nothing is demanded"),
        good(
            {"README.md": "# Shop\n", ".github/CODEOWNERS": "* @shop\n", "ops/deep/backup.sh": ""},
            options={"files": [["CODEOWNERS", ".github/CODEOWNERS"], "backup.sh", "ops/"]},
            note="one of several, one at any depth, and a folder",
        ),
    ),
)


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report the entries of the option that no file of the repository satisfies, at the root's README."""
    paths = sorted(project.tracked or project.paths)
    if not paths:
        return
    missing = []
    for wanted in rule.options["files"]:
        globs = [wanted] if isinstance(wanted, str) else list(wanted)
        matcher = GitMatcher({"": globs})
        if not any((match := matcher.match(path)) is not None and match.ignored for path in paths):
            missing.append(" or ".join(f"`{each}`" for each in globs))
    if missing:
        names = ", ".join(missing)
        place = _place(paths, missing[0].split("`")[1])
        yield rule.finding(Span(place, 0, 0), f"the repository lacks {names}", subject="required files")


def _place(paths: Sequence[str], missing: str) -> str:
    """Where the finding stands: the configuration that demands the file, else the README, else where it should be."""
    readme = [path for path in paths if "/" not in path and path.lower().startswith("readme")]
    for place in ("lintkit.toml", *readme, "pyproject.toml"):
        if place in paths:
            return place
    return missing.strip("/")
