"""Logins: a name of a user and the password after it, in sentences, tables and lists.

"admin / x", "log in as admin with x", a row of a Markdown table, `LOGINS = [("admin", "x")]`, `USERS=admin:x`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from lintkit.formats.numbers import is_digits
from lintkit.secrets.names import mention
from lintkit.secrets.patterns import pattern

Range = tuple[int, int]
Ranges = list[Range]

_USER = (
    r"(?:admin(?:istrator)?|root|user\d?|guest|test(?:er|user)?\d?|demo|postgres|sa|superuser|operator|dev|developer|owner"
    r"|web|service|support|manager|alice|bob|[\w.+\-]{1,40}@[\w\-]{1,40}\.[\w.\-]{1,40})"
)
_MARKS = r"""[`*"'_]{0,3}"""
_SAID = pattern(
    rf"""(?i)(?<![\w/.\-@])(?P<user>{_USER}){_MARKS}
    (?P<by>[ \t]+/[ \t]+|[ \t]*[/:|][ \t]*|[ \t]*,[ \t]*|[ \t]*(?:->|→|&)[ \t]*
      |[ \t]+(?:and|with|using)[ \t]+(?:the[ \t]+)?(?:password[ \t]+)?)
    (?P<marks>{_MARKS})(?P<password>[^\s`*"'|,;()<>]{{3,100}})""",
    re.VERBOSE,
)
_ABOUT_LOGINS = pattern(
    r"(?i)\blog(?:ged)?[ \-]?(?:in|on)\b|\bsign[ \-]?in\b|\bcredential|"
    r"\bpassw|\buser(?:name)?s?\b|\baccount|\bdefault"
)
_ROLES = frozenset(
    {
        *("user", "users", "admin", "admins", "root", "editor", "viewer", "owner", "member", "members"),
        *("guest", "staff", "superuser", "moderator", "operator", "manager", "password", "passwd"),
        *("pass", "none", "read", "write", "readonly", "group", "groups", "role", "roles", "role."),
        *("wheel", "root.", "nobody", "anonymous", "and", "or", "the", "a", "an", "with", "for"),
        *("team", "teams", "organization", "password.", "test", "tests", "public", "private", "api"),
    }
)
_COMMENT = pattern(r"(?m)(?:^|[ \t])(?:\#|//|--|;)([^\r\n]*)")
_ROW = pattern(r"(?m)^[ \t#/*;>\-]*(\|[^\r\n]+\|)[ \t]*\r?$")
_CELL = pattern(r"[^|\r\n]+")
_IS_USER = pattern(_USER, re.IGNORECASE)
_RULE = pattern(r"[ \t:\-]+")
_COLLECTION = pattern(
    r"""(?i)(?<![a-z])(?:logins|users|accounts|admins|credentials|passwords|user_?list|basic_?auth)["']?\s{0,9}(?::[^=\r\n"'{\[(]{0,80}=|[:=])\s{0,9}(?=(?:dict)?[\[({])"""
)
_BLOCK_COLLECTION = pattern(
    r"""(?im)^(?P<indent>[ \t]*)(?:-[ \t]+)?["']?(?:[\w.\-]{0,60}[_.\-])?"""
    r"""(?:logins|users|accounts|admins|credentials|passwords|user_?list|basic_?auth)"""
    r"""["']?[ \t]*:[ \t]*(?:\#[^\r\n]*)?\r?\n"""
)
_BLOCK_LINE = pattern(r"(?P<indent>[ \t]*)(?P<rest>[^\r\n]*)(?:\r\n|\r|\n|\Z)")
_QUOTED = r"""(?:"(?P<double>(?:[^"\\\r\n]|\\.){1,400})"|'(?P<single>(?:[^'\r\n]|''){1,400})')"""
_NODE = r"(?:[!&][^\s,{}\[\]]{0,64}[ \t]+){0,2}"
"""The tag and the anchor of a value of YAML."""
_BLOCK_ENTRY = pattern(
    rf"""(?:-[ \t]+|\?[ \t]+)?(?P<quote>["']?)(?P<user>[\w.@\-]{{1,64}})(?P=quote):[ \t]+{_NODE}
    (?:{_QUOTED}|(?P<plain>[^\s"'\#&*!|>{{\[][^\r\n"']{{0,200}}?))[ \t]*(?:[ \t]\#.*)?""",
    re.VERBOSE,
)
_BLOCK_PAIR = pattern(
    r"""-[ \t]+(?:(?P<mark>["'])[\w.@\-]{1,64}:(?P<quoted>[^\s"'/:][^"':]{1,200})(?P=mark)
    |[\w.@\-]{1,64}:(?P<plain>[^\s"'/:][^\s"':]{1,200}))[ \t]*(?:[ \t]\#.*)?""",
    re.VERBOSE,
)
_BLOCK_OPEN = pattern(
    rf"""(?:-[ \t]+)?(?:\?[ \t]+)?["']?(?P<user>[\w.@\-]{{1,64}})["']?:?[ \t]*"""
    rf"""{_NODE}(?P<block>[|>][-+\d]{{0,3}})?[ \t]*"""
)
"""The name of a user whose password stands on the lines below."""
_BLOCK_VALUE = pattern(
    rf"""(?::[ \t]+)?{_NODE}(?:{_QUOTED}
    |(?P<plain>[^\s"'\#&*!|>{{\[?-][^\r\n"':]{{0,200}}))[ \t]*""",
    re.VERBOSE,
)
_FLOW_PAIR = pattern(
    rf"""(?P<user>[A-Za-z_][\w.@\-]{{0,63}})(?::[ \t]+|[ \t]*=[ \t]*){_NODE}
    (?:{_QUOTED}|(?P<plain>[^\s"'{{}}\[\],&*!][^"'{{}}\[\],\r\n]{{0,200}}?))[ \t]*(?=[,}})\r\n])""",
    re.VERBOSE,
)
_FLOW_ROW = pattern(
    rf"""\[[ \t]*["']?(?P<user>[A-Za-z_][\w.@\-]{{0,63}})["']?[ \t]*,[ \t]*
    (?:{_QUOTED}|(?P<plain>[^\s"'{{}}\[\],&*!][^"'{{}}\[\],\r\n]{{0,200}}?))[ \t]*(?=[,\]])""",
    re.VERBOSE,
)
_TABLE = pattern(
    r"(?im)^[ \t]*\[(?:[\w.\-]{1,60}\.)?(?:logins|users|accounts|admins|credentials|passwords|user_?list|basic_?auth)\]"
)
_TABLE_END = pattern(r"(?m)^[ \t]*\[")
_TABLE_ENTRY = pattern(
    rf"""(?m)^[ \t]*["']?(?P<user>[\w.@\-]{{1,64}})["']?[ \t]*=[ \t]*
    (?:{_QUOTED}|(?P<plain>[^\s"'{{}}\[\],][^"'{{}}\[\],\r\n]{{0,200}}))""",
    re.VERBOSE,
)
_NO_PASSWORD = pattern(
    r"(?i)true|false|yes|no|on|off|null|none|~|[\d.]+|\$.*|\{\{.*|https?://\S*|[\w.+\-]+@[\w\-]+\.[\w.\-]+|\.{0,2}/.*"
)
_STRING = r"""[bBrR]{0,2}["'](?P<%s>[^"'\r\n]{1,200})["']"""
_PAIR = pattern(
    rf"""(?P<open>[\[(])\s{{0,40}}{_STRING % "first"}\s{{0,40}},\s{{0,40}}{_STRING % "second"}
    |{_STRING % "key"}\s{{0,40}}:\s{{0,40}}{_STRING % "value"}
    |["'][^"'\r\n]{{0,400}}["']|[\[\](){{}}]""",
    re.VERBOSE,
)
_ASSIGNED = pattern(
    r"""(?i)(?<![a-z])(?:logins?|users|accounts|admins?|user_?list|basic_?auth)["']?[ \t]{0,9}[:=][ \t]{0,9}["']?
    (?=[\w.@\-]{1,64}[:/][^\s/:])(?P<list>[^\s"'`]{4,1000})""",
    re.VERBOSE,
)
_ENTRY = pattern(
    r"(?:^|[,;|])(?P<user>[\w.@\-]{1,64})(?P<by>[:/])(?P<password>[^\s,;|:/]{3,200})(?=[,;|:]|$)"
)
_FIELDS = frozenset(
    {
        *("user", "username", "name", "email", "host", "port", "role", "type", "id", "first_name"),
        *("last_name", "full_name", "group", "groups", "url", "database", "db", "description"),
        *("status", "title", "label", "namespace", "kind", "image", "build", "version", "enabled", "mode"),
        *("restart", "command", "region", "path", "file", "class", "driver", "provider", "key", "source"),
    }
)
_REACH = 4_000
_MOST_WORDS = 8
"""A text of more words is a description."""


