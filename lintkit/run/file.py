"""Checking one file: a pure function of its bytes, its path and the rules, with plain picklable results."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from lintkit.budget import Budget, LeftOutError, RuleLimitError, python_steps_for
from lintkit.declared.select import SelectError
from lintkit.formats.errors import ParseError
from lintkit.kinds.kind import FileKind, named
from lintkit.kinds.registry import FILE_KIND
from lintkit.model import (
    Document,
    Finding,
    Location,
    Notification,
    Problem,
    SourceFile,
    Span,
    Suppression,
)
from lintkit.rule.definition import Rule, RuleContext
from lintkit.rule.own import DUPLICATE_KEY, INVALID_SUPPRESSION, RULE_FAILED, SKIPPED_FILE, UNPARSEABLE_FILE
from lintkit.run.documents import Parse, parse_documents
from lintkit.source import Lines
from lintkit.words.environments import is_for_developers

if TYPE_CHECKING:
    from lintkit.facts import Fact
    from lintkit.kinds.extract import PythonExtractor
    from lintkit.python.match import Match
    from lintkit.python.module import PythonFile
    from lintkit.python.statements import TopLevel
    from lintkit.python.triggers import DeferredTrigger, Trigger
    from lintkit.views.defaults import Excuse, Placed

_TEMPLATE = re.compile(rb"\{%-?\s*\w+[^%\n]{0,200}%\}|\{\{\s*[\w.]+(?:\s*\|[^}\n]{0,200})?\s*\}\}")
"""Jinja's and cookiecutter's marks, which no valid Python with this meaning contains outside of strings."""


@dataclass(frozen=True, slots=True)
class Task:
    """One rule as it applies to one file."""

    rule: Rule
    context: RuleContext

    def findings(
        self, document: Document, documents: tuple[Document, ...], *, tracked: bool = False
    ) -> Iterable[Finding]:
        """What the rule says of a document, which is one of those of its file, or of those that a view has of it."""
        context = replace(self.context, documents=documents, tracked=tracked)
        found: Iterable[Finding] = self.rule.check(document, context)
        return found


@dataclass(frozen=True, slots=True)
class FileResult:
    """What one file gave.

    parsed  the file could be read, so its suppressions and facts are complete
    cost    rule id -> (seconds, 1 if the gate let the file through)
    placed  the Kubernetes objects in it, where a rule asks what their namespace gives them
    taken_over  the stretches of it that a program or other people wrote
    """

    path: str
    findings: tuple[Finding, ...] = ()
    facts: tuple[Fact, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    parsed: bool = True
    notifications: tuple[Notification, ...] = ()
    cost: tuple[tuple[str, float], ...] = ()
    placed: tuple[Placed, ...] = ()
    taken_over: tuple[Span, ...] = ()


@dataclass(slots=True)
class _Collected:
    """The results of one file while they are being made."""

    source: SourceFile
    parse: Parse = parse_documents
    excuses: Sequence[Excuse] = ()
    placed: list[Placed] = field(default_factory=list)
    taken_over: list[Span] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    cost: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def run(self, task: Task, make: Callable[[], Iterable[Finding]]) -> None:
        """Run one check; what it raises becomes a finding, and the other rules go on."""
        started = time.perf_counter()
        try:
            self.findings.extend(make())
        except Exception as error:
            self.findings.append(rule_failed(task.rule.id, Span(self.source.path, 0, 0), error))
        self.cost[task.rule.id] += time.perf_counter() - started

    def extract(self, name: str, make: Callable[[], Iterable[Fact]]) -> None:
        """Collect facts; an extractor that raises is reported like a rule."""
        try:
            self.facts.extend(make())
        except Exception as error:
            self.findings.append(rule_failed(f"lintkit/facts ({name})", Span(self.source.path, 0, 0), error))


def rule_failed(rule_id: str, span: Span, error: Exception) -> Finding:
    """The finding that says that a rule raised; the error's text is left out, because it may quote the file."""
    if isinstance(error, (RuleLimitError, SelectError, LeftOutError)):
        reason = f"{rule_id} was stopped: {error.message}"
        return _rule_failed(rule_id, span, reason)
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" at line {trace.tb_lineno} of {trace.tb_frame.f_code.co_name}" if trace is not None else ""
    return _rule_failed(rule_id, span, f"{rule_id} raised {type(error).__name__}{where}")


def lost_file(path: str, how: str) -> FileResult:
    """What is said of a file whose process died over it.

    how  such as `was killed by SIGSEGV`
    """
    reason = f"the process that checked this file {how}"
    return FileResult(path, (_rule_failed("lintkit/worker", Span(path, 0, 0), reason),), parsed=False)


