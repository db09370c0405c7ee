"""kubernetes/debug-env: a container that runs in a debug mode."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import DOCS, EXAMPLES, NOT_DEPLOYED, TESTS, Document, Finding, RuleContext, bad, define, good
from lintkit.api.dotenv import is_debug_mode
from lintkit.api.kubernetes import env_entries
from lintkit.api.words import environment_of_path

RULE = define(
    summary="a container runs in a debug mode",
    why="""
Debug modes show tracebacks with settings and source to every visitor, and some, such as Werkzeug's console, run what
the visitor types.
""",
    remedy="Remove the variable, or set it in the overlay for development.",
    severity="warning",
    kinds=("kubernetes",),
    tags=("security", "CWE-489"),
    equivalents=("semgrep:flask-debugging-enabled",),
    packs=("recommended", "security", "production"),
    paths_ignore=(*TESTS, *EXAMPLES, *DOCS, *NOT_DEPLOYED),
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
        - name: FLASK_ENV  # <-- here
          value: development
        - {name: DJANGO_DEBUG, value: "True"}  # <-- here
        - {name: LOG_DEBUG, value: "1"}
"""
        ),
        bad(
            {
                "k8s/device-locale.yaml": """apiVersion: v1
kind: Pod
metadata: {name: shop}
spec: {containers: [{name: api, image: "shop:1", env: [{name: DEBUG, value: "1"}]}]}  # <-- here
"""
            },
            note="a name that only begins like the ones of developers' files",
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
      env:
        - {name: FLASK_ENV, value: production}
        - {name: FLASK_DEBUG, valueFrom: {configMapKeyRef: {name: shop, key: debug}}}
"""
        ),
        good(
            {
                "overlays/dev-eu/pod.yaml": """apiVersion: v1
kind: Pod
metadata: {name: shop}
spec: {containers: [{name: api, image: "shop:1", env: [{name: DEBUG, value: "1"}]}]}
"""
            },
            note="where it is developed",
        ),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each variable of a container that starts it in a debug mode, outside of what is for developers."""
    if environment_of_path(document.path) == "development":
        return
    for entry in env_entries(document):
        if entry.value is not None and is_debug_mode(entry.name, entry.value):
            message = f"`{entry.name}: {entry.value[:40]}` runs the container in a debug mode"
            yield rule.finding(entry.name_span, message, subject=f"{entry.container.name} {entry.name}")
