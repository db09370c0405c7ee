"""The run: discover, check each file, join, check the project, settle."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timezone
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from lintkit.budget import RuleLimitError
from lintkit.catalog.load import RuleSet
from lintkit.config.ruling import Rulings, looks_at
from lintkit.files.files import Discovery, SourceEntry, discover, load
from lintkit.files.once import ReadOnce
from lintkit.files.tree import Tree, TreeError
from lintkit.kinds.kubernetes.kind import KUSTOMIZATION_FILES
from lintkit.kinds.registry import FILE_KINDS
from lintkit.model import (
    Finding,
    Kind,
    Location,
    Notification,
    Report,
    RuleMeta,
    Span,
    SuppressedFinding,
)
from lintkit.rule.definition import Project, Rule, RuleContext
from lintkit.rule.own import DUPLICATE_KEY, EXPIRED_WAIVER, OWN_RULES, SKIPPED_FILE
from lintkit.run.developed import files_at_a_desk
from lintkit.run.documents import Documents
from lintkit.run.file import FileResult, Task, check_file, lost_file, rule_failed
from lintkit.run.guard import Guard
from lintkit.run.settle import (
    Spans,
    drop_superseded,
    expired_waivers,
    merge_equal,
    order,
    suppress_in_source,
    with_fingerprints,
    with_groups,
)
from lintkit.run.texts import Texts
from lintkit.run.workers import map_in_order, worker_count
from lintkit.words.environments import is_for_developers, is_for_learning, is_material, is_past_release

if TYPE_CHECKING:
    from lintkit.config.model import Config
    from lintkit.facts import Fact
    from lintkit.graph.join import ConfigGraph
    from lintkit.kinds.kubernetes.cluster import Cluster
    from lintkit.kinds.kubernetes.kustomize import Kustomizations


@dataclass(frozen=True, slots=True)
class Request:
    """What one run is asked to do.

    tree    the files to check
    config  selection, severities, options and excludes in force, with those of the folders below the root
    rules   the rules that are selected somewhere
    known   ids of all loaded rules, also of those not selected
    only    paths (relative to the root) to which the report is narrowed; None reports everything
    screen  False parses all Python with libcst
    jobs    worker processes; 0 decides by the number of files and cores
    today   the day (UTC) by which waivers are judged
    asked   the files and folders that were named, as the tree names them; the root is an empty name
    """

    tree: Tree
    config: Config
    rules: RuleSet
    known: frozenset[str] = frozenset()
    only: frozenset[str] | None = None
    screen: bool = True
    jobs: int = 0
    today: date = field(default_factory=lambda: datetime.now(timezone.utc).date())
    asked: tuple[str, ...] = ()


def discover_files(tree: Tree, config: Config) -> Discovery:
    """What `tree` holds without what `config`, or one of a folder below, excludes. Raises TreeError."""
    found = discover(tree, config.exclude)
    if not any(nested.exclude for nested in config.nested.values()):
        return found
    gone = frozenset(path for path in found.paths if config.excluded(path))
    return Discovery(
        tuple(entry for entry in found.files if entry.path not in gone),
        tuple(note for note in found.notifications if not (note.path and config.excluded(note.path))),
        found.paths - gone,
        found.tracked - gone,
        found.excluded | gone,
    )


@dataclass(frozen=True, slots=True)
class Checked:
    """A finished run with its parts, which a run over a nearly equal tree need not make again.

    results  path -> what the file gave
    """

    report: Report
    request: Request
    discovery: Discovery
    results: Mapping[str, FileResult]
    texts: Texts


def run(request: Request) -> Report:
    """Check a tree. Raises TreeError if the tree itself cannot be listed; everything else is in the report."""
    return check_tree(request).report


def check_tree(request: Request) -> Checked:
    """As `run`, with what the report was made of."""
    asked, request = request, replace(request, tree=ReadOnce(request.tree))
    discovery = discover_files(request.tree, request.config)
    results, findings = _check_files(request, discovery, {})
    texts = Texts(request.tree, discovery)
    judged = _judge(request, discovery, results, findings, texts)
    report = _report(request, discovery, results, judged)
    return Checked(report, asked, discovery, {result.path: result for result in results}, texts)


def findings_of(tree: Tree, like: Checked, same: Collection[str]) -> tuple[Finding, ...]:
    """The findings that a report of `tree` would show, by the rules and the configuration of another run.

    same  paths whose bytes are equal in both trees: what a file gives is a function of its bytes, so that what the
          other run made of them is taken over. Raises TreeError if the tree cannot be listed.
    """
    tree = ReadOnce(tree)
    discovery = discover_files(tree, like.request.config)
    there = {entry.path: entry for entry in like.discovery.files}
    shared = {
        entry.path
        for entry in discovery.files
        if entry.path in same and entry.path in like.results and there.get(entry.path) == entry
    }
    # A file that is gone may live on under another name, so it is part of what the paths ask for.
    asked = like.request.only
    only = None if asked is None else asked | (discovery.paths - like.discovery.paths)
    request = replace(like.request, tree=tree, only=only)
    results, findings = _check_files(request, discovery, {path: like.results[path] for path in shared})
    texts = Texts(request.tree, discovery, like.texts, frozenset(shared))
    judged = _judge(request, discovery, results, findings, texts)
    return tuple(texts.scrubbed(finding) for finding in judged.kept)


def _check_files(
    request: Request,
    discovery: Discovery,
    done: Mapping[str, FileResult],
    *,
    needs_project: bool = False,
) -> tuple[list[FileResult], list[Finding]]:
    """What every file gives, those that are `done` taken over, and the findings of these and of project rules.

    needs_project  the facts of all files are wanted, though no rule for projects asks for them
    """
    needs_project = needs_project or any(rule.meta.scope == "project" for rule in request.rules.rules)
    entries = [
        entry
        for entry in discovery.files
        if needs_project or request.only is None or entry.path in request.only
    ]
    to_do = [entry for entry in entries if entry.path not in done]
    jobs = worker_count(request.jobs, len(to_do))
    if jobs > 1:  # or every process would load the rules for itself
        request = replace(request, rules=request.rules.whole())
    guard, anchor = Guard(), _anchor(request, discovery)
    documents = Documents(request.tree, discovery.files)
    kustomizations = _kustomizations(discovery, documents)
    if kustomizations is not None and jobs <= 1:  # other processes give back what they find, and no documents
        documents.kept = guard.run("lintkit/kustomize", anchor, kustomizations.named, frozenset())
    check = partial(_check_entry, request, _Tasks(request), needs_project, documents)
    fresh = map_in_order(check, to_do, jobs, lambda entry, how: lost_file(entry.path, how))
    by_path = {**done, **{result.path: result for result in fresh}}
    results = [by_path[entry.path] for entry in entries]
    findings = [finding for result in results for finding in result.findings]
    if not needs_project and any(finding.replaceable for finding in findings):
        # What the other files say of it decides, whatever rules are asked beside this one.
        return _check_files(request, discovery, {}, needs_project=True)
    project = _project(request, discovery, results, guard) if needs_project else None
    rules = _project_rules(request, discovery)
    for rule, context in rules.values():
        findings.extend(guard.gather(rule.id, anchor, partial(rule.check, project, context)))
    if kustomizations is not None:
        as_deployed = partial(_as_deployed, request, kustomizations, project, rules, findings, guard)
        findings = guard.run("lintkit/kustomize", anchor, as_deployed, findings)
    excused = partial(_without_excused, request, discovery, documents, results, findings)
    findings = guard.run("lintkit/excuses", anchor, excused, findings)
    if project is not None:
        kept = partial(_not_replaced, request, findings, project)
        findings = guard.run("lintkit/replaced", anchor, kept, findings)
    current = partial(_true_of_releases, request, discovery, findings)
    findings = guard.run("lintkit/releases", anchor, current, findings)
    findings.extend(guard.findings())
    return results, findings


def _anchor(request: Request, discovery: Discovery) -> str:
    """The file at which it is told what fails for the whole repository: one that is reported on."""
    paths = [entry.path for entry in discovery.files]
    only = request.only
    return min((path for path in paths if only is None or path in only), default=min(paths, default=""))


def _kustomizations(discovery: Discovery, documents: Documents) -> Kustomizations | None:
    """The kustomizations of the repository; None where it has none."""
    files = {
        posixpath.dirname(path): path
        for path in sorted(discovery.paths)
        if posixpath.basename(path) in KUSTOMIZATION_FILES
    }
    if not files:
        return None
    from lintkit.kinds.kubernetes.kustomize import Kustomizations

    return Kustomizations(files, documents.manifests)


def _as_deployed(
    request: Request,
    kustomizations: Kustomizations,
    project: Project | None,
    rules: Mapping[str, tuple[Rule, RuleContext]],
    findings: list[Finding],
    guard: Guard,
) -> list[Finding]:
    """What is left of findings of files, and what is new, in what kustomizations deploy."""
    from lintkit.views.check import Checks, settled

    tasks = _Tasks(request)
    relations = {name: rule for name, rule in rules.items() if rule[0].meta.kinds == ("kubernetes",)}
    checks = Checks(lambda path: tasks.of(path, "kubernetes"), project, relations)
    return settled(kustomizations, checks, findings, guard)


def _without_excused(
    request: Request,
    discovery: Discovery,
    documents: Documents,
    results: Sequence[FileResult],
    findings: list[Finding],
) -> list[Finding]:
    """Leave out what an object of the same namespace supplies, such as the defaults of a LimitRange."""
    metas = {rule.id: rule.meta for rule in request.rules.rules if rule.meta.excused_by is not None}
    if not any(finding.rule in metas for finding in findings):
        return findings
    from lintkit.views.defaults import placed, without_excused

    files = {result.path: result.placed for result in results}
    for entry in discovery.files:  # those that nothing is reported on
        if entry.kind == "kubernetes" and entry.path not in files:
            found = placed(documents.manifests(entry.path), _excuses(metas.values()))
            files[entry.path] = tuple(each for each in found if each.excuses)
    return without_excused(findings, files, metas)


def _excuses(metas: Iterable[RuleMeta]) -> tuple[tuple[str, str], ...]:
    """What rules accept of another object of the same namespace, each once."""
    return tuple(dict.fromkeys(meta.excused_by for meta in metas if meta.excused_by is not None))


def _true_of_releases(request: Request, discovery: Discovery, findings: list[Finding]) -> list[Finding]:
    """Leave out what is not true of the releases of libraries that the project has."""
    if all(finding.fixed_in is None for finding in findings):
        return findings
    from lintkit.run.releases import settle

    def read(path: str) -> bytes | None:
        try:
            return request.tree.read(path) if path in discovery.paths else None
        except TreeError:
            return None

    return settle(findings, discovery.paths, read)


def _check_entry(
    request: Request, tasks: _Tasks, facts: bool, documents: Documents, entry: SourceEntry
) -> FileResult:
    """Read one file and check it; a file that cannot be read is a notification."""
    try:
        return _checked_entry(request, tasks, facts, documents, entry)
    except Exception as error:  # a defect of lintkit's own; the other files still get their answer
        failed = rule_failed(f"lintkit/{entry.kind}", Span(entry.path, 0, 0), error)
        return FileResult(entry.path, (failed,), parsed=False)


def _checked_entry(
    request: Request, tasks: _Tasks, facts: bool, documents: Documents, entry: SourceEntry
) -> FileResult:
    try:
        source = load(request.tree, entry)
    except TreeError as error:
        if entry.kind == "text":  # a document or a script: nobody expects a word about one that is too large
            return FileResult(entry.path, parsed=False)
        level = "error" if error.failed else SKIPPED_FILE.severity
        unread = Notification(level, str(error), SKIPPED_FILE.id, entry.path)
        return FileResult(entry.path, parsed=False, notifications=(unread,))
    return check_file(
        source,
        tasks.of(entry.path, entry.kind),
        facts=facts,
        screen=request.screen,
        named=entry.path in request.asked,
        parse=documents.parse,
        excuses=tasks.excuses,
    )


def _context(rule: Rule, config: Config) -> RuleContext:
    """How a rule runs where `config` applies."""
    return RuleContext(rule.meta, config.options(rule.meta), strict=config.is_strict(rule.meta))


class _Tasks:
    """Which rules run on a path, with which options."""

    def __init__(self, request: Request) -> None:
        self._config = request.config
        self._rules = [rule for rule in request.rules.rules if rule.meta.scope == "file"]
        self._rulings = Rulings(request.config, selected=True)
        self._by_folder: dict[tuple[str, Kind], list[Task]] = {}
        self.excuses = _excuses(rule.meta for rule in request.rules.rules)

    def of(self, path: str, kind: Kind) -> tuple[Task, ...]:
        """The tasks for one file."""
        tasks = tuple(
            task
            for task in self._for_kind(self._config.for_path(path), kind)
            if self._rulings.counts(task.rule.meta, path)
        )
        environment = self._config.environment(path) if tasks else None
        if environment is None:
            return tasks
        return tuple(Task(task.rule, replace(task.context, environment=environment)) for task in tasks)

    def _for_kind(self, config: Config, kind: Kind) -> list[Task]:
        key = (config.folder, kind)
        if key not in self._by_folder:
            self._by_folder[key] = [
                Task(rule, _context(rule, config)) for rule in self._rules if looks_at(rule.meta, kind)
            ]
        return self._by_folder[key]


_MISSED = frozenset(kind.name for kind in FILE_KINDS if kind.absent)
"""Kinds of file whose absence is worth a finding; without a file of another kind there is nothing to say of it."""


class _Unmade:
    """Stands for a part of the project that could not be made, and stops every rule that asks it."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __getattr__(self, name: str) -> Any:
        raise RuleLimitError(f"{self._what} could not be made")


