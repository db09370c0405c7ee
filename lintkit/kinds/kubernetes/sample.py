"""What a first rule for this kind of file looks at."""

from __future__ import annotations

from lintkit.kinds.sample import Sample, check, query

SAMPLE = Sample(
    select=query(
        "`$.spec.hostNetwork` finds that key; `each: pod` finds pods of any workload",
        "$.spec.change_me",
        "{const: true}",
    ),
    bad="apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  hostNetwork: true  # <-- here\n"
    "  containers: [{name: web, image: shop/web:1.4}]\n",
    good="apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n"
    "  containers: [{name: web, image: shop/web:1.4}]\n",
    check=check(
        """\
if document.data["kind"] == "Pod" and document.data["spec"].get("change_me") is True:
    span = document.span(("spec", "change_me"))
    yield rule.finding(span, "the pod shares the node's network", subject="spec")""",
    ),
)
