"""What happens with a secret that is written down: how severe it is, and what may be said of it."""

from __future__ import annotations

from lintkit.facts import Reason
from lintkit.model import Severity
from lintkit.secrets.names import is_for_mail, is_of_truststore, is_outgoing
from lintkit.secrets.patterns import pattern
from lintkit.secrets.values import Verdict, url_passwords
from lintkit.words.loopback import loopback_host

_HOSTS = pattern(r"@([^/?#\s\"'`<>]{1,300})")


def severity_of(name: str, value: str, verdict: Verdict) -> Severity:
    """How severe it is that `value`, of something called `name`, holds what `verdict` says.

    A warning for the password of a URL that leads to this very machine, or that is an example, and for what stands in
    the place of a key that another service issues, or of a login for mail: it opens nothing. So does the password of a
    store of certificates that everybody may read. All else is an error: what looks real is known
    to everybody who can read the file, and a default of the service's own lets everybody in.
    """
    if verdict.kind == "format":
        return "error"
    if is_in_url(value, verdict):
        if verdict.kind != "real" or verdict.reason is Reason.GUESSABLE:
            return "warning"
        return "warning" if local_host(value, verdict) else "error"
    if verdict.kind == "placeholder" and is_outgoing(name):
        return "warning"
    if verdict.kind == "well-known" and is_for_mail(name):
        return "warning"
    return "warning" if is_of_truststore(name) else "error"


def calls_nobody(name: str, value: str, verdict: Verdict) -> bool:
    """Whether a value stands where a key that others issue, or a login for mail, would stand, and so opens nothing."""
    return not is_in_url(value, verdict) and (
        (verdict.kind == "placeholder" and is_outgoing(name))
        or (verdict.kind in ("placeholder", "well-known") and is_for_mail(name))
    )


def said_of(value: str, verdict: Verdict) -> str:
    """Completes a sentence about the secret that `verdict` found in `value`: `looks like a real secret`.

    Of a password for this very machine nothing but that is said, unless it is an example or has a known form.
    """
    host = local_host(value, verdict) if verdict.kind != "format" else ""
    if not host:
        return verdict.description
    example = verdict.kind != "real" or verdict.reason is Reason.GUESSABLE
    return f"{verdict.description}, for `{host}`" if example else f"is for `{host}`"


def is_left_open(name: str, value: str, verdict: Verdict) -> bool:
    """Whether a placeholder opens nothing: it is no word, or a key or login of another service is to come there.

    Whoever wants that service notices at once. Nor does a made-up password of a store of public certificates.
    """
    if is_of_truststore(name) and verdict.reason.is_made_up:
        return True
    blank = len(set(value)) == 1 or value[:1] == "<"
    return verdict.kind == "placeholder" and (blank or is_outgoing(name) or is_for_mail(name))


def is_in_url(value: str, verdict: Verdict) -> bool:
    """Whether what `verdict` found in `value` is the password of a URL."""
    return "://" in value and any(
        start <= verdict.start and verdict.end <= end for start, end in url_passwords(value)
    )


def local_host(value: str, verdict: Verdict) -> str:
    """The loopback host of the URL in `value` whose password `verdict` found; empty for all others.

    Of a URL with several hosts all must be such.
    """
    if not is_in_url(value, verdict):
        return ""
    match = _HOSTS.match(value, verdict.end)
    return (loopback_host(match[1]) or "") if match is not None else ""
