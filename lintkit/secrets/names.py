"""Names that stand for a secret, told apart from names that talk *about* one.

A name is split into words and read like an English compound: its head is its last word. `db_password` is a password,
`password_field` is a field. No substring is ever searched, so `compass`, `author` and `tokenizer` are nothing.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Literal

from lintkit.formats.numbers import is_digits
from lintkit.secrets.patterns import pattern
from lintkit.words.names import split_words


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_TERMS = _set(
    "password passwd passwort passphrase passcode pwd pass pw psw secret secrets token credential credentials creds "
    "apikey passwords secretkey accesskey privatekey authkey apitoken apisecret"
)
"""Words that are a secret when they are the head of a name."""

_ENDINGS = ("password", "passwd", "passphrase", "secret", "apikey", "secretkey", "privatekey", "accesskey")
"""A word written together (`PGPASSWORD`, `clientsecret`) is a secret when it ends so."""

_COMPOUNDS = _set(
    "dbpass userpass rootpass adminpass mysqlpass smtppass redispass requirepass ftppass sshpass keypass storepass "
    "mypass dbpwd mysqlpwd sapwd userpwd "
    "authtoken accesstoken apitoken bearertoken refreshtoken bottoken usertoken masterauth rediscliauth"
)

_KEY_QUALIFIERS = _set(
    "api secret private access signing sign encryption decryption encrypt crypto cipher auth master service account "
    "session jwt hmac shared ssh deploy fernet app admin license storage role"
)
"""`X_KEY` is a secret for these X; a primary, cache, public or sort key is none."""

_NOT_BEFORE_TOKEN = _set(
    "max min eos bos pad unk sep cls mask stop start end special next prev previous page continuation cancel sync "
    "begin num n total input output prompt completion per by first last image invalid expired missing revoke "
    "create get delete validate"
)
"""Language models, paging and errors have tokens that open nothing."""

_NOT_BEFORE_SECRET = frozenset({"pull", "tls", "existing", "kube", "kubernetes", "k8s"})
"""In Kubernetes these name a Secret object."""

_VERBS = _set(
    "reset forgot forget change update verify validate check hash invalid wrong missing expired set get create "
    "generate random hide show toggle"
)
"""`reset_password` is a page or a function."""

_FLAGS = _set(
    "is has have use uses enable enabled disable disabled require requires need needs allow allows no without skip "
    "show hide should can must"
)
"""A name that begins so holds a yes or no."""

_NOT_REAL = _set("fake dummy mock mocked stub stubbed bogus")
"""What nothing real takes: `fake_wallet_secret`, `DUMMY_TOKEN`."""

_WHERE = _set("path paths dir directory filename filepath")
"""A name that begins so holds where a secret is kept: `path_mounts_credentials`, `path_to_token`."""

_ABOUT_SECRETS = _set("name names number file files count list kind kinds type types location")
"""The same where `of`, `for`, `to` or `with` follows: `names_of_secrets`, `file_with_password`."""

_PUBLIC = frozenset({"public", "publishable", "anon", "pub"})

_BROADCASTS = frozenset({"pusher", "soketi", "reverb"})
"""Browsers name their application by its key where the protocol of Pusher is spoken; its secret is another value."""

_TRAILING = _set(
    "prod production dev development staging stage test testing local live default value val str string plain "
    "plaintext raw text old new current primary secondary backup b64 base64 encoded hex base confirm confirmation "
    "repeat again v"
)
"""Words after the head that change nothing: `SECRET_KEY_BASE`, `password_prod`, `api_key_v2`."""

WEAK_TERMS = frozenset({"auth", "authorization"})
"""Heads that hold a secret only when the value has the form of one: `NEO4J_AUTH=neo4j/…`, `Authorization: Bearer …`."""


def secret_term(name: str) -> tuple[str, ...]:
    """The words at the end of `name` that make it a secret (`("api", "key")`), or nothing when it is none."""
    if name in {"PWD", "OLDPWD"}:  # the shell's working directory
        return ()
    words = list(split_words(name))
    while len(words) > 1 and (is_digits(words[-1]) or words[-1] in _TRAILING):
        words.pop()
    if not words or words[0] in _FLAGS | _WHERE or _NOT_REAL & set(words):
        return ()
    if words[0] in _ABOUT_SECRETS and words[1:2] and words[1] in {"of", "for", "to", "with"}:
        return ()
    head, before = words[-1], words[-2] if len(words) > 1 else ""
    if head in {"key", "keys"}:
        if before not in _KEY_QUALIFIERS or _PUBLIC & set(words):
            return ()
        if before == "app" and _BROADCASTS & set(words):
            return ()
        return (before, head)
    if head in WEAK_TERMS:
        # Every page shows its visitors which container of the tag manager it loads, and with what.
        return () if "gtm" in words or {"tag", "manager"} <= set(words) else (head,)
    if head not in _TERMS and head not in _COMPOUNDS and not head.endswith(_ENDINGS):
        return ()
    if head == "token" and (before in _NOT_BEFORE_TOKEN or _PUBLIC & set(words)):
        return ()
    if {"initial", "cluster", "token"} <= set(words):
        return ()  # the name of a cluster of etcd, which tells it from others
    if head in {"secret", "secrets"} and before in _NOT_BEFORE_SECRET:
        return ()
    if head == "pass" and before in {
        "first",
        "second",
        "single",
        "multi",
        "two",
        "one",
        "by",
        "render",
        "low",
        "high",
        "uwsgi",
        "fastcgi",
        "scgi",
    }:  # nginx calls the address of an upstream so
        return ()
    if len(words) == 2 and before in _VERBS and head not in {"token", "secret"}:
        return ()
    return (head,)


_HANDED_OUT = _set(
    "apikey apikeys apitoken authtoken accesstoken bearertoken bottoken usertoken refreshtoken accesskey pat"
)
_CALLING_KEYS = _set("api access subscription account storage license admin service")
_CALLING_TOKENS = _set("api access auth bot bearer refresh user personal app deploy")
_MAIL = _set("smtp email mail imap pop3 mailer")
"""A server for mail is somebody else's more often than not, and a wrong password only means that no mail is sent."""
_OWN = _set(
    "admin internal master root server own self local webhook inbound incoming worker agent node cluster gateway proxy"
)
"""Words of keys that the service itself asks its callers for."""
_SIGNING = _set(
    "signing sign encryption decryption encrypt crypto cipher session jwt hmac fernet csrf cookie jwe jws salt pepper"
)


