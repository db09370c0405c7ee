"""python/jwt-not-verified: a token is believed without a look at its signature."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import (
    NOT_A_SERVICE,
    Calls,
    Finding,
    Match,
    PythonFile,
    RuleContext,
    bad,
    cst,
    define,
    good,
)
from lintkit.api.python import in_development_branch, is_limited, scope_name

DECODE = Calls(
    (
        "jwt.decode",
        "jwt.decode_complete",
        "jwt.api_jwt.decode",
        "jwt.api_jwt.decode_complete",
        "jwt.api_jws.decode",
        "jwt.PyJWT",
        "jwt.PyJWT.decode",
        "jose.jwt.decode",
        "jose.jws.verify",
        "jose.jwt.get_unverified_claims",
        "jose.jws.get_unverified_claims",
        "python_jwt.process_jwt",
        "jwt.process_jwt",
    )
)
ENCODE = Calls(
    ("jwt.encode", "jwt.api_jwt.encode", "jose.jwt.encode", "jose.jws.sign", "python_jwt.generate_jwt")
)
VERIFIED = Calls(("python_jwt.verify_jwt", "jwt.verify_jwt"))

RULE = define(
    summary="a JWT is believed without its signature",
    why="""
Without the signature a token is a piece of JSON that anybody writes: whoever sends `{"sub": "admin"}` is the
administrator. `none` among the algorithms lets the token itself say that nothing has to be checked.
""",
    remedy='Verify it: `jwt.decode(token, key, algorithms=["RS256"], audience=...)`. '
    "To find the key by the issuer, read the token unverified first and verify it afterwards.",
    severity="error",
    kinds=("python",),
    looks_at=(DECODE, ENCODE, VERIFIED),
    tags=("security", "authentication", "CWE-347"),
    equivalents=(
        "semgrep:unverified-jwt-decode",
        "semgrep:jwt-python-none-alg",
        "sonar-python:jwtVerification",
        "sonar-python:pythonJoseVerification",
    ),
    packs=("recommended", "security", "production"),
    paths_ignore=NOT_A_SERVICE,
    examples=(
        bad(
            """\
import jwt


def current_user(token):
    return jwt.decode(token, options={"verify_signature": False})  # <-- here


def old_user(token):
    return jwt.decode(token, verify=False)  # <-- here


def any_user(token, key):
    return jwt.decode(token, key, algorithms=["HS256", "none"])  # <-- here
"""
        ),
        bad(
            """\
from jose import jws, jwt as tokens

OPTIONS = dict(verify_signature=False, verify_aud=False)


def current_user(token, key):
    claims = tokens.decode(token, key, options=OPTIONS)  # <-- here
    jws.verify(token, key, ["HS256"], verify=False)  # <-- here
    return claims["sub"]
"""
        ),
        bad(
            """\
import jwt
import python_jwt


def issue(user):
    return jwt.encode({"sub": user}, None, algorithm="none")  # <-- here


def read(token):
    return python_jwt.process_jwt(token)  # <-- here


READER = jwt.PyJWT(options={"verify_signature": False})  # <-- here
""",
            note="tokens without a signature, and a library that reads before it verifies",
        ),
        bad(
            """\
from jose import jwt


def current_user(token, key):
    header = jwt.get_unverified_header(token)
    return jwt.decode(token, key, algorithms=[header["alg"]])  # <-- here


def tenant(token):
    return jwt.get_unverified_claims(token)["tenant"]  # <-- here
""",
            note="the token chooses how it is verified",
        ),
        bad(
            """\
import jwt


def current_user(token, other, key):
    claims = jwt.decode(token, options={"verify_signature": False})  # <-- here
    jwt.decode(other, key, algorithms=["RS256"])
    return claims["sub"]
""",
            note="another token is verified, not this one",
        ),
        bad(
            """\
import jwt


def current_user(token, key):
    try:
        return jwt.decode(token, key, algorithms=["RS256"])
    except jwt.InvalidTokenError:
        return jwt.decode(token, options={"verify_signature": False})  # <-- here


