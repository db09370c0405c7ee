"""What web frameworks call the things that make a function answer requests.

One table of names for everybody who asks: the facts that `lintkit.graph` reads with `ast`, and the questions that rules
put to a libcst tree (`lintkit.python.handlers`). Importing it imports neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "trace"})
"""HTTP methods: decorators of routers (`@router.get`), and methods of class-based views (`def get(self, request)`)."""

ROUTES = frozenset({"route", "api_route", "websocket", "websocket_route"})
"""Decorators that bind a route and say the methods in an argument, or serve a WebSocket."""

HOOKS = frozenset({"middleware", "before_request", "after_request", "before_app_request"})
"""Decorators of functions that run on every request."""

ERROR_HANDLERS = frozenset({"exception_handler", "errorhandler", "app_errorhandler"})
"""Decorators of functions that answer a request which failed."""

REGISTRATIONS = frozenset(
    """add_url_rule add_api_route add_route add_get add_post add_put add_patch add_delete add_view add_resource Route
    WebSocketRoute path re_path add_api_websocket_route""".split()  # noqa: SIM905
)
"""Calls that bind a route to a function or a class given by name."""

_REGISTRATION = re.compile(rf"\b(?:{'|'.join(sorted(REGISTRATIONS))}|web\.\w+)\(")


def may_register(text: str, imported: Iterable[tuple[str, str]]) -> bool:
    """Whether a file may register a handler by a call.

    imported  what it imports: (local name, imported name), the second empty for a module
    """
    return _REGISTRATION.search(text) is not None or any(
        local != name and (name in REGISTRATIONS or name == "web") for local, name in imported
    )


_VIEW_CLASS = re.compile(r"(View|ViewSet|HTTPEndpoint|WebSocketEndpoint|Resource|RequestHandler|Controller)$")


def is_view_class(spelled: str, qualified: Iterable[str]) -> bool:
    """Whether the methods of a class with this base answer requests: by its own name, or by the one it is given."""
    return any(_VIEW_CLASS.search(name) for name in (spelled, *qualified))


VIEW_METHODS = METHODS | {"on_receive", "list", "create", "retrieve", "update", "destroy"}
"""Methods of such a class that answer requests."""