@lru_cache(maxsize=8192)
def is_outgoing(name: str) -> bool:
    """Whether a secret of this name was issued by another service, which is called with it: `OPENAI_API_KEY`.

    What stands in its place while nobody has filled it in opens nothing. A password, and a key that the service
    signs with or asks its own callers for, is something else: a known one lets everybody in.

    >>> is_outgoing("LLM_API_KEY"), is_outgoing("SECRET_KEY"), is_outgoing("INTERNAL_API_KEY")
    (True, False, False)
    """
    term = secret_term(name)
    words = split_words(name)
    if term and _MAIL & set(words):
        return True
    if not term or (_OWN | _SIGNING) & set(words):
        return False
    head = term[-1]
    before = words[words.index(head) - 1] if words.index(head) else ""
    if head in {"key", "keys"}:
        return term[0] in _CALLING_KEYS or (before == "secret" and "access" in words)
    if head in {"token", "tokens"}:
        return before in _CALLING_TOKENS | _VENDORS
    if head == "secret":
        return before == "client"
    return head in _HANDED_OUT


def is_for_mail(name: str) -> bool:
    """Whether a secret of this name is the login for a server that sends mail."""
    return bool(secret_term(name)) and bool(_MAIL & set(split_words(name)))


def is_of_truststore(name: str) -> bool:
    """Whether a secret of this name guards a store of public certificates: `trustStorePassword`."""
    words = split_words(name)
    return bool(secret_term(name)) and ("truststore" in words or ("trust", "store") in pairwise(words))