def _project(request: Request, discovery: Discovery, results: Sequence[FileResult], guard: Guard) -> Project:
    """What rules for projects see: the facts of all files, joined."""
    from lintkit.graph.join import join
    from lintkit.kinds.kubernetes.cluster import build_cluster

    facts: list[Fact] = sorted(
        (fact for result in results for fact in result.facts),
        key=lambda f: (f.span.path, f.span.start, type(f).__name__),
    )
    by_type: defaultdict[type, list[Fact]] = defaultdict(list)
    for fact in facts:
        by_type[type(fact)].append(fact)
    anchor = _anchor(request, discovery)
    facts_by_type = {kind: tuple(found) for kind, found in by_type.items()}
    graph = guard.run(
        "lintkit/graph",
        anchor,
        partial(join, facts, discovery.paths, request.config.environment),
        cast("ConfigGraph", _Unmade("the graph of who provides and reads variables")),
    )
    cluster = guard.run(
        "lintkit/cluster",
        anchor,
        partial(build_cluster, facts_by_type, discovery.paths),
        cast("Cluster", _Unmade("the graph of objects")),
    )
    return Project(discovery.paths, discovery.tracked, graph, facts_by_type, cluster)


def _project_rules(request: Request, discovery: Discovery) -> dict[str, tuple[Rule, RuleContext]]:
    """The rules for projects that have something to look at, by their ids."""
    present = {entry.kind for entry in discovery.files} | _MISSED
    return {
        rule.id: (rule, _context(rule, request.config))
        for rule in request.rules.rules
        if rule.meta.scope == "project" and not (rule.meta.kinds and present.isdisjoint(rule.meta.kinds))
    }


