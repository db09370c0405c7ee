"""A Python file is decoded once, read by `ast` once, and each part of it at most once by libcst, whatever is asked."""

from __future__ import annotations

import ast
from collections import Counter
from typing import Any

import libcst as cst
import pytest

from lintkit.catalog.load import load_rules
from lintkit.config.model import Config
from lintkit.formats import python_lex
from lintkit.model import SourceFile
from lintkit.python import screen, source
from lintkit.rule.definition import RuleContext
from lintkit.run.file import Task, check_file

TEXT = """\
import os
from fastapi import FastAPI
import requests

app = FastAPI()
SESSIONS = {}
DB = os.environ.get("DATABASE_URL", "postgres://localhost/orders")


@app.post("/login")
def login(user: str):
    SESSIONS[user] = requests.get("http://localhost:9000/user").json()
    return {}


if __name__ == "__main__":
    # lintkit: ignore[python/bind-all-interfaces]: behind a proxy
    app.run(host="0.0.0.0")
"""


def counted(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, calls: Counter[tuple[str, str]]) -> None:
    whole = getattr(owner, name)

    def count(text: Any, *arguments: Any, **options: Any) -> Any:
        calls[name, text if isinstance(text, str) else text.decode()] += 1
        return whole(text, *arguments, **options)

    monkeypatch.setattr(owner, name, count)


def test_each_part_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: Counter[tuple[str, str]] = Counter()
    counted(monkeypatch, ast, "parse", calls)
    counted(monkeypatch, cst, "parse_module", calls)
    counted(monkeypatch, screen, "decode_python", calls)
    counted(monkeypatch, source, "decode_python", calls)
    counted(monkeypatch, python_lex, "tokens", calls)
    config = Config()
    tasks = [
        Task(rule, RuleContext(rule.meta, config.options(rule.meta)))
        for rule in load_rules().rules
        if "python" in rule.meta.kinds and rule.meta.scope == "file"
    ]
    result = check_file(SourceFile("api/app.py", "python", TEXT.encode()), tasks)
    assert result.findings
    assert result.suppressions
    assert result.facts
    assert calls["parse", TEXT] == 1
    assert calls["decode_python", TEXT] == 1
    assert calls["tokens", TEXT] == 1
    of_libcst = {text: count for (name, text), count in calls.items() if name == "parse_module"}
    assert set(of_libcst.values()) == {1}
    assert sum(map(len, of_libcst)) <= len(TEXT)
    assert all(text in TEXT for text in of_libcst)
