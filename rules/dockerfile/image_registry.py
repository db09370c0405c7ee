"""dockerfile/image-registry: a base image from a registry that the team does not use."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import Document, Finding, RuleContext, bad, define, good

RULE = define(
    summary="an image is built on a base from a registry that is not allowed",
    why="""
Images of one's own registry are scanned, patched and there when a provider is down or limits pulls. A base from
elsewhere goes around all of that.
""",
    remedy="Mirror the image, or add its registry to the option `registries`.",
    severity="warning",
    kinds=("dockerfile",),
    tags=("supply-chain", "CWE-829"),
    equivalents=("hadolint:DL3026",),
    packs=("security", "strict"),
    options={
        "registries": {
            "type": "array",
            "items": {"type": "string"},
            "default": [],
            "description": "Registries, or folders of them, that bases may come from; empty for any.",
        }
    },
    examples=(
        bad(
            """\
ARG BASE=quay.io/shop/base:1
FROM python:3.12 AS build  # <-- here
FROM ${BASE}  # <-- here
""",
            options={"registries": ["registry.example.com", "docker.io/bitnami"]},
        ),
        good(
            """\
FROM python:3.12 AS build
FROM docker.io/bitnami/redis:7
FROM registry.example.com/base:1
FROM build
FROM scratch
FROM ${UNKNOWN}
""",
            options={"registries": ["registry.example.com/", "docker.io/bitnami", "docker.io/library"]},
            note="`python` is `docker.io/library/python`",
        ),
        good("FROM quay.io/shop/base:1\n", note="no registries are named, so all are allowed"),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report the base of each stage that is of none of the registries."""
    allowed = [str(each).rstrip("/") + "/" for each in rule.options["registries"]]
    for index, stage in enumerate(document.data["stages"] if allowed else ()):
        base = stage["resolved_base"]
        if stage["parent"] is not None or not base or base.lower() == "scratch" or "$" in base:
            continue
        full = _full_name(base)
        if not full.startswith(tuple(allowed)):
            yield rule.finding(
                document.span(("stages", index, "base")),
                f"`{base}` comes from `{full.partition('/')[0]}`, which is not among the allowed registries",
                subject=base,
            )


def _full_name(image: str) -> str:
    """The name with its registry, as Docker completes it."""
    head, slash, _ = image.partition("/")
    if not slash:
        return f"docker.io/library/{image}"
    return image if "." in head or ":" in head or head == "localhost" else f"docker.io/{image}"
