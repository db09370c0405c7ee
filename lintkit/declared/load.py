"""Declarative rules: a YAML file with `select` or `match` and a JSON Schema becomes a rule object.

`require` reports what was selected and does not satisfy the schema; `forbid` reports what does. Nothing selected means
that the rule does not apply.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lintkit.files.disk import Disk, DiskError
from lintkit.kinds.registry import FILE_KIND
from lintkit.model import Document, Example, Route, RuleMeta, SourceFile
from lintkit.rule.definition import Rule, RuleError
from lintkit.rule.marks import read_marks
from lintkit.source import Lines
from lintkit.words.path_sets import PATH_SETS

if TYPE_CHECKING:
    from lintkit.declared.pattern.query import Query

EVERY_FILE = (
    "the pattern names nothing that a file could be searched for, so every Python file is parsed for it"
)

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
LARGEST_RULE_FILE = 1_000_000
"""Bytes of a rule file: no person writes as many."""


def load_declared_rule(file: Path, identifier: str, *, proven: bool = False, trusted: bool = False) -> Rule:
    """Load the declarative rule in `file` under the id `identifier`.

    proven   the file is known to be without mistakes, so that none are looked for
    trusted  the file is part of lintkit, so that it may be a link

    Raises RuleError with the file, the line of the key at fault and the nearest known key.
    """
    document = _read(file, trusted=trusted or proven)
    data = document.data
    if not isinstance(data, dict):
        raise RuleError(
            "a rule file is a mapping of keys such as `summary`, `select` and `require`", str(file), 1
        )
    if not proven:
        _validate(document, file)
    query = _compile_match(document, file) if "match" in data else None
    meta = _meta(identifier, data)
    if query is None and data.get("read") == "merged":
        from lintkit.declared.merged import merged_check

        return Rule(meta, merged_check(data), (), str(file))
    if query is None and meta.scope == "project":
        from lintkit.declared.project import project_check

        return Rule(meta, project_check(data), (), str(file))
    if query is None:
        from lintkit.declared.check import document_check

        return Rule(meta, document_check(data), (), str(file))
    from lintkit.declared.pattern.query import is_narrow, triggers
    from lintkit.declared.python import python_check

    notes = () if is_narrow(query) else (EVERY_FILE,)
    return Rule(meta, python_check(data, query), triggers(query), str(file), notes)


def _compile_match(document: Document, file: Path) -> Query:
    from lintkit.declared.pattern.query import QueryError, compile_query
    from lintkit.declared.pattern.rewrite import mistake

    try:
        query = compile_query(document.data["match"])
    except QueryError as error:
        raise RuleError(error.message, str(file), _line(document, error.route)) from None
    replace = document.data.get("fix", {}).get("replace")
    wrong = mistake(replace, query.variables) if replace is not None else ""
    if wrong:
        raise RuleError(wrong, str(file), _line(document, ("fix", "replace")))
    return query


def read_rule_file(file: Path) -> bytes:
    """The bytes of a rule file of somebody else: a regular file, not too large, and no link.

    Raises RuleError for all others: a link may lead to a file whose content nobody wants to see in a message, and a
    pipe or a device has no end.
    """
    disk, name = Disk(os.fsencode(file.parent.resolve())), os.fsencode(file.name)
    try:
        if disk.status(name).st_size <= LARGEST_RULE_FILE:
            return disk.read(name, LARGEST_RULE_FILE)
    except DiskError as error:
        message = str(error)
        raise RuleError(
            f"the rule file cannot be read: {message[:1].lower()}{message[1:].removesuffix('.')}", str(file)
        ) from None
    raise RuleError(f"a rule file has at most {LARGEST_RULE_FILE // 1_000_000} MB", str(file))


def _read(file: Path, *, trusted: bool) -> Document:
    from lintkit.formats.errors import ParseError
    from lintkit.formats.yaml import parse

    try:
        data = file.read_bytes() if trusted else read_rule_file(file)
        documents = parse(SourceFile(file.name, "yaml", data))
    except ParseError as error:
        raise RuleError(error.message, str(file), error.line) from None
    except OSError as error:
        raise RuleError(f"the rule file cannot be read: {error.strerror}", str(file)) from None
    if len(documents) != 1:
        raise RuleError("a rule file holds exactly one YAML document", str(file), 1)
    document = documents[0]
    for problem in document.problems:
        raise RuleError(problem.message, str(file), Lines(document.text).position(problem.span.start).line)
    return document


def _line(document: Document, route: Route) -> int:
    return Lines(document.text).position(document.key_span(route).start).line


def _validate(document: Document, file: Path) -> None:
    from lintkit.declared.mistakes import find_mistakes

    for route, message in find_mistakes(document):
        raise RuleError(message, str(file), _line(document, route))


def _meta(identifier: str, data: Mapping[str, Any]) -> RuleMeta:
    return RuleMeta(
        id=identifier,
        summary=data["summary"],
        why=data["why"].strip(),
        remedy=data.get("remedy", "").strip(),
        severity=data["severity"],
        confidence=data.get("confidence", "high"),
        scope="project" if data.get("read") == "merged" or _looks_across(data) else "file",
        kinds=(data["kind"],),
        tags=tuple(data.get("tags", ())),
        equivalents=tuple(data.get("equivalents", ())),
        packs=tuple(data.get("packs", ("recommended",))),
        supersedes=tuple(data.get("supersedes", ())),
        fixable="fix" in data,
        options=data.get("options", {}),
        paths=tuple(_globs(data.get("paths", ()))),
        paths_ignore=tuple(_globs(data.get("paths-ignore", ()))),
        examples=tuple(map(_example, data["examples"])),
        excused_by=(data["excused-by"]["kind"], data["excused-by"]["select"])
        if "excused-by" in data
        else None,
    )


def _looks_across(data: Mapping[str, Any]) -> bool:
    """Whether a rule looks at what the files of a repository say of one another."""
    return data.get("each") in FILE_KIND[data["kind"]].across


def _globs(entries: Iterable[str]) -> Iterator[str]:
    """Globs, with those of a set of paths in the place of its name."""
    for entry in entries:
        yield from PATH_SETS.get(entry, (entry,))


def _example(data: Mapping[str, Any]) -> Example:
    is_good = "good" in data
    marked = data["good"] if is_good else data["bad"]
    files, expected = read_marks({"": marked} if isinstance(marked, str) else marked)
    fixed = data.get("fixed")
    after = {"": fixed} if isinstance(fixed, str) else fixed
    return Example(is_good, files, expected, after, data.get("options", {}), data.get("note", ""))
