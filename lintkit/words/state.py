"""Names of containers that hold what must survive until the next request: sessions, challenges, limits, connections.

The scan for facts and the rules share them, so that a module is parsed for its state only where its names promise any.
"""

from __future__ import annotations

import re

STATE_WORDS: dict[str, tuple[str, ...]] = {
    "session": ("session", "sessions", "login", "logins", "conversation", "conversations", "cart", "carts"),
    "challenge": (
        "challenge", "challenges", "otp", "otps", "nonce", "nonces", "csrf", "verification", "verifications",
        "oauth", "pkce", "totp", "captcha", "captchas", "magic", "reset",
    ),
    "token": ("token", "tokens", "refresh", "revoked", "blacklist", "blocklist", "denylist"),
    "cache": ("cache", "caches", "cached"),
    "rate limit": (
        "rate", "limit", "limits", "limiter", "attempt", "attempts", "throttle", "bucket", "buckets", "hits", "quota",
    ),
    "connection": (
        "connection", "connections", "websocket", "websockets", "socket", "sockets", "room", "rooms", "subscriber",
        "subscribers", "listeners", "presence", "online",
    ),
    "job": ("job", "jobs", "task", "tasks", "progress", "pending", "uploads", "downloads", "running", "runs", "status"),
}  # fmt: skip
"""What a container is for -> words of its name that say so."""

KINDS: dict[str, str] = {word: kind for kind, words in STATE_WORDS.items() for word in words}

_STEMS = (
    "session login conversation cart challenge otp nonce csrf verification oauth pkce captcha magic reset token "
    "refresh revoked list cache rate limit attempt throttle bucket hits quota connection socket room subscriber "
    "listeners presence online job task progress pending uploads downloads running runs status"
)
STEM = re.compile("|".join(_STEMS.replace(" list ", " blacklist blocklist denylist ").split()), re.IGNORECASE)
"""Matches in every name that has one of the words, and in some others."""
