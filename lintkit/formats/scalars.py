"""Plain YAML scalars typed as the program that consumes the file types them.

Three programs, three readings of the same characters (`no`, `on`, `0777`, `22:22`, `1_000`):

compose     go.yaml.in/yaml/v4 (compose-go's go.mod), whose resolve.go is that of go-yaml v3: YAML 1.2
            booleans only (`yes`, `no`, `on`, `off` are strings, go-yaml/yaml#214), both octal notations,
            underscores in numbers, no sexagesimals.
kubernetes  sigs.k8s.io/yaml with its fork goyaml.v2: as above, and the YAML 1.1 booleans (`y`, `yes`, `on`,
            `n`, `no`, `off`).
workflow    YamlObjectReader.cs of actions/runner: the YAML 1.2 core schema; `0777` is 777, underscores make a
            string.
generic     the YAML 1.2 core schema, for YAML of no consumer that lintkit knows.

go-yaml reads `2001-01-01` as a time in some places and as a string in others (goyaml.v2/decode.go keeps the
string for untyped values); here it is always the string as written.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

ScalarSchema = Literal["compose", "kubernetes", "workflow", "generic"]

Scalar = str | int | float | bool | None

_NULLS: dict[str, Scalar] = dict.fromkeys(("", "~", "null", "Null", "NULL"))
_BOOLEANS: dict[str, Scalar] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_BOOLEANS_1_1: dict[str, Scalar] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "off", "Off", "OFF"), False),
}
_SPECIAL_FLOATS: dict[str, Scalar] = {
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}

_CORE_WORDS = {**_NULLS, **_BOOLEANS, **_SPECIAL_FLOATS}
_KUBERNETES_WORDS = {**_CORE_WORDS, **_BOOLEANS_1_1}

_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_DECIMAL = re.compile(r"[-+]?[0-9]+")
_GO_INTEGER = re.compile(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))")
_NUMBER_STARTS = frozenset("+-.0123456789")

# Longer ones fit no number type of any consumer, and `int` of a long string takes quadratic time.
_LONGEST_NUMBER = 400


def resolver(schema: ScalarSchema) -> Callable[[str], Scalar]:
    """The function that types the text of an untagged plain scalar as `schema`'s consumer does."""
    return _RESOLVERS[schema]


def tagged(schema: ScalarSchema, tag: str, text: str, plain: bool) -> Scalar:
    """Type a scalar that has an explicit tag (`tag` as libyaml gives it, `tag:yaml.org,2002:int` for
    `!!int`).

    `!reset` and `!override` (docs.docker.com, "Merge Compose files") say how files merge and leave the value
    as it is. A tag of another vocabulary, and one that the text does not fit, keeps the text.
    """
    if tag in ("!reset", "!override"):
        return _RESOLVERS[schema](text) if plain else text
    if not tag.startswith("tag:yaml.org,2002:"):
        return text
    name = tag[18:]
    if name not in ("int", "float", "bool", "null"):
        return text
    value = _RESOLVERS[schema](text)
    if name == "float" and type(value) is int:
        try:
            return float(value)
        except OverflowError:
            return text
    return value if type(value).__name__ == {"null": "NoneType"}.get(name, name) else text


def key_text(schema: ScalarSchema, text: str, plain: bool) -> str:
    """The string that a mapping key becomes: keys of compose files, manifests and workflows are always
    strings.

    Kubernetes goes through JSON, so the key `yes` is "true" and `0x10` is "16" (sigs.k8s.io/yaml,
    convertToJSONableObject).
    """
    if schema != "kubernetes" or not plain:
        return text
    value = _kubernetes(text)
    if value is True:
        return "true"
    if value is False:
        return "false"
    return str(value) if type(value) is int else text


def _go_number(text: str) -> Scalar:
    if len(text) > _LONGEST_NUMBER:
        return text
    if text[0] == ".":  # strconv.ParseFloat on the text as it is: no underscores
        return float(text) if _FLOAT.fullmatch(text) else text
    digits = text.replace("_", "")
    match = _GO_INTEGER.fullmatch(digits)
    if match is not None:
        sign, hexadecimal, binary, octal, decimal = match.groups()
        if hexadecimal:
            value = int(hexadecimal, 16)
        elif binary:
            value = int(binary, 2)
        elif octal:
            value = int(octal, 8)
        else:
            value = int(decimal)
        value = -value if sign == "-" else value
        # ParseInt, then ParseUint, which takes no sign
        if -(2**63) <= value < (2**63 if sign else 2**64):
            return value
    if _FLOAT.fullmatch(digits):
        number = float(digits)
        return text if number in (float("inf"), float("-inf")) else number
    return text


def _core_number(text: str) -> Scalar:
    if len(text) > _LONGEST_NUMBER:
        return text
    if _DECIMAL.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if text[0] == "0" and re.fullmatch("0x[0-9a-fA-F]+|0o[0-7]+", text):
        return int(text, 0)
    return text


def _compose(text: str) -> Scalar:
    if text in _CORE_WORDS:
        return _CORE_WORDS[text]
    return _go_number(text) if text[0] in _NUMBER_STARTS else text


def _kubernetes(text: str) -> Scalar:
    if text in _KUBERNETES_WORDS:
        return _KUBERNETES_WORDS[text]
    return _go_number(text) if text[0] in _NUMBER_STARTS else text


def _core(text: str) -> Scalar:
    if text in _CORE_WORDS:
        return _CORE_WORDS[text]
    return _core_number(text) if text[0] in _NUMBER_STARTS else text


_RESOLVERS: dict[ScalarSchema, Callable[[str], Scalar]] = {
    "compose": _compose,
    "kubernetes": _kubernetes,
    "workflow": _core,
    "generic": _core,
}
