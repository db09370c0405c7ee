"""Variables that say that a program calls an API outside of its cluster."""

from __future__ import annotations

import re

_OUTSIDE = re.compile(
    r"(?i)^https://(?!(?:localhost|127\.|\[::1\]|10\.|192\.168\.|[a-z0-9-]+(?::\d+)?(?:/|$)|\S*\.(?:svc|local|internal|cluster)\b))"
)
_API_KEY = re.compile(
    r"(?i)(?:^|_)(?:openai|anthropic|gemini|groq|mistral|stripe|sendgrid|twilio|slack)_?\w*(?:key|token)$"
)
_API_HOST = re.compile(
    r"(?i)^(?:https?://)?(?:api\.(?:openai|anthropic|stripe|mistral|groq|github|twilio|sendgrid|mailgun)\.(?:com|ai|net)"
    r"|[\w-]+(?:\.[a-z]{2})?\.auth0\.com|[\w-]+\.okta\.com|login\.microsoftonline\.com|accounts\.google\.com"
    r"|(?:[\w-]+\.)+googleapis\.com|hooks\.slack\.com|(?:[\w-]+\.)*sentry\.io)(?::443)?(?:/|$)"
)
_OWN_ADDRESS = re.compile(
    r"(?i)cors|origin|redirect|callback|csrf|cookie"
    r"|(?:^|_)(?:public|frontend|site|website|web_app)_?(?:base_?)?(?:url|uri|address|host)$"
    r"|^(?:base|root|external|app|server)_(?:url|uri)$"
)


def is_external_endpoint(name: str, value: str) -> bool:
    """Whether a variable is the key of an external API, or its value an address that is not one's own.

    >>> is_external_endpoint("OIDC_ISSUER", "https://login.example.com/"), is_external_endpoint("STRIPE_SECRET_KEY", "")
    (True, True)
    >>> is_external_endpoint("CART_URL", "https://cart:8443"), is_external_endpoint("CORS_ORIGINS", "https://example.com")
    (False, False)
    """
    text = value[:300].strip()
    if _API_KEY.search(name) or _API_HOST.match(text):
        return True
    return _OUTSIDE.match(text) is not None and _OWN_ADDRESS.search(name) is None
