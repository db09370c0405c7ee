"""What a first rule for this kind of file looks at."""

from __future__ import annotations

from lintkit.kinds.sample import Sample, mapping_check, query

SAMPLE = Sample(
    select=query(
        "`$.services.*.privileged` finds the key in every service",
        "$.services.*.change_me",
        "{const: true}",
    ),
    bad="services:\n  web:\n    image: shop/web:1.4\n    privileged: true  # <-- here\n",
    good="services:\n  web:\n    image: shop/web:1.4\n",
    check=mapping_check("services", "change_me", 'f"the service `{name}` is privileged"'),
)
