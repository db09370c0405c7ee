"""Values that are a secret, that stand in the place of one, or that are none."""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import Literal

from lintkit.facts import Reason
from lintkit.formats.numbers import is_digits
from lintkit.secrets.formats import DOCUMENTED, find_formats
from lintkit.secrets.names import WEAK_TERMS, is_outgoing, is_signing, mention, secret_term
from lintkit.secrets.patterns import pattern
from lintkit.secrets.tokens import opens_nothing
from lintkit.words.names import split_words

VerdictKind = Literal["format", "real", "placeholder", "well-known"]


_MAX_VALUE = 20_000
"""Longer than any credential; what follows is not looked at."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What kind of secret a value is.

    kind         format: a provider's credential; real: a value somebody chose or generated; placeholder: one that
                 asks to be replaced; well-known: a default that everybody tries first
    reason       what is known of it more closely
    description  completes a sentence about the value: "looks like an AWS access key id", "is a placeholder"
    start, end   the part of the value that is the secret, in code points (the password of a URL)
    """

    kind: VerdictKind
    reason: Reason
    description: str
    start: int
    end: int


_SAID = {
    Reason.PLACEHOLDER: "is a placeholder",
    Reason.WELL_KNOWN: "is a well-known default",
    Reason.STRONG: "looks like a real secret",
    Reason.CHOSEN: "is no placeholder",
    Reason.GUESSABLE: "is easily guessed",
}


def judged(kind: VerdictKind, reason: Reason, start: int, end: int) -> Verdict:
    """A verdict for a reason that is no form of credential."""
    return Verdict(kind, reason, _SAID[reason], start, end)


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_WELL_KNOWN = _set(
    "postgres postgresql admin administrator root guest minio minioadmin neo4j mysql mariadb mongo mongodb redis "
    "rabbitmq elastic kibana grafana prom-operator sa oracle user default system manager "
    "secret secretpassword supersecret super-secret super_secret topsecret top-secret verysecret very-secret "
    "very_secret mysecret my-secret my_secret secretkey secret-key secret_key supersecretkey super-secret-key "
    "super_secret_key mysecretkey my-secret-key my_secret_key mysecretpassword jwt-secret jwtsecret "
    "password password1 password12 password123 password1234 passw0rd p@ssw0rd p@ssword pa55word pass passwd pass123 "
    "pass1234 passw0rd! password! password1! mypassword mypass my-password my_password adminpassword admin123 "
    "admin1234 admin@123 rootpassword root123 root1234 toor dbpassword db_password userpassword user123 test123 "
    "test1234 guest123 token mytoken my-token apikey api-key letmein qwerty qwerty123 abc123 abc1234 iloveyou "
    "welcome welcome1 monkey dragon 111111 000000 1234 12345 123456 1234567 12345678 123456789 1234567890 654321 "
    "123123 112233 hunter2 nimda airflow superset keycloak nacos nexus sonar gitea vagrant pi raspberry ubuntu "
    "docker wordpress drupal joomla magento youshallnotpass"
)
"""Passwords that images, tutorials and attackers' lists share."""

_STANDS_FOR = _set("SECRET PASSWORD PASS PASSWD PWD TOKEN KEY APIKEY CREDENTIAL VALUE")
"""What is written in capitals where the thing itself is to be put."""

_FIELD_WORDS = _set(
    "access api app auth authorization authentication basic bearer bot client confirm cookie credential credentials "
    "csrf current db id jwt key new oauth oauth2 old passcode passphrase passwd password private pwd refresh "
    "repeat reset secret secrets session signing token user username webhook x xsrf field name header grant code "
    "type hash url file path"
)
"""Words that names of fields, headers, columns and grant types are made of."""

_GUESSED_PARTS = _FIELD_WORDS | _set(
    "dev develop development local localhost prod production stage staging qa default my our the this super very top "
    "simple strong secure admin administrator root main app application service server site web backend "
    "frontend database postgres postgresql mysql mariadb mongo mongodb redis rabbitmq neo4j minio grafana "
    "docker compose django flask fastapi pass pw psw passw0rd for only use a an is not so"
)
"""Words of which guessable passwords are made: `dev_password`, `local-admin-secret`."""