def _rule_failed(rule_id: str, span: Span, reason: str) -> Finding:
    return Finding(
        rule=RULE_FAILED.id,
        message=f"{reason}; its findings for {span.path or 'the repository'} are missing",
        locations=(Location(span),),
        subject=rule_id,
        severity=RULE_FAILED.severity,
    )


def check_file(
    source: SourceFile,
    tasks: Sequence[Task],
    *,
    facts: bool = True,
    screen: bool = True,
    named: bool = False,
    parse: Parse = parse_documents,
    excuses: Sequence[Excuse] = (),
) -> FileResult:
    """Check one file with the rules that apply to it.

    source  path, kind and bytes
    tasks   file-scope rules with their options; those of other kinds are passed over
    facts   also extract facts for the graph
    named   somebody asked for this very file, so that it is parsed also where no rule looks at its kind
    screen  False parses everything with libcst, for the test that the screen loses nothing
    parse   gives the documents of a file of any kind but Python. Raises ParseError
    excuses what rules accept of another object of the same namespace
    """
    collected = _Collected(source, parse, excuses)
    try:
        if source.kind == "python":
            suppressions = _check_python(collected, tasks, facts, screen)
        else:
            suppressions = _check_documents(collected, tasks, facts, named)
    except ParseError as error:
        if source.kind == "python" and _TEMPLATE.search(source.data):
            note = "it is a template of Python source, not Python, and was not checked"
            skipped = Notification(SKIPPED_FILE.severity, note, SKIPPED_FILE.id, source.path)
            return FileResult(source.path, parsed=False, notifications=(skipped,))
        return FileResult(source.path, (unparseable(source, error),), parsed=False)
    except LeftOutError as error:
        note = f"{error.message}, so it was not checked"
        skipped = Notification(SKIPPED_FILE.severity, note, SKIPPED_FILE.id, source.path)
        return FileResult(source.path, parsed=False, notifications=(skipped,))
    except Exception as error:  # a defect of lintkit's own; the other files still get their answer
        failed = rule_failed(f"lintkit/{source.kind}", Span(source.path, 0, 0), error)
        return FileResult(source.path, (failed,), parsed=False)
    return FileResult(
        source.path,
        tuple(collected.findings),
        tuple(collected.facts),
        suppressions,
        cost=tuple(sorted(collected.cost.items())),
        placed=tuple(collected.placed),
        taken_over=tuple(collected.taken_over),
    )


def unparseable(source: SourceFile, error: ParseError) -> Finding:
    """The finding for a file that cannot be read, at the place where reading stopped."""
    lines = Lines(source.data.decode("utf-8", "replace").removeprefix("\ufeff"))
    start = min(lines.start(error.line) + error.column - 1, len(lines.text))
    end = max(start, lines.end(error.line))
    return Finding(
        rule=UNPARSEABLE_FILE.id,
        message=error.message.removesuffix("."),
        locations=(Location(Span(source.path, start, end)),),
        subject=source.path,
        severity="note" if _is_material(source.path) else UNPARSEABLE_FILE.severity,
    )


def _is_material(path: str) -> bool:
    """Whether a file is what a test feeds to a program, or a passage of a document: often broken on purpose."""
    return is_for_developers(path) or path.startswith(("docs/", "doc/"))


def _problem_finding(meta_id: str, problem: Problem) -> Finding:
    return Finding(
        rule=meta_id,
        message=problem.message.removesuffix("."),
        locations=(Location(problem.span),),
        subject=problem.code,
        severity="warning",
    )


def _check_python(
    collected: _Collected, tasks: Sequence[Task], facts: bool, screen: bool
) -> tuple[Suppression, ...]:
    from lintkit.python.screen import find_matches

    source = collected.source
    extractors = _python_extractors() if facts else ()
    triggers: list[Trigger | DeferredTrigger] = []
    owners: list[Task | PythonExtractor] = []
    for task in tasks:
        triggers.extend(task.rule.looks_at)
        owners.extend([task] * len(task.rule.looks_at))
    for extractor in extractors:
        triggers.extend(extractor.looks_at)
        owners.extend([extractor] * len(extractor.looks_at))
    matches = find_matches(source.data, source.path, triggers, screen=screen)
    if facts:
        collected.extract(
            "modules", partial(_module_facts, matches.text, source.path, matches.top, matches.file)
        )
    if matches.file is not None and matches.matches:
        _dispatch(collected, matches.file, [(owners[index], match) for index, match in matches.matches])
    return _python_suppressions(collected, matches.text)