@lru_cache(maxsize=8192)
def is_signing(name: str) -> bool:
    """Whether a secret of this name signs or encrypts what the service takes for its own: sessions, tokens, cookies.

    Who knows it makes them for whatever user.

    >>> is_signing("SECRET_KEY"), is_signing("JWT_SECRET"), is_signing("AWS_SECRET_ACCESS_KEY")
    (True, True, False)
    """
    term = secret_term(name)
    if not term or term[-1] not in {"key", "keys", "secret", "secrets", "secretkey"}:
        return False
    return term in {("secret", "key"), ("secretkey",)} or bool(_SIGNING & set(split_words(name)))


@lru_cache(maxsize=8192)
def is_secret_name(name: str) -> bool:
    """Whether a variable, key or field of this name is expected to hold a secret.

    >>> is_secret_name("NEO4J_PASSWORD"), is_secret_name("apiKey"), is_secret_name("PASSWORD_HASHERS")
    (True, True, False)
    """
    return bool(secret_term(name))


_MENTIONS = _TERMS | _set("logins tokens auth authorization salt pepper pat otp pin dsn apikeys")
_MENTION_PARTS = pattern(
    r"passw|passphrase|passcode|secret|apikey|privatekey|accesskey|(?:auth|access|api|bot|user|bearer|refresh)token"
    r"|(?:user|app|master|service|sign|signing|session|encrypt|encryption|crypto|license|client|deploy|shared|account|jwt"
    r"|hmac|rest|bot|admin|ssh|root|hook|storage)keys?$|tokens?$"
    r"|^(?:db|user|root|admin|mysql|smtp|redis|require|ftp|ssh|key|store|my|pg|http)pass$|pwd$|masterauth"
)
_NO_MENTION = _set(
    "tokenizer tokenizers tokenize tokenized compass bypass trespass author authors passing passed passes keyword "
    "keywords"
)
_VENDORS = _set(
    "encrypt webhook cookie token client root openai anthropic openrouter stripe sendgrid twilio aws azure gcp google "
    "github gitlab slack cohere mistral groq tavily pinecone langfuse sentry datadog newrelic algolia mapbox mailgun "
    "maps"
)
_OTHER_KEYS = _set("primary foreign public cache sort partition site group")
_ABOUT = _set(
    "url uri file files path dir directory name names field fields type types length len size min max expire expires "
    "expiration expiry ttl minutes seconds hours days lifetime timeout hasher hashers hash hashed algorithm alg method "
    "mode header prefix suffix count limit limits policy class provider backend ref id index column label placeholder "
    "help text title description error message enabled required validator validators reset forgot page view endpoint "
    "route form input model schema serializer usage total number num is has use using with template host port user "
    "username realm service manager store scope scopes issuer audience format version "
    "namespace namespaces selector kind from refs"
)


_PLAINLY = _set("password passwd passphrase passcode secretkey apikey")
"""Heads that say what a name holds whatever stands before them: `SERVICE_PASSWORD`, `keyStorePassword`."""


@lru_cache(maxsize=8192)
def mention(name: str) -> Literal["", "about", "secret"]:
    """How a name speaks of secrets, generously: redaction hides a value too many rather than one too few.

    "secret" for a name with a word that may stand for one, "about" when another word makes it likely that the value
    only belongs to one (`token_url`, `password_min_length`), and "" for all others.
    """
    words = split_words(name)
    if words[-1:] == ("generator",):
        return ""  # what makes secrets from what stands below it
    for index, word in enumerate(words):
        before = words[index - 1] if index else ""
        if word in _NO_MENTION:
            continue
        if word in _MENTIONS or _MENTION_PARTS.search(word):
            break
        if word in {"key", "keys"} and before and (before in _KEY_QUALIFIERS or before in _VENDORS):
            break
        if (
            word in {"cookie", "cookies"} and index == len(words) - 1
        ):  # of a session, or of the nodes of a cluster
            break
        if (
            word == "key"
            and before
            and index == len(words) - 1
            and name.isupper()
            and before not in _OTHER_KEYS
        ):
            break
    else:
        return ""
    return "about" if _ABOUT & set(words) and words[-1] not in _PLAINLY else "secret"
