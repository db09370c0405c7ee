"""ignore/pattern-unmatchable: a line of an ignore file that does nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lintkit.api import Document, Finding, Location, RuleContext, bad, define, good
from lintkit.api.formats import git_ignored

RULE = define(
    summary="a line of an ignore file can never match",
    why="""
The file that it should keep out is committed, or sent to the build, while everybody believes that it is ignored; one
that it should take back stays out. Nothing says so: an ignore file has no errors.
""",
    remedy="Write the pattern as git or Docker reads it; comments stand on lines of their own.",
    severity="warning",
    kinds=("gitignore", "dockerignore"),
    tags=("git", "docker"),
    packs=("recommended",),
    examples=(
        bad(
            {
                ".gitignore": """\
build/ # what the build makes  # <-- here
./dist  # <-- here
logs\\today  # <-- here
[a-  # <-- here
*.log
"""
            },
            note="a comment behind it, `./`, a path of Windows, a bracket without its end",
        ),
        bad(
            {".gitignore": "data/\n!data/keep.json  # <-- here\n"},
            note="nothing inside an ignored folder can be taken back",
        ),
        bad(
            {".dockerignore": "node_modules # packages  # <-- here\n../secrets  # <-- here\n"},
            note="Docker's",
        ),
        good(
            {
                ".gitignore": "# build/ # a comment\n/build/\n\\#notes\n*.log\na\\ b\n**/x/**\n",
                ".dockerignore": "./dist\n/logs\n!README.md\n",
            },
            note="Docker reads `./`",
        ),
        good(
            {".gitignore": "data/*\n!data/keep.json\n"},
            note="the folder's content is ignored, not the folder",
        ),
        good({".gitignore": "data/\n!data/\n!data/keep.json\n"}, note="the folder is taken back first"),
    ),
)

_MOST = 1000
"""In a longer file what stands above a `!` is not followed."""

_COMMENT = re.compile(r"\S[ \t]+#[ \t]*\S")
_WINDOWS = re.compile(r"[A-Za-z0-9_]\\[A-Za-z0-9_]")


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each pattern that matches nothing, at the line."""
    docker = document.kind == "dockerignore"
    patterns = document.data["patterns"]
    bad_spans = {problem.span for problem in document.problems if problem.code == "invalid-pattern"}
    texts = [str(each["text"]) for each in patterns]
    for index, each in enumerate(patterns):
        span = document.span(("patterns", index))
        said = _wrong(each["pattern"], texts[index], docker)
        if not said and span in bad_spans:
            said = "a bracket or a backslash is not finished" if each["pattern"] else "there is no name in it"
        related: tuple[Location, ...] = ()
        if not said and not docker and each["negated"] and len(patterns) <= _MOST:
            above = _folder_above(each["pattern"], texts[: index + 1], texts)
            if above >= 0:
                said = f"the folder it lies in is ignored by `{texts[above].strip()}`, so that git never looks inside"
                related = (Location(document.span(("patterns", above)), "ignores the folder"),)
        if said:
            yield rule.finding(
                span, f"this line matches nothing: {said}", subject=each["text"].strip(), related=related
            )


def _wrong(pattern: str, text: str, docker: bool) -> str:
    if _COMMENT.search(text):
        return "a comment behind a pattern is part of it"
    if docker:
        return "Docker knows nothing outside of the build context" if pattern.startswith("..") else ""
    if pattern.startswith(("./", "../")):
        return (
            "git compares names, and none begins with `./`"
            if pattern.startswith("./")
            else "git looks below only"
        )
    if "//" in pattern:
        return "no path has two slashes in a row"
    return "git reads `\\` as an escape; folders are parted by `/`" if _WINDOWS.search(pattern) else ""


def _folder_above(pattern: str, before: Sequence[str], every: Sequence[str]) -> int:
    """The line that ignores the folder of what a `!` line would take back; -1 where it is free to."""
    folder = pattern.strip("/").rpartition("/")[0]
    if not folder or any(char in folder for char in "*?[\\"):
        return -1
    match = git_ignored(folder + "/", {"": every})
    if match is None or not match.ignored or match.line > len(before):
        return -1
    return match.line - 1