def login_secrets(text: str, prose: Iterable[Range] | None) -> Ranges:
    """Where the passwords of logins stand.

    prose  the parts that are comments or sentences; None where each comment and each line of it are to be found
    """
    found: Ranges = []
    for start, end in _comments(text) if prose is None else prose:
        found += _in_prose(text, start, end)
    found += _in_tables(text)
    covered = 0
    for collection in _COLLECTION.finditer(text):
        if collection.start() >= covered:
            pairs, covered = _pairs(text, collection.end())
            found += pairs
            found += _flow_pairs(text, collection.end(), covered)
    covered = 0
    for collection in _BLOCK_COLLECTION.finditer(text):
        if collection.start() >= covered:
            pairs, covered = _block_pairs(text, collection.end(), len(collection["indent"]))
            found += pairs
    for table in _TABLE.finditer(text):
        found += _in_table(text, table.end())
    for match in _ASSIGNED.finditer(text):
        for entry in _ENTRY.finditer(match["list"]):
            password = entry["password"]
            if not is_digits(password) and (entry["by"] == ":" or _mixed(password) or _is_login(entry)):
                start = match.start("list")
                found.append((start + entry.start("password"), start + entry.end("password")))
    return found


def _comments(text: str) -> Ranges:
    return [match.span(1) for match in _COMMENT.finditer(text)]