_NOTHING = _set(
    "true false yes no on off none null nil undefined n/a na enabled disabled required optional unset empty invalid "
    "auto inherit trust peer md5 scram-sha-256 basic bearer digest oauth oauth2 jwt plain ldap oidc saml "
    "string str int bool any text password_credentials client_credentials authorization_code"
)

_UNNEEDED = pattern(
    r"(?i)(?:sk-)?(?:(?:not|no|none)[-_ ]?(?:needed|required|used|necessary|applicable)|unused|unneeded|unnecessary"
    r"|ignored|no[-_ ](?:api[-_ ]?)?key"
    r"|no[-_ ]?(?:api[-_ ]?)?(?:key|token|password|auth|secret)[-_ ]?(?:needed|required)|user[-_ ]?provided)"
)
"""What is written where a program wants a value that nobody reads: `sk-no-key-required` of llama.cpp's server;
`user_provided` of LibreChat, which asks each user for the key (its page on `.env` files)."""
_FAKES = _set("fake dummy mock mocked")
"""What is written on purpose where no other service is to be called."""
_SERVERS = _set("ollama lm-studio lmstudio llama.cpp llamacpp llama-cpp vllm localai")
"""Model servers that take any key, and are given their own name (Ollama's documentation of its OpenAI interface)."""

_PLACEHOLDER_WORDS = _set(
    "changeme changeit changethis replaceme todo tbd fixme placeholder dummy fake sample example test testing tests "
    "foo bar baz foobar mock demo notset setme fillme fillin foobarbaz blah something whatever sometoken "
    "somepassword somesecret xyz insecure unsafe temp temporary changemeplease stub xxx redacted updated deadbeef"
)

# A value that asks to be replaced; `~` stands for any separator or none.
_ASKS = pattern(
    r"""change~(?:me|this|it|in|to|your|the|before|on|after|for|now|please|password|secret|default|later|value)
    |chang(?:e|ed|ing)$
    |replace[-_. ](?:me|this|it|with|in|before|by|the|your|on|here|value|key|secret|password|token)
    |replace(?:me|this|with)|^replace$|please~(?:change|set|replace)|to~be[-_. ]
    |(?:^|[-_. <{(])(?:your|tu|dein|my)~(?:own|super|strong|secure|api|secret|password|token|key|db|database|app|jwt
       |random|very|real|actual|private|access|long|openai|service|account|client|aws|github|google|stripe|org)
    |^your[-_. ]|^<.*>$|^\[.*\]$|x{3,}|y{4,}|z{4,}|\.{3}|…|here[.!]*$|goes~here
    |^dummy|^no[\w-]{0,40}(?:found|set|given|configured|provided|supplied)$|put[-_. ].*here|insert[-_. ]
    |fill~(?:me|in)|set~(?:me|this|in|your)|enter[-_. ]|generate[-_. ]|not~(?:a~)?(?:so~)?(?:real|secure|secret|for|set)
    |do~not~use|(?:dev|test|local|development|testing)~only|only~for|in~production|for~development
    |(?:a|some|any|long|random|unique)[-_\s]+(?:(?:and|random|long|unique|secret|alphanumeric)[-_\s]+)*(?:string|characters|phrase|value)\b
    |some~(?:random|long|secret|password|key|token|string)|at~least|must[-_. ]|^abc(?:def.*)?$
    |(?<![a-z])min~\d+|\d+~char|^some~[a-z]{1,20}~(?:key|token|secret|password)$
    """.replace("~", "[-_. ]?"),
    re.IGNORECASE | re.VERBOSE,
)

