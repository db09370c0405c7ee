"""Dockerfiles: instructions, stages, arguments and the environment, with spans.

Reference: https://docs.docker.com/reference/dockerfile/; what it leaves open is read as BuildKit's parser
reads it (github.com/moby/buildkit/frontend/dockerfile).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lintkit.formats.docker_expand import ExpandError, expand
from lintkit.formats.docker_instruction import KEYWORDS, PAIR_KEYWORDS, InstructionReader, below
from lintkit.formats.docker_lines import JoinedLine, LineReader
from lintkit.formats.docker_words import unquote
from lintkit.formats.errors import ParseError
from lintkit.formats.numbers import is_digits
from lintkit.model import Document, NodeSpans, Route, SourceFile, Span
from lintkit.source import decode

_EXPANDED_BY_BUILDER = frozenset(
    {"ADD", "ARG", "COPY", "ENV", "EXPOSE", "FROM", "LABEL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"}
)
_EXPANDED_BY_SHELL = frozenset({"RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK"})

_MOST_INSTRUCTIONS = 20_000
_MOST_INHERITED = 1_000_000


def parse(source: SourceFile) -> tuple[Document, ...]:
    """The instructions and stages of a Dockerfile.

    Data:

        instructions  [{keyword, value, arguments, form, flags, flag_list, resolved, resolved_flags, heredocs,
                      commands, stage, shipped}]; ENV, LABEL and ARG also `pairs` and `resolved_pairs`, ONBUILD
                      also `trigger`, an instruction
        stages        [{name, base, resolved_base, from, parent, instructions}]; `from` is the index of its
                      FROM, `parent` the stage it builds on or None, `instructions` begin with the FROM
        directives    {"syntax": …, "escape": …}

    `commands` are what RUN, CMD, ENTRYPOINT and HEALTHCHECK start: [{name, arguments, text, piped}], as
    `lintkit.formats.shell` reads them. `shipped` is whether the instruction shapes the image that a build
    without a target makes. `value` has no flags, continuations are joined and comments dropped. `flags`
    keeps the last value of each name, `flag_list` all of them as `[name, value]`. `resolved` is `value`
    with the variables replaced that this file sets: by the builder, or for shell forms as the shell will;
    exec forms keep theirs, as no shell reads them. Spans of words and pairs are as written, with their
    quotes. Raises ParseError where the file is no text or absurdly long; everything else that builders
    refuse is a problem.
    """
    try:
        text, _ = decode(source.data)
    except UnicodeDecodeError as error:
        line = source.data.count(b"\n", 0, error.start) + 1
        raise ParseError("The file is not UTF-8 text; save it as UTF-8.", source.path, line) from None
    return (_Parser(text, source.path).document(),)


def build_steps(document: Document) -> Iterator[tuple[Route, dict[str, Any]]]:
    """Each instruction that a build runs, with its route: of ONBUILD the one that it holds.

    That one runs in the builds of other images, right behind their FROM, and does there what it would do here.
    """
    for index, item in enumerate(document.data["instructions"]):
        trigger = item.get("trigger")
        yield (
            (("instructions", index), item)
            if trigger is None
            else (("instructions", index, "trigger"), trigger)
        )


def final_stage(document: Document) -> int | None:
    """The index of the stage that a build without a target makes; None without any FROM."""
    return len(document.data["stages"]) - 1 if document.data["stages"] else None


def stage_chain(document: Document, stage: int) -> tuple[int, ...]:
    """`stage` and the stages of this file that it builds on, nearest first."""
    chain = [stage]
    while (parent := document.data["stages"][chain[-1]]["parent"]) is not None:
        chain.append(parent)
    return tuple(chain)


def foreign_images(document: Document) -> list[tuple[str, Span]]:
    """The images from elsewhere that a build uses, with their places: each base, and what it copies or mounts from.

    An image that many steps mount is there once. Variables of the file are replaced; `scratch`, stages of the file and
    images that are not known are left out.
    """
    stages = document.data["stages"]
    names = {stage["name"].lower() for stage in stages if stage["name"]}
    found: list[tuple[str, Span]] = []
    for index, stage in enumerate(stages):
        image = stage["resolved_base"]
        if stage["parent"] is None and _is_foreign(image):
            found.append((image, document.span(("stages", index, "base"))))
    named = {image for image, _ in found}
    for index, item in enumerate(document.data["instructions"]):
        for number, (flag, value) in enumerate(item["resolved_flags"]):
            options = (
                dict(part.strip().partition("=")[::2] for part in value.split(",")) if flag == "mount" else {}
            )
            image = value if flag == "from" else options.get("from", "")
            if _is_foreign(image) and image.lower() not in names and image not in named:
                named.add(image)
                found.append((image, document.span(("instructions", index, "flag_list", number))))
    return found


def _is_foreign(image: str) -> bool:
    return bool(image) and "$" not in image and not is_digits(image) and image.lower() != "scratch"


def effective_environment(document: Document, stage: int) -> dict[str, str]:
    """The variables that `ENV` sets in an image made of `stage`, as far as this file says, ARG and FROM resolved."""
    return {name: value for name, value, _ in _environment(document, stage)}


def environment_routes(document: Document, stage: int) -> dict[str, Route]:
    """Where each variable of `effective_environment` gets its value: routes of pairs."""
    return {name: route for name, _, route in _environment(document, stage)}


def stage_instructions(document: Document, stage: int, keyword: str = "") -> list[int]:
    """The indexes of the instructions that shape an image made of `stage`, in the order in which they run.

    Those of the stages it builds on come first. With `keyword` only those instructions.
    """
    instructions = document.data["instructions"]
    return [
        index
        for member in reversed(stage_chain(document, stage))
        for index in document.data["stages"][member]["instructions"]
        if not keyword or instructions[index]["keyword"] == keyword
    ]


def _environment(document: Document, stage: int) -> Iterator[tuple[str, str, Route]]:
    """Every `ENV` pair in the order in which they run; a stage's ONBUILD runs at the start of the next one."""
    instructions, stages = document.data["instructions"], document.data["stages"]
    for member in reversed(stage_chain(document, stage)):
        own = stages[member]["instructions"]
        parent = stages[member]["parent"]
        inherited = [] if parent is None else stages[parent]["instructions"]
        for index, trigger in [*((i, True) for i in inherited), *((i, False) for i in own)]:
            item = instructions[index].get("trigger") if trigger else instructions[index]
            if item is None or item["keyword"] != "ENV":
                continue
            route: Route = ("instructions", index, "trigger") if trigger else ("instructions", index)
            for number, (name, value) in enumerate(item["resolved_pairs"]):
                yield name, value, below(route, "pairs", number)


