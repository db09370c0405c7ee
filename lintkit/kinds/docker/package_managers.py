"""What a command of a build does with a package manager: which one, what it is asked for, and which packages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Command = Mapping[str, Any]
"""One of the `commands` of an instruction, as `lintkit.formats.dockerfile` describes them."""

_INSTALLS = {"apt-get": ("install",), "apk": ("add",), "zypper": ("install", "in")}
_UPDATES = {"apt-get": ("update",), "apk": ("update",), "zypper": ("refresh", "ref")}
_FRESH = {"apk": frozenset(("--no-cache", "--update", "--update-cache", "-U"))}


def family(command: Command) -> str:
    """The package manager that a command calls, empty for other programs; `apt` is `apt-get` by another name."""
    name: str = command["name"]
    name = "apt-get" if name == "apt" else name
    return name if name in _INSTALLS else ""


def action(command: Command) -> str:
    """What a package manager is asked for: its first word that is no option."""
    words = iter(command["arguments"])
    for word in words:
        if word in ("-o", "-c", "-t"):
            next(words, None)
        elif word.replace("-", "").isalpha() and not word.startswith("-"):
            return str(word)
    return ""


def installs(command: Command) -> bool:
    """Whether the command installs packages by name."""
    return action(command) in _INSTALLS.get(family(command), ())


def updates(command: Command) -> bool:
    """Whether the command fetches the lists of packages."""
    return action(command) in _UPDATES.get(family(command), ())


def brings_lists(command: Command) -> bool:
    """Whether an installation fetches the lists itself, or keeps none (`apk add --no-cache`)."""
    return not _FRESH.get(family(command), frozenset()).isdisjoint(command["arguments"])


def packages(arguments: Sequence[str]) -> list[str]:
    """The packages among the arguments of an installation."""
    words, found = iter(arguments), []
    for word in words:
        if word in ("-o", "-c", "-t"):
            next(words, None)
        elif not word.startswith("-"):
            found.append(word)
    return found[1:]


def subject(command: Command) -> str:
    """The command in words that survive edits of its options."""
    named = " ".join(packages(command["arguments"]))
    return f"{command['name']} {action(command)} {named}"[:80].strip()