_REFERENCE = pattern(
    r"""\$\{|\$\(|\{\{|\}\}|<%|%>|^\$\$?[A-Za-z_]\w*$|^\$[a-z]+(?:[-.][A-Za-z]+)*(?::[A-Za-z][A-Za-z.\-]*)?$|^`.*`$|^%[A-Za-z_]\w*%$|^@[A-Za-z_]+@?$|%s|%\([A-Za-z_]\w*\)[sdr]|%[dr]$
    |\{[A-Za-z_][\w.\[\]'"]*(?:![rsa])?(?::[^{}]*)?\}|^\{\d*\}$
    |^(?:vault|op|ssm|sm|secretsmanager|keyvault|gcpsm|awssm|env|file|ref\+\w+|akv|bws|doppler|encrypted)(?:://?|:)
    |^Ag[A-D][A-Za-z0-9+/]{300,}={0,2}$|^AQICAH[A-Za-z0-9+/=]{100,}$
    |^arn:aws|^projects/[^/]+/secrets/|^ENC\[|^\{cipher\}|^!(?:vault|secret|Ref|Sub|env_var)\s+\S|^(?:os\.)?(?:environ|getenv)\b
    |^(?:secrets|vars|inputs|github|steps|env|process\.env|config|settings|self|var|local|data|module)\.[A-Za-z_]
    """,
    re.VERBOSE,
)

_HASH = pattern(
    r"^(?:(?:[\w.@-]{1,64}:)?\$(?:2[abxy]|1|5|6|y|argon2(?:id?|d)|apr1|pbkdf2[\w-]*|scrypt)\$|(?:pbkdf2_sha\d+|bcrypt(?:_sha256)?|argon2|"
    r"scrypt|md5|sha\d+)\$|(?:sha\d+|md5)[:-]|\{S?SHA\d*\}|SCRAM-SHA)"
)
_MASK = pattern(
    r"^[*•●.·_\-=#\s]+$|^(?:<|\[|\()?(?:redacted|hidden|masked|filtered|removed|secret value)(?:>|\]|\))?$",
    re.I,
)
_URL = pattern(r"^[A-Za-z][A-Za-z0-9+.\-]{0,40}://\S+$")
_PATH = pattern(
    r"^(?:~|\.{1,2}|[A-Za-z]:)?[/\\][\w.\-@ ${}/\\]*$"
    r"|^[\w.\-/]+\.(?:txt|pem|key|crt|cer|json|ya?ml|toml|env|p12|pfx|jks|py|html?|js|ts|md|conf|cfg|ini)$"
)
_DOTTED = pattern(r"^[A-Za-z_][a-z_0-9]*(?:\.[A-Za-z_]\w*){1,8}(?:\(\))?$")
_VARIABLE = pattern(r"^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$")
_WORDS_ONLY = pattern(
    r"[a-z]{2,8}[-_](?:(?:[a-z]{1,14}[-_]){1,8}[a-z]{1,14}|(?:[A-Z]{1,14}[-_]){1,8}[A-Z]{1,14})"
)
"""The prefix of a credential with nothing but words behind it: `xoxb-not-a-real-token`."""
_TYPE = pattern(
    r"(?i)(?:var|n?var|n)?char(?:acter)?(?: varying)?(?:\(\d+\))?|(?:medium|long|tiny)?text|n?varchar2?\(\d+\)"
)
"""Column types of SQL."""
_SPECIAL_TOKEN = pattern(r"</?\|?[a-zA-Z_]{1,16}\|?>|\[[A-Z_]{2,12}\]")
"""What a language model's vocabulary marks its own places with: `<eod>`, `<|im_end|>`, `[PAD]`."""
_ZEROS = pattern(
    r"(?:0[-]?){6,}|([0-9a-f])\1{7}-(?:\1{4}-){3}\1{12}"
    r"|(?:0123456789abcdef|123456789abcdef0|1234567890abcdef|abcdef0123456789|abcdef1234567890){1,8}"
    r"|(?:0123456789|1234567890){2,8}"
)
"""Nothing but zeros, and the UUID of one digit."""
_EMPTY_JSON = frozenset({"e30=", "e30", "W10=", "bnVsbA==", "{}", "[]"})
"""`{}`, `[]` and `null`, and their base64."""
_PATTERN = pattern(r"^\^|\$$(?<=[)\]}*+]\$)|\\[dwsSWDb]|\[\^?[a-z0-9]-[a-z0-9]|\(\?[:P=!<]|\.\*")
_SELECTOR = pattern(
    r"^[#.][a-z][\w-]*$|\[(?:name|type|id|data-[\w-]+|autocomplete)[~^$*|]?=|^//\w+\[|^(?:input|button|form)\b"
)
_HEADER = pattern(
    r"Authorization|Proxy-Authorization|Set-Cookie|[Xx](?:-[A-Za-z][A-Za-z]+|-\d{1,2}){2,6}|[Xx]-[A-Za-z]{3,}"
)
"""Names of HTTP headers that hold credentials, and of those that no standard gives: `X-Gitlab-Token`."""
_LABEL = pattern(r"[:?…]\s*$")

