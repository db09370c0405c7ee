"""One Dockerfile instruction: its keyword, flags, arguments, pairs and heredocs, with spans."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from lintkit.formats.docker_lines import JoinedLine, LineReader
from lintkit.formats.docker_words import Word, flags, json_strings, plain_words, unquote, words
from lintkit.formats.shell import ShellCommand, ShellWord, exec_command, shell_commands
from lintkit.model import NodeSpans, Problem, Route, Span

KEYWORDS = frozenset(
    {
        "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER",
        "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
    }
)  # fmt: skip
"""Every instruction there is."""

_KEYWORD = re.compile(r"\S+")
_HEREDOC = re.compile(r"[0-9]*<<(-?)([^<]+)")
_LEADING_TABS = re.compile(r"^\t+", re.MULTILINE)
_HEALTHCHECK = re.compile(r"\S+\s*")
_BROKEN_JSON = re.compile(r"""\[(?:['"“]|\s+(['"])[^'"]{0,200}\1\s*,)""")

_MAY_BE_JSON = frozenset({"RUN", "CMD", "ENTRYPOINT", "SHELL", "HEALTHCHECK", "COPY", "ADD", "VOLUME"})
_SHELL_WORDS = frozenset({"RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK"})
PAIR_KEYWORDS = frozenset({"ENV", "LABEL", "ARG"})
_ONE_STRING = frozenset({"MAINTAINER", "STOPSIGNAL", "USER", "WORKDIR"})
_HAS_HEREDOCS = frozenset({"RUN", "COPY", "ADD"})
_HEREDOC_IS_SCRIPT = re.compile(r"(?:\S*/)?(?:(?:ba|da|a|z|k)?sh)?(?:\s+-[\w-]+)*\s*<<-?\S+\s*")
_OTHER_INTERPRETER = re.compile(r"#!(?!\S*(?:/|env\s+)(?:ba|da|a|z|k)?sh\b)")

_MOST_SPANS = 10_000


def _shifted(whole: Span, start: int, end: int) -> Span:
    """A range that counts from the beginning of `whole`."""
    return Span(whole.path, whole.start + start, whole.start + end)


def below(route: Route, *rest: str | int) -> Route:
    """The route of something inside the node at `route`."""
    return route + rest


class InstructionReader:
    """Reads instructions of one file.

    nodes     where each part of what was read stands; `refused` the spans whose problem is noted already
    problems  what builders refuse
    """

    def __init__(self, reader: LineReader, nodes: dict[Route, NodeSpans]) -> None:
        self.reader = reader
        self.nodes = nodes
        self.problems = reader.problems
        self.refused: set[Span] = set()

    def problem(self, code: str, message: str, span: Span) -> None:
        """Note something that builders refuse."""
        self.problems.append(Problem(code, message, span))

    def read(self, line: JoinedLine, route: Route, start: int) -> dict[str, Any]:
        """Read the instruction at `line.text[start:]` without acting on it."""
        text = line.text
        end = len(text.rstrip())
        found = _KEYWORD.search(text, start, end)
        begin, stop = found.span() if found else (start, start)
        keyword = text[begin:stop].upper()
        flag_words, position = (
            flags(text, stop, end, self.reader.escape) if keyword in KEYWORDS else ([], stop)
        )
        position += len(text[position:end]) - len(text[position:end].lstrip())
        value = text[position:end]
        item: dict[str, Any] = {
            "keyword": keyword,
            "value": value,
            "arguments": [],
            "form": "shell",
            "flags": {},
            "flag_list": [],
            "resolved_flags": [],
            "resolved": value,
            "heredocs": [],
            "commands": [],
            "stage": -1,
        }
        key = line.span(begin, stop)
        whole = line.span(begin, end)
        if keyword not in KEYWORDS:
            message = "This is no Dockerfile instruction; is a continuation missing on the line above?"
            self.problem("unknown-instruction", message, key)
        self.nodes[below(route, "keyword")] = NodeSpans(key)
        value_span = line.span(position, end)
        for name in ("value", "resolved"):
            self.nodes[below(route, name)] = NodeSpans(value_span, key, raw=value)
        self.read_flags(item, line, route, flag_words)
        if keyword == "ONBUILD":
            self.read_trigger(item, line, route, position)
        else:
            self.read_arguments(item, line, route, position, end)
        command = item if keyword != "ONBUILD" else item["trigger"] or item
        if command["keyword"] in _HAS_HEREDOCS and command["form"] == "shell" and "<<" in text:
            last = self.read_heredocs(
                command, line, below(route, "trigger") if command is not item else route, begin
            )
            whole = Span(self.reader.path, whole.start, max(whole.end, last))
            item["heredocs"] = command["heredocs"]
            if command["keyword"] == "RUN" and _HEREDOC_IS_SCRIPT.fullmatch(command["value"]):
                self.read_script(command, below(route, "trigger") if command is not item else route)
        self.nodes[route] = NodeSpans(whole, key)
        return item

    def read_flags(self, item: dict[str, Any], line: JoinedLine, route: Route, found: list[Word]) -> None:
        """Note the flags; one without a value is `true`."""
        for number, word in enumerate(found):
            name, equals, value = unquote(word.text[2:], self.reader.escape).partition("=")
            pair = [name, value if equals else "true"]
            span = line.span(word.start, word.end)
            item["flags"][pair[0]] = pair[1]
            item["flag_list"].append(pair)
            item["resolved_flags"].append(pair)
            self.nodes[below(route, "flags", pair[0])] = NodeSpans(span)
            self.nodes[below(route, "flag_list", number)] = NodeSpans(span)

    def read_trigger(self, item: dict[str, Any], line: JoinedLine, route: Route, position: int) -> None:
        """Read the instruction inside ONBUILD, which may not be another ONBUILD."""
        item["trigger"] = None
        if item["value"].split(None, 1)[:1] and item["value"].split(None, 1)[0].upper() != "ONBUILD":
            item["trigger"] = self.read(line, below(route, "trigger"), position)
            item["form"] = item["trigger"]["form"]
            item["arguments"] = item["value"].split()

    def read_arguments(
        self, item: dict[str, Any], line: JoinedLine, route: Route, start: int, end: int
    ) -> None:
        """Split the value into arguments, by the rules of its keyword."""
        text, keyword, escape = line.text, item["keyword"], self.reader.escape
        arguments: list[str] = item["arguments"]
        spans: list[Word] = []
        if keyword == "HEALTHCHECK" and (kind := _HEALTHCHECK.match(text, start, end)):
            arguments.append(kind[0].rstrip().upper())
            spans.append(Word(kind[0], start, start + len(kind[0].rstrip())))
            start = kind.end()
        strings = json_strings(text, start, end) if keyword in _MAY_BE_JSON else None
        if strings is not None:
            item["form"] = "exec"
            arguments.extend(value for value, _ in strings)
            spans.extend(word for _, word in strings)
        elif keyword in PAIR_KEYWORDS:
            spans.extend(self.read_pairs(item, line, route, start, end))
        elif keyword in _ONE_STRING:
            spans.append(Word(text[start:end], start, end))
            arguments.append(unquote(text[start:end], escape))
        else:
            split = (
                words(text, start, end, escape) if keyword in _SHELL_WORDS else plain_words(text, start, end)
            )
            arguments.extend(unquote(word.text, escape) for word in split)
            spans.extend(split)
            self.refuse_broken_json(keyword, line, start, end)
        for number, word in enumerate(spans[:_MOST_SPANS]):
            self.nodes[below(route, "arguments", number)] = NodeSpans(
                line.span(word.start, word.end), raw=arguments[number]
            )
        if keyword in _SHELL_WORDS:
            self.read_commands(item, line, route, start, end, spans)

    def read_commands(
        self, item: dict[str, Any], line: JoinedLine, route: Route, start: int, end: int, found: list[Word]
    ) -> None:
        """Note the programs that the instruction starts; none where another shell's escapes are in force."""
        if item["form"] == "exec":
            pairs = zip(item["arguments"], found, strict=False)
            commands = exec_command(
                [ShellWord(text, word.start, word.end) for text, word in pairs], line.text
            )
            self.add_commands(item, route, line.text, commands, line.span)
        elif self.reader.escape == "\\":
            script = line.text[start:end]
            self.add_commands(
                item, route, script, shell_commands(script), lambda a, b: line.span(start + a, start + b)
            )

    def read_script(self, item: dict[str, Any], route: Route) -> None:
        """Note the commands of heredocs that are scripts."""
        item["commands"] = []
        for number in range(len(item["heredocs"])):
            whole = self.nodes[below(route, "heredocs", number)].value
            script = self.reader.text[whole.start : whole.end]
            if _OTHER_INTERPRETER.match(script) is None:
                spans = partial(_shifted, whole)
                self.add_commands(item, route, script, shell_commands(script), spans)

    def add_commands(
        self,
        item: dict[str, Any],
        route: Route,
        script: str,
        commands: Sequence[ShellCommand],
        span: Callable[[int, int], Span],
    ) -> None:
        """Put the commands of a script into the instruction; `span` says where a range of the script stands."""
        found: list[dict[str, Any]] = item["commands"]
        for command in commands[:_MOST_SPANS]:
            place = below(route, "commands", len(found))
            text = script[command.start : command.end]
            found.append(
                {
                    "name": command.name,
                    "arguments": list(command.arguments),
                    "text": text,
                    "piped": command.piped,
                }
            )
            self.nodes[place] = NodeSpans(span(command.start, command.end))
            self.nodes[below(place, "text")] = NodeSpans(span(command.start, command.end), raw=text)
            first = command.words[0]
            self.nodes[below(place, "name")] = NodeSpans(span(first.start, first.end), raw=command.name)
            for number, word in enumerate(command.words[1:]):
                route_of_word = below(place, "arguments", number)
                self.nodes[route_of_word] = NodeSpans(span(word.start, word.end), raw=word.text)

    def refuse_broken_json(self, keyword: str, line: JoinedLine, start: int, end: int) -> None:
        """An exec form with wrong quotes or commas is run by a shell, which looks for a program named `[...`."""
        if keyword in _MAY_BE_JSON and _BROKEN_JSON.match(line.text, start, end):
            message = (
                "This looks like an exec form but is no JSON array of strings, so a shell runs it as it is."
            )
            self.problem("broken-exec-form", message, line.span(start, end))

    def read_pairs(
        self, item: dict[str, Any], line: JoinedLine, route: Route, start: int, end: int
    ) -> list[Word]:
        """Read `name=value …`, and for ENV and LABEL the old `name value`."""
        text, escape, keyword = line.text, self.reader.escape, item["keyword"]
        split = words(text, start, end, escape)
        pairs: list[list[str | None]] = []
        raw: list[tuple[Word, Word | None]] = []
        if keyword != "ARG" and split and "=" not in split[0].text:
            name = plain_words(text, start, end)[0]
            begin = name.end + len(text[name.end : end]) - len(text[name.end : end].lstrip())
            split = [name] if begin >= end else [name, Word(text[begin:end], begin, end)]
            if begin >= end:
                message = f"{keyword} needs a value after the name: `{keyword} NAME=value`."
                self.problem("invalid-pair", message, line.span(start, end))
            raw.append((name, split[1] if len(split) > 1 else Word("", end, end)))
        else:
            for word in split:
                at = word.text.find("=")
                if at < 0 and keyword != "ARG":
                    message = f"A word of {keyword} has no `=`; a value with blanks needs quotes."
                    self.problem("invalid-pair", message, line.span(word.start, word.end))
                elif at < 0:
                    raw.append((word, None))
                else:
                    cut = word.start + at
                    raw.append(
                        (
                            Word(text[word.start : cut], word.start, cut),
                            Word(text[cut + 1 : word.end], cut + 1, word.end),
                        )
                    )
                if not word.closed:
                    self.refused.add(line.span(start, end))
                    message = "A quote in this word is never closed; builders refuse it."
                    self.problem("unterminated-quote", message, line.span(word.start, word.end))
        for number, (name, value) in enumerate(raw):
            pairs.append([unquote(name.text, escape), None if value is None else unquote(value.text, escape)])
            if number < _MOST_SPANS:
                last = name if value is None else value
                key = line.span(name.start, name.end)
                pair: Route = below(route, "pairs", number)
                self.nodes[pair] = NodeSpans(line.span(name.start, last.end), key)
                self.nodes[below(pair, 0)] = NodeSpans(key, raw=pairs[-1][0])
                if value is not None:
                    self.nodes[below(pair, 1)] = NodeSpans(
                        line.span(value.start, value.end), key, raw=pairs[-1][1]
                    )
        item["pairs"] = pairs
        item["resolved_pairs"] = pairs
        item["written_pairs"] = [(name.text, None if value is None else value.text) for name, value in raw]
        item["arguments"].extend(unquote(word.text, escape) for word in split)
        return split

    def read_heredocs(self, item: dict[str, Any], line: JoinedLine, route: Route, start: int) -> int:
        """Read the heredocs that the line announces; returns where the last one ends."""
        split = words(line.text, start, len(line.text), "\\")
        end = 0
        if not split or not split[-1].closed:
            return end
        for word in split:
            found = _HEREDOC.fullmatch(word.text)
            if found is None:
                continue
            name = unquote(found[2], "\\")
            chomp = found[1] == "-"
            begin, stop, end, terminated = self.reader.heredoc(name, chomp)
            content = self.reader.text[begin:stop]
            span = Span(self.reader.path, begin, stop)
            number = len(item["heredocs"])
            item["heredocs"].append(
                {
                    "name": name,
                    "content": _LEADING_TABS.sub("", content) if chomp else content,
                    "expand": name == found[2],
                }
            )
            self.nodes[below(route, "heredocs", number)] = NodeSpans(span, line.span(word.start, word.end))
            self.nodes[below(route, "heredocs", number, "content")] = NodeSpans(span)
            self.nodes[below(route, "heredocs", number, "name")] = NodeSpans(line.span(word.start, word.end))
            if not terminated:
                message = "The heredoc is never ended by a line with its name; builders refuse this file."
                self.problem("unterminated-heredoc", message, line.span(word.start, word.end))
                break
        return end
