"""Values behind names that stand for a secret, in every syntax that configuration is written in.

It reads no grammar: from each name it looks at what follows (`NAME=value`, `"name": "value"`, `--name value`, the
`value:` beside a `name:`, the lines below), and lets a value rather be too long than too short.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lintkit.model import Kind
from lintkit.secrets.names import mention
from lintkit.secrets.patterns import pattern

Ranges = list[tuple[int, int]]

_STEMS = (
    "pass",
    "pwd",
    "secret",
    "token",
    "key",
    "auth",
    "cred",
    "_pw",
    "pw_",
    "pw=",
    "pw:",
    "salt",
    "dsn",
    "_pat",
    "pat=",
    "pat:",
    "pepper",
    "cookie",
    "logins",
    "otp",
    "pin",
)
_NAME = pattern(r"[\w\-]{0,120}")
_NAME_CHARS = frozenset("_-")
_KEY_WORDS = pattern(r"(?i)\b(?:api|secret|private|access|signing|encryption)[ \t]$")

_AFTER = pattern(
    r"""\\?["'`*\]\)}]{0,4} [ \t]{0,80} (?P<separator>:=|=>|===?|!==?|\?=|\+=|\|\|=|=|:|\||>|<-)""",
    re.VERBOSE,
)
_DOTTED = pattern(r"(?:\.[\w\-]{1,60}){1,4}(?=[ \t]{0,80}[:=])")
_TABLE = pattern(r"""[ \t]*\[{1,2}[ \t]*[\w."' \-]{1,200}\]{1,2}[ \t]*(?:#[^\r\n]*)?$""")
"""The head of a table of TOML."""
_NESTED = pattern(
    r"""(?P<mark>\\{0,4}["'])(?P<text>(?:(?!(?P=mark))[^\r\n]){0,2000})(?P=mark)(?P<key>\s{0,40}:)?|[\[\](){}]
    |(?P<bare>[^\s"'\\\[\](){},:]{1,400})(?P<bare_key>\s{0,40}:)?""",
    re.VERBOSE,
)
_TABLE_ENTRY = pattern(r"""[ \t]*["']?(?P<name>[\w.\-]{1,200})["']?[ \t]*=""")
_GIVEN = frozenset({"default", "const", "example", "examples", "enum"})
"""Keys of a JSON Schema below which a value stands."""
_NEXT_ITEM = pattern(r"""["']?[ \t]*,\s{0,200}(?=["'])|["']?[ \t]*\r?\n[ \t]*-[ \t]+""")
_NEXT_BARE_ITEM = pattern(r"""[ \t]*,[ \t]*(?=[^\s"'\-\[{])""")
_EXPLICIT = pattern(r"""["']?[ \t]*(?:\r\n|\r|\n)[ \t]*:[ \t]+""")
_SPACED = pattern(
    r"""[ \t]+(?P<to>(?:is|to|of|was|as|with)[ \t]+)?(?P<quote>["'`])?(?=(?P<word>[^\s"'`]{1,200}))"""
)
_COMPARED = pattern(r"""["'`][ \t]*\)?[ \t]*(?:===?|!==?)[ \t]*[\w.$]{0,60}$""")
_BLANK = pattern(r"[ \t]{0,400}")
_WHITESPACE = pattern(r"\s{0,400}")
_LINE_END = pattern(r"[\r\n]")
_NEWLINE = pattern(r"\r\n|\r|\n")
_TAG = pattern(r"(?:[&!][^\s]{0,60}[ \t]+){1,2}")
_ANCHOR = pattern(r"&([^\s]{4,60})")
_ANCHOR_NAME = pattern(r"[A-Za-z]{1,12}(?:[_-][A-Za-z]{1,12}){0,4}")
_BLOCK = pattern(r"(?:[!&][^\s]{0,60}[ \t]+){0,2}[|>][+\-0-9]{0,3}[ \t]*(?:#[^\r\n]{0,400})?(?=\r|\n|\Z)")
_LEADING = pattern(
    r"""^[\s\#/*>|\-+"'`;.<!(\[{$]*
    (?:(?i:export|env|arg|set|setx|declare|readonly|local|var|let|const|default)\s+(?:-\w\s+)?)?[\w.$\-/]*$""",
    re.VERBOSE,
)
_STOP = pattern(r"[\s\"'`;&<>]")
_FLOW_STOP = pattern(r"[,}\]\r\n]")
_COMMENT = pattern(r"[ \t]#")
_NO_CONTENT = pattern(r"[ \t]*(?:#.*)?$", re.DOTALL)
_ASSIGNED = pattern(r"(?:export[ \t]+)?\w+=")
_ESCAPE = pattern(r"(?im)\A(?:#[^\n]*\n){0,4}#[ \t]*escape[ \t]*=[ \t]*`")
"""The directive of a Dockerfile that makes the backtick its sign of continuation."""
QUOTE = pattern(r"(?:[rRbBuUfF$@L]{0,2})(?P<quote>\\?\"\"\"|\\?'''|\\+[\"']|[\"'`])")
_JOINED = pattern(r"""\s{0,200}(?:[+.]|\|\||\?\?|\bor\b)\s{0,200}(?=["'`])""")

