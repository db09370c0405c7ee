"""Where Python code configures CORS: the frameworks' calls and settings, read into one shape.

Sources: Starlette's and FastAPI's `CORSMiddleware`, Litestar's `CORSConfig`, flask-cors' `CORS`/`cross_origin` (and
sanic-cors, which has taken it over), quart-cors, python-socketio, django-cors-headers' settings and aiohttp-cors'
`ResourceOptions`, each from the documentation of that project.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from lintkit.python.branches import in_development_branch
from lintkit.python.environment_reads import environment_read
from lintkit.python.lazy import cst
from lintkit.python.receivers import origins
from lintkit.python.triggers import Calls, Keywords, MethodCalls, NamedValues, Trigger

if TYPE_CHECKING:
    from lintkit.python.match import Match
    from lintkit.python.module import PythonFile


@dataclass(frozen=True, slots=True)
class Framework:
    """How one library is told which sites may call.

    name         its class or function as its users know it
    names        qualified names of what is called
    origins      the option that lists the sites
    credentials  the option that allows cookies and authorization headers
    open         without the option every site may call
    regex        strings that look like a regular expression are one
    """

    name: str
    names: tuple[str, ...]
    origins: str
    credentials: str
    open: bool = False
    regex: bool = False


STARLETTE = Framework(
    "CORSMiddleware",
    ("fastapi.middleware.cors.CORSMiddleware", "starlette.middleware.cors.CORSMiddleware"),
    "allow_origins",
    "allow_credentials",
)
"""How the CORS middleware of Starlette and FastAPI is told which origins may read answers."""

LITESTAR = Framework(
    "CORSConfig",
    (
        "litestar.config.cors.CORSConfig",
        "litestar.config.CORSConfig",
        "starlite.config.CORSConfig",
        "starlite.config.cors.CORSConfig",
        "starlite.CORSConfig",
    ),
    "allow_origins",
    "allow_credentials",
    open=True,
)
FLASK = Framework(
    "CORS",
    (
        "flask_cors.CORS",
        "flask_cors.cross_origin",
        "flask_cors.extension.CORS",
        "flask_cors.decorator.cross_origin",
        "flask.ext.cors.CORS",
        "flask.ext.cors.cross_origin",
        "sanic_cors.CORS",
        "sanic_cors.cross_origin",
    ),
    "origins",
    "supports_credentials",
    open=True,
    regex=True,
)
"""How Flask-CORS is told which origins may read answers."""

QUART = Framework(
    "cors",
    ("quart_cors.cors", "quart_cors.route_cors"),
    "allow_origin",
    "allow_credentials",
    open=True,
)
"""How quart-cors is told which origins may read answers."""

SOCKET_IO = Framework("SocketIO", (), "cors_allowed_origins", "cors_credentials")
"""Flask-SocketIO, python-socketio and what wraps them, told by the keyword that nothing else has."""

_FRAMEWORKS = {
    name: framework for framework in (STARLETTE, LITESTAR, FLASK, QUART) for name in framework.names
}

AIOHTTP_CALLS = Calls(("aiohttp_cors.ResourceOptions",))
"""Where aiohttp-cors is told which origins may read answers."""


DJANGO_REGEX_SETTINGS = ("CORS_ALLOWED_ORIGIN_REGEXES", "CORS_ORIGIN_REGEX_WHITELIST")
"""Settings of django-cors-headers that hold patterns of origins."""

DJANGO_ALL_SETTINGS = ("CORS_ALLOW_ALL_ORIGINS", "CORS_ORIGIN_ALLOW_ALL")
"""Settings of django-cors-headers that let every origin in."""

DJANGO_LIST_SETTINGS = ("CORS_ALLOWED_ORIGINS", "CORS_ORIGIN_WHITELIST")
"""Settings of django-cors-headers that list origins."""

CREDENTIALS_SETTING = "CORS_ALLOW_CREDENTIALS"

CORS_CALLS: tuple[Trigger, ...] = (
    Calls(STARLETTE.names, as_argument=True),
    Calls((*LITESTAR.names, *FLASK.names, *QUART.names)),
    Keywords((SOCKET_IO.origins,)),
    MethodCalls(("init_app",)),
)
"""Where a call says it. flask-cors is told by the constructor, by `init_app`, or by both."""

_EVERYTHING = frozenset(
    {
        "*",
        ".*",
        ".+",
        ".*?",
        "https?://.*",
        "https?://.+",
        "https://.*",
        "https://.+",
        "http://.*",
        "http.*",
        "https?.*",
        "https?://[^/]+",
        "https?://[^/]*",
        r"[\s\S]*",
        r"https?://[\w.-]+",
        r"https?://[\w\-.]+",
        r"https?://[\w\.-]+",
        "http(s)?://.*",
    }
)


Written: TypeAlias = "tuple[cst.CSTNode, cst.BaseExpression]"
"""The node that writes an option, and its value."""


@dataclass(frozen=True, slots=True)
class CorsSetup:
    """One place that configures CORS by a call.

    framework    what is configured
    options      option -> where it is written, and its value
    credentials  cookies and authorization headers are allowed; None where the code does not say
    complete     no option can come from anywhere else
    """

    framework: Framework
    options: Mapping[str, Written]
    credentials: bool | None
    complete: bool

    @property
    def origins(self) -> Written | None:
        """Where the sites are listed."""
        return self.options.get(self.framework.origins)


def cors_setup(match: Match, file: PythonFile) -> CorsSetup | None:
    """The CORS configuration that a match of `CORS_CALLS` makes, or None where it makes none."""
    call = match.flows_into or match.node
    if not isinstance(call, cst.Call):
        return None
    found = (SOCKET_IO, ()) if isinstance(match.trigger, Keywords) else _framework(call, file)
    if found is None:
        return None
    framework, before = found
    calls = (*before, call)
    options: dict[str, Written] = {}
    for each in calls:
        for name, argument in file.keyword_arguments(each).items():
            options[name] = (argument.node, argument.value)
    second = file.positional(call)[1:2]
    if framework is STARLETTE and second and file.qualified_name(call.func) in STARLETTE.names:
        options.setdefault(STARLETTE.origins, (second[0], second[0]))
    credentials: bool | None = False
    if framework.credentials in options:
        value = file.literal(options[framework.credentials][1], follow=True)
        credentials = value if isinstance(value, bool) else None
    complete = not any(file.has_unknown_arguments(each) for each in calls)
    if framework is FLASK and not before and _awaits_its_application(call, file):
        complete = False
    return CorsSetup(framework, options, credentials, complete)


def _awaits_its_application(call: cst.Call, file: PythonFile) -> bool:
    """`CORS()`: application and options come with `init_app`."""
    name = file.qualified_name(call.func) or ""
    return name.endswith(".CORS") and not file.positional(call) and file.argument(call, None, "app") is None


def _framework(call: cst.Call, file: PythonFile) -> tuple[Framework, tuple[cst.Call, ...]] | None:
    """What a call configures, and the call that began to."""
    for name in file.qualified_names(call.func):
        if name in _FRAMEWORKS:
            return _FRAMEWORKS[name], ()
    if isinstance(call.func, cst.Attribute) and call.func.attr.value == "init_app":
        for origin in origins(call.func.value, file):
            if origin.name.endswith("()") and origin.name[:-2] in FLASK.names and origin.call is not None:
                return FLASK, (origin.call,)
        return None
    for argument in call.args:
        if file.qualified_name(argument.value) in STARLETTE.names:
            return STARLETTE, ()
    return None


@dataclass(frozen=True, slots=True)
class Resource:
    """What flask-cors is told of some paths.

    node         where it is written
    origins      its sites; None where only the default of the whole application holds
    credentials  as in `CorsSetup`
    """

    node: cst.CSTNode
    origins: cst.BaseExpression | None
    credentials: bool | None


def resources(setup: CorsSetup, file: PythonFile) -> Iterator[Resource]:
    """The entries of `resources={r"/api/*": {"origins": …}}`; `resources=r"/api/*"` is one without origins."""
    if "resources" not in setup.options:
        return
    node, value = setup.options["resources"]
    value = file.follow(value)
    if not isinstance(value, cst.Dict):
        if isinstance(file.literal(value, follow=True), str | list | tuple):
            yield Resource(node, None, setup.credentials)
        return
    for element in value.elements:
        entry = file.follow(element.value) if isinstance(element, cst.DictElement) else None
        if not isinstance(entry, cst.Dict) or any(
            isinstance(e, cst.StarredDictElement) for e in entry.elements
        ):
            continue
        options = {
            each.key.raw_value: each
            for each in entry.elements
            if isinstance(each, cst.DictElement) and isinstance(each.key, cst.SimpleString)
        }
        credentials = setup.credentials
        if FLASK.credentials in options:
            credentials = file.literal(options[FLASK.credentials].value, follow=True) is True
        given = options.get(FLASK.origins)
        yield Resource(given or element, given.value if given is not None else None, credentials)


def matches_every_origin(pattern: str) -> bool:
    """Whether an origin pattern lets every site in; textual, so that no pattern of a repository is ever run."""
    text = pattern.strip()
    text = text.removeprefix("^").removesuffix("$").replace(r"\/", "/").replace("(?:", "(")
    while text.startswith("(") and text.endswith(")") and text.count("(") == 1:
        text = text[1:-1].removeprefix("^").removesuffix("$")
    return (
        text.replace("(.*)", ".*")
        .replace("(.+)", ".+")
        .replace("(s)?", "s?")
        .replace("(http|https)", "https?")
        in _EVERYTHING
    )


_OPEN_DOT = re.compile(r"(?:^|[^\\])\.(?![*+?{])")
_CLASS = re.compile(r"\[[^\]]*\]")
_TLD = re.compile(r"\w\.\w")


def weakness(pattern: str, *, whole: bool) -> str:
    """What lets strangers through a pattern that is meant for one's own sites; empty where nothing is seen.

    whole  the framework compares the whole origin (Starlette); others only its beginning
    """
    text = _CLASS.sub("", pattern)
    if not whole and not pattern.endswith(("$", "\\Z")):
        return "it has no end, so a longer host passes"
    if _OPEN_DOT.search(text) and _TLD.search(text):
        return "an unescaped dot stands for any character"
    return ""


def credentials_setting(matches: Iterable[Match], file: PythonFile) -> bool:
    """Whether a Django settings module switches `CORS_ALLOW_CREDENTIALS` on, told by the matches of its settings."""
    return any(
        match.name == CREDENTIALS_SETTING
        and match.value is not None
        and file.literal(match.value, follow=True) is True
        for match in matches
    )


def settings_trigger(names: tuple[str, ...]) -> NamedValues:
    """A trigger for settings of these names and the one for credentials; the check compares the name itself."""
    return NamedValues(tuple(name.lower() for name in (*names, CREDENTIALS_SETTING)))


def is_wildcard(value: cst.BaseExpression, file: PythonFile, depth: int = 0) -> bool:
    """Whether a value is `*`, or a list with it, also in `ORIGINS + ["*"]` and `"*".split(",")`."""
    value = file.follow(value)
    if depth > _DEEPEST:
        return False
    if isinstance(value, cst.List | cst.Tuple | cst.Set):
        return any(is_wildcard(element.value, file, depth + 1) for element in value.elements)
    if isinstance(value, cst.BinaryOperation) and isinstance(value.operator, cst.Add):
        return any(is_wildcard(side, file, depth + 1) for side in (value.left, value.right))
    if isinstance(value, cst.Call):
        split = isinstance(value.func, cst.Attribute) and value.func.attr.value == "split"
        listed = file.qualified_name(value.func) in {"list", "tuple", "set", "frozenset"} and value.args
        if split and isinstance(value.func, cst.Attribute):
            return "*" in str(file.literal(value.func.value, follow=True)).split(",")
        return bool(listed) and is_wildcard(value.args[0].value, file, depth + 1)
    return file.literal(value, follow=True) in ("*", b"*")


_DEEPEST = 20
_OF_ORIGINS = re.compile(r"(?:cors|allow\w*|trusted|permitted).*origins?|^(?:cors|origins)$", re.IGNORECASE)


def falls_back_to_wildcard(value: cst.BaseExpression, file: PythonFile, depth: int = 0) -> bool:
    """Whether a value becomes `*` where nothing else is said: `origins or ["*"]`, `["*"] if … else origins`.

    Also in `(… or "*").split(",")`, in a list, and as the default of a variable. Not where a test asks for development;
    nor a variable that is named for origins: python/cors-allow-all-default reports it.
    """
    value = file.follow(value)
    if depth > _DEEPEST:
        return False
    if isinstance(value, cst.IfExp):
        sides = [side for side in (value.body, value.orelse) if not in_development_branch(side, file)]
        return any(is_wildcard(side, file) or falls_back_to_wildcard(side, file, depth + 1) for side in sides)
    if isinstance(value, cst.BooleanOperation):
        return isinstance(value.operator, cst.Or) and (
            is_wildcard(value.right, file) or falls_back_to_wildcard(value.right, file, depth + 1)
        )
    if isinstance(value, cst.List | cst.Tuple | cst.Set):
        return any(falls_back_to_wildcard(element.value, file, depth + 1) for element in value.elements)
    if not isinstance(value, cst.Call):
        return False
    read = environment_read(value, file)
    if read is not None:
        return (
            read.default is not None and not _OF_ORIGINS.search(read.name) and is_wildcard(read.default, file)
        )
    if isinstance(value.func, cst.Attribute) and value.func.attr.value in {"split", "strip"}:
        return falls_back_to_wildcard(value.func.value, file, depth + 1)
    return (
        bool(value.args)
        and file.qualified_name(value.func) in {"list", "tuple", "set", "json.loads"}
        and (falls_back_to_wildcard(value.args[0].value, file, depth + 1))
    )


def is_setting(match: Match, names: tuple[str, ...]) -> bool:
    """Whether a match binds one of the settings `names` (a module variable, a settings field or `config[...]`)."""
    return match.name in names and match.how in {"assignment", "annotated", "subscript", "entry", "keyword"}
