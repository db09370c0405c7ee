"""A report made by hand that holds something of everything a reporter has to cope with."""

from __future__ import annotations

from dataclasses import replace

from lintkit.model import (
    Edit,
    Example,
    Finding,
    Fix,
    Location,
    Notification,
    Report,
    Revision,
    RuleMeta,
    Severity,
    Span,
    SuppressedFinding,
)
from lintkit.run.fingerprint import LINE_HASH, STABLE, line_hashes, stable_fingerprint
from lintkit.source import Lines

COMPOSE = """\
services:
  api:
    image: registry.example:5000/shop/api
    environment:
      DATABASE_URL: postgres://shop:********@db/shop
      REDIS_URL: ${REDIS_URL:-redis://localhost:6379}
    deploy:
      replicas: 3
  db:
    image: postgres:16
"""

CLIENT = "import socket\n\n\nclass Client:\n" + "".join(
    f'    def step_{number}(self):\n        print("step {number}")\n' for number in range(1, 7)
)

SESSIONS = """\
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

SESSIONS = {}

app = FastAPI()
app.add_middleware(
    CORSMiddleware,
    allow_origin_regex=r"https?://.*shop.*",
    allow_credentials=True,
    allow_methods=["*"],
    allow_headers=["*"],
)


@app.post("/login")
def login(name: str) -> None:
    SESSIONS[name] = True
"""

WIDE = "名前: 値\n\t見出し:\t'🙂 テスト'  # e\u0301te\u0301\n"
HOSTILE = "name: \x1b[31mred\x1b[0m\nuser: \u202egnitirw\u202c\n"
MINIFIED = '{"a":[' + ",".join(str(number) for number in range(400)) + '],"password":"*****","b":1}\n'

TEXTS = {
    "api/sessions.py": SESSIONS,
    "api/client.py": CLIENT,
    "compose.yaml": COMPOSE,
    "deploy/größe & 50% #1.env": "LEVEL=debug\r\nHOST=localhost\r\n",
    "empty.yaml": "",
    "i18n/名前.yaml": WIDE,
    "legacy/latin1.yaml": "caf\ufffd: 1\n",
    "static/min.json": MINIFIED,
    "untrusted/\x1b[2Jname.yaml": HOSTILE,
}


def span(path: str, part: str, occurrence: int = 1, texts: dict[str, str] = TEXTS) -> Span:
    """The span of the given occurrence of `part` in a sample text."""
    start = -1
    for _ in range(occurrence):
        start = texts[path].index(part, start + 1)
    return Span(path, start, start + len(part))


RULES = (
    RuleMeta(
        "compose/hardcoded-secret",
        summary="a secret is written in the compose file",
        why=(
            "Everyone who can read the repository, a fork or an old clone of it has the password, and it stays "
            "in git's history after it is gone from the file.\n\n"
            "Changing it later means to deploy everything that holds a copy."
        ),
        remedy="Pass it in from the environment (`${DATABASE_URL:?set DATABASE_URL}`) and change the password now.",
        severity="error",
        kinds=("compose",),
        tags=("security", "secrets", "CWE-798"),
        equivalents=("kics:compose/passwords-in-environment",),
        packs=("recommended", "security"),
        examples=(
            Example(
                good=False,
                files={"compose.yaml": "services: {db: {environment: {PASSWORD: example}}}\n"},
                expected=(("compose.yaml", 1),),
            ),
            Example(good=True, files={"compose.yaml": "services: {db: {environment: {KEY: ${KEY:?}}}}\n"}),
        ),
    ),
    RuleMeta(
        "compose/secret-default",
        summary="a variable has a default that production will use by accident",
        why="When the variable is not set, nothing fails: the service starts with the default.",
        remedy="Use `${NAME:?set NAME}`, so that the start fails with a sentence.",
        severity="warning",
        kinds=("compose",),
        tags=("configuration",),
        packs=("recommended",),
        fixable=True,
    ),
    RuleMeta(
        "env/loopback-in-production",
        summary="a production file points to the host itself",
        why="In a container `localhost` is the container.",
        remedy="Name the service.",
        severity="warning",
        kinds=("dotenv",),
        tags=("configuration",),
    ),
    RuleMeta(
        "kubernetes/wrong-label",
        summary="a label that nothing selects",
        why="The service finds no pod.",
        remedy="Use the label of the selector:\n\n```yaml\nselector: {app: api}\n```",
        severity="note",
        confidence="medium",
        kinds=("kubernetes",),
        tags=("kubernetes",),
    ),
    RuleMeta(
        "lintkit/unparseable-file",
        summary="a file cannot be parsed",
        why="Nothing in it is checked, and what reads it in production will stop at the same place.",
        remedy="Repair the line that the message names, or exclude the file.",
        severity="error",
    ),
    RuleMeta(
        "project/in-process-state-replicated",
        summary="state in a process that runs several times",
        why="Each replica has its own copy: a user who is logged in on one is a stranger on the next.",
        remedy="Keep the state in the database or in Redis, or run one replica on purpose.",
        severity="error",
        confidence="medium",
        scope="project",
        kinds=("python", "compose"),
        tags=("state",),
        packs=("production",),
    ),
    RuleMeta(
        "python/cors-origin-regex",
        summary="a pattern of origins lets strangers in",
        why="Any site whose name matches may call the API with the visitor's cookies.",
        remedy="List the origins with `allow_origins`, or anchor the pattern and escape its dots.",
        severity="error",
        kinds=("python",),
        tags=("security", "CWE-942", "security-severity:8.1"),
    ),
    RuleMeta(
        "python/print-in-client",
        summary="a client prints instead of logging",
        why="The line has no time, no level and no request, and on a busy host it is what fills the disk.",
        remedy="Use `logging.getLogger(__name__)`.",
        severity="warning",
        kinds=("python",),
        tags=("logging",),
        options={"allow": {"type": "array", "items": {"type": "string"}, "default": []}},
    ),
)


