"""dockerfile/multiple-entrypoint: an instruction of which only the last counts, more than once."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import Document, Finding, Location, RuleContext, bad, define, good
from lintkit.api.formats import is_digits, whole_number

RULE = define(
    summary="a stage has several CMD, ENTRYPOINT or HEALTHCHECK instructions",
    why="""
Only the last one of a stage counts, and the others are dropped without a word. Whoever reads or changes the first one
believes that the image starts it.
""",
    remedy="Keep the one that is meant; start several programs from a script, or in several containers.",
    severity="warning",
    kinds=("dockerfile",),
    tags=("correctness",),
    equivalents=(
        "kics:multiple_cmd_instructions_listed",
        "kics:multiple_entrypoint_instructions_listed",
        "semgrep:multiple-cmd-instructions",
        "semgrep:multiple-entrypoint-instructions",
        "hadolint:DL4003",
        "hadolint:DL4004",
        "hadolint:DL3012",
        "sonar-iac:docker/UniqueInstructionPresenceCheck",
    ),
    packs=("recommended",),
    examples=(
        bad(
            """\
FROM debian:12
ENTRYPOINT ["/entry"]
CMD ["/app", "migrate"]  # <-- here
CMD ["/app", "serve"]
"""
        ),
        good(
            """\
FROM debian:12 AS base
CMD ["/app", "test"]
FROM base
ENTRYPOINT ["/entry"]
CMD ["/app", "serve"]
""",
            note="one for each stage",
        ),
        good(
            """\
FROM golang:1.23 AS build
CMD ["go", "test"]
CMD ["go", "build"]
FROM scratch
COPY --from=build /shop /shop
CMD ["/shop"]
""",
            note="a stage that is only copied from starts nothing",
        ),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report every such instruction but the last of its stage."""
    sources = _sources(document)
    for stage in range(len(document.data["stages"])):
        if stage in sources:
            continue
        for keyword in ("CMD", "ENTRYPOINT", "HEALTHCHECK"):
            own = document.data["stages"][stage]["instructions"]
            found = [i for i in own if document.data["instructions"][i]["keyword"] == keyword]
            for index in found[:-1]:
                yield rule.finding(
                    document.span(("instructions", index)),
                    f"this `{keyword}` is dropped: a later one of the same stage counts",
                    subject=f"stage {stage} {keyword}",
                    related=(Location(document.span(("instructions", found[-1])), "the one that counts"),),
                )


def _sources(document: Document) -> frozenset[int]:
    """The stages that only serve others: what they would start never runs."""
    named = {stage["name"].lower(): i for i, stage in enumerate(document.data["stages"]) if stage["name"]}
    found = set()
    for item in document.data["instructions"]:
        source = item["flags"].get("from", "").lower() if item["keyword"] == "COPY" else ""
        number = whole_number(source) if is_digits(source) else named.get(source)
        if number is not None:
            found.add(number)
    return frozenset(found)
