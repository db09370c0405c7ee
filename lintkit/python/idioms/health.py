"""Which functions answer "are you well?": health, readiness and liveness checks, and what they call in their file.

A handler is one when it reads (GET, HEAD, or any method) and its path or, where that is not known, its name says so.
A path is read by segments: `/health`, `/healthz/`, `/api/v1/ready`, `/health/db`; never `/health-records` or
`/heartbeat`, which are about other things than this service. Nor is one a handler that wants to know who asks:
probes have no login.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lintkit.python.called import reached_functions
from lintkit.python.code import Function
from lintkit.python.handlers import Handler, handlers_of
from lintkit.python.lazy import cst
from lintkit.python.triggers import Identifiers, Strings

if TYPE_CHECKING:
    from lintkit.python.module import PythonFile

_SEGMENT = re.compile(
    r"_{0,2}(?:health[_-]?(?:z|check|checks|status)?|healthy|ready[_-]?(?:z|check)?|readiness(?:[_-](?:check|probe))?"
    r"|live[_-]?(?:z|check)|liveness(?:[_-](?:check|probe))?|alive|startup[_-]?probe|startupz)",
    re.IGNORECASE,
)
_BELOW = re.compile(
    r"live|ready|readiness|liveness|startup|db|database|redis|cache|deep|full|details?|detailed|simple|basic|status|dependencies",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"_?(?:get_|api_|do_|handle_|app_|server_|service_)?"
    r"(?:healthz?|health_?check(?:_\w+)?|health_(?:db|status|probe|live|ready|liveness|readiness)|check_health|readyz?"
    r"|readiness(?:_\w+)?|livez|liveness(?:_\w+)?|is_alive|is_healthy)(?:_handler|_view|_endpoint)?",
    re.IGNORECASE,
)
_LOGIN = re.compile(
    r"(?:Depends|Security)\([^()]*(?:user|permission|admin|auth|login|token|role|scope)|login_required|permission_required"
    r"|requires_auth|CurrentUser|AdminUser",
    re.IGNORECASE,
)
_WORTH = re.compile(
    r"[\"'/^]_*(?:health|ready|readiness|live|alive|startup)[\w-]*/?\$?[\"'/]"
    r"|\b(?:def|class)\s+\w*(?:health|ready|readiness|livez|liveness|alive)",
    re.IGNORECASE,
)
_SPELLED = (
    "health", "healthz", "health_check", "healthcheck", "readyz", "readiness", "livez", "liveness",
    "readiness_check", "liveness_check", "get_health", "health_view", "check_health", "is_alive",
)  # fmt: skip

HEALTH_TRIGGERS = (
    Strings(("health", "/ready", "readiness", "/live", "/alive")),
    Identifiers(_SPELLED),
)
"""What a rule about health checks looks at: a file without any of these has none."""


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """A handler that answers for the health of the service.

    parts  the functions of the file that run for it, itself first
    """

    function: Function
    handler: Handler
    parts: tuple[Function, ...]

    @property
    def name(self) -> str:
        """`GET /health` where the path is known, the function's name otherwise."""
        return str(self.handler) if self.handler.route else self.function.name


def health_checks(file: PythonFile) -> tuple[HealthCheck, ...]:
    """The health checks of a file, in its order."""
    found: tuple[HealthCheck, ...] | None = file.answers.get("health checks")
    if found is None:
        found = file.answers["health checks"] = tuple(_health_checks(file))
    return found


def _health_checks(file: PythonFile) -> Iterator[HealthCheck]:
    if not _WORTH.search(file.text):
        return
    for statement in file.statements():
        for node in file.walk(statement):
            if type(node) is not cst.FunctionDef or not isinstance(node, cst.FunctionDef):
                continue
            for handler in handlers_of(node, file):
                if is_health_check(handler, node, file):
                    parts = [Function(part, file) for part, _ in reached_functions([node], file).values()]
                    yield HealthCheck(parts[0], handler, tuple(parts))
                    break


def is_health_check(handler: Handler, function: cst.FunctionDef, file: PythonFile) -> bool:
    """Whether a handler answers for the health of the service."""
    if handler.kind in {"hook", "error"} or (handler.methods and not {"GET", "HEAD"} & set(handler.methods)):
        return False
    if _LOGIN.search(file.code(function.params)) or any(
        _LOGIN.search(file.code(each.expression)) for each in file.decorators(function)
    ):
        return False
    if handler.route:
        return is_health_route(handler.route)
    owner = file.enclosing_class(function)
    name = function.name.value if owner is None else owner.name.value
    if owner is not None:
        return re.search(
            r"Health(?:z|Check)?|Readiness|Liveness", name
        ) is not None and function.name.value in {"get", "head"}
    return _NAME.fullmatch(name) is not None


def is_health_route(route: str) -> bool:
    """Whether a path is that of a health check: its last segment says so, or the last but one and what of it."""
    segments = [segment for segment in route.strip("^$").split("/") if segment]
    if not segments:
        return False
    if _SEGMENT.fullmatch(segments[-1]):
        return "{" not in route and "<" not in route
    return (
        len(segments) > 1
        and _SEGMENT.fullmatch(segments[-2]) is not None
        and _BELOW.fullmatch(segments[-1]) is not None
    )