class _Scope:
    """The variables in force while a stage is read: ENV wins over ARG, whatever their order."""

    def __init__(self, environment: Mapping[str, str], arguments: Mapping[str, str | None]) -> None:
        self.environment = dict(environment)
        self.arguments = dict(arguments)

    def lookup(self, name: str) -> str | None:
        """The value of a variable, None where it is not known."""
        value = self.environment.get(name)
        return self.arguments.get(name) if value is None else value


class _Parser:
    """Reads one Dockerfile."""

    def __init__(self, text: str, path: str) -> None:
        self.text = text
        self.path = path
        self.reader = LineReader(text, path)
        self.instructions: list[dict[str, Any]] = []
        self.stages: list[dict[str, Any]] = []
        self.names: dict[str, int] = {}
        self.scopes: list[_Scope] = []
        self.global_scope = _Scope({}, {})
        self.nodes: dict[Route, NodeSpans] = {}
        self.reading = InstructionReader(self.reader, self.nodes)
        self.budget = 4 * len(text) + 1_000_000
        self.inherited = 0
        self.triggers: dict[int | None, list[dict[str, Any]]] = {}
        self.early = False

    def document(self) -> Document:
        """Read all of it."""
        whole = NodeSpans(Span(self.path, 0, len(self.text)))
        self.nodes[()] = self.nodes[("instructions",)] = self.nodes[("stages",)] = whole
        self.reader.read_directives()
        while (line := self.reader.joined()) is not None:
            if not line.text.strip():
                continue
            if len(self.instructions) >= _MOST_INSTRUCTIONS:
                message = (
                    f"There are more than {_MOST_INSTRUCTIONS} instructions; is this a Dockerfile at all?"
                )
                raise ParseError(message, self.path)
            self.instruction(line)
        if not self.stages:
            first = self.nodes.get(("instructions", 0))
            span = Span(self.path, 0, 0) if first is None or first.key is None else first.key
            message = "There is no FROM instruction; nothing can be built from this file."
            self.reading.problem("missing-from", message, span)
        shipped = {index for stage in self.last_chain() for index in self.stages[stage]["instructions"]}
        for number, item in enumerate(self.instructions):
            item["shipped"] = number in shipped
            if item.get("trigger") is not None:
                item["trigger"]["shipped"] = item["shipped"]
        data = {
            "instructions": self.instructions,
            "stages": self.stages,
            "directives": self.reader.directives,
        }
        problems = tuple(sorted(self.reader.problems, key=lambda problem: problem.span))
        return Document(
            self.path, "dockerfile", self.text, data, self.nodes, 0, problems, tuple(self.reader.comments)
        )

    def last_chain(self) -> Iterator[int]:
        """The last stage and those that it builds on."""
        stage = len(self.stages) - 1 if self.stages else None
        while stage is not None:
            yield stage
            stage = self.stages[stage]["parent"]

    def instruction(self, line: JoinedLine) -> None:
        """Read one instruction with its heredocs and let it act on its stage."""
        route: Route = ("instructions", len(self.instructions))
        item = self.reading.read(line, route, 0)
        keyword = item["keyword"]
        if keyword == "FROM":
            item["stage"] = self.begin_stage(item, route)
        else:
            item["stage"] = len(self.stages) - 1
            if not (self.stages or self.early) and keyword in KEYWORDS and keyword != "ARG":
                self.early = True
                message = f"{keyword} stands before the first FROM, where only ARG may stand."
                self.reading.problem("missing-from", message, self.nodes[below(route, "keyword")].value)
            self.apply(item)
        self.instructions.append(item)
        if self.stages:
            self.stages[-1]["instructions"].append(len(self.instructions) - 1)

    def expand(self, word: str, scope: _Scope, *, keep_quotes: bool) -> str:
        """Replace what is known; raises ExpandError. Stops replacing when the whole file grew beyond reason."""
        if self.budget <= 0:
            return word if keep_quotes else unquote(word, self.reader.escape)
        result = expand(word, scope.lookup, self.reader.escape, keep_quotes=keep_quotes)
        self.budget -= max(len(result) - len(word), 0)
        return result

    def resolve(self, item: dict[str, Any], scope: _Scope, span: Span) -> None:
        """Fill in `resolved` and `resolved_pairs`."""
        keyword = item["keyword"]
        by_builder = keyword in _EXPANDED_BY_BUILDER
        if not by_builder and (keyword not in _EXPANDED_BY_SHELL or item["form"] == "exec"):
            return
        seen = scope
        if keyword in ("CMD", "ENTRYPOINT", "HEALTHCHECK"):
            # Build arguments are gone when the container runs.
            seen = _Scope({}, {})
            seen.environment = scope.environment
        try:
            item["resolved"] = self.expand(item["value"], seen, keep_quotes=True)
            if by_builder:
                item["resolved_flags"] = [
                    [name, self.expand(value, seen, keep_quotes=False)] for name, value in item["flag_list"]
                ]
            if keyword in PAIR_KEYWORDS:
                item["resolved_pairs"] = [
                    [
                        self.expand(name, seen, keep_quotes=False),
                        None if value is None else self.expand(value, seen, keep_quotes=False),
                    ]
                    for name, value in item["written_pairs"]
                ]
        except ExpandError as error:
            if by_builder and span not in self.reading.refused:
                self.reading.refused.add(span)
                message = f"Builders cannot expand this {keyword}: {error}."
                self.reading.problem("bad-substitution", message, span)
        item.pop("written_pairs", None)

    def begin_stage(self, item: dict[str, Any], route: Route) -> int:
        """Start the stage of a FROM; returns its index."""
        index = len(self.stages)
        self.resolve(item, self.global_scope, self.nodes[below(route, "value")].value)
        arguments = item["arguments"]
        base = arguments[0] if arguments else ""
        named = len(arguments) >= 3 and arguments[1].lower() == "as"
        name = arguments[2] if named else None
        resolved = unquote((item["resolved"].split() or [""])[0], self.reader.escape)
        parent = self.names.get(resolved.lower())
        stage: dict[str, Any] = {
            "name": name,
            "base": base,
            "resolved_base": resolved,
            "from": route[1],
            "parent": parent,
            "instructions": [],
        }
        if not arguments:
            self.reading.problem("missing-image", "FROM names no image.", self.nodes[route].value)
        elif len(arguments) > 1 and not (named and len(arguments) == 3):
            message = "FROM takes an image and, after `AS`, a name; builders refuse anything else."
            self.reading.problem("invalid-from", message, self.nodes[below(route, "value")].value)
        self.nodes["stages", index] = self.nodes[route]
        base_node = self.nodes.get(below(route, "arguments", 0))
        if base_node is not None:
            self.nodes["stages", index, "base"] = self.nodes["stages", index, "resolved_base"] = base_node
        if named:
            self.nodes["stages", index, "name"] = self.nodes[below(route, "arguments", 2)]
        self.scopes.append(self.inherit(parent))
        self.stages.append(stage)
        if name is not None:
            self.names[name.lower()] = index
        for trigger in self.triggers.get(parent, ()):
            self.inherited += 1
            if self.inherited > _MOST_INHERITED:
                break
            self.set_variables(trigger, self.scopes[-1])
        return index

    def inherit(self, parent: int | None) -> _Scope:
        """The variables that a stage starts with: its parent's, unless the file grew beyond reason."""
        if parent is None:
            return _Scope({}, {})
        scope = self.scopes[parent]
        self.inherited += len(scope.environment) + len(scope.arguments)
        if self.inherited > _MOST_INHERITED:
            return _Scope({}, {})
        return _Scope(scope.environment, scope.arguments)

    def apply(self, item: dict[str, Any]) -> None:
        """Resolve an instruction and let ENV and ARG take effect."""
        scope = self.scopes[-1] if self.scopes else self.global_scope
        route: Route = ("instructions", len(self.instructions))
        trigger = item.get("trigger")
        self.resolve(item, scope, self.nodes[below(route, "value")].value)
        if trigger is not None:
            self.resolve(trigger, scope, self.nodes[below(route, "value")].value)
            item["resolved"] = f"{trigger['keyword']} {trigger['resolved']}"
            if self.stages:
                self.triggers.setdefault(len(self.stages) - 1, []).append(trigger)
        self.set_variables(item, scope)

    def set_variables(self, item: dict[str, Any], scope: _Scope) -> None:
        """What ENV and ARG change for the instructions after them."""
        if item["keyword"] == "ENV":
            scope.environment.update(item["resolved_pairs"])
        elif item["keyword"] == "ARG":
            for name, value in item["resolved_pairs"]:
                inherited = None if scope is self.global_scope else self.global_scope.arguments.get(name)
                scope.arguments[name] = inherited if value is None else value
