"""dockerfile/invalid-port: `EXPOSE` of something that is no port."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import Document, Finding, RuleContext, Severity, bad, define, good
from lintkit.api.formats import whole_number

RULE = define(
    summary="an exposed port does not exist",
    why="""
Ports end at 65535, and protocols are TCP, UDP and SCTP: the builder refuses the file, or nothing listens on what was
meant. `EXPOSE` publishes nothing either: of `8080:80` the builder drops `8080`, and whoever relies on it waits there.
""",
    remedy="Write the port that the program listens on, and publish it with `docker run -p` or `ports` in compose.",
    severity="error",
    kinds=("dockerfile",),
    tags=("correctness",),
    equivalents=("kics:unix_ports_out_of_range", "semgrep:invalid-port", "hadolint:DL3011"),
    packs=("recommended",),
    examples=(
        bad(
            """\
FROM debian:12
EXPOSE 65536/tcp 8000  # <-- here
EXPOSE 8080:80  # <-- here
EXPOSE 80/http  # <-- here
EXPOSE 9010-9000  # <-- here
EXPOSE -80  # <-- here
"""
        ),
        good(
            """\
FROM debian:12
ARG PORT=8000
EXPOSE 65535 8000-8010/udp 53/UDP 9/sctp $PORT ${PORT}/tcp ${HOST}:${PORT}
"""
        ),
    ),
)

_EXPOSED = re.compile(r"(?P<mapping>\S*:)?(?P<low>-?[0-9]+)(?:-(?P<high>[0-9]+))?(?:/(?P<protocol>\w*))?")
_PROTOCOLS = ("tcp", "udp", "sctp")
_HIGHEST = 65_535


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each argument of `EXPOSE` that is no port or range of ports."""
    for index, instruction in enumerate(document.data["instructions"]):
        if instruction["keyword"] != "EXPOSE":
            continue
        for number, text in enumerate(instruction["arguments"]):
            fault = "" if "$" in text else _fault(text)
            if fault:
                span = document.span(("instructions", index, "arguments", number))
                severity: Severity = "note" if ":" in text else "error"  # a mapping builds
                yield rule.finding(span, f"`{text}` {fault}", subject=f"EXPOSE {text}", severity=severity)


def _fault(text: str) -> str:
    """What is wrong with an argument; empty where nothing is, or where it is not known."""
    match = _EXPOSED.fullmatch(text)
    if match is None:
        return ""
    if match["mapping"]:
        return f"publishes nothing: the builder drops `{match['mapping']}`"
    low, high = (whole_number((port or "0").removeprefix("-")) for port in (match["low"], match["high"]))
    if low is None or high is None or low > _HIGHEST or high > _HIGHEST:
        return f"is no port: they end at {_HIGHEST}"
    if match["low"].startswith("-"):
        return "is no port: they begin at 1"
    if match["protocol"] is not None and match["protocol"].lower() not in _PROTOCOLS:
        return "names no protocol: they are `tcp`, `udp` and `sctp`"
    if match["high"] and high < low:
        return "is no range: it ends before it begins"
    return ""