_REFERENCE = pattern(
    r"\$\{\{[^}\r\n]*\}\}|\$\{[A-Za-z_]\w*(?::?\?[^}\r\n]*)?\}|\$\([A-Za-z_][\w.]*\)|\$[A-Za-z_]\w*|\{\{[^}\r\n]*\}\}"
    r"|%\([\w.]+\)s|%s|\{[A-Za-z_][\w.]*\}|<%=?[^%\r\n]*%>|process\.env\.\w+|secrets\.\w+|vars\.\w+|env\.\w+"
)
_EXPANSION = pattern(r"\$\{\w+(?::?\?[^{}]*|:?[-=+](?P<argument>[^{}]*))?\}")
_BETWEEN_EXPANSIONS = pattern(r"[\s/:@,;\"'.]*")
_HARMLESS = pattern(
    r"(?i)(?:true|false|yes|no|on|off|none|null|nil|undefined|\d{1,3}|[{\[(~|\-]|\{\}|\[\]|str|string|int|bool|any|\*+)[,;]?"
)
_ABOUT_VALUE = pattern(
    r"(?:[a-zA-Z]+://[^\s@]*|[~.]{0,2}/[\w./\-]*|[\d._]+|[A-Za-z][A-Za-z._\-/ ]*|\[.*|\{.*)[,;]?"
)
_DEFAULT = pattern(r":?[-=+]")
_BRACES = pattern(r"[{}\r\n]")

_NAME_KEY = pattern(
    r"""(?:^|[\s{,\["'\-<(])["']?(?i:name|key|variable|var|field|parameterkey|id|keyname)["']?"""
    r"""\s{0,8}(?::|=>?)\s{0,8}["']?$"""
)
_POINTER = pattern(r"""(?:^|[\s{,"'\-\\])\\?["']?path\\?["']?\s{0,8}:\s{0,8}\\?["']?(/[^\s"',}\\]{0,300})$""")
_POINTER_END = pattern(r"""[\s"',}\\]|\Z""")
_DATA_POINTER = pattern(r"/(?:data|stringData)/")
_OBJECT_FIELD = pattern(r"[a-z]Secrets?(?:Name|Ref)?$")
_OBJECT_NAME = pattern(r"""\s*\\?["']?[a-z]+(?:-[a-z]+)*\\?["']?\s*(?:[\r\n,}]|\Z)""")
_PATH_KEY = pattern(r"""[\s{,"'\-]["']?path["']?\s{0,8}:""")
_VALUE_KEY = pattern(
    r"""(?:^|[\s{,"'\-(<])["']?(?i:value|default|val|defaultvalue|content|parametervalue|stringvalue)["']?"""
    r"""[ \t]{0,8}(?::|=>?)"""
)
_VALUE_WORD = pattern(r"[vV][aA][lL]|[dD][eE][fF]|[cC][oO][nN]")
_NEXT_NAME = pattern(r"""(?:^|[\s{,"'\-])["']?name["']?\s{0,8}:""")
_ITEM = pattern(r"(?P<indent>[ \t]*)(?P<dash>-[ \t]+)?(?P<rest>[^\r\n]*)")
_ENTRY = pattern(r"""(?:-[ \t]+)?["']?[\w.\-/$]+["']?[ \t]*:(?:[ \t]|$)""")
_STRUCTURE = pattern(
    r"""(?i)["']?(?:file|name|external|environment|source|target|key|secretname|optional|items|path|mode|defaultmode|uid
    |gid|driver|required|description|type|inherit|labels|secretkeyref|configmapkeyref|valuefrom|template_driver
    )["']?[ \t]*:""",
    re.VERBOSE,
)

