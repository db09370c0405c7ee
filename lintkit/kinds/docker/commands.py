"""What a container's command starts: which program, on which module, with how many worker processes.

Commands are read, never run. What is not understood is said to be so (`opaque`), so that nothing is proved from it.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from lintkit.formats.numbers import whole_number

ProgramKind = Literal["web", "task", "script", "unknown"]
"""web: a server of requests. task: a queue worker or a one-off. script: Python that could be anything."""


@dataclass(frozen=True, slots=True)
class Started:
    """A program that a command starts.

    targets       modules (`app.main`), or files (`run.py`)
    workers       as written; a number, or a shell expression such as `${WORKERS:-4}`; None when nothing is said
    config        a gunicorn configuration file
    directory     `--app-dir`, `--chdir`: where its modules are looked for
    reload        it runs in development mode, in one process
    variables     variables that the command line itself sets (`A=1 uvicorn …`, `export A=1`)
    opaque        why its environment cannot be known; empty when it can
    """

    program: str
    kind: ProgramKind
    targets: tuple[str, ...] = ()
    workers: str | None = None
    config: str = ""
    directory: str = ""
    reload: bool = False
    variables: tuple[str, ...] = ()
    opaque: str = ""


_SEPARATORS = frozenset(
    {"&&", "||", ";", "|", "&", "\n", "(", ")", "{", "}", "then", "do", "else", "fi", "done"}
)
_ASSIGNMENT = re.compile(r"^([A-Za-z_][A-Za-z0-9_]*)=")
_SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh"})
_LONGEST = 20_000

# Programs that start the program behind them, with the number of arguments of their own
# (-1: up to `--`, -2: options only).
_WRAPPERS = {
    "exec": -2,
    "env": -2,
    "nohup": -2,
    "time": -2,
    "tini": -1,
    "dumb-init": -1,
    "catatonit": -1,
    "gosu": 1,
    "su-exec": 1,
    "setpriv": -2,
    "nice": -2,
    "stdbuf": -2,
    "ddtrace-run": 0,
    "opentelemetry-instrument": -2,
    "newrelic-admin": 1,
    "wait-for-it": -1,
    "wait-for-it.sh": -1,
    "wait-for": -1,
    "dockerize": -2,
    "watchmedo": -1,
    "watchfiles": -2,
    "coverage": 1,
    "jemalloc.sh": 0,
    "sudo": -2,
    "pdm": 1,
    "rye": 1,
    "hatch": 1,
    "poetry": 1,
    "pipenv": 1,
    "uv": 1,
}
_INJECTORS = frozenset(
    """doppler chamber infisical op aws-vault envconsul vaultenv sops teller berglas dotenv dotenvx direnv envdir
    envkey-source akeyless secrethub summon vault phase varlock bws""".split()  # noqa: SIM905
)
_OPTIONS_WITH_VALUE = {
    "uv": frozenset(
        {
            "--directory",
            "--project",
            "--with",
            "--extra",
            "--group",
            "--python",
            "-p",
            "--env-file",
            "--package",
        }
    ),
    "poetry": frozenset({"-C", "--directory", "-P", "--project"}),
    "opentelemetry-instrument": frozenset(
        {
            "--traces_exporter",
            "--metrics_exporter",
            "--logs_exporter",
            "--service_name",
            "--exporter_otlp_endpoint",
        }
    ),
    "sudo": frozenset({"-u", "-g"}),
    "nice": frozenset({"-n"}),
    "env": frozenset({"-u"}),
    "dockerize": frozenset({"-wait", "-timeout", "-template"}),
}
_WEB = frozenset(
    {
        "uvicorn",
        "gunicorn",
        "hypercorn",
        "daphne",
        "granian",
        "fastapi",
        "flask",
        "waitress-serve",
        "litestar",
        "uwsgi",
        "quart",
        "sanic",
        "robyn",
    }
)
_TASKS = frozenset(
    """celery rq rqworker dramatiq arq huey_consumer taskiq saq faststream alembic flask-migrate pytest pip mkdir
    sleep echo cat ls cp mv rm chown chmod touch curl wget psql pg_isready nc ssh airflow prefect dagster jupyter set
    cd test [ [[ true until while if for export source . wait trap ulimit ln sed awk grep""".split()  # noqa: SIM905
)
_IGNORED = _TASKS & frozenset(
    """mkdir sleep echo cat ls cp mv rm chown chmod touch curl wget psql pg_isready nc set cd test [ [[ true until while
    if for export wait trap ulimit ln sed awk grep pip alembic""".split()  # noqa: SIM905
)


def started(arguments: Sequence[str], *, shell: bool = False) -> tuple[Started, ...]:
    """What a command starts, in order; what only prepares (`mkdir`, `alembic upgrade`) is left out.

    arguments  the words of an exec form, or with `shell` one string for a shell
    """
    if shell:
        return _shell(" ".join(arguments), 0)
    return _words(list(arguments), (), 0)


def _shell(text: str, depth: int) -> tuple[Started, ...]:
    text = re.sub(r"\\\r?\n", " ", text[:_LONGEST])
    lexer = shlex.shlex(text.replace("\n", " ; "), posix=True, punctuation_chars=";&|()")
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        words = list(lexer)
    except ValueError:  # an open quotation mark
        return (Started("", "unknown", opaque="its command is no complete shell text"),)
    found: list[Started] = []
    variables: tuple[str, ...] = ()
    part: list[str] = []
    opaque = ""
    for word in [*words, ";"]:
        if word not in _SEPARATORS and not set(word) <= set(";&|()"):
            part.append(word)
            continue
        if part and part[0] in {"source", "."}:
            opaque = "its command reads variables from a file"
        if part and part[0] == "export":
            variables += tuple(m.group(1) for w in part[1:] if (m := _ASSIGNMENT.match(w)))
        elif part and all(_ASSIGNMENT.match(w) for w in part):
            variables += tuple(w.partition("=")[0] for w in part)
        elif part:
            found.extend(_words(part, variables, depth))
        part = []
    if opaque:
        found = [_with(each, opaque) for each in found]
    return tuple(found)


def _with(each: Started, opaque: str) -> Started:
    return replace(each, opaque=each.opaque or opaque)


def _words(words: list[str], variables: tuple[str, ...], depth: int) -> tuple[Started, ...]:
    opaque = ""
    for _ in range(32):
        while words and (match := _ASSIGNMENT.match(words[0])):
            variables += (match.group(1),)
            words = words[1:]
        if not words:
            return ()
        program = words[0].rpartition("/")[2]
        if program in _SHELLS and depth < 4:
            return _through_shell(words[1:], variables, opaque, depth)
        if program in _INJECTORS:
            opaque = f"`{program}` injects variables"
            words = (
                words[words.index("--") + 1 :]
                if "--" in words
                else _after_options(words[1:], frozenset())[1:]
            )
            continue
        if program not in _WRAPPERS:
            break
        words = _unwrap(program, words[1:], _WRAPPERS[program])
    else:
        return (Started("", "unknown", opaque="its command is nested too deeply"),)
    if not words:
        return ()
    result = _program(program, words[1:], variables)
    if result is None:
        return ()
    return (_with(result, opaque),) if opaque else (result,)


def _unwrap(program: str, rest: list[str], takes: int) -> list[str]:
    if takes == -1 and "--" in rest:
        return rest[rest.index("--") + 1 :]
    valued = _OPTIONS_WITH_VALUE.get(program, frozenset())
    rest = _after_options(rest, valued)
    if takes > 0:
        rest = _after_options(rest[takes:], valued)
    return rest[1:] if rest and rest[0] == "--" else rest


def _after_options(words: list[str], valued: frozenset[str]) -> list[str]:
    index = 0
    while index < len(words) and words[index].startswith("-") and words[index] != "--":
        index += 2 if words[index] in valued else 1
    return words[index:]


def _through_shell(
    rest: list[str], variables: tuple[str, ...], opaque: str, depth: int
) -> tuple[Started, ...]:
    index = 0
    while index < len(rest) and rest[index].startswith(("-", "+")):
        if not rest[index].startswith("--") and "c" in rest[index]:
            inner = _shell(rest[index + 1], depth + 1) if index + 1 < len(rest) else ()
            return tuple(
                replace(each, variables=variables + each.variables, opaque=each.opaque or opaque)
                for each in inner
            )
        index += 1
    script = rest[index] if index < len(rest) else "a shell"
    return (Started("sh", "unknown", (script,), variables=variables, opaque=f"it starts through `{script}`"),)


def _program(program: str, rest: list[str], variables: tuple[str, ...]) -> Started | None:
    if re.fullmatch(r"python\d?(\.\d+)?t?|pypy3?", program):
        return _python(rest, variables)
    if program in _IGNORED:
        return None
    if program in _WEB:
        return _web(program, rest, variables)
    if program in _TASKS:
        return Started(program, "task", _celery(rest) if program == "celery" else (), variables=variables)
    if program.endswith(".sh") or program in {"entrypoint", "docker-entrypoint"}:
        return _script(program, rest, variables)
    if program.endswith(".py"):
        return Started("python", "script", (program,), variables=variables)
    return Started(program, "unknown", variables=variables)


def _python(rest: list[str], variables: tuple[str, ...]) -> Started | None:
    index = 0
    while index < len(rest) and rest[index].startswith("-"):
        option = rest[index]
        if option == "-m" and index + 1 < len(rest):
            module = rest[index + 1]
            if module in _WEB | _TASKS:
                return _program(module, rest[index + 2 :], variables)
            if module == "http.server":
                return Started(module, "unknown", variables=variables)
            return Started("python", "script", (module,), variables=variables)
        if option == "-c":
            return Started("python", "unknown", variables=variables)
        index += 2 if option in {"-W", "-X"} else 1
    if index >= len(rest):
        return Started("python", "unknown", variables=variables)
    script, arguments = rest[index], rest[index + 1 :]
    if script.endswith("manage.py") and arguments:
        if arguments[0] in {
            "migrate",
            "collectstatic",
            "check",
            "makemigrations",
            "createsuperuser",
            "loaddata",
        }:
            return None
        return Started(
            "manage.py",
            "web" if arguments[0] == "runserver" else "task",
            (script,),
            reload=True,
            variables=variables,
        )
    return Started("python", "script", (script,), variables=variables)


def _script(program: str, rest: list[str], variables: tuple[str, ...]) -> Started:
    """A shell script, which may set variables; what it is given to run is most likely what it runs."""
    opaque = f"it starts through `{program}`"
    inner = _words(rest, variables, 4) if rest else ()
    if inner and inner[0].kind in {"web", "task", "script"}:
        return _with(inner[0], opaque)
    return Started(program, "unknown", (program,), variables=variables, opaque=opaque)


_WORKER_OPTIONS = {
    "uvicorn": ("--workers",),
    "gunicorn": ("--workers", "-w"),
    "hypercorn": ("--workers", "-w"),
    "granian": ("--workers",),
    "fastapi": ("--workers",),
    "litestar": ("--wc", "--web-concurrency", "-W"),
    "uwsgi": ("--processes", "--workers", "-p"),
    "sanic": ("--workers", "-w"),
}
_DIRECTORY_OPTIONS = ("--app-dir", "--chdir", "-d")
_FLAGS_WITHOUT_VALUE = frozenset(
    """--reload --proxy-headers --no-proxy-headers --use-colors --no-use-colors --access-log --no-access-log --factory
    --no-server-header --no-date-header --preload --daemon -D --debug --capture-output --enable-stdio-inheritance
    --reuse-port --no-sendfile --spew --check-config --ws --master --http-auto-chunked --die-on-term --vacuum
    --enable-threads --single-interpreter --no-reload --with-threads --without-threads""".split()  # noqa: SIM905
) - {"--ws"}


def _web(program: str, rest: list[str], variables: tuple[str, ...]) -> Started:
    options: dict[str, str] = {}
    words: list[str] = []
    reload = False
    index = 0
    while index < len(rest):
        word = rest[index]
        if word in {"--reload", "--debug"}:
            reload = True
        if not word.startswith("-") or word == "-":
            words.append(word)
        elif "=" in word:
            name, _, value = word.partition("=")
            options[name] = value
        elif word in _FLAGS_WITHOUT_VALUE:
            pass
        elif re.fullmatch(r"-[wWcbtkpd]\S+", word):
            options[word[:2]] = word[2:]
        elif index + 1 < len(rest):
            options[word] = rest[index + 1]
            index += 1
        index += 1
    workers = next((options[name] for name in _WORKER_OPTIONS.get(program, ()) if name in options), None)
    directory = next((options[name] for name in _DIRECTORY_OPTIONS if name in options), "")
    targets: list[str] = []
    if program in {"fastapi", "litestar", "flask", "quart", "sanic"}:
        reload = reload or "dev" in words[:1]
        targets.extend(word for word in words if word.endswith(".py") or ":" in word)
        targets.extend(options[name] for name in ("--app", "-A") if name in options)
        targets.extend(word for word in words[1:2] if program == "fastapi")
        if program == "fastapi" and "--app" in options:
            targets.remove(options["--app"])
    elif program == "uwsgi":
        targets.extend(
            options[name] for name in ("--module", "-w", "--wsgi-file", "--wsgi") if name in options
        )
    else:
        targets.extend(words[-1:] if program == "granian" else words[:1])
    return Started(
        program,
        "web",
        tuple(dict.fromkeys(_module(target) for target in targets)),
        workers,
        config=options.get("-c", options.get("--config", "")) if program == "gunicorn" else "",
        directory=directory,
        reload=reload and program != "gunicorn",
        variables=variables,
    )


def _module(target: str) -> str:
    """`app.main:create_app()` → `app.main`; files stay files."""
    return target.partition(":")[0]


def _celery(rest: list[str]) -> tuple[str, ...]:
    for index, word in enumerate(rest):
        if word in {"-A", "--app"} and index + 1 < len(rest):
            return (_module(rest[index + 1]),)
        if word.startswith("--app="):
            return (_module(word[6:]),)
    return ()


_SHELL_DEFAULT = re.compile(r"^\$\{([A-Za-z_][A-Za-z0-9_]*)(?::?-([^}]*))?\}$|^\$([A-Za-z_][A-Za-z0-9_]*)$")


def worker_count(text: str) -> tuple[int | None, str, str]:
    """Read a number of workers: (number, variable it comes from, that variable's default).

    >>> worker_count("4"), worker_count("${WORKERS:-4}"), worker_count("$N")
    ((4, '', ''), (None, 'WORKERS', '4'), (None, 'N', ''))
    """
    text = text.strip().strip("\"'")
    number = whole_number(text, longest=5)
    if number is not None:
        return number, "", ""
    match = _SHELL_DEFAULT.match(text)
    if match is None:
        return None, "", ""
    return None, match.group(1) or match.group(3), match.group(2) or ""
