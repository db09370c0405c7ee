"""Reads settings with the real libraries, for tests to compare with: a program that answers one JSON line a question.

A question has `source`, a module; `environment`, the variables that are set; and `ask`, an expression. The answer has
`value`, or `error`: the name of what was raised.
"""

from __future__ import annotations

import json
import os
import sys
import warnings


def answer(question: dict[str, object]) -> dict[str, object]:
    """The value of the expression, or what reading it raised."""
    os.environ.clear()
    os.environ.update(question["environment"])  # type: ignore[call-overload]
    names: dict[str, object] = {"__name__": "settings"}
    try:
        exec(str(question["source"]), names)
        return {"value": str(eval(str(question["ask"]), names))}
    except Exception as error:
        return {"error": type(error).__name__}


def main() -> None:
    """Answer until the questions end."""
    warnings.simplefilter("ignore")
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
