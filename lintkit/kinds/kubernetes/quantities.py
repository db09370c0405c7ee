"""Quantities of resources as Kubernetes writes them: `500m`, `1Gi`, `1e3`.

The syntax is that of apimachinery, pkg/api/resource/quantity.go and suffix.go: a decimal number with a binary suffix
(`Ki` to `Ei`), a decimal one (`n`, `u`, `m`, `k`, `M` to `E`) or an exponent.
"""

from __future__ import annotations

import re
from fractions import Fraction

_QUANTITY = re.compile(
    r"(?P<number>[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))(?:(?P<suffix>[KMGTPE]i|[numkMGTPE])|[eE](?P<exponent>[+-]?[0-9]+))?",
    re.ASCII,
)
_FACTORS = {
    **{
        suffix: Fraction(1000) ** power
        for power, suffix in enumerate(("n", "u", "m", "", "k", "M", "G", "T", "P", "E"), -3)
    },
    **{
        suffix: Fraction(1024) ** power
        for power, suffix in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"), 1)
    },
}
_LONGEST = 60
"""The longest text, in characters, and the largest exponent, whose value is worked out."""


def is_quantity(text: str) -> bool:
    """Whether Kubernetes can read a text as a quantity.

    >>> is_quantity("500m"), is_quantity("1Gi"), is_quantity("1e3"), is_quantity("1GB"), is_quantity("1 Gi")
    (True, True, True, False, False)
    """
    return _QUANTITY.fullmatch(text) is not None


def value_of_quantity(text: str) -> Fraction | None:
    """The number that a quantity stands for; None for what is none, and for one of an absurd size.

    >>> value_of_quantity("500m"), value_of_quantity("2Ki"), value_of_quantity("2K")
    (Fraction(1, 2), Fraction(2048, 1), None)
    """
    match = _QUANTITY.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        return None
    if match["exponent"] is None:
        return Fraction(match["number"]) * _FACTORS[match["suffix"] or ""]
    exponent = int(match["exponent"][:4])
    return Fraction(match["number"]) * Fraction(10) ** exponent if abs(exponent) <= _LONGEST else None
