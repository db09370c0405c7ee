"""Credentials that can be told by their form alone.

Each pattern begins with a fixed text, at whose occurrences alone it is tried, and is kept from starting inside a run
of its own characters, so that a search is linear in the text.

Sources: the providers' own descriptions of their token prefixes, such as GitHub's "Behind GitHub's new authentication
token formats" (2021), the Slack "Token types" page, the Stripe "API keys" page, the AWS IAM identifiers page
("Understanding unique ID prefixes"), RFC 7519 (JWT) and RFC 7468 (PEM).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from lintkit.facts import Reason
from lintkit.secrets.patterns import pattern


@dataclass(frozen=True, slots=True)
class Format:
    """One form of credential.

    description  completes "looks like …"
    literals     every match begins with one of these
    expression   the pattern, in the syntax of `re`
    reason       what is known of a value of this form
    """

    description: str
    literals: tuple[str, ...]
    expression: str
    reason: Reason = Reason.ISSUED


_B = r"(?<![A-Za-z0-9_-])"

FORMATS: tuple[Format, ...] = (
    Format(
        "an AWS access key id", ("AKIA", "ASIA"), r"(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])"
    ),
    Format("a GitHub token", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), _B + r"gh[pousr]_[A-Za-z0-9]{20,}"),
    Format("a GitHub fine-grained token", ("github_pat_",), _B + r"github_pat_[A-Za-z0-9_]{20,}"),
    Format(
        "a GitLab token",
        ("glpat-", "gldt-", "glrt-", "glptt-"),
        _B + r"gl(?:pat|dt|rt|ptt)-[A-Za-z0-9_-]{16,}",
    ),
    Format("an Anthropic API key", ("sk-ant-",), _B + r"sk-ant-[A-Za-z0-9_-]{16,}"),
    Format("an OpenRouter API key", ("sk-or-",), _B + r"sk-or-[A-Za-z0-9_-]{16,}"),
    Format("an API key of the `sk-` form", ("sk-",), _B + r"sk-(?!ant-|or-)[A-Za-z0-9_-]{16,}"),
    Format("a Langfuse secret key", ("sk-lf-",), _B + r"sk-lf-[A-Za-z0-9_-]{16,}"),
    Format(
        "a Stripe key",
        ("sk_live_", "sk_test_", "rk_live_", "rk_test_"),
        _B + r"[rs]k_(?:live|test)_[A-Za-z0-9]{10,}",
    ),
    Format("a webhook signing secret", ("whsec_",), _B + r"whsec_[A-Za-z0-9+/=]{16,}"),
    Format("a Slack token", ("xox",), _B + r"xox[abeoprs]-[A-Za-z0-9-]{10,}"),
    Format("a Slack app token", ("xapp-",), _B + r"xapp-[A-Za-z0-9-]{10,}"),
    Format(
        "a Slack webhook",
        ("hooks.slack.com/",),
        r"hooks\.slack\.com/(?:services|workflows)/(?:[A-Za-z0-9_-]{2,40}/){1,4}[A-Za-z0-9_-]{8,}",
    ),
    Format(
        "a Discord webhook",
        ("/api/webhooks/",),
        r"discord(?:app)?\.com/api/webhooks/[0-9]+/[A-Za-z0-9_-]{20,}",
    ),
    Format("a Google API key", ("AIza",), _B + r"AIza[A-Za-z0-9_-]{30,}", Reason.GOOGLE_API_KEY),
    Format("a Google OAuth secret", ("GOCSPX-",), _B + r"GOCSPX-[A-Za-z0-9_-]{20,}"),
    Format("a Google OAuth token", ("ya29.",), _B + r"ya29\.[A-Za-z0-9_-]{20,}"),
    Format(
        "a JSON Web Token",
        ("eyJ",),
        _B + r"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?",
        Reason.JSON_WEB_TOKEN,
    ),
    Format("a SendGrid API key", ("SG.",), _B + r"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),
    Format("a Hugging Face token", ("hf_",), _B + r"hf_[A-Za-z0-9]{20,}"),
    # A macaroon in base64: its first bytes are the version 2 and the field 1 (`AgE`), so no page called `pypi-…`.
    Format("a PyPI token", ("pypi-",), _B + r"pypi-AgE[A-Za-z0-9_-]{40,}"),
    Format("an npm token", ("npm_",), _B + r"npm_[A-Za-z0-9]{30,}"),
    Format("a Docker token", ("dckr_pat_",), _B + r"dckr_pat_[A-Za-z0-9_-]{20,}"),
    Format("a Tavily API key", ("tvly-",), _B + r"tvly-[A-Za-z0-9_-]{16,}"),
    Format("a Pinecone API key", ("pcsk_",), _B + r"pcsk_[A-Za-z0-9_]{20,}"),
    Format("a Groq API key", ("gsk_",), _B + r"gsk_[A-Za-z0-9]{20,}"),
    Format("a DigitalOcean token", ("dop_v1_", "doo_v1_"), _B + r"do[op]_v1_[a-f0-9]{32,}"),
    Format("a Shopify token", ("shpat_", "shpss_", "shpca_"), _B + r"shp(?:at|ss|ca)_[A-Fa-f0-9]{20,}"),
    Format("a Databricks token", ("dapi",), _B + r"dapi[a-f0-9]{32}"),
    Format("a Linear API key", ("lin_api_",), _B + r"lin_api_[A-Za-z0-9]{20,}"),
    Format("a Vault token", ("hvs.", "hvb."), _B + r"hv[bs]\.[A-Za-z0-9_-]{20,}"),
    Format("an age secret key", ("AGE-SECRET-KEY-",), r"AGE-SECRET-KEY-1[A-Z0-9]{20,}"),
    Format("a Telegram bot token", (":AA",), r":AA(?<=[0-9]{8}:AA)[A-Za-z0-9_-]{30,}"),
    Format(
        "a generated Django key",
        ("django-insecure-",),
        r"django-insecure-[^\s'\"]{20,}",
        Reason.DJANGO_KEY,
    ),
    Format("a Supabase key", ("sb_secret_", "sbp_"), _B + r"(?:sb_secret_|sbp_)[A-Za-z0-9_-]{20,}"),
    Format(
        "a private key",
        ("-----BEGIN ",),
        r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----",
        Reason.PRIVATE_KEY,
    ),
)

DOCUMENTED = pattern(
    r"EXAMPLE|example|(?i:x{6,})|(?:0123456789|123456789)|\.\.\.|(?i:your[-_]|placeholder|change[-_]?me)"
    r"|(?i:(?:fake|dummy|demo|sample|mock)[-_]|-test-)|(?i:abcdefghijkl)"
)
"""What providers' documents print where a token would stand."""


@lru_cache(maxsize=1)
def compiled() -> tuple[tuple[Format, re.Pattern[str]], ...]:
    """The formats with their compiled patterns; compiled once, on first use."""
    return tuple((form, re.compile(form.expression)) for form in FORMATS)


def find_formats(text: str) -> Iterator[tuple[Format, int, int]]:
    """Every stretch of `text` that has the form of a credential."""
    for form, expression in compiled():
        for literal in form.literals:
            position = text.find(literal)
            while position != -1:
                match = expression.match(text, position)
                if match:
                    yield form, match.start(), match.end()
                position = text.find(literal, match.end() if match else position + len(literal))
