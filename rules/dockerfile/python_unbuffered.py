"""dockerfile/python-unbuffered: a Python image whose output waits in a buffer."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from lintkit.api import LESSONS, Finding, Fix, Location, Project, RuleContext, bad, define, good
from lintkit.api.docker import Paths, build_contexts, contents
from lintkit.api.facts import BufferedStart, ImageCommand, ShellScript

RULE = define(
    summary="a Python image buffers its output",
    why="""
Python writes to a pipe in blocks of some kilobytes, and a container's stdout is a pipe. What the service printed last
stays in the buffer, and a crash, an OOM kill or a SIGKILL throws it away: the log ends before the interesting line.
On a quiet service even healthy output appears minutes late.
""",
    remedy="Set `ENV PYTHONUNBUFFERED=1` in the final stage, or start Python with `-u`.",
    severity="warning",
    kinds=("dockerfile", "compose"),
    scope="project",
    tags=("logging", "python"),
    packs=("recommended", "production"),
    fixable=True,
    paths_ignore=(*LESSONS, "**/testdata/**", "**/fixtures/**"),
    examples=(
        bad(
            """\
FROM python:3.12-slim  # <-- here
WORKDIR /app
COPY . .
CMD ["uvicorn", "app.main:app", "--host", "0.0.0.0"]
""",
            fixed="""\
FROM python:3.12-slim
ENV PYTHONUNBUFFERED=1
WORKDIR /app
COPY . .
CMD ["uvicorn", "app.main:app", "--host", "0.0.0.0"]
""",
        ),
        bad(
            """\
FROM python:3.12 AS build
ENV PYTHONUNBUFFERED=1
RUN pip install --prefix=/install .

FROM python:3.12-slim  # <-- here
COPY --from=build /install /usr/local
ENTRYPOINT ["python3"]
CMD ["-m", "service"]
""",
            note="only the final stage counts",
        ),
        bad(
            """\
FROM ubuntu:24.04  # <-- here
RUN apt-get update && apt-get install -y python3
CMD exec python3 -m worker -u
""",
            note="an option behind the module is the module's",
        ),
        bad(
            """\
FROM python:3.12-slim
ENV PYTHONUNBUFFERED=""  # <-- here
CMD ["celery", "-A", "tasks", "worker"]
""",
            fixed="""\
FROM python:3.12-slim
ENV PYTHONUNBUFFERED=1
CMD ["celery", "-A", "tasks", "worker"]
""",
            note="an empty value leaves the buffer on",
        ),
        bad(
            {
                "Dockerfile": """\
FROM python:3.12-slim  # <-- here
WORKDIR /srv
COPY shop shop
COPY deploy/run.sh /usr/local/bin/
CMD ["run.sh"]
""",
                "deploy/run.sh": """\
#!/bin/sh
# it's the last step that serves
python manage.py migrate
exec gunicorn shop.wsgi -w 2
""",
                "shop/__init__.py": "",
            },
            note="through a script that the image copies",
        ),
        bad(
            {
                "compose.yaml": """\
services:
  api:
    build:
      context: .
      dockerfile_inline: |
        FROM python:3.12-slim  # <-- here
        CMD ["celery", "-A", "tasks", "worker"]
"""
            },
            note="inside of a compose file",
        ),
        good(
            {
                "Dockerfile": """\
FROM python:3.12-slim
WORKDIR /srv
COPY . .
ENTRYPOINT ["./run.sh"]
CMD ["uvicorn", "shop.main:app"]
""",
                "run.sh": '#!/bin/bash\nexport PYTHONUNBUFFERED=1\nexec "$@"\n',
                "shop/main.py": "app = None\n",
            },
            note="the script sets it",
        ),
        good(
            """\
FROM python:3.12-slim
ENV PYTHONDONTWRITEBYTECODE=1 \\
    PYTHONUNBUFFERED=1
CMD ["python", "app.py"]
"""
        ),
        good(
            'FROM python:3.12 AS base\nENV PYTHONUNBUFFERED 1\nFROM base\nCMD ["python", "app.py"]\n',
            note="inherited from an earlier stage",
        ),
        good('FROM python:3.12-slim\nCMD ["python", "-Bu", "app.py"]\n', note="`-u`"),
        good(
            'FROM python:3.12-slim\nENTRYPOINT ["python", "-m", "awslambdaric"]\nCMD ["shop.handler"]\n',
            note="a runtime that switches the buffer off itself",
        ),
        good(
            'FROM python:3.12-slim\nENTRYPOINT ["python", "-u"]\nCMD ["app.py"]\n',
            note="`-u` in the other half of the command",
        ),
        good(
            "FROM python:3.12\nCMD PYTHONUNBUFFERED=x exec python app.py\n", note="set by the command itself"
        ),
        good(
            """\