_OBJECT_NAME = pattern(r"[a-z][a-z0-9]*(?:-[a-z0-9]+){1,8}-(?:secrets?|credentials?|creds)")
"""What people call a Secret of Kubernetes, by RFC 1123 and by what it holds."""
_CHOSEN_WORDS = _set(
    "my our your the super very top some any dev test testing demo local example sample default"
)

_SAYS_SECRET = pattern(r"(?i)secret|passw|s3cr3t|p[a4@]ss?w[o0]rd")

_LEET = str.maketrans("013457@$!", "oieastasi")
"""The substitutions that every list of guesses tries (the rules `leetspeak` of hashcat)."""

_ADDRESS = pattern(r"([A-Za-z][\w.+-]{0,64})@[A-Za-z][\w-]{0,64}(?:\.[A-Za-z][\w-]{0,64}){1,4}")
"""An address of mail."""

_BASE64 = pattern(r"[A-Za-z0-9+/]{8,400}={0,2}")
_USERINFO = pattern(r"://[^\s/?#\"'`<>:@\\]{0,200}:")
_PASSWORD_END = pattern(r"[\s\"'`<>]")
_MAX_PASSWORD = 2000
_PAIR = pattern(r"^([^\s:/@]{1,64})[:/]([^\s]+)$")


def entropy(value: str) -> float:
    """Shannon entropy of the characters of `value`, in bits a character."""
    if not value:
        return 0.0
    total = len(value)
    return -sum(count / total * math.log2(count / total) for count in Counter(value).values())


def looks_random(value: str) -> bool:
    """Whether `value` looks generated: long, of mixed classes that alternate as they do not in words and names.

    Three figures decide: 16 characters or more, 3 bits of entropy a character, and a change of class (lower, upper,
    digit; a capital before small letters is no change) after a quarter of the characters.
    """
    letters = [c for c in value if c.isalnum()]
    if len(letters) < 16 or len(letters) < 0.8 * len(value) or entropy(value) < 3.0:
        return False
    return class_changes(value) >= 0.25 * len(letters)


def class_changes(value: str) -> int:
    """How often neighbouring characters of `value` differ in class, a capital before a small letter not counted."""
    changes = 0
    previous = ""
    for char in value:
        kind = "d" if char.isdigit() else "u" if char.isupper() else "l" if char.isalpha() else ""
        if kind and previous and kind != previous and not (previous == "u" and kind == "l"):
            changes += 1
        previous = kind
    return changes


def is_reference(value: str) -> bool:
    """Whether `value` takes its text from somewhere else: a variable, a template, a secret store."""
    return bool(_REFERENCE.search(value))


def known_format(value: str) -> Verdict | None:
    """The verdict on a value that holds a credential of a known form, whatever its name; None for all others."""
    for form, start, end in find_formats(value):
        if (
            DOCUMENTED.search(value[start:end])
            or _WORDS_ONLY.fullmatch(value, start, end)
            or (value[start] == "-" and not _has_body(value, end))
        ):
            return judged("placeholder", Reason.PLACEHOLDER, start, end)
        return Verdict("format", form.reason, f"looks like {form.description}", start, end)
    return None


def _has_body(value: str, heading: int) -> bool:
    """Whether a key may follow the heading of a PEM block, which ends at `heading`; the next lines may hold it."""
    body = value[heading:].partition("-----END")[0].replace("\\n", "\n").replace("\\r", "").strip()
    if _ASKS.search(body):
        return False
    return not body or any(looks_random(line) for line in body.split() if ":" not in line)


