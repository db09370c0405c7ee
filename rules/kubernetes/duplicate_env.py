"""kubernetes/duplicate-env: one variable twice in a container."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from lintkit.api import DOCS, TESTS, Document, Finding, Location, Route, RuleContext, bad, define, good
from lintkit.api.kubernetes import env_entries

RULE = define(
    summary="a container sets one variable twice",
    why="""
The last entry wins in silence, and a later `kubectl apply` merges the list by name and may drop either of them. What
the program is given then depends on the history of the object.
The same value again changes nothing; it is told where `strict` is selected.
""",
    remedy="Remove the entry that is not meant.",
    severity="warning",
    kinds=("kubernetes",),
    tags=("correctness",),
    equivalents=(
        "kube-linter:duplicate-env-var",
        "kube-score:environment-variable-key-duplication",
        "sonar-iac:k8s/DuplicatedEnvironmentVariables",
    ),
    packs=("recommended", "production"),
    paths_ignore=(*TESTS, *DOCS),
    examples=(
        bad(
            """\
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  containers:
    - name: api
      image: shop:1
      env:
        - name: MODE
          value: web
        - name: REGION
          value: eu
        - name: MODE  # <-- here
          value: worker
"""
        ),
        good(
            """\
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  containers:
    - name: api
      image: shop:1
      env: [{name: MODE, value: web}]
    - name: worker
      image: shop:1
      env: [{name: MODE, value: worker}]
""",
            note="two containers",
        ),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report the later of two entries of one container with one name."""
    seen: dict[tuple[Route, str], Location] = {}
    values: dict[tuple[Route, str], set[object]] = defaultdict(set)
    for entry in env_entries(document):
        key = entry.container.route, entry.name
        first = seen.setdefault(key, Location(entry.name_span, "the first"))
        value = (
            entry.value if entry.value is not None else (entry.source, entry.source_name, entry.source_key)
        )
        if not rule.strict and value in values[key]:
            continue  # the same again changes nothing, and of another one it is said already
        values[key].add(value)
        if first.span != entry.name_span:
            yield rule.finding(
                entry.name_span,
                f"`{entry.name}` of {entry.container.called} is set a second time, and the last one wins",
                subject=f"{entry.container.name} {entry.name}",
                related=(first,),
            )
