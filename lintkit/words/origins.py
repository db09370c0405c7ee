"""Regular expressions that say which web origins may call: whether a stranger's is among them."""

from __future__ import annotations

from lintkit.budget import RuleLimitError
from lintkit.regex.engine import compile_regex
from lintkit.regex.syntax import RegexError

_STRANGERS = ("https://attacker.test", "http://attacker.test", "https://attacker.test:8443")


def lets_strangers_in(expression: str, *, whole: bool) -> bool:
    """Whether an expression matches the origin of a site that it cannot mean.

    whole  it has to match all of an origin, as in Istio; elsewhere (Traefik) a part of it is enough
    """
    try:
        regex = compile_regex(f"^(?:{expression})$" if whole else expression)
        return any(regex.search(origin) for origin in _STRANGERS)
    except (RegexError, RuleLimitError):
        return False


def has_open_end(expression: str) -> bool:
    """Whether anything may follow what an expression matches: `https://shop\\\\.com` also finds `https://shop.com.evil.net`."""
    return not expression.rstrip(")").endswith(("$", r"\z"))