FROM python:3.12 AS build
RUN python build.py
FROM nginx:1.27
COPY --from=build /site /srv
CMD ["nginx"]
""",
            note="Python only builds; the final image runs something else",
        ),
        good("FROM python:3.12-slim\nRUN pip install black\n", note="a base image that starts nothing"),
        good('FROM python:3.12-slim\nCMD ["./start.sh"]\n', note="a script may set it"),
        bad(
            {
                "docker/api/Dockerfile": 'FROM example.com/shop/base:3  # <-- here\nCMD ["gunicorn", "shop.wsgi"]\n',
                "docker/mail/Dockerfile": 'FROM example.com/shop/base:3\nCMD ["celery", "-A", "shop", "worker"]\n',
            },
            note="images of one base of their own are one finding: the variable belongs into that base",
        ),
        bad(
            {
                "Dockerfile": 'FROM python:3.12-slim  # <-- here\nCOPY run.sh /run.sh\nCMD ["/run.sh"]\n',
                "run.sh": """\
#!/bin/sh
python /srv/config.py > /etc/shop.conf
while ! flask deploy; do sleep 5; done
if [ "$1" = "serve" ]; then
    exec gunicorn shop.wsgi
fi
""",
            },
            note="an argument is what the image's command says",
        ),
        good(
            {
                "mail/Dockerfile": 'FROM debian:12\nENV ROLE=mail\nCOPY run.sh /run.sh\nCMD ["/run.sh"]\n',
                "run.sh": """\
#!/bin/sh
python /srv/config.py \\
    "$NAME" > /etc/shop.conf
if [ "$ROLE" = 'web' ]; then
    python services.py database
    exec gunicorn shop.wsgi
elif [ "${ROLE:-}" == "worker" ]; then
    if [ -n "$QUEUE" ]; then exec celery -A shop worker; fi
else
    exec postfix start-fg
fi
case "$ROLE" in
    web) exec gunicorn shop.wsgi ;;
esac
""",
            },
            note="in a branch of a shared script that the environment chooses; and what is written into a file",
        ),
        good({"Dockerfile.dev": 'FROM python:3.12\nCMD ["python", "app.py"]\n'}, note="for development"),
        good('ARG BASE\nFROM $BASE\nCMD ["python", "app.py"]\n', note="a base image that is not known"),
    ),
)


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report the FROM of the stage that ships, when what it starts is Python and nothing switches the buffer off.

    Images of one base that is none of the public ones are one finding: the variable belongs into that base.
    """
    scripts = {fact.path: fact for fact in project.facts(ShellScript)}
    places = _Places(project)
    found: dict[str, list[tuple[BufferedStart, str, ShellScript | None]]] = {}
    for start in project.facts(BufferedStart):
        script = places.script(start, scripts) if scripts else None
        program = start.program or (script.program if script is not None else "")
        if program in _SERVERS and not rule.strict:
            continue  # they log to stderr, which Python flushes at each line
        if program and (script is None or not script.unbuffered):
            key = start.base or f"{start.path}:{start.span.start}"
            found.setdefault(key, []).append((start, program, None if start.program else script))
    for (start, program, script), *others in found.values():
        related = [Location(start.command, "what the image runs")]
        through = ""
        if script is not None:
            related.append(Location(script.span, f"the script that starts `{program}`"))
            through = f", which `{script.path}` starts,"
        related += [Location(other.span, f"runs `{name}` on the same base") for other, name, _ in others]
        too = (
            f"; so do {len(others)} more of the same base"
            if others[1:]
            else "; so does another one of the same base"
        )
        yield rule.finding(
            start.span,
            f"the image runs `{program}`{through} with buffered output: neither `PYTHONUNBUFFERED` nor `-u` is set"
            + (" in this Dockerfile" if start.base else "")
            + (too if others else ""),
            subject=start.stage,
            related=related,
            fix=None
            if start.edit is None or others
            else Fix("set PYTHONUNBUFFERED in the final stage", (start.edit,), safe=True),
            confidence="high" if start.certain and not through else "medium",
        )


_SERVERS = frozenset(
    [
        "celery",
        "daphne",
        "fastapi",
        "flask",
        "granian",
        "gunicorn",
        "hypercorn",
        "uvicorn",
        "uwsgi",
        "waitress-serve",
    ]
)
"""What is started for a service that logs, and seldom prints."""
_SEARCHED = ("/usr/local/bin", "/usr/local/sbin", "/usr/bin", "/bin")


class _Places:
    """Where the files of the repository are in each image; looked for when a Dockerfile asks."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._systems: dict[str, list[tuple[str, dict[str, str]]]] | None = None

    def script(self, start: BufferedStart, scripts: Mapping[str, ShellScript]) -> ShellScript | None:
        """The shell script of the repository that a command starts, as far as it can be told."""
        for folder, system in self._of(start.path):
            for word in start.words:
                for place in (folder, *_SEARCHED) if "/" not in word else (folder,):
                    found = scripts.get(system.get(posixpath.normpath(posixpath.join(place, word)), ""))
                    if found is not None:
                        return found
        return None

    def _of(self, dockerfile: str) -> list[tuple[str, dict[str, str]]]:
        if self._systems is None:
            self._systems = {}
            paths = Paths(self._project.paths)
            folders = {each.path: each.working_dir for each in self._project.facts(ImageCommand)}
            for context in build_contexts(self._project.facts, paths):
                path = context.image.dockerfile
                system = contents(context.image, context.dockerfile, paths, context.matcher)
                self._systems.setdefault(path, []).append((folders.get(path, "/"), system))
        return self._systems.get(dockerfile, [])
