"""dockerfile/stage-alias: a name of a stage that means something else than it says."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import Document, Finding, Location, RuleContext, bad, define, good
from lintkit.api.formats import is_digits, whole_number

RULE = define(
    summary="a stage is named twice, or is copied from before it is there",
    why="""
Of two stages with one name `COPY --from` takes the later one, or the builder refuses the file, so files of another
stage end up in the image. A copy from the stage itself or from a later one cannot be built: builders report a cycle, or
look for an image of that name on Docker Hub and take whatever is published there.
""",
    remedy="Give each stage a name of its own, and copy from stages that stand before.",
    severity="error",
    kinds=("dockerfile",),
    tags=("correctness",),
    equivalents=(
        "kics:copy_from_references_current_from_alias",
        "kics:same_alias_in_different_froms",
        "checkov:CKV_DOCKER_11",
        "semgrep:alias-must-be-unique",
        "semgrep:copy-from-own-alias",
        "hadolint:DL3022",
        "hadolint:DL3023",
        "hadolint:DL3024",
    ),
    packs=("recommended",),
    examples=(
        bad(
            """\
FROM golang:1.23 AS build  # <-- here
RUN go build -o /shop .
FROM node:22 AS Build
RUN npm run build
FROM debian:12
COPY --from=build /shop /shop
""",
            note="the names of stages know no case",
        ),
        bad(
            """\
FROM node:22 AS web
COPY --from=web /dist /dist  # <-- here
COPY --from=api /shop /shop  # <-- here
RUN --mount=type=bind,from=api,target=/api ls /api  # <-- here
FROM golang:1.23 AS api
RUN go build -o /shop .
""",
            note="from itself, and from stages that come later",
        ),
        bad(
            """\
FROM node:22
COPY --from=1 /shop /shop  # <-- here
FROM golang:1.23
""",
            note="by number",
        ),
        bad(
            """\
FROM golang:1.23
FROM debian:12
COPY --from=2 /shop /shop  # <-- here
""",
            note="a number that no stage has",
        ),
        good(
            """\
FROM golang:1.23 AS build
FROM build AS test
COPY --from=build /shop /shop
COPY --from=0 /shop /shop
COPY --from=composer:2 /usr/bin/composer /usr/bin/
COPY --from=nginx /etc/nginx /etc/nginx
""",
            note="earlier stages, and images",
        ),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report names that a later stage takes over, and copies from stages that are not built yet."""
    stages = document.data["stages"]
    named: dict[str, int] = {}
    for index in range(len(stages) - 1, -1, -1):
        name = (stages[index]["name"] or "").lower()
        if name in named:
            other = document.span(("stages", named[name], "name"))
            yield rule.finding(
                document.span(("stages", index, "name")),
                f"another stage is called `{stages[index]['name']}` too, and takes the place of this one",
                subject=f"stage {name}",
                related=(Location(other, "the other one"),),
            )
        if name:
            named[name] = index
    first = {
        (stage["name"] or "").lower(): i for i, stage in reversed(list(enumerate(stages))) if stage["name"]
    }
    for index, item in enumerate(document.data["instructions"]):
        for number, (flag, value) in enumerate(item["resolved_flags"]):
            for source in _sources(flag, value):
                target = whole_number(source) if is_digits(source) else first.get(source.lower())
                if target is None or target < item["stage"]:
                    continue
                if target >= len(stages):
                    last = "its only stage is 0" if len(stages) == 1 else f"the last one is {len(stages) - 1}"
                    yield rule.finding(
                        document.span(("instructions", index, "flag_list", number)),
                        f"no stage of this file has the number {target}: {last}",
                        subject=f"from {source}",
                    )
                    continue
                what = "itself" if target == item["stage"] else "a stage that comes later"
                yield rule.finding(
                    document.span(("instructions", index, "flag_list", number)),
                    f"the stage copies from {what}: `{source}` is not built at this point",
                    subject=f"from {source}",
                    related=(Location(document.span(("stages", target)), "the stage"),),
                )


def _sources(flag: str, value: str) -> Iterator[str]:
    """The stages that a flag of `COPY` or `RUN` names."""
    if flag == "from":
        yield value
    elif flag == "mount":
        for part in value.split(","):
            key, _, name = part.partition("=")
            if key.strip() == "from":
                yield name.strip()