def tenant(token, key):
    claims = jwt.decode(token, options={"verify_signature": False})  # <-- here
    try:
        jwt.decode(token, key, algorithms=["RS256"])
    except Exception:
        log.warning("a token that does not verify")
    return claims["tenant"]


def user(token, settings):
    if settings.VERIFY_TOKENS:
        return jwt.decode(token, settings.key, algorithms=["RS256"])
    return jwt.decode(token, options={"verify_signature": False})  # <-- here


def groups(token, keys):
    for key in keys:
        try:
            return jwt.decode(token, key, algorithms=["RS256"])
        except jwt.InvalidTokenError:
            continue
    return jwt.decode(token, options={"verify_signature": False})  # <-- here


def roles(token, key, verify):
    claims = jwt.decode(token, options={"verify_signature": False})  # <-- here
    if verify:
        jwt.decode(token, key, algorithms=["RS256"])
    return claims["roles"]
""",
            note="a token that did not verify is believed, and one that nobody was told to verify",
        ),
        bad(
            """\
import jwt


def current_user(token, key):
    algorithm = jwt.get_unverified_header(token)["alg"]
    if not algorithm or algorithm == "none":
        raise PermissionError(algorithm)
    return jwt.decode(token, key, algorithms=[algorithm])  # <-- here
""",
            note="a token that may not be unsigned still chooses a weaker way",
        ),
        good(
            """\
import jwt


def refresh(token, key):
    try:
        claims = jwt.decode(token, key, algorithms=["RS256"])
    except jwt.ExpiredSignatureError:
        claims = jwt.decode(token, options={"verify_signature": False})
    return claims["sub"]


def current_user(token, keys):
    claims = jwt.decode(token, options={"verify_signature": False})
    try:
        return jwt.decode(token, keys[claims["iss"]], algorithms=["RS256"])
    except jwt.InvalidTokenError:
        log.warning("a token that does not verify")
        raise
""",
            note="its time is looked at only after its signature held; who does not verify gets no further",
        ),
        good(
            """\
import jwt


def current_user(token, keys):
    issuer = jwt.decode(token, options={"verify_signature": False})["iss"]
    return jwt.decode(token, keys[issuer], algorithms=["RS256"])


def tenant(token, keys):
    header = jwt.get_unverified_header(token)
    claims = jwt.decode(token, options={"verify_signature": False})
    for key in keys(claims["tenant"], header["kid"]):
        return jwt.decode(jwt=token, key=key, algorithms=["RS256"])
""",
            note="read to find the key, and verified with it",
        ),
        good(
            """\
import jwt
import python_jwt


def current_user(token, key):
    algorithm = jwt.get_unverified_header(token)["alg"]
    if algorithm not in {"RS256", "ES256"}:
        raise PermissionError(algorithm)
    return jwt.decode(token, key, algorithms=[algorithm])


def process(token, key):
    python_jwt.process_jwt(token)
    return python_jwt.verify_jwt(token, key, ["RS256"])
""",
            note="an algorithm that was compared with a list, and a token that is verified after it was read",
        ),
        good(
            """\
import time

import jwt


def is_expired(token):
    claims = jwt.decode(token, options={"verify_signature": False})
    return claims["exp"] < time.time() or claims.get("iat") is None


def launch(token, platforms, library):
    unverified = jwt.decode(token, options={"verify_signature": False})
    platform = platforms.get(issuer=unverified.get("iss"), client=unverified.get("aud"))
    return library.verified_launch(token, platform)
""",
            note="when a token runs out, and by whose key it is verified, is no question of trust",
        ),
        good(
            """\
import jwt

jwt.decode(token, key, algorithms=["HS256"], options={"verify_signature": True, "verify_aud": False})
jwt.decode(token, key, algorithms=settings.algorithms, options=settings.options)
base64.decode(token, verify=False)
""",
            note="the signature is looked at; settings; another decoder",
        ),
        good(
            """\
import jwt


class Grant:
    def __init__(self, token):
        self.token = token
        self.claims = jwt.decode(token, options={"verify_signature": False})


class VerifiedGrant(Grant):
    def __init__(self, token, key):
        super().__init__(token)
        jwt.decode(self.token, key, algorithms=["HS256"])
