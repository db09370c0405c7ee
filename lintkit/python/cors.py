"""Where Python code configures CORS: the frameworks' calls and settings, read into one shape.

Sources: Starlette's and FastAPI's `CORSMiddleware`, Litestar's `CORSConfig`, flask-cors' `CORS`/`cross_origin`,
django-cors-headers' settings and aiohttp-cors' `ResourceOptions`, each from the documentation of that project.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lintkit.python.triggers import Calls, NamedValues, Trigger

if TYPE_CHECKING:
    import libcst as cst

    from lintkit.python.file import Match, PythonFile

STARLETTE = (
    "fastapi.middleware.cors.CORSMiddleware",
    "starlette.middleware.cors.CORSMiddleware",
)
LITESTAR = (
    "litestar.config.cors.CORSConfig",
    "litestar.config.CORSConfig",
    "starlite.config.CORSConfig",
    "starlite.CORSConfig",
)
FLASK = (
    "flask_cors.CORS",
    "flask_cors.cross_origin",
    "flask_cors.extension.CORS",
    "flask_cors.decorator.cross_origin",
)
AIOHTTP_CALLS = Calls(("aiohttp_cors.ResourceOptions",))

DJANGO_REGEX_SETTINGS = ("CORS_ALLOWED_ORIGIN_REGEXES", "CORS_ORIGIN_REGEX_WHITELIST")
DJANGO_ALL_SETTINGS = ("CORS_ALLOW_ALL_ORIGINS", "CORS_ORIGIN_ALLOW_ALL")
DJANGO_LIST_SETTINGS = ("CORS_ALLOWED_ORIGINS", "CORS_ORIGIN_WHITELIST")
CREDENTIALS_SETTING = "CORS_ALLOW_CREDENTIALS"

CORS_CALLS: tuple[Trigger, ...] = (
    Calls(STARLETTE, as_argument=True),
    Calls((*LITESTAR, *FLASK)),
)

_CREDENTIALS = {
    **dict.fromkeys(STARLETTE, "allow_credentials"),
    **dict.fromkeys(LITESTAR, "allow_credentials"),
    **dict.fromkeys(FLASK, "supports_credentials"),
}

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


@dataclass(frozen=True, slots=True)
class CorsSetup:
    """One place that configures CORS by a call.

    framework    the qualified name of what is configured
    options      option -> (the node that writes it, its value)
    credentials  cookies and authorization headers are allowed; None where the code does not say
    """

    framework: str
    options: Mapping[str, tuple[cst.CSTNode, cst.BaseExpression]]
    credentials: bool | None

    @property
    def is_flask(self) -> bool:
        """Whether flask-cors reads it, which takes any string with regular expression characters for one."""
        return self.framework in FLASK


def cors_setup(call: cst.Call, file: PythonFile) -> CorsSetup | None:
    """The CORS configuration that `call` makes, or None where it makes none."""
    framework = _framework(call, file)
    if framework is None:
        return None
    options = {
        name: (argument.node, argument.value) for name, argument in file.keyword_arguments(call).items()
    }
    credentials: bool | None = False
    if _CREDENTIALS[framework] in options:
        value = file.literal(options[_CREDENTIALS[framework]][1], follow=True)
        credentials = value if isinstance(value, bool) else None
    return CorsSetup(framework, options, credentials)


def _framework(call: cst.Call, file: PythonFile) -> str | None:
    name = file.qualified_name(call.func)
    if name in _CREDENTIALS:
        return name
    for argument in call.args:
        passed = file.qualified_name(argument.value)
        if passed in STARLETTE:
            return passed
    return None


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


def is_setting(match: Match, names: tuple[str, ...]) -> bool:
    """Whether a match binds one of the settings `names` (a module variable, a settings field or `config[...]`)."""
    return match.name in names and match.how in {"assignment", "annotated", "subscript", "entry", "keyword"}