def _finding(rule: str, message: str, *locations: Location, subject: str, severity: Severity) -> Finding:
    return Finding(rule, message, locations, subject=subject, severity=severity)


def _with_fingerprints(finding: Finding) -> Finding:
    where = finding.primary.span
    text = TEXTS.get(where.path)
    if text is None:
        return finding
    line = Lines(text).position(where.start).line
    stable = stable_fingerprint(finding.rule, where.path, finding.subject)
    return replace(finding, fingerprints=((LINE_HASH, line_hashes(text)[line - 1]), (STABLE, stable)))


_MIDDLEWARE = SESSIONS[SESSIONS.index("app.add_middleware") :].partition("\n)\n")[0] + "\n)"

FINDINGS = (
    *(
        _finding(
            "python/print-in-client",
            f"`print` in `Client.step_{number}` goes to nobody",
            Location(span("api/client.py", f'print("step {number}")')),
            subject=f"Client.step_{number}",
            severity="warning",
        )
        for number in range(1, 7)
    ),
    _finding(
        "project/in-process-state-replicated",
        "`SESSIONS` lives in one process of three",
        Location(span("api/sessions.py", "SESSIONS"), "the state"),
        Location(span("api/sessions.py", "SESSIONS[name] = True"), "it is written here"),
        Location(span("compose.yaml", "replicas: 3"), "here [x] is the other end"),
        subject="SESSIONS",
        severity="error",
    ),
    _finding(
        "python/cors-origin-regex",
        "any origin with `shop` in its name passes [see](nowhere)",
        Location(span("api/sessions.py", _MIDDLEWARE)),
        subject="app",
        severity="error",
    ),
    Finding(
        "compose/hardcoded-secret",
        "`DATABASE_URL` of `api` holds a password",
        (Location(span("compose.yaml", "********")),),
        subject="api.DATABASE_URL",
        severity="error",
        secret=True,
    ),
    Finding(
        "compose/secret-default",
        "`REDIS_URL` falls back to `redis://localhost:6379`",
        (Location(span("compose.yaml", "${REDIS_URL:-redis://localhost:6379}")),),
        subject="api.REDIS_URL",
        severity="warning",
        fix=Fix(
            "fail when `REDIS_URL` is not set",
            (Edit(span("compose.yaml", ":-redis://localhost:6379"), ":?set REDIS_URL"),),
            safe=True,
        ),
    ),
    _finding(
        "env/loopback-in-production",
        "`HOST` is `localhost`",
        Location(span("deploy/größe & 50% #1.env", "localhost")),
        subject="HOST",
        severity="warning",
    ),
    _finding(
        "kubernetes/wrong-label",
        "the file says nothing",
        Location(Span("empty.yaml", 0, 0)),
        subject="empty.yaml",
        severity="note",
    ),
    _finding(
        "kubernetes/wrong-label",
        "nothing selects `🙂 テスト`",
        Location(span("i18n/名前.yaml", "'🙂 テスト'"), "label"),
        Location(span("i18n/名前.yaml", "値")),
        subject="label",
        severity="note",
    ),
    _finding(
        "lintkit/unparseable-file",
        "not UTF-8: byte 0xE9 at offset 3; save the file as UTF-8",
        Location(span("legacy/latin1.yaml", "\ufffd")),
        subject="legacy/latin1.yaml",
        severity="error",
    ),
    Finding(
        "compose/hardcoded-secret",
        "`password` is written out",
        (Location(span("static/min.json", '"*****"')),),
        subject="password",
        severity="error",
        confidence="low",
    ),
    _finding(
        "kubernetes/wrong-label",
        "`name` is \x1b[31mred\x1b[0m and \u202ebackwards\u202c",
        Location(span("untrusted/\x1b[2Jname.yaml", "\x1b[31mred\x1b[0m")),
        subject="name",
        severity="note",
    ),
)

SUPPRESSED = (
    SuppressedFinding(
        _with_fingerprints(
            _finding(
                "compose/secret-default",
                "`image` of `db` moves",
                Location(span("compose.yaml", "postgres:16")),
                subject="db.image",
                severity="warning",
            )
        ),
        kind="inSource",
        reason="the database is a toy",
    ),
)

NOTIFICATIONS = (
    Notification("note", "the file is larger than 10 MB", rule="lintkit/skipped-file", path="data/dump.json"),
    Notification("note", "a Helm template", rule="lintkit/skipped-file", path="chart/templates/a b.yaml"),
    Notification(
        "error",
        "byte 0xE9 at offset 3 is not UTF-8; save the file as UTF-8",
        rule="lintkit/unparseable-file",
        path="legacy/latin1.yaml",
        line=1,
    ),
    Notification("warning", "`ignore` names no rule that exists: `pyhton/*`", path="lintkit.toml", line=3),
)

REPORT = Report(
    findings=tuple(map(_with_fingerprints, FINDINGS)),
    rules=RULES,
    texts=TEXTS,
    suppressed=SUPPRESSED,
    notifications=NOTIFICATIONS,
    files_checked=214,
    revision=Revision("https://git.example/shop/shop", "0123456789abcdef0123456789abcdef01234567", "main"),
)

CLEAN = Report(findings=(), rules=RULES, texts={}, files_checked=214)

MANY = replace(
    REPORT,
    findings=tuple(
        replace(finding, subject=f"{finding.subject} {number}")
        for finding in REPORT.findings
        for number in range(3)
    ),
)
"""More findings than some formats show."""