def _not_replaced(request: Request, findings: Sequence[Finding], project: Project) -> list[Finding]:
    """Leave out what is said of defaults that what is deployed does not run with."""
    if not any(finding.replaceable for finding in findings):
        return list(findings)
    from lintkit.run.replaced import settle

    return settle(findings, project, request.config.environment)


@dataclass(frozen=True, slots=True)
class _Judged:
    """Findings with their fingerprints, sorted: what is kept and what is suppressed, nothing of it masked yet.

    unplaced  what is to be said of waivers in files that are not checked
    """

    kept: list[Finding]
    hidden: list[tuple[SuppressedFinding, Finding]]
    unplaced: list[Notification]
    metas: Mapping[str, RuleMeta]
    texts: Texts


_OF_ANY_HAND = frozenset(("correctness", "secrets"))
"""Tags of what is wrong whoever wrote it: it is broken, or a secret is out."""


def _is_worth_telling(
    finding: Finding,
    rulings: Rulings,
    metas: Mapping[str, RuleMeta],
    taken_over: Mapping[str, Spans],
    at_a_desk: frozenset[str],
) -> bool:
    """Whether a finding is for everybody.

    One in a lesson or an example is so only where a secret was left behind; one about a choice is not where a program
    or other people made it, since it is changed elsewhere, nor in the cluster of a developer; one that matters where
    something is deployed is not in a file that only developers' stacks read. Of a manifest that a program completes
    nothing is known but its secrets.

    taken_over  path -> the stretches that a program or other people wrote
    at_a_desk   the files that only developers' stacks read
    """
    family = finding.rule.partition("/")[0]
    if finding.rule == DUPLICATE_KEY.id and is_for_developers(finding.primary.span.path):
        return rulings.strict(metas[finding.rule], finding.primary.span.path)  # what a test compares with
    if family in {"lintkit", "repo"}:
        return True
    meta, span = metas[finding.rule], finding.primary.span
    told = not (is_for_learning(span.path) or is_past_release(span.path)) and not (
        finding.deployed and span.path in at_a_desk
    )
    if told and family == "kubernetes" and is_material(span.path):
        told = "secrets" in meta.tags
    if told and _OF_ANY_HAND.isdisjoint(meta.tags):
        theirs = taken_over.get(span.path)
        told = (theirs is None or not theirs.overlap(span.start, span.end)) and not (
            family == "kubernetes" and is_for_developers(span.path)
        )
    return told or rulings.strict(meta, span.path)


