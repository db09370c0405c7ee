"""What web frameworks call the things that make a function answer requests.

One table of names for everybody who asks: the facts that `lintkit.graph` reads with `ast`, and the questions that rules
put to a libcst tree (`lintkit.python.handlers`). Importing it imports neither.
"""

from __future__ import annotations

import re

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

REGISTRATION = re.compile(rf"\b(?:{'|'.join(sorted(REGISTRATIONS))}|web\.\w+)\(")
"""Matches wherever a file may register a handler by a call."""

VIEW_CLASS = re.compile(r"(View|ViewSet|HTTPEndpoint|WebSocketEndpoint|Resource|RequestHandler|Controller)$")
"""Matches the last name of a base class whose methods answer requests."""

VIEW_METHODS = METHODS | {"on_receive", "list", "create", "retrieve", "update", "destroy"}
"""Methods of such a class that answer requests."""