def url_credentials(text: str) -> list[tuple[int, int]]:
    """Where the passwords of `scheme://user:password@host` stand in `text`; references and masks are left out.

    The last `@` before the path ends the password, so that one with an `@` in it is found whole.
    """
    return [(s, e) for s, e in url_passwords(text) if not (is_reference(text[s:e]) or _MASK.match(text[s:e]))]


def url_passwords(text: str) -> list[tuple[int, int]]:
    """Where the password parts of URLs stand in `text`, whatever they are."""
    found: list[tuple[int, int]] = []
    position = 0
    while match := _USERINFO.search(text, position):
        start = position = match.end()
        limit = start + _MAX_PASSWORD
        following = text.find("://", start, limit)  # another URL, which no password holds
        limit = following if following != -1 else limit
        if text.find("@", start, limit) == -1:
            continue
        stop = _PASSWORD_END.search(text, start, limit)
        rest = text[start : stop.start() if stop else limit]
        at = rest.rfind("@", 0, _authority_end(rest))
        if at > 0:
            position = start + at
            found.append((start, position))
    return found


def _authority_end(rest: str) -> int:
    """Where the authority of a URL ends in `rest`, which begins at the password; braces may hold anything."""
    depth = 0
    for index, char in enumerate(rest):
        if char in "{[(":
            depth += 1
        elif char in "}])":
            depth = max(depth - 1, 0)
        elif char in "/?#," and not depth:
            if is_digits(rest[:index]):  # that was a port
                return index
            # A password may hold these unescaped; it does when an `@` with a host follows before the next one.
            at = rest.find("@", index)
            if at != -1 and not any(c in rest[index + 1 : at] for c in "/?#,=&;:"):
                continue
            return index
    return len(rest)


_FIXED_WORDS = frozenset({"x-oauth-basic", "x-oauth-token", "x-access-token", "x-token-auth"})
"""What stands beside a token, in the place of a password or a user, at GitHub and Bitbucket (their documentation of
access tokens over HTTPS).
"""


def classify(name: str, value: object, *, credential: bool = False) -> Verdict | None:
    """Judge the literal `value` of something called `name`.

    credential  the value is certainly used as one (a container's environment, an option of a command), so that even
                a word that names the field (`password: password`) is the secret itself; where that is not certain,
                such a word, a sentence and a selector are none

    Returns None for what is no secret: an empty value, a reference, a path, a flag, a mask, a hash, a label.
    """
    if not isinstance(value, str):
        return None
    text = value.strip()[:_MAX_VALUE]
    if not text.strip("\"'") or text in _FIXED_WORDS:
        return None
    offset = value.index(text)
    found = known_format(text)
    if found is not None:
        if found.kind == "format" and opens_nothing(text[found.start : found.end]):
            return None
        return _shift(found, offset)
    for start, end in url_credentials(text):
        verdict = _judge("password", ("password",), text[start:end], credential=True)
        if verdict is not None:
            return replace(verdict, start=start + offset, end=end + offset)
    term = secret_term(name)
    if not term:
        return _shift(_judge_of_secret(name, text), offset) if credential else None
    if term == ("access", "key") and not (
        looks_random(text) or {"secret", "storage", "azure"} & set(split_words(name))
    ):
        return None  # the public half of a pair more often than not
    if term[-1] in WEAK_TERMS:
        return _shift(_judge_weak(name, term, text), offset)
    return _shift(_judge(name, term, text, credential=credential), offset)


def _judge_of_secret(name: str, text: str) -> Verdict | None:
    """A value under `SECRET_…`, whose last word nobody knows: one that says itself that it is a secret."""
    words = split_words(name)
    if words[:1] != ("secret",) or mention(name) != "secret":
        return None
    verdict = _judge("secret", ("secret",), text, credential=True)
    if verdict is None or verdict.kind == "placeholder" or looks_random(text):
        return verdict
    return verdict if _SAYS_SECRET.search(text) else None