def _mixed(word: str) -> bool:
    return len(word) >= 6 and any(map(str.isdigit, word)) and any(map(str.isalpha, word))


def _is_login(entry: re.Match[str]) -> bool:
    """Whether `admin/x` is the login of somebody, and no path."""
    return _IS_USER.fullmatch(entry["user"]) is not None and not re.search(
        r"\.[a-z]{2,4}$", entry["password"]
    )


def _in_prose(text: str, start: int, end: int) -> Ranges:
    found: Ranges = []
    position = start
    while match := _SAID.search(text, position, end):
        password = match["password"].rstrip(".!?:_")
        position = match.end("user")
        if password.lower() in _ROLES or is_digits(password) or "/" in password or password[:1] in "${%-=":
            continue
        by = match["by"].strip()
        line = text.rfind("\n", start, match.start()) + 1
        about = _ABOUT_LOGINS.search(text, max(start, line, match.start() - 200), match.start("password"))
        marked = bool(match["marks"].strip("_"))
        if by == "/":
            likely = match["by"] != "/" or bool(about) or _mixed(password)
        elif by == ":":
            likely = bool(about) or _mixed(password)
        elif by == "|":
            likely = False
        else:
            likely = bool(about) and (marked or _mixed(password))
        if likely and not (match["by"] == "/" and re.search(r"\.[a-z]{2,4}$", password)):
            begin = match.start("password")
            found.append((begin, begin + len(password)))
            position = begin + len(password)
    return found


def _in_tables(text: str) -> Ranges:
    """The cells below a head that is called like a secret; of a table without one the cell behind a user's name."""
    found: Ranges = []
    columns: list[int] = []
    rows = [(row, list(_CELL.finditer(text, *row.span(1)))) for row in _ROW.finditer(text)]
    for index, (row, cells) in enumerate(rows):
        first = index == 0 or text[rows[index - 1][0].end() : row.start()] not in ("\n", "\r\n")
        if first:
            below = rows[index + 1][1] if index + 1 < len(rows) else []
            columns = _secret_columns(cells) if below and _is_rule(below) else []
        if (first and columns) or _is_rule(cells):
            continue
        if columns:
            chosen = [cells[number] for number in columns if number < len(cells)]
        elif len(cells) > 1 and _IS_USER.fullmatch(_content(cells[0])):
            chosen = [
                cell
                for cell in cells[1:2]
                if _content(cell).lower() not in _ROLES and " " not in _content(cell)
            ]
        else:
            chosen = []
        for cell in chosen:
            content = _content(cell)
            if len(content) > 1:
                begin = cell.start() + cell.group().index(content)
                found.append((begin, begin + len(content)))
    return found


def _secret_columns(cells: Sequence[re.Match[str]]) -> list[int]:
    return [
        number for number, cell in enumerate(cells) if mention(_content(cell).replace(" ", "_")) == "secret"
    ]


def _is_rule(cells: Sequence[re.Match[str]]) -> bool:
    return all(_RULE.fullmatch(cell.group()) for cell in cells)


def _content(cell: re.Match[str]) -> str:
    return cell.group().strip(" \t`*_")


