"""kubernetes/helm-image-tag-mutable: the values of a chart name an image by a tag that moves."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import NOT_DEPLOYED, Document, Finding, RuleContext, bad, define, good
from lintkit.api.docker import is_moving_tag, is_official
from lintkit.api.kubernetes import at

RULE = define(
    summary="the values of a Helm chart name an image by a tag that moves",
    why="""
Two nodes that pull on different days run different code, and a rollback has nothing to return to: the old version has
the same name.
""",
    remedy="Name a version, or leave `tag` empty where the chart takes its `appVersion`.",
    severity="warning",
    kinds=("yaml",),
    tags=("reproducibility", "helm", "CWE-1104"),
    packs=("recommended", "production"),
    paths=("**/values.yaml", "**/values.yml", "**/values-*.yaml", "**/values.*.yaml", "**/*-values.yaml"),
    paths_ignore=(
        "**/tests/**",
        "**/test/**",
        "**/testdata/**",
        "**/ci/**",
        "**/*values-ci.*",
        "**/*values-local*.*",
        "**/examples/**",
        "**/docs/**",
        *NOT_DEPLOYED,
    ),
    examples=(
        bad(
            {
                "chart/values.yaml": """\
image:
  repository: registry.example.com/shop
  tag: latest  # <-- here
proxy:
  image: {repository: proxy, tag: "main"}  # <-- here
""",
            },
        ),
        good(
            {
                "chart/values.yaml": """\
image:
  repository: registry.example.com/shop
  tag: ""
proxy: {image: {repository: proxy, tag: 1.4.2}}
git: {repository: "https://example.com/shop.git", tag: v1}
branch: main
worker: {image: {repository: "", tag: latest}}
""",
            },
        ),
        good(
            {
                "config.yaml": """\
image: {repository: shop, tag: latest}
""",
            },
            note="not the values of a chart",
        ),
        good(
            {
                "chart/ci/values-small.yaml": """\
image: {repository: shop, tag: latest}
""",
                "chart/values-localdev.yaml": """\
image: {repository: shop, tag: main}
""",
            },
            note="values that test the chart, and those of one's own machine",
        ),
    ),
)


_MOST_NODES = 200_000
_TAGS = ("latest", "stable")
_DEFAULTS = ("/values.yaml", "/values.yml")
"""What a chart is installed with where nobody says more; values for an installation are called otherwise."""


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each `tag` that moves and stands beside a `repository`."""
    nodes = 0
    stack: list[tuple[tuple[str | int, ...], object]] = [((), document.data)]
    while stack and nodes < _MOST_NODES:
        nodes += 1
        route, node = stack.pop()
        children = (
            node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        )
        stack.extend(
            reversed([((*route, key), child) for key, child in children if isinstance(child, (dict, list))])
        )
        repository, tag = at(node, "repository"), at(node, "tag")
        if isinstance(repository, str) and repository and isinstance(tag, str) and is_moving_tag(tag):
            if not rule.strict and "/" not in repository and not is_official(repository):
                continue  # no registry has it: the pipeline says where it is
            if not rule.strict and tag not in _TAGS and document.path.endswith(_DEFAULTS):
                continue  # the chart of a branch names what is built of the branch, and a release the release
            message = f"the tag `{tag}` of `{repository}` moves, so every pull may bring another image"
            where = ".".join(part for part in route if isinstance(part, str))
            yield rule.finding(document.span((*route, "tag")), message, subject=f"{where} {repository}")