""",
            note="a class that reads who issued a token, and one that verifies it",
        ),
        bad(
            """\
import jwt

header = jwt.get_unverified_header(token)
claims = jwt.decode(
    token,
    algorithms=header["alg"],
    options={"verify_signature": False},  # <-- here
)
""",
            note="where nothing is verified the algorithm does not matter",
        ),
        good(
            """\
import time

import jwt


def is_over(token):
    claims = jwt.decode(token, options={"verify_signature": False})
    if not claims or "exp" not in claims:
        return True
    return claims["exp"] < time.time()
""",
            note="when to ask for another token",
        ),
        good(
            """\
import jwt

if settings.ENVIRONMENT == "development":
    claims = jwt.decode(token, options={"verify_signature": False})
""",
            note="a branch for development",
        ),
    ),
)

_HARMLESS = frozenset({"exp", "iat", "nbf", "iss", "aud"})
"""Claims that say when to ask for another token, or by whose key to verify it; no one is let in by them."""


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report a decoder that looks at no signature, unless the token is verified in the same function."""
    call = match.node
    if not isinstance(call, cst.Call) or match.trigger is VERIFIED or in_development_branch(call, file):
        return
    if match.trigger is ENCODE:
        where, message = _unsigned(call, file)
    else:
        where, message = _algorithm(call, file)
        if where is not None and _unverified(call, match.name or "", file)[0] is None:
            yield rule.finding(file.span(where), message, subject=scope_name(call, file) or "module")
            return
        where, message = _unverified(call, match.name or "", file)
        if _is_verified_too(call, file, rule) or _reads_only_harmless_claims(call, file):
            return
    if where is not None:
        yield rule.finding(file.span(where), message, subject=scope_name(call, file) or "module")


def _unsigned(call: cst.Call, file: PythonFile) -> tuple[cst.CSTNode | None, str]:
    value = file.argument(call, 2, "algorithm")
    literal = file.literal(value, follow=True) if value is not None else ""
    if literal is None or str(literal).lower() == "none":
        return call, "the token is issued with the algorithm `none`: it has no signature"
    return None, ""


def _unverified(call: cst.Call, name: str, file: PythonFile) -> tuple[cst.CSTNode | None, str]:
    """What says that the signature is not looked at, and the message; (None, "") where nothing does."""
    arguments = file.keyword_arguments(call)
    if name.endswith((".process_jwt", ".get_unverified_claims")):
        return call, f"`{name.rpartition('.')[2]}` reads the token and looks at no signature"
    verify = arguments.get("verify")
    if verify is not None and file.literal(verify.value, follow=True) is False:
        return verify.node, "`verify=False` looks at no signature"
    options = arguments.get("options")
    if options is not None and _switches_off(options.value, file):
        return options.node, "`verify_signature` is off: anybody writes this token"
    return None, ""


def _algorithm(call: cst.Call, file: PythonFile) -> tuple[cst.CSTNode | None, str]:
    """A list of algorithms that lets the token say how it is verified, or that it is not."""
    algorithms = file.argument(call, 2, "algorithms")
    if algorithms is None:
        return None, ""
    if _allows_none(file.literal(algorithms, follow=True)):
        return algorithms, "`none` is among the algorithms: a token without a signature passes"
    listed = file.follow(algorithms)
    values = (
        [e.value for e in listed.elements] if isinstance(listed, cst.List | cst.Tuple | cst.Set) else [listed]
    )
    if any(_is_said_by_the_token(value, call, file) for value in values):
        return (
            algorithms,
            "the token itself says by which algorithm it is verified: it can choose a weaker one",
        )
    return None, ""


def _is_said_by_the_token(value: cst.BaseExpression, call: cst.Call, file: PythonFile) -> bool:
    read = file.follow(value)
    owner = None
    if isinstance(read, cst.Subscript):
        owner = file.follow(read.value)
    elif (
        isinstance(read, cst.Call) and isinstance(read.func, cst.Attribute) and read.func.attr.value == "get"
    ):
        owner = file.follow(read.func.value)
    name = file.qualified_name(owner.func) if isinstance(owner, cst.Call) else None
    if name not in {
        "jwt.get_unverified_header",
        "jose.jwt.get_unverified_header",
        "jose.jws.get_unverified_header",
    }:
        return False
    written = {file.code(value), file.code(read)}
    return not is_limited(call, lambda node: file.code(node) in written, file)


