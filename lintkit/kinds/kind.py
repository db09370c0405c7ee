"""A kind of file: one value says how lintkit recognises it, reads it, and what else it knows of it.

A new kind is a folder below `lintkit/kinds/` with such a value in it, and one line in `lintkit/kinds/registry.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Literal

from lintkit.formats.scalars import ScalarSchema
from lintkit.model import Confidence, Kind, Location

Named = str
"""Where something is, as `package.module:name`; it is imported when it is first used."""

Comments = Literal["trailing", "own line", "none"]
"""Where a file of a kind has comments: also behind what they are about, on lines of their own, or nowhere."""

EVERY_EDIT = frozenset(("set", "replace", "remove", "insert"))
"""What a declared fix can do in YAML, TOML and JSON."""

SCALAR_EDITS = EVERY_EDIT - {"insert"}
"""What it can do where the data is not nested."""


@dataclass(frozen=True, slots=True)
class Production:
    """That a file is for production, and what says so.

    related     the entry that says it, for findings that rest on it; empty where the name or the configuration says it
    confidence  of such findings: `ENVIRONMENT=production` is also found in files that somebody only tried out
    """

    related: tuple[Location, ...] = ()
    confidence: Confidence = "high"


@dataclass(frozen=True, slots=True)
class FileKind:
    """What lintkit knows of one kind of file.

    name       as rules write it: `kind: compose`
    noun       what a sentence calls one: `a Dockerfile`
    usual_name the path of a file in an example that gives none
    language   what Markdown calls it behind a fence; empty where nothing highlights it
    suffixes   the endings of the names that can be of this kind, without the dot, in lower case; empty for any name
    named      whether a path (relative, `/` between its parts) with its file name is of this kind
    certain    that name and path say it for sure, whatever the bytes are
    refines    kinds by name that may turn out as this one by their bytes
    holds      whether the bytes of a file of such a kind (path, UTF-8, `\n`) are of this one
    nameless   whether the bytes of a file whose name says nothing are of this kind
    parse      `Callable[[SourceFile], tuple[Document, ...]]`; empty where a kind has a reader of its own (Python)
    facts      `Callable[[Document], Iterator[Fact]]`; empty for a kind that says nothing of configuration
    inner      `Callable[[Document], Iterator[Document]]`, the documents of other kinds that stand in one of this kind,
               and which kinds those are
    taken_over `Callable[[Sequence[Document]], Iterator[Span]]`, the stretches of a file that a program or other people
               wrote, in which nobody changes what is a matter of choice; empty where nothing tells
    scalars    how its consumer types scalars, of a kind that is YAML; None for all others
    templated  files of this kind are often made from templates, by a suffix as `.j2`
    absent     whether a rule may speak of a file that is not there
    comments   where its comments stand; they are what suppresses a finding
    edits      what a declared fix can do in it
    raw        whether a rule may ask for scalars as they are written, which are not so already
    resolved   `Callable[[Any], Any]`, the data with variables replaced; empty where there are none
    production `Callable[[Document, str | None], Production | None]`: whether a file is for production, also by what
               the configuration says of it (None where it says nothing); empty for kinds that are never asked
    selectors  the named selectors that find something in it: `Callable[[Document], Iterator[Selected]]`
    across     those that find something in all of its files at once: `Callable[[Cluster], Iterator[Across]]`
    sample     the `Sample` from which `lintkit new` makes a rule; empty where rules cannot look at it
    """

    name: Kind
    noun: str
    usual_name: str
    named: Callable[[str, str], bool]
    language: str = ""
    suffixes: frozenset[str] = frozenset()
    certain: bool = False
    refines: frozenset[Kind] = frozenset()
    holds: Callable[[str, bytes], bool] | None = None
    nameless: Callable[[bytes], bool] | None = None
    parse: Named = ""
    facts: Named = ""
    inner: Named = ""
    inner_kinds: frozenset[Kind] = frozenset()
    taken_over: Named = ""
    scalars: ScalarSchema | None = None
    templated: bool = False
    absent: bool = False
    comments: Comments = "trailing"
    edits: frozenset[str] = frozenset()
    raw: bool = True
    resolved: Named = ""
    production: Named = ""
    selectors: Mapping[str, Named] = field(default_factory=dict)
    across: Mapping[str, Named] = field(default_factory=dict)
    sample: Named = ""


def named(name: Named) -> Any:
    """What `package.module:name` names; imported now."""
    module, _, attribute = name.partition(":")
    return getattr(import_module(module), attribute)
