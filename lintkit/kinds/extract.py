"""The facts of one file, whatever its kind: what the check of single files calls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING

from lintkit.facts import Fact
from lintkit.kinds.kind import named
from lintkit.kinds.registry import FILE_KIND
from lintkit.model import Document
from lintkit.python.idioms.clients import CLIENT_CALLS, HTTP_CALLS, HTTP_METHODS
from lintkit.python.triggers import (
    Calls,
    MethodCalls,
    NamedClasses,
    NamedValues,
    References,
    Subclasses,
    Trigger,
)

if TYPE_CHECKING:
    from lintkit.python.match import Match
    from lintkit.python.module import PythonFile
    from lintkit.python.statements import TopLevel


@dataclass(frozen=True, slots=True)
class PythonExtractor:
    """Facts of Python source, found as rules find their matches: `looks_at` gates and screens, `extract` reads."""

    name: str
    looks_at: tuple[Trigger, ...]
    module: str

    def extract(self, match: Match, file: PythonFile) -> Iterator[Fact]:
        """The facts of one match."""
        found: Iterator[Fact] = import_module(self.module).extract(match, file)
        return found


def extract_document(document: Document) -> Iterator[Fact]:
    """The facts of one document of any kind but Python; none for kinds that say nothing about configuration."""
    kind = FILE_KIND[document.kind]
    for fact in named(kind.facts)(document) if kind.facts else ():
        elsewhere = document.derived and fact.span.path != document.path
        yield replace(fact, of=document.path) if elsewhere else fact


def extract_python(text: str, path: str, top: TopLevel | None, file: PythonFile | None) -> Iterator[Fact]:
    """The facts of a Python file that no single match can tell: imports, state, handlers and calls.

    top   the file as the running interpreter reads it; None where its syntax is newer, and only imports are found
    file  the file as libcst reads it; asked where `top` is None
    """
    from lintkit.python.facts import extract

    yield from extract(text, path, top, file)


PYTHON_EXTRACTORS: tuple[PythonExtractor, ...] = (
    PythonExtractor(
        "reads",
        (
            Calls(
                (
                    "os.getenv",
                    "os.environ.get",
                    "os.environ.pop",
                    "os.environ.setdefault",
                    "decouple.config",
                    "decouple.Config",
                    "decouple.AutoConfig",
                    "environ.Env",
                    "environ.FileAwareEnv",
                    "environ.Env.read_env",
                    "environs.Env",
                    "environs.FileAwareEnv",
                    "environs.Env.read_env",
                    "environs.env",
                    "environs.env.*",
                    "starlette.config.Config",
                    "dotenv.load_dotenv",
                    "dotenv.dotenv_values",
                    "uvicorn.run",
                )
            ),
            References(("os.environ",)),
            Subclasses(
                ("pydantic_settings.BaseSettings", "pydantic.BaseSettings", "pydantic.v1.BaseSettings")
            ),
            NamedClasses(("Settings", "Config", "Configuration", "Conf", "Cfg", "Env", "Environment")),
        ),
        "lintkit.python.read_facts",
    ),
    PythonExtractor("clients", (CLIENT_CALLS, HTTP_CALLS, HTTP_METHODS), "lintkit.python.client_facts"),
    PythonExtractor(
        "tables",
        (
            NamedValues(("__tablename__",)),
            Calls(("sqlalchemy.Table", "sqlalchemy.schema.Table", "sqlalchemy.sql.schema.Table")),
            Subclasses(("sqlmodel.SQLModel", "sqlmodel.main.SQLModel", "django.db.models.Model")),
            MethodCalls(("table", "from_"), words=("supabase",)),
        ),
        "lintkit.python.table_facts",
    ),
)
"""What the per-file pass runs on Python files; the triggers stand here so that a file without matches loads nothing."""
