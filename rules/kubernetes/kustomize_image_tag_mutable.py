"""kubernetes/kustomize-image-tag-mutable: a kustomization replaces an image by a tag that moves."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import DOCS, EXAMPLES, NOT_DEPLOYED, TESTS, Document, Finding, RuleContext, bad, define, good
from lintkit.api.docker import is_moving_tag, is_official
from lintkit.api.formats import list_at
from lintkit.api.kubernetes import at

RULE = define(
    summary="a kustomization replaces an image by a tag that moves",
    why="""
Whatever the manifests name, this is what is deployed: an image behind a tag that somebody pushes again, so that two
nodes run different code and a rollback has nothing to return to.
""",
    remedy="Set `newTag` to a version or `digest` to a digest; `kustomize edit set image` does it in a pipeline.",
    severity="warning",
    kinds=("kubernetes",),
    tags=("reproducibility", "kustomize", "CWE-1104"),
    packs=("recommended", "production"),
    supersedes=("kubernetes/image-tag-mutable",),
    paths=("**/kustomization.yaml", "**/kustomization.yml", "**/Kustomization"),
    paths_ignore=(
        *TESTS,
        *EXAMPLES,
        *DOCS,
        *NOT_DEPLOYED,
        "**/dev/**",
        "**/development/**",
        "**/local/**",
        "**/hack/**",
        "**/config/manager/**",
        "**/config/base/manager/**",
        "**/config/default/**",
        "**/config/install*.yaml",
        "**/config/installation/**",
        "**/config/metrics-server/**",
        "**/config/webhook*/**",
    ),
    examples=(
        bad(
            {
                "kustomization.yaml": """\
resources: [shop.yaml]
images:
  - name: shop
    newTag: latest  # <-- here
""",
            },
        ),
        good(
            {
                "kustomization.yaml": """\
resources: [shop.yaml]
images:
  - {name: shop, newTag: 1.4.2}
  - {name: proxy, newTag: latest, digest: "sha256:0f2c3b1e"}
""",
            },
        ),
        good(
            {
                "overlays/dev/kustomization.yaml": """\
resources: [../../base]
images: [{name: shop, newTag: main}]
""",
            },
            note="development follows the branch on purpose",
        ),
        good(
            {
                "config/manager/kustomization.yaml": """\
resources: [manager.yaml]
images: [{name: controller, newName: registry.example.com/shop-operator, newTag: latest}]
""",
            },
            note="kubebuilder's `make deploy` writes the image that was built here",
        ),
    ),
)


_BRANCHES = ("main", "master", "develop", "dev", "head", "trunk")
_OPERATORS = ("operator", "controller", "manager")
"""In an operator's own repository its release names a version."""


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each `newTag` that moves and that no digest fixes."""
    for index, image in enumerate(list_at(document.data, "images")):
        tag = at(image, "newTag")
        if not isinstance(tag, str) or not is_moving_tag(tag) or at(image, "digest"):
            continue
        name = at(image, "newName") or at(image, "name")
        if isinstance(name, str) and (rule.strict or _is_told(name, tag)):
            message = f"`{name}` is deployed with the tag `{tag}`, which moves, so every pull may bring another image"
            route = ("images", index, "newTag")
            yield rule.finding(document.span(route), message, subject=f"{at(image, 'name')} {tag}")


def _is_told(name: str, tag: str) -> bool:
    """Whether an image is told by default: a registry has it, and no pipeline deploys what a branch is at."""
    return ("/" in name or is_official(name)) and tag not in _BRANCHES and not name.endswith(_OPERATORS)
