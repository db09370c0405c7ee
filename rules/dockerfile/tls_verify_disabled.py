"""dockerfile/tls-verify-disabled: a build step that does not check who it downloads from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lintkit.api import Document, Finding, Route, RuleContext, Span, bad, define, good
from lintkit.api.formats import build_steps

RULE = define(
    summary="a build step does not check who it downloads from",
    why="""
With verification off, everybody on the way can hand the build another program, and it ends up in the image and in
production. It is mostly a workaround for a missing CA certificate that stayed.
""",
    remedy="Install the CA certificate (`ca-certificates`, or the company's own) and remove the option.",
    severity="error",
    kinds=("dockerfile",),
    tags=("security", "CWE-295"),
    equivalents=(
        "checkov:CKV2_DOCKER_2",
        "checkov:CKV2_DOCKER_3",
        "checkov:CKV2_DOCKER_4",
        "checkov:CKV2_DOCKER_5",
        "checkov:CKV2_DOCKER_6",
        "checkov:CKV2_DOCKER_7",
        "checkov:CKV2_DOCKER_8",
        "checkov:CKV2_DOCKER_9",
        "checkov:CKV2_DOCKER_10",
        "checkov:CKV2_DOCKER_11",
        "checkov:CKV2_DOCKER_12",
        "checkov:CKV2_DOCKER_13",
        "checkov:CKV2_DOCKER_14",
        "checkov:CKV2_DOCKER_15",
        "checkov:CKV2_DOCKER_16",
        "sonar-iac:docker/UnencryptedProtocolCheck",
        "sonar-iac:docker/DisabledCertificateVerificationCheck",
        "sonar-iac:docker/UnsecureHttpCheck",
    ),
    packs=("recommended", "security", "production"),
    examples=(
        bad(
            """\
FROM debian:12
ENV GIT_SSL_NO_VERIFY=1  # <-- here
RUN apt-get update && \\
    curl -fsSLk https://example.com/tool -o /usr/bin/tool  # <-- here
RUN pip install --trusted-host pypi.org shop  # <-- here
RUN npm config set strict-ssl false  # <-- here
RUN <<EOF
wget --no-check-certificate https://example.com/tool  # <-- here
EOF
ONBUILD RUN curl -fsSLk https://example.com/more -o /usr/bin/more  # <-- here
"""
        ),
        good(
            """\
FROM debian:12
ENV NODE_TLS_REJECT_UNAUTHORIZED=1
RUN curl -fsSL https://example.com/list | grep -k tool
RUN npm config set strict-ssl true
RUN unset GIT_SSL_NO_VERIFY && git clone https://example.com/shop.git
"""
        ),
        good(
            "FROM debian:12\nRUN curl -fk https://localhost:8443/health\n", note="the build talks to itself"
        ),
    ),
)

_CERTIFICATE = "takes any certificate, so anybody on the way can hand the build another file"
_SIGNATURE = "installs packages without a valid signature, whoever made them"
_OPTIONS = tuple(
    (
        re.compile(
            rf"(?:^|[\s;&|(/])(?P<program>{program})\s(?:[^|;&]{{0,2000}}\s)?(?P<option>{option})(?=[\s;&|)=]|$)"
        ),
        problem,
    )
    for program, option, problem in (
        ("curl", r"-[a-zA-Z]*k[a-zA-Z]*|--insecure|--proxy-insecure", _CERTIFICATE),
        ("wget", r"--no-check-certificate", _CERTIFICATE),
        (r"pip[\d.]*", r"--trusted-host", _CERTIFICATE),
        ("apk", r"--allow-untrusted", _SIGNATURE),
        ("apt|apt-get", r"--force-yes|--allow-unauthenticated|--no-gpg-check", _SIGNATURE),
        ("yum|dnf|tdnf|microdnf|zypper", r"--nogpgcheck|--no-gpg-checks", _SIGNATURE),
        (
            "yum|yum-config-manager|dnf|tdnf|microdnf",
            r"""--setopt=\S*sslverify=["']?(?:0|false|no)\w*""",
            _CERTIFICATE,
        ),
        ("rpm", r"--(?:nodigest|nosignature|noverify|nofiledigest)", _SIGNATURE),
    )
)
_SETTINGS = tuple(
    (re.compile(text), problem)
    for text, problem in (
        (
            r"""(?:^|[\s;&|(/])(?P<program>npm|yarn|pnpm)\s+(?:[^|;&]{0,2000}\s)?set\s(?:[^|;&]{0,2000}\s)?"""
            r"""["']?(?P<option>strict-ssl|strictSsl)["']?[\s=]+["']?false["']?(?=[\s;&|]|$)""",
            _CERTIFICATE,
        ),
        (
            r"""(?:^|[\s;&|(/])(?P<program>git)\s[^|;&]{0,2000}(?P<option>http\.sslVerify)[\s=]+["']?(?:false|0)""",
            _CERTIFICATE,
        ),
    )
)
_VARIABLES = re.compile(
    r"""(?:^|[\s;&|])(?P<option>
    (?:GIT_SSL_NO_VERIFY|PIP_TRUSTED_HOST)(?=[=\s])
    |(?:NODE_TLS_REJECT_UNAUTHORIZED|PYTHONHTTPSVERIFY)(?=[=\s]\s*["']?0["']?(?:[\s;&|]|$))
    |(?:NPM_CONFIG_STRICT_SSL|npm_config_strict_ssl)(?=[=\s]\s*["']?(?i:false)["']?(?:[\s;&|]|$))
    )""",
    re.VERBOSE,
)
_UNSET = re.compile(r"(?:^|[\s;&|])unset\s+(?:GIT_SSL_NO_VERIFY|PIP_TRUSTED_HOST)")
_ITSELF = re.compile(r"https?://(?:localhost|127\.0\.0\.1|\[::1\])(?![\w.])")
_MOST = 20_000


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report the first option or variable of each instruction that switches a check off."""
    for step, item in build_steps(document):
        if item["keyword"] not in ("RUN", "ENV", "ARG"):
            continue
        text = "\n".join([item["value"], *(each["content"] for each in item["heredocs"])])[:_MOST]
        found = _found(item, text)
        if found is None:
            continue
        option, name, problem = found
        yield rule.finding(_place(document, step, option), f"{name} {problem}", subject=option)


def _found(item: Mapping[str, Any], text: str) -> tuple[str, str, str] | None:
    """(option, what a message calls it, what it does)."""
    if item["keyword"] != "ENV":
        for expression, problem in (*_OPTIONS, *_SETTINGS):
            for match in expression.finditer(text):
                rest = re.split(r"[;&|\n]", text[match.end() :], maxsplit=1)[0]
                if not _ITSELF.search(match.group() + rest):
                    return match["option"], f"`{match['program']} {match['option']}`", problem
    variable = _VARIABLES.search(text)
    if variable is None or _UNSET.search(text):
        return None
    return variable["option"], f"`{variable['option']}`", _CERTIFICATE


def _place(document: Document, step: Route, option: str) -> Span:
    """Where the option is written; the whole instruction where it is written over several lines."""
    whole = document.span(step)
    found = re.compile(rf"(?<![\w-]){re.escape(option)}(?![\w-])").search(
        document.text, whole.start, whole.end
    )
    return whole if found is None else Span(document.path, *found.span())