_ITEMS_APART = pattern(r"\n[ \t]*-[ \t]|\}\s{0,80},\s{0,80}\{")
_SHAPE = pattern(
    r"""(?:
    description|type|properties|required|items|format|enum|oneOf|anyOf|allOf|not|nullable|pattern|minimum|maximum|title
    |min(?:Length|Items|Properties)|max(?:Length|Items|Properties)|additionalProperties|x-kubernetes-[\w-]+
    |image|build|container_name|command|entrypoint|restart|ports|expose|depends_on|profiles|extends|environment|env_file
    |networks|volumes|healthcheck|deploy|user|working_dir|hostname|platform|init|labels|logging|links|extra_hosts
    |stop_grace_period|ulimits|cap_add|cap_drop|security_opt|read_only|tmpfs|privileged|pull_policy|stdin_open|tty|<<
    )$""",
    re.VERBOSE,
)
"""Keys of a JSON Schema and of a compose service: what stands below `token:` is then not the token."""

_SERVER_OPTIONS = frozenset({"requirepass", "masterauth", "primaryauth", "authpass"})
_INSTRUCTION = pattern(r"(?i)(?:^|[\s;&])(?:env|arg|setenv)\s+$")
_LOGIN = pattern(r"(?i)\b(?:login|machine|user|role)\b")

_YAML_LIKE = frozenset({"compose", "kubernetes", "workflow", "yaml", "text"})
_LINES = 200
_REACH = 20_000


def candidates(text: str) -> list[int]:
    """Where a stem of a secret's name begins, in any case, sorted."""
    low = lower(text)
    found: set[int] = set()
    for stem in _STEMS:
        position = low.find(stem)
        while position != -1:
            found.add(position)
            position = low.find(stem, position + len(stem))
    return sorted(found)


def lower(text: str) -> str:
    """`text` in small letters, each character at its place."""
    low = text.lower()
    if len(low) != len(text):  # there are letters whose small form is longer
        low = "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
    return low