def _judge(
    request: Request,
    discovery: Discovery,
    results: Sequence[FileResult],
    findings: Sequence[Finding],
    texts: Texts,
) -> _Judged:
    metas = {meta.id: meta for meta in OWN_RULES} | {rule.id: rule.meta for rule in request.rules.rules}
    config, rulings = request.config, Rulings(request.config, request.today, selected=True)
    in_force = partial(_in_force, rulings, metas)
    judged = drop_superseded([finding for finding in merge_equal(findings) if in_force(finding)], metas)
    expired, unplaced = _expired(request, rulings, judged, metas, texts)
    judged.extend(finding for finding in expired if in_force(finding))
    kept, external = _accepted(rulings, judged, metas)
    guard = texts.guard
    suppress = partial(
        suppress_in_source,
        kept,
        [suppression for result in results for suppression in result.suppressions],
        ran=partial(rulings.selected, [rule.meta for rule in request.rules.rules]),
        known=request.known | frozenset(metas),
        refused=lambda finding: config.for_path(finding.path).refuses_comments(metas[finding.rule]),
    )
    nothing: tuple[list[Finding], list[SuppressedFinding], list[Finding]] = (kept, [], [])
    kept, in_source, unused = guard.run(
        "lintkit/suppressions", _anchor(request, discovery), suppress, nothing
    )
    idle, accepted = _accepted(rulings, [finding for finding in unused if in_force(finding)], metas)
    kept.extend(idle)
    suppressed = [*external, *in_source, *accepted]
    taken_over = {
        result.path: Spans((span.start, span.end) for span in result.taken_over)
        for result in results
        if result.taken_over
    }
    at_a_desk: frozenset[str] = guard.run(
        "lintkit/developed",
        _anchor(request, discovery),
        partial(files_at_a_desk, kept, (fact for result in results for fact in result.facts)),
        frozenset(),
    )
    kept = [finding for finding in kept if _is_worth_telling(finding, rulings, metas, taken_over, at_a_desk)]
    if request.only is not None:
        kept = [finding for finding in kept if finding.path in request.only]
        suppressed = [entry for entry in suppressed if entry.finding.path in request.only]
    texts.find_secrets(
        location.span.path
        for finding in (*kept, *(entry.finding for entry in suppressed))
        for location in finding.locations
    )
    kept.extend(finding for finding in guard.findings() if in_force(finding))
    kept = _finish(sorted(kept, key=order), texts)
    hidden = _finish(sorted((entry.finding for entry in suppressed), key=order), texts)
    by_key = {order(entry.finding)[:4]: entry for entry in suppressed}
    entries = [(by_key[order(finding)[:4]], finding) for finding in hidden]
    return _Judged(kept, entries, unplaced, metas, texts)