def _shift(verdict: Verdict | None, offset: int) -> Verdict | None:
    if verdict is None or not offset:
        return verdict
    return replace(verdict, start=verdict.start + offset, end=verdict.end + offset)


def _judge_weak(name: str, term: tuple[str, ...], text: str) -> Verdict | None:
    """A value under `…_AUTH`: `user/password`, `user:password`, or one word that is plainly a password."""
    scheme = re.match(r"(?i)(?:bearer|basic|token)\s+", text)
    if scheme:
        rest = _judge("token", ("token",), text[scheme.end() :], credential=False)
        return _shift(rest, scheme.end())
    if _URL.match(text) or _PATH.match(text):
        return None
    pair = _PAIR.match(text)
    if pair and name.isupper():
        return _shift(_judge("password", ("password",), pair[2], credential=True), pair.start(2))
    if is_reference(text):
        return None
    if _ASKS.search(text) or looks_random(text):
        return _judge(name, term, text, credential=True)
    if (
        any(c.isdigit() for c in text)
        and any(c.isalpha() for c in text)
        and len(text) >= 8
        and name.isupper()
    ):
        return _judge(name, term, text, credential=True)
    return None


def _judge(name: str, term: tuple[str, ...], text: str, *, credential: bool) -> Verdict | None:
    """The verdict on a value that stands behind the name of a secret."""
    whole = (0, len(text))
    low = text.lower()
    if low in _NOTHING or text in _EMPTY_JSON or _MASK.match(text) or _HASH.match(text) or is_reference(text):
        return None
    if low in _FAKES and is_outgoing(name):
        return None
    if (_UNNEEDED.fullmatch(text) and not is_signing(name)) or (low in _SERVERS and term == ("api", "key")):
        return None
    if _no_secret(text, credential):
        return None
    if is_digits(text) and (len(text) < 4 or term[-1] == "token"):
        return None
    words = split_words(text)
    if (
        not credential
        and term[-1] == "token"
        and _SPECIAL_TOKEN.fullmatch(text)
        and not mention(text)
        and "your" not in words
    ):
        return None
    random = looks_random(text)
    asks = _ASKS.search(text) or (words[:1] == ("change",) and len(words) > 1)  # `changeAuthToken`
    if not random and (asks or low in _PLACEHOLDER_WORDS or _PLACEHOLDER_WORDS & set(words)):
        if not credential and " " in text and not re.search(r"(?i)change|replace", text):
            return None
        if low not in _WELL_KNOWN:
            return judged("placeholder", Reason.PLACEHOLDER, *whole)
    if text in _STANDS_FOR or (low not in _WELL_KNOWN and _ZEROS.fullmatch(low)):
        return judged("placeholder", Reason.PLACEHOLDER, *whole)
    inner = _from_base64(text)
    if _ASKS.search(inner) or _PLACEHOLDER_WORDS & {inner.lower(), *split_words(inner)}:
        return judged("placeholder", Reason.PLACEHOLDER, *whole)
    address = _ADDRESS.fullmatch(text)
    if address and address[1].lower() in _FIELD_WORDS:
        return judged(
            "placeholder", Reason.PLACEHOLDER, *whole
        )  # `password@gmail.com` beside `username@gmail.com`
    if random and re.search(r"(?i)change[-_ ]?(?:me|this|in)|replace[-_ ]?me|^your[-_]|x{6,}", text):
        return judged("placeholder", Reason.PLACEHOLDER, *whole)
    if (not credential and _names_a_field(name, term, text, words)) or _names_an_object(
        name, term, text, words
    ):
        return None
    if _VARIABLE.match(text) and not random and mention(text):
        return judged("placeholder", Reason.PLACEHOLDER, *whole)  # the name of what was to be put here
    if _WELL_KNOWN & {low, "".join(words), low.translate(_LEET), inner.lower()}:
        return judged("well-known", Reason.WELL_KNOWN, *whole)
    if words and set(words) <= set(split_words(name)):
        if any(map(str.isspace, text)):
            return None  # the name once more, as it is shown to people
        return judged("well-known", Reason.GUESSABLE, *whole)
    if not credential and (len(text) < 3 or any(c.isspace() for c in text)):
        return None
    return judged("real", _strength(name, text, words, random=random), *whole)


