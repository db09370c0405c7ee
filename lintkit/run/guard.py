"""The steps between checking files and reporting, each under guard: one that raises is told, and the rest goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from lintkit.budget import LeftOutError
from lintkit.model import Finding, Location, Span
from lintkit.rule.own import SKIPPED_FILE
from lintkit.run.file import rule_failed

T = TypeVar("T")


@dataclass(slots=True)
class Guard:
    """What has failed or was left out so far, by path, rule and message."""

    failed: dict[tuple[str, str, str], Finding] = field(default_factory=dict)

    def run(self, name: str, path: str, make: Callable[[], T], otherwise: T) -> T:
        """What `make` gives; `otherwise` where it raises, which is told at the beginning of `path`.

        What raises LeftOutError is a note: it fails nothing, and nobody has to report it.
        name  the id of the rule, or of the step, such as `lintkit/kustomize`
        """
        try:
            return make()
        except LeftOutError as error:
            self.left_out(path, error)
            return otherwise
        except Exception as error:
            self.tell(name, path, error)
            return otherwise

    def gather(self, name: str, path: str, make: Callable[[], Iterable[T]]) -> list[T]:
        """All that `make` gives, up to where it raises."""
        found: list[T] = []
        self.run(name, path, lambda: found.extend(make()), None)
        return found

    def tell(self, name: str, path: str, error: Exception) -> None:
        """Report what was raised; the same thing once."""
        failed = rule_failed(name, Span(path, 0, 0), error)
        self.failed.setdefault((path, name, failed.message), failed)

    def left_out(self, path: str, error: LeftOutError) -> None:
        """Tell what is not followed, the same thing once."""
        meta = SKIPPED_FILE
        note = Finding(meta.id, error.message, (Location(Span(path, 0, 0)),), path, meta.severity)
        self.failed.setdefault((path, meta.id, error.message), note)

    def findings(self) -> list[Finding]:
        """All that was told."""
        return list(self.failed.values())