def _report(request: Request, discovery: Discovery, results: Sequence[FileResult], judged: _Judged) -> Report:
    """What may be shown of a run: every word without secrets, and every text with masks over them."""
    texts, only = judged.texts, request.only
    finished = tuple(texts.scrubbed_entry(entry, finding) for entry, finding in judged.hidden)
    shown = tuple(texts.scrubbed(finding) for finding in with_groups(judged.kept, texts.same_secret))
    found = (*judged.kept, *(finding for _, finding in judged.hidden))
    notifications = [
        *discovery.notifications,
        *(notification for result in results for notification in result.notifications),
        *judged.unplaced,
        *_failure_notifications(shown, texts),
    ]
    used = {finding.rule for finding in found}
    return Report(
        findings=shown,
        rules=tuple(
            _described(request.rules, meta, key in used)
            for key, meta in sorted(judged.metas.items())
            if key in used or not key.startswith("lintkit/")
        ),
        texts=texts.masked({location.span.path for f in found for location in f.locations}, found),
        suppressed=finished,
        notifications=tuple(notifications),
        files_checked=len(results) if only is None else sum(r.path in only for r in results),
        boms=frozenset(texts.boms),
        revision=request.tree.revision(),
        cost=_cost(results),
    )


def _described(rules: RuleSet, meta: RuleMeta, used: bool) -> RuleMeta:
    """A rule as the report describes it: with its examples if it found something, however much of it was loaded."""
    if not used:
        return replace(meta, examples=())
    rule = rules.get(meta.id)
    return meta if rule is None or rule.whole is None else rule.whole().meta


