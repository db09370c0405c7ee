"""The values of Kubernetes `Secret` manifests, which are secrets whatever their keys are called."""

from __future__ import annotations

import re

from lintkit.secrets.patterns import pattern

_KIND = pattern(
    r"""(?m)(?:^[ \t]*(?:-[ \t]+)?|[{,][ \t]*|["'])kind\\?["']?[ \t]*:[ \t]*\\?["']?Secret(?:List)?\b"""
)
_SEPARATOR = pattern(r"(?m)^---(?=\s|$)")
_DATA = pattern(
    r"""(?m)^(?P<indent>[ \t]*(?:-[ \t]+)?)["']?(?:data|stringData)["']?[ \t]*:(?P<rest>[^\r\n]*)(?:\r\n|\r|\n|\Z)"""
)
_FLOW_DATA = pattern(r"""(?:["']|[{,\s])(?:data|stringData)\\?["']?\s*:\s*\{""")
_LINE = pattern(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_ENTRY = pattern(r"""[ \t]*(?:"[^"\r\n]*"|'[^'\r\n]*'|[^\s:#][^:\r\n]*)[ \t]*:(?=[ \t]|[\r\n]|\Z)[ \t]*""")
_GENERATOR = pattern(
    r"""(?m)^(?P<indent>[ \t]*)["']?secretGenerator["']?[ \t]*:(?P<rest>[^\r\n]*)(?:\r\n|\r|\n|\Z)"""
)
_LITERAL = pattern(r"""(?<=[\s"'\[,])[\w.\-]{1,200}=(?P<value>[^\r\n,\]"']+|"[^"\r\n]*"|'[^'\r\n]*')""")
_FLOW_SCALAR = pattern(
    r"""(?P<quoted>"(?:[^"\\]|\\[\s\S])*(?:"|\\?\Z)|'[^']*(?:'|\Z))
    |[^\s"'{}\[\],:]+(?::(?=\S)[^\s{}\[\],]*)*(?P<key>:)?""",
    re.VERBOSE,
)


def secret_manifest_values(text: str) -> list[tuple[int, int]]:
    """Where the values of Secret objects stand, in YAML (flow style too) or JSON, and those that kustomize makes."""
    found = _generated_values(text) if "secretGenerator" in text else []
    if "Secret" not in text or "kind" not in text:
        return found
    start = 0
    for end in [*(match.start() for match in _SEPARATOR.finditer(text)), len(text)]:
        if _KIND.search(text, start, end):
            found += _yaml_values(text, start, end)
            found += _flow_values(text, start, end)
        start = end
    return found


def _generated_values(text: str) -> list[tuple[int, int]]:
    """The values of `KEY=value` below `secretGenerator`, whatever the keys are called."""
    found: list[tuple[int, int]] = []
    covered = 0
    for match in _GENERATOR.finditer(text):
        position = match.end()
        if match.start() < covered:
            continue
        indent = len(match["indent"])
        found += [literal.span("value") for literal in _LITERAL.finditer(text, *match.span("rest"))]
        while position < len(text) and (line := _LINE.match(text, position)):
            content = line.group().strip()
            width = len(line.group()) - len(line.group().lstrip(" \t"))
            below = width > indent or (width == indent and content[:1] == "-")
            if (content and content[0] != "#" and not below) or line.end() == position:
                break
            found += [literal.span("value") for literal in _LITERAL.finditer(text, position, line.end())]
            position = line.end()
        covered = position
    return found


def _yaml_values(text: str, start: int, end: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    position = start
    while match := _DATA.search(text, position, end):
        rest = match["rest"].strip()
        position = match.end()
        if rest and not rest.startswith("#"):
            found.append(match.span("rest"))
        indent = len(match["indent"])
        while position < end and (line := _LINE.match(text, position, end)):
            content = line.group().strip()
            width = len(line.group()) - len(line.group().lstrip(" \t"))
            if content and width <= indent and not (content[0] == "}" and width == indent):
                break
            if line.end() == position:
                break
            entry = _ENTRY.match(text, position, line.end())
            value = entry.end() if entry else position + width
            found.append((value, position + len(line.group().rstrip())))
            position = line.end()
    return found


def _flow_values(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The scalars inside the braces after `data:`, keys included where they are quoted."""
    found: list[tuple[int, int]] = []
    position = start
    while match := _FLOW_DATA.search(text, position, end):
        close = text.find("}", match.end(), end)
        position = end if close == -1 else close
        # A brace inside a value only makes the range shorter by what follows it, so go on to the line's last one.
        line_end = text.find("\n", position, end)
        last = text.rfind("}", position, end if line_end == -1 else line_end)
        position = max(position, last)
        found += [
            scalar.span()
            for scalar in _FLOW_SCALAR.finditer(text, match.end(), position)
            if scalar["quoted"] or not scalar["key"]
        ]
        position += 1
    return found
