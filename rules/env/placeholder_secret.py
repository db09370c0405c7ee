"""env/placeholder-secret: a `.env` file that is used, with a secret that nobody has chosen yet."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from lintkit.api import NOT_A_SERVICE, Document, Finding, RuleContext, bad, define, good
from lintkit.api.dotenv import entries_in_force, is_example, production, says_development
from lintkit.api.secrets import calls_nobody, classify, local_host, severity_of, split_words
from lintkit.api.words import environment_of_path

RULE = define(
    summary="a secret in an environment file is still a placeholder or a well-known default",
    why="""
The service starts with it, so nobody notices: tokens are then signed with a key that stands in the documentation, and
the database answers to the password that every scanner tries first.
""",
    remedy="Generate a value for each environment (`openssl rand -hex 32`) and keep it out of the repository.",
    severity="error",
    kinds=("dotenv",),
    tags=("configuration", "security", "secret", "CWE-1188", "CWE-1392"),
    packs=("recommended", "security", "production"),
    paths_ignore=NOT_A_SERVICE,
    examples=(
        bad(
            {
                ".env": """\
APP_NAME=shop
SECRET_KEY=please-change-me  # <-- here
JWT_SECRET="your-secret-key-here"  # <-- here
export OPENAI_API_KEY=sk-xxxxxxxxxxxxxxxxxxxx  # <-- here
ADMIN_PASSWORD=<password>  # <-- here
"""
            },
            note="placeholders",
        ),
        bad(
            {
                ".env.production": """\
POSTGRES_PASSWORD=postgres  # <-- here
DATABASE_URL=postgresql://shop:changeme@db.internal/shop  # <-- here
NEO4J_AUTH=neo4j/password  # <-- here
"""
            },
            note="what everybody tries first, alone and inside other values",
        ),
        bad(
            {".env": "STRIPE_API_KEY=your-key-here  # <-- here\nSESSION_SECRET=!ChangeMe!  # <-- here\n"},
            note="a key that another service issues is a warning, as it refuses such a one, and told outside of "
            "production only where `strict` is asked for; an error for the other, with which everybody can sign",
        ),
        bad(
            {"backend/.env": "SECRET_KEY=changeme\nSECRET_KEY=changethis  # <-- here\n"},
            note="the last one counts",
        ),
        good(
            {".env.example": "SECRET_KEY=please-change-me\n", "env.dist": "API_TOKEN=xxx\n"}, note="examples"
        ),
        good(
            {
                ".env": """\
SECRET_KEY=
DB_PASSWORD=${DB_PASSWORD:?set it}
API_KEY=vault:secret/data/shop#api_key
PASSWORD_RESET_URL=https://shop.example.com/your-account/reset
SECRET_KEY_FILE=/run/secrets/key
TOKEN_TYPE=bearer
TWILIO_AUTH_TOKEN=fake
"""
            },
            note="no value, one from elsewhere, what is no secret, and a key that is to call nobody",
        ),
        good(
            {
                ".env.test": "SECRET_KEY=test\nDB_PASSWORD=postgres\n",
                ".env.development": "DB_PASSWORD=postgres\n",
                "docker/dev.env": "DB_PASSWORD=changeme\n",
            },
            note="files for tests and for a developer's machine",
        ),
        bad(
            {".env": "APP_ENV=local\nSECRET_KEY=please-change-me  # <-- here\nDB_PASSWORD=password\n"},
            note="where a file says that it is for development, what asks to be changed is a warning",
        ),
        bad(
            {
                ".env": "COMPOSE_FILE=web.yaml:web.dev.yml\nDB_PASSWORD=postgres\nKEY_SECRET=changeme  # <-- here\n",
                ".env-build": "SECRET_KEY=changeme  # <-- here\n",
            },
            note="by the compose files that it names; what a build is given is told only where `strict` is asked for",
        ),
        bad(
            {
                ".env": "SECRET_KEY=changeme  # <-- here\n",
                "compose.yaml": "services: {web: {image: 'shop:1'}, mail: {image: 'axllent/mailpit'}}\n",
            },
            note="what a developer's own stack alone reads is told only where `strict` is asked for",
        ),
        good(
            {".env.keys": "DB_PASSWORD=DB_PASSWORD\nAPI_KEY=API_KEY\nPORT=8000\n"},
            note="a list of the names",
        ),
        good(
            {".env": "DB_HOST=localhost\nDB_PASSWORD=\nDATABASE_URL=postgresql://shop:shop@localhost/shop\n"},
            note="a database on the developer's own machine",
        ),
    ),
)

_TO_FILL_IN = re.compile(r"<[^<>]{1,80}>")


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each placeholder and well-known default of a file that is used, at its value."""
    path = document.path
    if is_example(path) or environment_of_path(path, rule.environment) == "development":
        return
    if not rule.strict and "build" in split_words(posixpath.basename(path)):
        return  # what lets a build run, which serves nobody
    entries = document.data["entries"]
    if 2 * sum(entry["key"] == entry["value"] for entry in entries) > len(entries):
        return  # a list of the names alone
    found = production(document, rule.environment)
    developing = found is None and says_development(document)
    for index, entry in entries_in_force(document):
        verdict = classify(entry["key"], entry["value"], credential=True)
        if verdict is None or verdict.kind not in ("placeholder", "well-known"):
            continue
        if developing and verdict.kind == "well-known":
            continue
        part = verdict.end - verdict.start < len(entry["value"].strip())
        what = "password in" if part else "value of"
        where = " in production" if found is not None else ""
        local = bool(local_host(entry["value"], verdict))
        mild = local or (not part and severity_of(entry["key"], entry["value"], verdict) == "warning")
        idle = local or calls_nobody(entry["key"], entry["value"], verdict)
        if found is None and not rule.strict and _TO_FILL_IN.fullmatch(entry["value"].strip()):
            continue  # a file to fill in, which nothing runs with before
        if idle and found is None and not rule.strict:
            continue  # it opens nothing, and whoever uses the file sees at once that it calls nobody
        mild = mild or developing
        yield rule.finding(
            document.span(("entries", index, "value")),
            f"the {what} `{entry['key']}` {verdict.description}{where}",
            subject=entry["key"],
            related=found.related if found is not None else (),
            severity="warning" if mild else "error",
            confidence="high"
            if found is not None or (verdict.kind == "placeholder" and not developing)
            else "medium",
            secret=True,
            deployed=found is None,
        )