def _dispatch(
    collected: _Collected, file: PythonFile, matches: Sequence[tuple[Task | PythonExtractor, Match]]
) -> None:
    """Hand every match to the rule or extractor whose trigger found it."""
    by_rule: defaultdict[str, list[Match]] = defaultdict(list)
    for owner, match in matches:
        if isinstance(owner, Task):
            by_rule[owner.rule.id].append(match)
    contexts: dict[str, RuleContext] = {}
    steps = python_steps_for(len(file.text))
    budgets: defaultdict[str, Budget] = defaultdict(lambda: Budget(steps))
    for owner, match in matches:
        name = owner.rule.id if isinstance(owner, Task) else owner.name
        file.budget = budgets[name]
        if file.budget.left < 0:  # it was stopped, and that was told
            continue
        if isinstance(owner, Task):
            if name not in contexts:
                contexts[name] = replace(owner.context, matches=tuple(by_rule[name]))
            collected.run(owner, partial(owner.rule.check, match, file, contexts[name]))
        else:
            collected.extract(name, partial(owner.extract, match, file))


def _python_extractors() -> tuple[PythonExtractor, ...]:
    from lintkit.kinds.extract import PYTHON_EXTRACTORS

    return PYTHON_EXTRACTORS


def _module_facts(text: str, path: str, top: TopLevel | None, file: PythonFile | None) -> Iterable[Fact]:
    from lintkit.kinds.extract import extract_python

    return extract_python(text, path, top, file)


def _python_suppressions(collected: _Collected, text: str) -> tuple[Suppression, ...]:
    source = collected.source
    if b"lintkit:" not in source.data:
        return ()
    from lintkit.formats.python_lex import logical_lines
    from lintkit.run.blocks import python_blocks, python_statements
    from lintkit.run.suppress import find_suppressions, python_comments

    lines = logical_lines(text)
    found = find_suppressions(
        text,
        source.path,
        "python",
        python_comments(text, source.path),
        python_blocks(text, lines),
        python_statements(text, lines),
    )
    return _suppressions(collected, *found)


def _suppressions(
    collected: _Collected, suppressions: Sequence[Suppression], problems: Sequence[Problem]
) -> tuple[Suppression, ...]:
    collected.findings.extend(_problem_finding(INVALID_SUPPRESSION.id, problem) for problem in problems)
    return tuple(suppressions)


def _check_documents(
    collected: _Collected, tasks: Sequence[Task], facts: bool, named: bool
) -> tuple[Suppression, ...]:
    source = collected.source
    applicable = [task for task in tasks if source.kind in task.rule.meta.kinds]
    kind = FILE_KIND[source.kind]
    if not kind.facts and not applicable:
        if named:  # whoever asks for it wants to hear that it is broken
            collected.parse(source)
        return ()
    documents = collected.parse(source)
    for document in documents:
        collected.findings.extend(
            _problem_finding(DUPLICATE_KEY.id, problem)
            for problem in document.problems
            if problem.code == "duplicate-key"
        )
        for task in applicable:
            collected.run(task, partial(task.findings, document, documents, tracked=source.tracked))
        if kind.inner:
            _check_inner(collected, kind, document, tasks)
        if facts:
            from lintkit.kinds.extract import extract_document

            collected.extract(source.kind, partial(extract_document, document))
    if kind.taken_over:
        _find_taken_over(collected, kind, documents)
    if source.kind == "kubernetes" and collected.excuses:
        _place(collected, documents)
    if not documents or b"lintkit:" not in source.data:
        return ()
    from lintkit.run.blocks import document_blocks, document_statements
    from lintkit.run.suppress import find_suppressions

    first = documents[0]
    blocks = [block for document in documents for block in document_blocks(document)]
    statements = document_statements(first)
    found = find_suppressions(first.text, source.path, source.kind, first.comments, blocks, statements)
    return _suppressions(collected, *found)


def _place(collected: _Collected, documents: Sequence[Document]) -> None:
    from lintkit.views.defaults import DEFAULTS, placed

    try:
        collected.placed.extend(placed(documents, collected.excuses))
    except Exception as error:
        collected.findings.append(rule_failed(DEFAULTS, Span(collected.source.path, 0, 0), error))


def _find_taken_over(collected: _Collected, kind: FileKind, documents: Sequence[Document]) -> None:
    """What a program or other people wrote. A defect in it costs findings that nobody acts on, and no others."""
    try:
        collected.taken_over.extend(named(kind.taken_over)(documents))
    except Exception as error:
        collected.findings.append(
            rule_failed(f"lintkit/{kind.name}", Span(collected.source.path, 0, 0), error)
        )


def _check_inner(collected: _Collected, kind: FileKind, document: Document, tasks: Sequence[Task]) -> None:
    """Check the documents that stand in a document of another kind; a fix does not know how far they are indented."""
    for inner in named(kind.inner)(document):
        before = len(collected.findings)
        for task in tasks:
            if inner.kind in task.rule.meta.kinds:
                collected.run(task, partial(task.findings, inner, (inner,), tracked=collected.source.tracked))
        collected.findings[before:] = [replace(found, fix=None) for found in collected.findings[before:]]