def _allows_none(value: object) -> bool:
    if isinstance(value, str):
        return value.lower() == "none"
    return isinstance(value, list | tuple | set) and any(str(each).lower() == "none" for each in value)


def _switches_off(value: cst.BaseExpression, file: PythonFile) -> bool:
    bindings = file.bindings(value) if isinstance(value, cst.Name) else ()
    if bindings and bindings[0].kind == "value" and bindings[0].value is not None:
        value = bindings[0].value  # the last of several
    value = file.follow(value)
    literal = file.literal(value, follow=True)
    if isinstance(value, cst.Call) and file.qualified_name(value.func) == "dict":
        given = file.keyword_arguments(value).get("verify_signature")
        if given is not None:
            return file.literal(given.value, follow=True) is False
        literal = file.literal(value.args[0].value, follow=True) if value.args else None
    if isinstance(literal, dict):
        return literal.get("verify_signature") is False
    if isinstance(literal, list | tuple):
        return any(pair == ("verify_signature", False) for pair in literal)
    return False


def _token(call: cst.Call, file: PythonFile) -> str | None:
    for keyword in ("jwt", "token"):
        found = file.argument(call, 0, keyword)
        if isinstance(found, cst.Name | cst.Attribute | cst.Subscript):
            return file.code(found)
    return None


def _is_verified_too(call: cst.Call, file: PythonFile, rule: RuleContext) -> bool:
    """Whether the token was read to find the key, and the same function verifies it with that.

    A decoder that is given a key, and does not use it, was not asked for that.
    """
    key = file.argument(call, 1, "key")
    if key is not None and file.literal(key, follow=True) not in (None, "", False):
        return False
    token, function = _token(call, file), file.enclosing_function(call)
    if token is None:
        return False
    if _is_verified_by_a_subclass(call, file, rule):
        return True
    for other in rule.matches:
        if other.trigger is ENCODE or not isinstance(other.node, cst.Call) or other.node is call:
            continue
        if file.enclosing_function(other.node) is not function or _token(other.node, file) != token:
            continue
        verifies = other.trigger is VERIFIED or _unverified(other.node, other.name or "", file)[0] is None
        if verifies and not _is_another_way(call, other.node, file) and not _is_optional(other.node, file):
            return True
    return False


def _is_verified_by_a_subclass(call: cst.Call, file: PythonFile, rule: RuleContext) -> bool:
    """Whether the class only reads a token, and one that is made of it in the same module verifies it.

    That is how a token is opened whose issuer says which key verifies it.
    """
    owner = _class_around(call, file)
    if owner is None:
        return False
    return any(
        other.trigger is VERIFIED or _unverified(other.node, other.name or "", file)[0] is None
        for other in rule.matches
        if other.trigger is not ENCODE and isinstance(other.node, cst.Call) and other.node is not call
        if (below := _class_around(other.node, file)) is not None
        and any(
            isinstance(base.value, cst.Name) and base.value.value == owner.name.value for base in below.bases
        )
        and not _is_optional(other.node, file)
    )


def _class_around(node: cst.CSTNode, file: PythonFile) -> cst.ClassDef | None:
    return next((above for above in file.ancestors(node) if isinstance(above, cst.ClassDef)), None)


_AFTER_THE_SIGNATURE = re.compile(
    r"(?:Expired|ImmatureSignature|InvalidAudience|InvalidIssuer|InvalidIssuedAt|MissingRequiredClaim|JWTClaims)\w*(?:Error)?$"
)
"""Errors of PyJWT and python-jose about claims, which both look at only after the signature held."""
_SWITCH = re.compile(r"verif|validat|check|secur|signature|skip|disabl|enabl|strict|insecure", re.IGNORECASE)


