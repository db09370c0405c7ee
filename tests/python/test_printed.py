"""A print that became a call of the logger writes the same text."""

from __future__ import annotations

import contextlib
import io
import logging
from typing import Any

import pytest

from lintkit.api import Calls, cst
from lintkit.fix.edits import apply_edits
from lintkit.python.idioms.printed import logged
from tests.python.support import found

VALUES: dict[str, Any] = {"name": "cache", "count": 3, "ratio": 0.12345, "items": [1, "two"], "by": {"a": 1}}

STDLIB = "import json\nimport logging\n\nlogger = logging.getLogger('shop')\n"
OWN = "import json\nfrom shop.log import logger\n"

PRINTS = [
    'print("no values")',
    'print("100% of it", "and { braces }")',
    'print(f"{name}: 100% of {count}")',
    'print(f"{ratio:.2f} and {ratio:e} and {count:03d} and {count:>5} and {name:^9}|")',
    'print(f"{name!r} {name!s} {items!a} {name!r:>12}")',
    'print(f"{name=} {ratio=:.1f}")',
    'print(f"{{literal}} {name}")',
    'print(name, count, items, sep="-")',
    'print(name, count, sep="")',
    "print(by)",
    'print("one", name, f"two {count}", items[0], flush=True)',
    'print("quotes \\" and \\\\ and \\t tab", name)',
    "print(f\"{items[1]} {by['a']}\")",
    'print("implicit " "joined " f"{count}")',
    'print(f"{(count, ratio)} {[x for x in items]}")',
    'print(f"{count, ratio}")',
    'print("💥", name)',
    'print("a\\nb", count)',
    'print(json.dumps(by), 7, None, "%s")',
    'print(r"raw \\d", rf"{name}\\w")',
]


def fixed(source: str) -> str | None:
    file, matches = found(source, Calls(("print", "pprint.pprint")))
    call = matches[0].node
    assert isinstance(call, cst.Call)
    fix = logged(call, file)
    if fix is None:
        return None
    assert not fix.safe
    return apply_edits(source, fix.edits)


def printed(code: str) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(code, dict(VALUES))
    return out.getvalue()


@pytest.mark.parametrize("statement", PRINTS)
def test_logging_writes_the_same_text(statement: str) -> None:
    code = fixed(f"{STDLIB}{statement}\n")
    assert code is not None
    assert "print" not in code
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    logger = logging.getLogger("shop")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        exec(code, dict(VALUES))
    finally:
        logger.removeHandler(handler)
    assert out.getvalue() == printed(f"import json\n{statement}\n")


@pytest.mark.parametrize("statement", PRINTS)
def test_a_logger_that_nobody_knows_is_given_the_whole_text(statement: str) -> None:
    class Logger:
        def __getattr__(self, level: str) -> Any:
            return print

    code = fixed(f"{OWN}{statement}\n")
    assert code is not None
    code = code.replace("from shop.log import logger\n", "")
    try:
        compile(code, "app.py", "exec")
    except SyntaxError:
        pytest.skip("this Python takes no such quotes inside an f-string")
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(code, {**VALUES, "logger": Logger()})
    assert out.getvalue() == printed(f"import json\n{statement}\n")


@pytest.mark.parametrize(
    "statement",
    [
        "print()",
        "print(*items)",
        "print(**options)",
        'print("a", end="")',
        "print(name, sep=separator)",
        "shown = print(name)",
        "print(\n    name,  # the name\n)",
        'print(f"{ratio:{width}}")',
        'print("\\n")',
    ],
)
def test_there_is_no_fix_where_no_logger_does_the_same(statement: str) -> None:
    assert fixed(f"{STDLIB}{statement}\n") is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import json\nprint(1)\n", "import logging\nimport json\n\nlogger = logging.getLogger(__name__)\n"),
        ("import logging\r\nprint(1)\r\n", "import logging\r\n\r\nlogger = logging.getLogger(__name__)\r\n"),
        (
            '"""Doc."""\nfrom __future__ import annotations\n\nimport json  # used\n\nprint(1)\n',
            '"""Doc."""\nfrom __future__ import annotations\n\nimport logging\nimport json  # used\n\n'
            "logger = logging.getLogger(__name__)\n\n",
        ),
        ("import structlog\nprint(1)\n", "import structlog\n\nlogger = structlog.get_logger()\n"),
        (
            "from celery.utils.log import get_task_logger\nlog = get_task_logger('x')\nprint(1)\n",
            "('x')\nlog.info(",
        ),
    ],
)
def test_the_logger_is_the_module_s_or_a_new_one(before: str, after: str) -> None:
    code = fixed(before)
    assert code is not None
    assert after in code
    assert ".info(" in code


@pytest.mark.parametrize(
    "source",
    [
        "print(1)\n",
        "import math as logger\nlogger = 3\nprint(1)\n",
        "import json\n\ndef run(logger):\n    print(1)\n",
        "import json\nlogging = 3\nprint(1)\n",
        "import logging\nprint(1)\nlogger = logging.getLogger()\n",
    ],
)
def test_there_is_no_fix_where_the_name_is_taken_or_comes_later(source: str) -> None:
    assert fixed(source) is None


@pytest.mark.parametrize(
    ("statement", "level"),
    [
        ('print("cannot connect", name)', "error"),
        ('print("warning: slow", name)', "warning"),
        ('print("DEBUG", name)', "debug"),
        ('print("connected", name)', "info"),
    ],
)
def test_the_level_is_what_the_text_says(statement: str, level: str) -> None:
    code = fixed(f"{STDLIB}{statement}\n")
    assert code is not None
    assert f"logger.{level}(" in code


def test_a_failure_is_logged_with_its_traceback() -> None:
    body = 'try:\n    run()\nexcept OSError as error:\n    print(f"failed: {error}")\n'
    code = fixed(STDLIB + body)
    assert code is not None
    assert 'logger.exception("failed: %s", error)' in code
