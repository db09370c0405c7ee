"""Keep secrets out of everything that is shown: texts are masked in place, messages are scrubbed.

A mask covers text of the repository, never a word of lintkit's own: "every pull may bring another image" says so also
where somebody's password is `image`. So the two have to be told apart, without a second language for messages:

- What a message quotes from a file stands in backticks. It reads best so, authors write it so anyway, and it needs no
  type beside `str`, so that YAML templates, f-strings, labels, titles of fixes and rules of users all have it alike.
  `lintkit.declared` adds the backticks where a template has none; `tests/test_quoting.py` changes the words of every
  example, and nothing of that may turn up outside of backticks.
- What is quoted is masked where it is a secret of the file, and also where it has the form of one (a token, the
  password in a URL), because a rule may have put together what stands in pieces in its file.
- Outside of backticks stand words. Of them only what no word can be is masked: a second line of defence, for rules
  that quote as they should not.
- The name of a thing is no secret, unless it has the form of one. What is a name is told by its place alone, in words
  behind the word for a thing ("container `vineyard`", "Secret `vineyard`"), in a file behind the key for one (`name:
  vineyard`): there it is shown although a password equals it, or is a part of it. The same text is masked at every
  other place, also where an object happens to be called so.
- A name that equals a password is no password: what the masked text of the file still shows, such as the image
  `shop/vineyard:2` beside a password `vineyard`, may be said, since each report shows it. A finding on the line of a
  secret has no such leave: there a bare word may well be the secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from lintkit.kinds.registry import FILE_KIND
from lintkit.model import Kind
from lintkit.secrets import secret_spans
from lintkit.secrets.by_form import spans_by_form
from lintkit.secrets.names import mention
from lintkit.secrets.spans import is_random_word, merge, secrets_in_prose
from lintkit.secrets.values import is_well_known
from lintkit.words.loopback import loopback_host
from lintkit.words.names import split_words
from lintkit.words.quotation import quotations

MASK = "*"

_NAME = re.compile(r"[A-Za-z_]+")
_KEPT = re.compile(r"[\r\n]+")
_SECTION = re.compile(r"^[ \t]*([^\W\d_A-Z]+):[ \t]*(?:#.*)?$", re.MULTILINE)
_BOUND = re.compile(
    r"^[ \t]*(?:(?:async[ \t]+)?def|class)[ \t]+(\w+)|^[ \t]*(\w+)[ \t]*(?::[^=\n]*)?=(?!=)", re.MULTILINE
)
"""What a line of Python gives a name to."""
_THING = re.compile(
    r"""(?:\b(?:containers?|services?|images?|stages?|volumes?|networks?|namespaces?|hosts?|jobs?|steps?|workloads?|pods?
    |keys?|variables?|options?|labels?|files?|folders?|env_file|fields?|parameters?|projects?|objects?|settings?
    |functions?|class|classes|kind|named|called|selector|role|target|build|context|registry|claim|app|section
    |Secrets?|ConfigMaps?|Deployments?|StatefulSets?|DaemonSets?|ReplicaSets?|CronJobs?|Jobs?|Pods?|Services?
    |ServiceAccounts?|Ingress|Namespaces?|(?:Cluster)?Role(?:Binding)?s?|PersistentVolumeClaims?|HorizontalPodAutoscaler
    |PodDisruptionBudget|NetworkPolicy|Rollout|DeploymentConfig|SealedSecret|ExternalSecret|Kustomization|Component)
    (?:[ ](?:container|variable|service|image|of))?[ ])\Z""",
    re.VERBOSE,
)
"""What stands before a quotation that is the name of a thing."""
_AND = re.compile(r"(?:`[^`]*`(?:, | and | or |/))+\Z")
_NAME_FIELD = re.compile(
    r"""(?:^|[\s{,\[-])["']?(?:name|namespace|app|image|host|hostname|container_name|service|serviceName|secretName
    |claimName|serviceAccountName|namePrefix|nameSuffix|database|instance|component|app\.kubernetes\.io/\w+|key|user|username
    |POSTGRES_(?:USER|DB)|MYSQL_(?:USER|DATABASE))["']?[ \t]*[:=][ \t]*["']?\Z""",
    re.VERBOSE,
)
_TAGGED = re.compile(r"(?P<name>[\w.\-/]{1,253})(?::[\w.\-]{1,128})?")
_KIND_BEFORE = re.compile(r"\b[A-Z][A-Za-z]{2,60}/\Z")
"""`Deployment/web`"""
_NAME_TOKEN = re.compile(r"[\w.\-/]{0,253}")
_LEAST = 4
_LEAST_PIECE = 12
_LEAST_FORM = 8
_LONGEST_JOINED = 2_000
_CONTINUATION = re.compile(r"[\\`][ \t]*[\r\n]+(?:[ \t]*(?:#[^\r\n]*)?[\\`]?[ \t]*[\r\n]+)*")
_WORDS = re.compile(r"(?:[A-Z]?[a-z]+|[A-Z]{2,6})(?:[ '’-][A-Za-z]?[a-z]+)*")
"""What may be a word of lintkit, or several."""
_FEW = 100
_WORDS_OF_A_COMMAND = 5
_FREE = 8
"""A value of letters alone that is shorter than this is masked in a message only where it stands as a word."""
_WORDLIKE = re.compile(r"[A-Za-z][A-Za-z_.\-]*\d{0,2}")
_FREE_WORD = 13
"""The same for small letters alone: a password that is a word is often the name of the project as well."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What one text holds of secrets: where they stand, and what `scrub` has to mask in words about it."""

    spans: tuple[tuple[int, int], ...]
    values: frozenset[str]


def find_secrets(text: str, kind: Kind) -> Secrets:
    """The detected secrets of a text, for `redact` and `scrub`."""
    spans = tuple(secret_spans(text, kind))
    return Secrets(spans, _values(text, kind, spans))


def redact(
    text: str, kind: Kind, extra: Iterable[tuple[int, int]] = (), secrets: Secrets | None = None
) -> str:
    """`text` with every detected secret masked by as many characters, so that all positions hold.

    extra    further ranges to mask, in code points: what rules found to be secrets
    secrets  what `find_secrets` finds in the text, where that is known
    Newlines inside a secret stay, so that lines keep their numbers. A secret that is no plain word is masked wherever
    its file repeats it, such as in the comment beside it.
    """
    secrets = secrets or find_secrets(text, kind)
    length = len(text)
    ranges = merge([*secrets.spans, *((max(0, start), min(end, length)) for start, end in extra)])
    pieces: list[str] = []
    position = 0
    for start, end in ranges:
        pieces.append(text[position:start])
        pieces.append(_masked(text[start:end]))
        position = end
    pieces.append(text[position:])
    repeated = frozenset(value for value in secrets.values if len(value) >= _FREE and not value.isalpha())
    return _mask_repeated("".join(pieces), repeated)


def redact_prose(words: str) -> str:
    """A sentence that somebody wrote, such as the reason of a suppression, without what looks like a secret."""
    return redact(words, "text", secrets_in_prose(words, 0, len(words)))


def _values(text: str, kind: Kind, spans: Iterable[tuple[int, int]]) -> frozenset[str]:
    """The detected secrets of a text themselves, as they are written and without their escapes, for `scrub`.

    Left out are values of fewer than four characters and well-known defaults such as `postgres`: they are no secret
    to anybody, and a message about the service `postgres` has to be able to say so. So are names of secrets, such as
    `api_key`, which stand where values do in `data.get("api_key")`, and plain words that are a name in the file
    itself: of its service, or of a field of its settings. An address of the machine itself is nobody's secret either.
    """
    values: set[str] = set()
    for start, end in spans:
        value = text[start:end]
        lines = _KEPT.split(value)
        for piece in lines:
            stripped = piece.strip().strip("\"'`,;\\")
            if len(stripped) < (_LEAST if len(lines) == 1 else _LEAST_PIECE) or is_well_known(stripped):
                continue
            values.add(stripped)
            for variant in (re.sub(r"\\(.)", r"\1", stripped), stripped.replace("''", "'")):
                if len(variant) >= _LEAST:
                    values.add(variant)
            values.update(_parts(stripped))
        if len(lines) > 1 and end - start <= _LONGEST_JOINED:
            values.update(joined for joined in _joined(value) if len(joined) >= _LEAST)
    named = _sections(text, kind) | _bound(text, kind) if values else frozenset()
    return frozenset(
        value
        for value in values
        if not _is_a_name(value) and value not in named and loopback_host(value) is None
    )


def _joined(value: str) -> Iterator[str]:
    """A value of several lines on one: without the signs that continue it, and with spaces, as messages show it."""
    yield _CONTINUATION.sub("", value)
    yield " ".join(value.split())


def scrub(
    words: str,
    values: frozenset[str],
    shown: Iterable[str] = (),
    *,
    quoted: bool = False,
) -> str:
    """`words` of lintkit with every secret that they quote masked; the module says which and why.

    values  the secrets of the files that the words are about
    shown   the masked texts of these files; none where the words are about a secret
    quoted  all of `words` comes from a file, not only what stands in backticks

    Takes time in the length of the words, not in the number of values: a file may hold thousands of both.
    """
    parts = [(0, len(words))] if quoted else quotations(words)
    found = list(_forms(words))
    for value, start in _few(words, values) if len(values) <= _FEW else _many(words, values):
        end = start + len(value)
        part = next(((s, e) for s, e in parts if s < end and start < e), None)
        if part is None and _WORDS.fullmatch(value):
            continue
        if _is_plain(value) and not _stands_alone(words, start, end):
            continue
        if (
            part is not None
            and may_be_a_name(value)
            and _names_a_thing(words, start, end, part, quoted=quoted)
        ):
            continue
        if any(_may_be_said(words, start, end, part, text) for text in shown):
            continue
        found.append((start, end))
    return _mask(words, found)


def _forms(words: str) -> Iterator[tuple[int, int]]:
    """What is a secret by its form alone, which no word has, inside of quotations or not."""
    if len(words) >= _LEAST_FORM:
        yield from _found_by_form(words)


@lru_cache(maxsize=1024)
def _found_by_form(part: str) -> tuple[tuple[int, int], ...]:
    return tuple((start, end) for start, end in spans_by_form(part) if not is_well_known(part[start:end]))


def _names_a_thing(words: str, start: int, end: int, part: tuple[int, int], *, quoted: bool) -> bool:
    """Whether the word around a value stands behind the word for a thing: container `x`, Secret `x`.

    In a message that is the whole quotation, but for the tag of an image; in a subject the word itself.
    """
    low, high = part
    if _KIND_BEFORE.search(words, low, start) and not words[end : end + 1].isalnum():
        return True
    if quoted:
        while start > low and not words[start - 1].isspace():
            start -= 1
        high = _end_of_name(words, end)
    else:
        start = low
    name = _TAGGED.fullmatch(words, start, high)
    if name is None or name.end("name") < end:
        return False
    before = words[max(0, start - 120) : start].removesuffix("`")
    chain = _AND.search(before)
    return _THING.search(before[: chain.start()] if chain else before) is not None


def _may_be_said(words: str, start: int, end: int, part: tuple[int, int] | None, shown: str) -> bool:
    """Whether the quotation around a value, or what is written together with it, stands in the masked text as well."""
    low, high = part or (0, len(words))
    if part is not None and _occurs(words[low:high], shown):
        return True
    begin, stop = start, end
    while begin > low and not words[begin - 1].isspace():
        begin -= 1
    while stop < high and not words[stop].isspace():
        stop += 1
    together = words[begin:stop] if part is not None else words[begin:stop].strip("()[],;:.'\"")
    return (part is None or len(together) > end - start) and _occurs(together, shown)


@lru_cache(maxsize=256)
def _occurs(words: str, text: str) -> bool:
    """Whether `words` stand in `text` by themselves, not within a longer word."""
    position = text.find(words) if words else -1
    while position >= 0:
        if _is_apart(text, position, position + len(words)):
            return True
        position = text.find(words, position + 1)
    return False


def _is_apart(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (before.isalnum() and text[start].isalnum()) and not (
        after.isalnum() and text[end - 1].isalnum()
    )


def _mask_repeated(text: str, values: frozenset[str]) -> str:
    """`text` with every one of `values` masked where it occurs, unless it is the name of a thing there."""
    places = _few(text, values) if len(values) <= _FEW else _many(text, values)
    found = [(start, start + len(value)) for value, start in places]
    return _mask(text, [each for each in found if not _is_named_so(text, *each)])


def may_be_a_name(value: str) -> bool:
    """Whether a secret may be the name of a thing as well: words, not what was generated or has a known form."""
    return _WORDLIKE.fullmatch(value) is not None and not _is_by_form(value)


def _is_by_form(value: str) -> bool:
    return bool(_found_by_form(value)) or is_random_word(value)


def _is_named_so(text: str, start: int, end: int) -> bool:
    """Whether a place stands within the value of a field for names, or within the key of a mapping."""
    if not may_be_a_name(text[start:end]):
        return False
    while start and end - start < 253 and (text[start - 1].isalnum() or text[start - 1] in "-_./"):
        start -= 1
    end = _end_of_name(text, end)
    after = text[end : end + 2]
    if after[:1] == ":" and after[1:] in ("", " ", "\n", "\r"):
        return not text[max(0, start - 1) : start].strip(" \n\"'")
    return _NAME_FIELD.search(text, max(0, start - 60), start) is not None


def _end_of_name(text: str, end: int) -> int:
    match = _NAME_TOKEN.match(text, end)
    return match.end() if match else end


def _mask(text: str, found: list[tuple[int, int]]) -> str:
    if not found:
        return text
    characters = list(text)
    for start, end in merge(found):
        characters[start:end] = MASK * (end - start)
    return "".join(characters)


def _few(message: str, values: frozenset[str]) -> Iterator[tuple[str, int]]:
    """Each place of each value, also where they overlap, by searching for one after the other."""
    for value in values:
        start = message.find(value) if value else -1
        while start >= 0:
            yield value, start
            start = message.find(value, start + 1)


def _many(message: str, values: frozenset[str]) -> Iterator[tuple[str, int]]:
    """The same, by looking at each place of the message once."""
    least, lengths = _index(values)
    for start in range(len(message) - least + 1) if least else ():
        for length in lengths.get(message[start : start + least], ()):
            value = message[start : start + length]
            if value in values:
                yield value, start


def _is_plain(value: str) -> bool:
    return value.isalpha() and len(value) < (_FREE_WORD if value.islower() else _FREE)


def _stands_alone(message: str, start: int, end: int) -> bool:
    before, after = message[start - 1 : start], message[end : end + 1]
    return not (before and (before.isalnum() or before in "_.-")) and not (
        after and (after.isalnum() or after in "_-")
    )


def _masked(secret: str) -> str:
    return "".join(char if char in "\r\n" else MASK for char in secret)


def _parts(value: str) -> Iterable[str]:
    """The password in `user/password` or `user:password`, and the words of a masked line.

    A line of prose is masked because it may hold a secret; of its words only those with a digit may be one.
    """
    prose = len(value.split()) > _WORDS_OF_A_COMMAND
    for part in re.split(r"[/:,;=\s]+", value):
        words = split_words(part)
        if prose and (len(part) < _FREE or not any(map(str.isdigit, part))):
            continue
        if len(part) >= 6 and not is_well_known(part) and (len(words) > 1 or not part.isalpha()):
            yield part


def _is_a_name(value: str) -> bool:
    return _NAME.fullmatch(value) is not None and ((value.isupper() and "_" in value) or mention(value) != "")


def _sections(text: str, kind: Kind) -> frozenset[str]:
    """The plain words that name sections of a file: to mask the service `shop` would hide what is meant."""
    if FILE_KIND[kind].scalars is None:
        return frozenset()
    return frozenset(_SECTION.findall(text))


def _bound(text: str, kind: Kind) -> frozenset[str]:
    """The names without a digit that Python code binds: masked, a message could not say which setting it is about."""
    if kind != "python":
        return frozenset()
    names = (function or name for function, name in _BOUND.findall(text))
    return frozenset(name for name in names if _NAME.fullmatch(name))


@lru_cache(maxsize=64)
def _index(values: frozenset[str]) -> tuple[int, dict[str, tuple[int, ...]]]:
    """The length of the shortest value, and for each beginning of that length how long the values with it are."""
    least = min((len(value) for value in values if value), default=0)
    lengths: dict[str, set[int]] = {}
    for value in values:
        if value:
            lengths.setdefault(value[:least], set()).add(len(value))
    return least, {beginning: tuple(sorted(found)) for beginning, found in lengths.items()}