def _is_another_way(call: cst.Call, verified: cst.Call, file: PythonFile) -> bool:
    """Whether the code gets to `call` without the token being verified: in another branch, or because it was not.

    The handler of an error that says no more than that the time of a verified token is over is no such way.
    """
    above_verified = list(file.ancestors(verified))
    inside = set(map(id, above_verified))
    below: cst.CSTNode = call
    for above in file.ancestors(call):
        if isinstance(above, cst.Try | cst.TryStar) and id(above.body) in inside:
            if isinstance(below, cst.ExceptHandler | cst.ExceptStarHandler):
                return not all(_AFTER_THE_SIGNATURE.search(name) for name in file.caught(below))
        elif isinstance(above, cst.If | cst.IfExp) and below is not above.test:
            other = above.orelse if below is above.body else above.body
            if other is not None and id(other) in inside:
                return True
        below = above
    around = set(map(id, file.ancestors(call)))
    for above in above_verified:
        if id(above) in around:
            break
        before = file.order(above) < file.order(call)
        if isinstance(above, cst.Try | cst.TryStar) and id(above.body) in inside:
            if not all(file.leaves(handler.body) for handler in above.handlers):
                return True
        elif isinstance(above, cst.For | cst.While) and before:
            return True  # no key of several did
        elif isinstance(above, cst.If) and id(above.body) in inside and before and file.leaves(above.body):
            return True  # a verified token never comes as far as `call`
    return False


def _is_optional(verified: cst.Call, file: PythonFile) -> bool:
    """Whether a switch decides if the token is verified at all: `if settings.VERIFY_TOKENS:`."""
    return any(
        isinstance(guard.node, cst.If | cst.IfExp) and guard.test is not None and _is_switch(guard.test, file)
        for guard in file.guards(verified)
    )


def _is_switch(test: cst.BaseExpression, file: PythonFile) -> bool:
    if isinstance(test, cst.UnaryOperation):
        return _is_switch(test.expression, file)
    return isinstance(test, cst.Name | cst.Attribute) and bool(_SWITCH.search(file.code(test)))


def _reads_only_harmless_claims(call: cst.Call, file: PythonFile) -> bool:
    """Whether the claims are used for nothing but their time and their issuer."""
    if _claim(call, file) in _HARMLESS:
        return True
    above = file.parent(call)
    target = above.targets[0].target if isinstance(above, cst.Assign) and len(above.targets) == 1 else None
    scope = file.enclosing_function(call)
    if not isinstance(target, cst.Name) or scope is None or len(file.every_binding(target)) != 1:
        return False
    reads = [
        node
        for node in file.walk(scope.body)
        if isinstance(node, cst.Name) and node.value == target.value and node is not target
    ]
    reads = [node for node in reads if not _is_asked_whether_there(node, file)]
    return bool(reads) and all(_claim(node, file) in _HARMLESS for node in reads)


def _is_asked_whether_there(node: cst.CSTNode, file: PythonFile) -> bool:
    """`if not claims`, `claims is None`: whether there are any, whatever they say."""
    above = file.parent(node)
    if isinstance(above, cst.UnaryOperation):
        return isinstance(above.operator, cst.Not)
    return (
        isinstance(above, cst.Comparison)
        and len(above.comparisons) == 1
        and isinstance(above.comparisons[0].operator, cst.Is | cst.IsNot)
    )


def _claim(node: cst.CSTNode, file: PythonFile) -> str | None:
    """The claim that is read of an expression: `claims["exp"]`, `claims.get("exp")`, `"exp" in claims`."""
    above = file.parent(node)
    if isinstance(above, cst.ComparisonTarget) and isinstance(above.operator, cst.In | cst.NotIn):
        asked = file.parent(above)
        return file.string(asked.left, follow=True) if isinstance(asked, cst.Comparison) else None
    if isinstance(above, cst.Subscript) and above.value is node:
        index = above.slice[0].slice
        return file.string(index.value, follow=True) if isinstance(index, cst.Index) else None
    if isinstance(above, cst.Attribute) and above.value is node and above.attr.value == "get":
        got = file.parent(above)
        if isinstance(got, cst.Call) and got.func is above and got.args:
            return file.string(got.args[0].value, follow=True)
    return None