def _accepted(
    rulings: Rulings, findings: Iterable[Finding], metas: Mapping[str, RuleMeta]
) -> tuple[list[Finding], list[SuppressedFinding]]:
    """Give findings the severity of their place, and set aside the ones that the configuration accepts there."""
    kept: list[Finding] = []
    accepted: list[SuppressedFinding] = []
    for finding in findings:
        meta = metas[finding.rule]
        graded = replace(finding, severity=rulings.severity(meta, finding))
        reason = rulings.accepted(meta, finding.path)
        if reason is None:
            kept.append(graded)
        else:
            accepted.append(SuppressedFinding(graded, "external", reason))
    return kept, accepted


def _in_force(rulings: Rulings, metas: Mapping[str, RuleMeta], finding: Finding) -> bool:
    return rulings.counts(metas[finding.rule], finding.path)


def _expired(
    request: Request,
    rulings: Rulings,
    findings: Sequence[Finding],
    metas: Mapping[str, RuleMeta],
    texts: Texts,
) -> tuple[list[Finding], list[Notification]]:
    """What is to be said of waivers that are over: a finding at their line; a word where their file is not checked."""
    ran = [rule.meta for rule in request.rules.rules]
    found: list[Finding] = []
    unplaced: list[Notification] = []
    meta = EXPIRED_WAIVER
    whole = request.only is None
    for waiver, message in expired_waivers(rulings, request.today, ran, findings, metas, whole=whole):
        span = texts.line_span(waiver.file, waiver.line)
        if span is None:
            unplaced.append(Notification(meta.severity, message, meta.id, waiver.shown, waiver.line))
        else:
            subject = f"{', '.join(waiver.rules)} in {', '.join(waiver.paths)}"
            found.append(Finding(meta.id, message, (Location(span),), subject, meta.severity))
    return found, unplaced


def _finish(findings: Sequence[Finding], texts: Texts) -> list[Finding]:
    lines = [texts.lines(f.path).position(f.primary.span.start).line for f in findings]
    return with_fingerprints(findings, texts.line_hashes, lines)


def _failure_notifications(findings: Iterable[Finding], texts: Texts) -> Iterator[Notification]:
    for finding in findings:
        if finding.rule in {"lintkit/unparseable-file", "lintkit/rule-failed"}:
            line = texts.lines(finding.path).position(finding.primary.span.start).line
            yield Notification(finding.severity, finding.message, finding.rule, finding.path, line)


def _cost(results: Iterable[FileResult]) -> dict[str, tuple[float, int]]:
    cost: defaultdict[str, list[float]] = defaultdict(list)
    for result in results:
        for rule_id, seconds in result.cost:
            cost[rule_id].append(seconds)
    return {rule_id: (sum(seconds), len(seconds)) for rule_id, seconds in sorted(cost.items())}
