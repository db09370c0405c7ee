from __future__ import annotations

from lintkit.python.match import Match
from lintkit.python.module import PythonFile
from lintkit.python.screen import PythonMatches, find_matches
from lintkit.python.triggers import Trigger


def found(source: str, *triggers: Trigger, screen: bool = True) -> tuple[PythonFile, list[Match]]:
    result = find_matches(source.encode(), "app.py", triggers, screen=screen)
    assert result.file is not None
    return result.file, [match for _, match in result.matches]


def facts(result: PythonMatches) -> list[tuple[object, ...]]:
    """Everything about matches that does not depend on how the file was cut."""
    file = result.file
    if file is None:
        assert not result.matches
        return []
    return [
        (
            index,
            type(match.node).__name__,
            file.span(match.node),
            match.name,
            match.how,
            None if match.value is None else file.span(match.value),
            None if match.flows_into is None else file.span(match.flows_into),
        )
        for index, match in result.matches
    ]