def _from_base64(text: str) -> str:
    """What a value is the base64 of, where that is a text that somebody wrote; empty for all others."""
    if not _BASE64.fullmatch(text) or len(text) % 4:
        return ""
    try:
        inner = base64.b64decode(text, validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return ""
    return inner if inner.isprintable() and not looks_random(inner) else ""


_NAMES_ITSELF = re.compile(r"[a-z]{2,24}[-_]?(?:password|passwd|secret(?:[-_]?key)?)[0-9]{0,4}")
"""`shoppassword`, `supersecretpassword1`, `shop-secret-key`: the name of what it opens, and that it is one."""


def _strength(name: str, text: str, words: tuple[str, ...], *, random: bool) -> Reason:
    """What may be said of a value that is no placeholder: nothing that its form does not show."""
    if random:
        return Reason.STRONG
    if text.isalpha() and text.islower() and len(text) <= 12:
        return Reason.GUESSABLE
    if words and set(words) <= _GUESSED_PARTS | set(split_words(name)):
        return Reason.GUESSABLE
    if _NAMES_ITSELF.fullmatch(text):
        return Reason.GUESSABLE
    classes = sum(
        any(test(c) for c in text)
        for test in (str.islower, str.isupper, str.isdigit, lambda c: not c.isalnum() and c not in "-_. ")
    )
    return Reason.STRONG if len(text) >= 8 and classes >= 3 else Reason.CHOSEN


def _no_secret(text: str, credential: bool) -> bool:
    """Whether the form of `text` says that it is something else: a URL, a path, a name, a pattern."""
    if _URL.match(text) or (_PATH.match(text) and not looks_random(text)):
        return True
    if credential:
        return False
    if _VARIABLE.match(text) and not re.search(r"CHANGE|REPLACE|YOUR|XXX|TODO|HERE|EXAMPLE", text):
        return not looks_random(text)
    return bool(
        (_DOTTED.match(text) and not looks_random(text))
        or _PATTERN.search(text)
        or _SELECTOR.search(text)
        or _HEADER.fullmatch(text)
        or _TYPE.fullmatch(text)
        or _LABEL.search(text)
    )


def _names_an_object(name: str, term: tuple[str, ...], text: str, words: tuple[str, ...]) -> bool:
    """Whether the value is what a Secret is called: `CLIENT_SECRET=oauth2-proxy-client-secret`.

    Who issues a secret makes it of random letters. Words with hyphens that people choose themselves sign sessions and
    tokens, or say that they are made up (`my-client-secret`).
    """
    return (
        term[-1] == "secret"
        and not is_signing(name)
        and not _CHOSEN_WORDS & set(words)
        and _OBJECT_NAME.fullmatch(text) is not None
    )


def _names_a_field(name: str, term: tuple[str, ...], text: str, words: tuple[str, ...]) -> bool:
    """Whether the value is only the name of a field: `PASSWORD = "password"`, `token = "X-Auth-Token"`."""
    if not words or any(c.isdigit() for c in text) or not re.fullmatch(r"[A-Za-z][\w\-.]*", text):
        return False
    own = split_words(name)
    if words in (own, term, own[-len(words) :]):
        return True
    joined = "".join(words)
    if joined == "".join(term):
        return True
    if len(words) > 1:
        return (
            set(words) <= _FIELD_WORDS | set(own)
            and bool(set(words) & _FIELD_WORDS)
            and words != ("secret", "password")
        )
    return False


def is_well_known(value: str) -> bool:
    """Whether `value` is a default that everybody knows, so that showing it gives nothing away."""
    return value.lower() in _WELL_KNOWN


def asks_to_be_changed(value: str) -> bool:
    """Whether a placeholder says that it works until it is changed (`change-me`), and is no blank to fill in."""
    return bool(
        re.search(r"(?i)chang|replace|insecure|unsafe|(?:dev|test|local)(?:elopment)?[-_ ]?only", value)
    )