class NamedValues:
    """One pass over the names of a text, in their order; `found` gathers where the values stand.

    What is masked is not read again, so that the whole is linear in the text.
    """

    def __init__(self, text: str, kind: Kind) -> None:
        self.text = text
        self.kind = kind
        self.found: Ranges = []
        self._yaml = kind in _YAML_LIKE
        self._mark = "`" if kind == "dockerfile" and _ESCAPE.match(text) else "\\"
        self._covered = 0
        self._line = (0, -1)
        self._nested_steps = len(text) + _REACH

    def read(self) -> Ranges:
        """Where values stand that belong to a secret name."""
        name_end = -1
        for position in candidates(self.text):
            if position < self._covered or position < name_end:
                continue
            start, name_end = self._name(position)
            nature = mention(self.text[start:name_end]) or self._spaced_name(start, name_end)
            if nature:
                before = len(self.found)
                self.look_at(start, name_end, nature)
                for begin, end in self.found[before:]:
                    if begin <= max(self._covered, name_end + 400):
                        self._covered = max(self._covered, end)
        return self.found

    def look_at(self, start: int, end: int, nature: str) -> None:
        """Find the value of the name that stands from `start` to `end`."""
        self.look_at_text(start, end, nature, len(self.text))

    def _name(self, position: int) -> tuple[int, int]:
        """The whole name around `position`, its dashes inside only."""
        text = self.text
        start = position
        lowest = max(0, position - 120)
        while start > lowest and (text[start - 1].isalnum() or text[start - 1] in _NAME_CHARS):
            start -= 1
        match = _NAME.match(text, position)
        end = match.end() if match else position
        while start < end and text[start] == "-":
            start += 1
        while (
            end > start and text[end - 1] == "-"
        ):  # `${PASSWORD-x}` and `-----BEGIN`: the dash is no part of it
            end -= 1
        return start, end

    def _spaced_name(self, start: int, end: int) -> str:
        """`API key`, `Access Key`."""
        if self.text[start:end].lower() not in {"key", "keys"}:
            return ""
        return "secret" if _KEY_WORDS.search(self.text[max(0, start - 12) : start]) else ""

    # Where the value begins

    def look_at_text(self, start: int, end: int, nature: str, limit: int) -> None:
        """Find the value of a name in configuration or prose; `limit` is where the text around it ends."""
        text = self.text
        if text[max(0, start - 2) : start] == "${":
            self._default(end)
            if text[end : end + 1] != "}":
                return
        if _NAME_KEY.search(text[max(0, start - 24) : start]):
            self._sibling(start, end)
        if text[start - 1 : start] == "/" and (pointer := _POINTER.search(text[max(0, start - 340) : start])):
            self._patched(start, end, pointer[1])
        self._compared(start)
        if _TABLE.match(text[self._line_start(start) : self._line_end(end, limit)]):
            self._table(end, limit)
            return
        dotted = _DOTTED.match(text, end)
        if dotted is not None:
            end = dotted.end()
            nature = mention(text[start:end].replace(".", "_"))
        after = _AFTER.match(text, end)
        if after and self._separates(start, after["separator"]):
            self._value(start, after.end(), nature, limit, after["separator"])
            return
        below = _EXPLICIT.match(text, end) if text[max(0, start - 2) : start].endswith("? ") else None
        if below is not None:
            self._value(start, below.end(), nature, limit, ":")
            return
        option = text[start - 1 : start] == "-"
        quoted = text[start - 1 : start] in {'"', "'"} and text[start - 1] == text[end : end + 1]
        if option or quoted:
            following = _NEXT_ITEM.match(text, end)
            if following is None and option and self._yaml:
                following = _NEXT_BARE_ITEM.match(text, end)
            if following and (option or ("," in following.group() and not self._is_key(following.end()))):
                self._value(start, following.end(), nature, limit, ",")
                return
        spaced = _SPACED.match(text, end)
        if spaced and self._applies(start, end, spaced, option):
            self._value(start, spaced.start("quote") if spaced["quote"] else spaced.end(), nature, limit, " ")

    def _is_key(self, position: int) -> bool:
        """Whether the quoted text at `position` is the key of a further entry: `"name": "TOKEN", "valueFrom": …`."""
        close = self.text.find(self.text[position], position + 1, position + 200)
        return close != -1 and self.text[close + 1 : close + 20].lstrip().startswith(":")

    def _separates(self, start: int, separator: str) -> bool:
        """`>` is one in `<password>x</password>` only, `|` in the row of a table only."""
        if separator == ">":
            return self.text[start - 1 : start] in {"<", ":"}
        if separator == "|":
            return "|" in self.text[self._line_start(start) : start]
        return True

    def _compared(self, start: int) -> None:
        """`"x" == password`: masks the text on the left."""
        low = max(0, start - 100)
        match = _COMPARED.search(self.text[low:start])
        if match:
            close = low + match.start()
            begin = self.text.rfind(self.text[close], max(0, close - 400), close)
            if begin != -1:
                self.found.append((begin + 1, close))

    def _applies(self, start: int, end: int, spaced: re.Match[str], option: bool) -> bool:
        """Whether a word that only a space divides from the name is its value; in prose most are none."""
        if option or spaced["quote"]:
            return True
        name = self.text[start:end].lower()
        before = self.text[max(self._line_start(start), start - 200) : start]
        if name in _SERVER_OPTIONS or _INSTRUCTION.search(before):
            return True
        if name in {"password", "passwd"}:
            if not before.strip():  # each on its own line, as in a `.netrc`
                before = self.text[max(0, start - 200) : start]
            if _LOGIN.search(before):
                return True
        word = spaced["word"].strip(".,;:!?()*_`")
        if spaced["to"]:
            return not word.isalpha() or len(word) >= 6
        return len(word) >= 4 and any(c.isdigit() for c in word) and any(c.isalpha() for c in word)

    def _default(self, position: int) -> None:
        """`${NAME:-default}` from after the name: the default, through nested braces, to the closing one."""
        operator = _DEFAULT.match(self.text, position)
        if not operator:
            return
        start = operator.end()
        limit = min(len(self.text), start + 2000)
        depth = 0
        for match in _BRACES.finditer(self.text, start, limit):
            if match.group() == "{":
                depth += 1
            elif match.group() == "}" and depth:
                depth -= 1
            else:
                limit = match.start()
                break
        self._mask_unless_reference(start, limit)

    def _mask_unless_reference(self, start: int, end: int) -> None:
        if 0 <= start < end and not _REFERENCE.fullmatch(self.text, start, end):
            self.found.append((start, end))

    def _sibling(self, start: int, end: int) -> None:
        """The `value:` that belongs to a `name: DB_PASSWORD`, after it or just before it."""
        window = min(len(self.text), end + 400)
        if not _VALUE_WORD.search(self.text, max(0, start - 400), window):
            return
        match = _VALUE_KEY.search(self.text, end, window)
        following = _NEXT_NAME.search(self.text, end, window)
        if match and not (following and following.start() < match.start()):
            self._value(match.start() + 1, match.end(), "secret", len(self.text), ":")
            return
        last = None
        for found in _VALUE_KEY.finditer(self.text, max(0, start - 400), start):
            last = found
        if last is None:
            return
        between = self.text[last.end() : start]
        if not between.rpartition("name")[0].strip(" \t\r\n\"'{"):
            return  # `value:` is the key of the mapping that the name stands in
        if not _NEXT_NAME.search(between.rpartition("name")[0]) and not _ITEMS_APART.search(between):
            self._value(last.start() + 1, last.end(), "secret", len(self.text), ":")

    def _patched(self, start: int, end: int, above: str) -> None:
        """The `value:` beside the `path:` of a JSON patch (RFC 6902) that leads to a secret, after it or before it.

        above  the pointer up to the secret's name; outside of an object's data, `…Secret` may name a Secret
        """
        text = self.text
        if not _POINTER_END.match(text, end):
            return
        found = _VALUE_KEY.search(text, end, min(len(text), end + 400))
        if found is None or _PATH_KEY.search(text, end, found.start()) or self._apart(end, found.start()):
            earlier = list(_VALUE_KEY.finditer(text, max(0, start - 800), start))
            found = earlier[-1] if earlier and not self._apart(earlier[-1].end(), start) else None
        if found is None:
            return
        names = _OBJECT_FIELD.search(text[start:end]) and not _DATA_POINTER.match(above)
        if names and _OBJECT_NAME.match(text, found.end()):
            return
        self._value(found.start() + 1, found.end(), "secret", len(text), ":")

    def _apart(self, start: int, end: int) -> bool:
        return _ITEMS_APART.search(self.text, start, end) is not None

    # Where the value ends

    def _value(self, name: int, position: int, nature: str, limit: int, separator: str) -> None:
        text = self.text
        position = self._skip(_BLANK, position)
        if separator == ":" and self._yaml:
            block = _BLOCK.match(text, position, limit)
            if block:
                self._block(name, block.end())
                return
            tags = position
            position = self._skip(_TAG, position)
            self._anchors(tags, position)
        if position >= limit or text[position] in "\r\n" or self._is_comment(position):
            if separator == ":":
                self._next_lines(name, position, limit)
            return
        quote = QUOTE.match(text, position, limit)
        if quote:
            self.quoted(quote, nature, limit)
            return
        if nature == "secret" and self._opens(name, position, separator):
            many = self._yaml or self.kind in {"json", "toml"}
            if self._nested(position, limit if many else self._line_end(position, limit)):
                return
        if separator == "|":
            end = text.find("|", position, position + 400)
        elif separator == ">":
            end = text.find("<", position, position + 4000)
        else:
            end = self._continued(position, self._bare_end(name, position, limit, separator), limit)
        self._bare(position, end if end != -1 else self._line_end(position, limit), nature)
        if separator == ":" and self._yaml:
            self._continuation(name, position, limit)

    def _is_comment(self, position: int) -> bool:
        """Whether a comment begins in the place of a value; in a dotenv file only behind a space."""
        if self.text[position] != "#":
            return False
        return self._yaml or (self.kind == "dotenv" and self.text[position - 1] in " \t")

    def _opens(self, name: int, position: int, separator: str) -> bool:
        """Whether an object or a list begins here that belongs to a name; a path of an API is none."""
        return (
            self.text[position] in "{["
            and self.text[position : position + 2] not in {"{{", "[["}
            and separator in {":", "="}
            and self.kind != "python"
            and self.text[name - 1 : name] != "/"
        )

    def _nested(self, position: int, limit: int) -> bool:
        """The values of an object or a list in brackets, unless they are those of a schema; False where it is none."""
        strings: list[tuple[str, bool, int, int]] = []
        key, depth = "", 0
        end = position
        top: list[str] = []
        for match in _NESTED.finditer(self.text, position, min(limit, position + _REACH)):
            self._nested_steps -= 1
            if self._nested_steps < 0:
                return False
            mark = match.group()
            if mark in "{[(":
                depth += 1
            elif mark in ")]}":
                depth -= 1
                key = ""
                end = match.end()
                if depth <= 0:
                    break
            elif match["key"] or match["bare_key"]:
                key = match["text"] or match["bare"] or ""
                top += [key] if depth == 1 else []
            else:
                group = "bare" if match["bare"] else "text"
                strings.append((key, group == "bare", *match.span(group)))
        if depth > 0:
            return False
        schema = bool(top) and all(_SHAPE.match(each) or each in _GIVEN for each in top)
        for of, bare, start, stop in strings:
            if schema and of not in _GIVEN:
                continue
            if not _STRUCTURE.match(f"{of}:") and not (
                bare and self.visible(self.text[start:stop], "secret")
            ):
                self.found.append((start, stop))
        if not schema:
            self._covered = max(self._covered, end)
        return True

    def _table(self, position: int, limit: int) -> None:
        """The values of the entries below the head of a table, up to the next one."""
        start = self._next_line(position)
        for _ in range(_LINES):
            if start == -1 or start >= limit or self.text[start : start + 1] == "[":
                return
            stop = self._line_end(start, limit)
            entry = _TABLE_ENTRY.match(self.text, start, stop)
            if entry is not None and mention(entry["name"].replace(".", "_")) != "about":
                self._value(entry.start("name"), entry.end(), "secret", limit, "=")
            start = self._next_line(stop)

    def _anchors(self, start: int, end: int) -> None:
        """The names of anchors that may well be the secret that follows; a word or the name of a secret is none."""
        for match in _ANCHOR.finditer(self.text, start, end):
            if not _ANCHOR_NAME.fullmatch(match[1]):
                self.found.append(match.span(1))

    def _skip(self, pattern: re.Pattern[str], position: int) -> int:
        match = pattern.match(self.text, position)
        return match.end() if match else position

    def quoted(self, quote: re.Match[str] | None, nature: str, limit: int) -> None:
        """Mask a quoted text, and those that are joined to it: `"hun" + "ter2"`, `x || "y"`."""
        while quote is not None:
            mark, start = quote["quote"], quote.end()
            end = self._quoted_end(start, mark, min(limit, start + _REACH))
            if end == -1:
                end = self._line_end(start, limit)
            if not self.visible(self.text[start:end], nature):
                self.found.append((start, end))
            joined = _JOINED.match(self.text, end + len(mark), limit)
            quote = QUOTE.match(self.text, joined.end(), limit) if joined else None

    def _quoted_end(self, start: int, mark: str, limit: int) -> int:
        """Where the closing quote stands, -1 if nowhere near."""
        text = self.text
        if len(mark) > 1:
            return text.find(mark, start, limit)
        position = start
        while (end := text.find(mark, position, limit)) != -1:
            slashes = end
            while slashes > start and text[slashes - 1] == "\\" and end - slashes < 50:
                slashes -= 1
            if (end - slashes) % 2 and mark != "`":
                position = end + 1
            elif mark == "'" and text[end + 1 : end + 2] == "'" and self._yaml:
                position = end + 2
            else:
                break
        return end

    def _line_start(self, position: int) -> int:
        start = self.text.rfind("\n", max(0, position - _REACH), position) + 1
        start = max(start, self.text.rfind("\r", max(start, position - _REACH), position) + 1)
        return start or max(0, position - _REACH)

    def _line_end(self, position: int, limit: int) -> int:
        start, end = self._line
        if not start <= position <= end:
            match = _LINE_END.search(self.text, position)
            end = match.start() if match else len(self.text)
            self._line = (position, end)
        return min(end, limit)

    def _next_line(self, position: int) -> int:
        """Where the line after that of `position` begins, -1 on the last one."""
        match = _NEWLINE.match(self.text, self._line_end(position, len(self.text)))
        return match.end() if match else -1

    def _bare_end(self, name: int, position: int, limit: int, separator: str) -> int:
        """Where an unquoted value ends: with its line if the name begins the line, else at a space or its quote."""
        text = self.text
        line_end = self._line_end(position, limit)
        before = text[max(self._line_start(name), name - 400) : name]
        opening = before.rstrip("-$")[-1:]
        if opening and opening in "\"'`":
            close = text.find(opening, position, line_end)
            if close != -1:
                return close
        if _LEADING.match(before) and separator in {":", "=", ":=", "=>", "+=", "?=", " "}:
            if "{" in before or "[" in before:
                return self._stop(_FLOW_STOP, position, line_end)
            if separator != " " or self.kind == "dockerfile":
                return line_end
        elif separator == ":":
            return self._stop(_FLOW_STOP, position, line_end)
        end = self._stop(_STOP, position, line_end)
        while end < line_end and text[end] == " " and text[end - 1] == "\\":  # an escaped space
            end = self._stop(_STOP, end + 1, line_end)
        return end

    def _continued(self, start: int, end: int, limit: int) -> int:
        """The end of a bare value that goes on below: after a `\\` at the end of its line, where it is not complete."""
        text = self.text
        for _ in range(_LINES):
            line_end = self._line_end(end, limit)
            mark = len(text[start:line_end].rstrip(" \t")) + start - 1
            if mark < start or text[mark] != self._mark or end < mark:
                return end
            value = text[start:mark].strip(f" \t\r\n{self._mark}")
            if value and text[mark - 1] in " \t":
                return end  # it ended before the space
            below = self._next_line(line_end)
            while below != -1 and _NO_CONTENT.match(text, below, self._line_end(below, limit)):
                below = self._next_line(below)
            if below == -1 or below >= limit or (value and text[below] in " \t"):
                return end
            begin = self._skip(_BLANK, below)
            if self.kind == "dotenv" and _ASSIGNED.match(text, begin):
                return end
            stop = self._line_end(begin, limit)
            word = self._stop(_STOP, begin, stop)
            end = word if word > begin else stop
        return end

    def _stop(self, pattern: re.Pattern[str], position: int, line_end: int) -> int:
        match = pattern.search(self.text, position, line_end)
        return match.start() if match else line_end

    def _bare(self, start: int, end: int, nature: str) -> None:
        text = self.text
        if (self._yaml or self.kind in {"dotenv", "toml"}) and (comment := _COMMENT.search(text, start, end)):
            end = comment.start()
        while end > start and text[end - 1] in " \t":
            end -= 1
        value = text[start:end]
        if "${" in value and _BETWEEN_EXPANSIONS.fullmatch(_EXPANSION.sub("", value)):
            for match in _EXPANSION.finditer(text, start, end):
                self._mask_unless_reference(*match.span("argument"))
        elif not self.visible(value, nature):
            self.found.append((start, end))

    def visible(self, value: str, nature: str) -> bool:
        """Whether a value can be shown: nothing, a flag, a mere reference; for names that speak of a secret, more."""
        stripped = value.strip()
        if not stripped or _HARMLESS.fullmatch(stripped) or _REFERENCE.fullmatch(stripped.rstrip(",;)")):
            return True
        return nature == "about" and len(stripped) < 200 and bool(_ABOUT_VALUE.fullmatch(stripped))

    # Values on the lines below

    def _indent(self, position: int) -> int:
        """The indentation of the line of the key at `position`; in a comment, that of its text."""
        line = self.text[self._line_start(position) : position]
        return len(line) - len(line.lstrip(" \t#"))

    def _block(self, name: int, position: int) -> None:
        """A block scalar: every following line that is indented more than its key's line."""
        indent = self._indent(name)
        end = position
        start = self._next_line(position)
        while start != -1 and start < len(self.text):
            stop = self._line_end(start, len(self.text))
            line = self.text[start:stop]
            content = line.lstrip(" \t")
            if content and len(line) - len(content) <= indent:
                break
            if content:
                self.found.append((stop - len(content), stop))
            end = stop
            start = self._next_line(stop)
        self._covered = max(self._covered, end)

    def _next_lines(self, name: int, position: int, limit: int) -> None:
        """A value that begins on the line after its key: a scalar, a list, or the entries of a mapping."""
        if not self._yaml:
            begin = self._skip(_WHITESPACE, position)
            opens = self.kind == "json" and self.text[begin : begin + 1] in {"{", "["}
            if opens and self._nested(begin, limit):
                return
            self.quoted(QUOTE.match(self.text, self._skip(_WHITESPACE, position), limit), "secret", limit)
            return
        below = list(self._lines_below(name, position, limit))
        if not self._is_shape([match for match, _ in below]):
            for match, stop in below:
                self._below(match, stop)

    def _lines_below(self, name: int, position: int, limit: int) -> Iterator[tuple[re.Match[str], int]]:
        """The lines that belong to the key `name`, without comments and empty ones, and where they end."""
        indent = self._indent(name)
        start = self._next_line(position)
        for _ in range(_LINES):
            if start == -1 or start >= limit or start - position > _REACH:
                return
            stop = self._line_end(start, limit)
            match = _ITEM.match(self.text, start, stop)
            if match and (match["rest"].strip() or match["dash"]):
                width = len(match["indent"])
                if width < indent or (width == indent and not match["dash"]):
                    return
                if not match["rest"].startswith("#"):
                    yield match, stop
            start = self._next_line(stop)

    @staticmethod
    def _is_shape(lines: Sequence[re.Match[str]]) -> bool:
        """Whether all entries at the top of a mapping are those of a schema or of a service."""
        if not lines or lines[0]["dash"]:
            return False
        width = len(lines[0]["indent"])
        top = [line["rest"] for line in lines if len(line["indent"]) == width and not line["dash"]]
        keys = [rest.partition(":")[0].strip("\"' ") for rest in top]
        return all(_ENTRY.match(rest) or rest.startswith("<<:") for rest in top) and all(
            map(_SHAPE.match, keys)
        )

    def _below(self, match: re.Match[str], stop: int) -> None:
        """One line below a secret's key; the entry of a known structure (`secretKeyRef:`) is left alone."""
        start = match.start("rest")
        entry = _ENTRY.match(match["rest"])
        if entry:
            if _STRUCTURE.match(match["rest"]):
                return
            start += entry.end()
        quote = QUOTE.match(self.text, start, stop)
        if quote:
            self.quoted(quote, "secret", stop)
        else:
            self._bare(start, stop, "secret")

    def _continuation(self, name: int, position: int, limit: int) -> None:
        """The further lines of a plain scalar, indented more than its key."""
        line_start = self._line_start(name)
        before = self.text[line_start:name][:200]
        if not _LEADING.match(before) or "{" in before or "[" in before:
            return
        indent = name - line_start
        start = self._next_line(position)
        for _ in range(_LINES):
            if start == -1 or start >= limit or start - position > _REACH:
                return
            stop = self._line_end(start, limit)
            line = self.text[start:stop]
            content = line.lstrip(" \t")
            if (
                not content
                or len(line) - len(content) <= indent
                or content[0] in "-#"
                or _ENTRY.match(content)
            ):
                return
            self.found.append((stop - len(content), stop))
            start = self._next_line(stop)