def _pairs(text: str, position: int) -> tuple[Ranges, int]:
    """The second of each two strings that belong together in a list or a mapping, and where that ends."""
    found: Ranges = []
    depth = 0
    end = min(len(text), position + _REACH)
    for token in _PAIR.finditer(text, position, end):
        if token["open"]:
            depth += 1
            if depth > 1 and token["first"].lower() not in _FIELDS and _is_short(token["second"]):
                found.append(token.span("second"))
        elif token["key"]:
            if token["key"].lower() not in _FIELDS and _is_short(token["value"]):
                found.append(token.span("value"))
        elif token.group() in "[({":
            depth += 1
        elif token.group() in "])}":
            depth -= 1
            if depth <= 0:
                return found, token.end()
    return found, end


def _flow_pairs(text: str, start: int, end: int) -> Iterator[Range]:
    """The values of users in the flow style of YAML or as arguments: `{admin: x}`, `[admin, x]`, `dict(admin="x")`."""
    for shape in (_FLOW_PAIR, _FLOW_ROW):
        for entry in shape.finditer(text, start, end):
            name = _value_of(entry)
            if _is_password(entry["user"], entry[name], quoted=name != "plain"):
                yield entry.span(name)


def _in_table(text: str, start: int) -> Iterator[Range]:
    """The values of a table of users in TOML or an INI file."""
    limit = min(len(text), start + _REACH)
    close = _TABLE_END.search(text, start, limit)
    for entry in _TABLE_ENTRY.finditer(text, start, close.start() if close else limit):
        name = _value_of(entry)
        if _is_password(entry["user"], entry[name], quoted=name != "plain"):
            yield entry.span(name)


def _value_of(entry: re.Match[str]) -> str:
    return next(name for name in ("double", "single", "plain") if entry[name] is not None)


def _block_pairs(text: str, start: int, indent: int) -> tuple[Ranges, int]:
    """The values of the entries of a mapping or a list of users in the block style of YAML, and where it ends."""
    found: Ranges = []
    width = -1
    below = ""  # how the password of a user goes on below: "block" or "value"
    position, limit = start, min(len(text), start + _REACH)
    while position < limit:
        line = _BLOCK_LINE.match(text, position)
        if line is None or line.end() == position:
            break
        rest, depth = line["rest"], len(line["indent"])
        if rest and not rest.startswith("#"):
            if depth < indent or (depth == indent and not rest.startswith("- ")):
                break
            width = depth if width < 0 else width
            if (depth > width or rest.startswith(": ")) and below:
                value = _BLOCK_VALUE.fullmatch(rest) if below == "value" else None
                if below == "block":
                    found.append(line.span("rest"))
                elif value is not None:
                    found.append(_moved(value.span(_value_of(value)), line.start("rest")))
                below = below if below == "block" else ""
            elif depth == width:
                found += (_moved(span, line.start("rest")) for span in _in_entry(rest))
                opening = _BLOCK_OPEN.fullmatch(rest)
                below = ""
                if opening is not None and opening["user"].lower() not in _FIELDS:
                    below = "block" if opening["block"] else "value"
        position = line.end()
    return found, position


def _in_entry(rest: str) -> Iterator[Range]:
    """The passwords of one entry: `admin: x`, `- admin:x`, `- {admin: x}`, `- [admin, x]`."""
    entry = _BLOCK_ENTRY.fullmatch(rest)
    if entry is not None:
        name = _value_of(entry)
        if _is_password(entry["user"], entry[name], quoted=name != "plain"):
            yield entry.span(name)
        return
    pair = _BLOCK_PAIR.fullmatch(rest)
    if pair is not None:
        name = "plain" if pair["mark"] is None else "quoted"
        if _is_password("", pair[name], quoted=name == "quoted"):
            yield pair.span(name)
    elif rest.startswith("- "):
        yield from _flow_pairs(rest, 0, len(rest))


def _is_password(user: str, value: str, *, quoted: bool) -> bool:
    """Whether what stands behind a name of a list of users can be a password; of words only those for no role.

    A few words are one in quotes, and without quotes behind a name that is that of a user everywhere.
    """
    spaced = " " in value.strip()
    return (
        user.lower() not in _FIELDS
        and value.lower() not in _ROLES
        and (not spaced or (_is_short(value) and (quoted or _IS_USER.fullmatch(user) is not None)))
        and not _NO_PASSWORD.fullmatch(value)
    )


def _is_short(value: str) -> bool:
    return value.count(" ") < _MOST_WORDS


def _moved(span: Range, offset: int) -> Range:
    return span[0] + offset, span[1] + offset
