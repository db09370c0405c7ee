"""Procfiles: what is read of them, and that a process is a unit like any other."""

from __future__ import annotations

import pytest

from lintkit.formats.errors import ParseError
from lintkit.kinds.procfile.document import parse
from lintkit.kinds.recognise import kind_of
from lintkit.model import Document, SourceFile
from tests.graph.trees import graph_of, unit_of


def read(text: str) -> Document:
    return parse(SourceFile("Procfile", "procfile", text.encode()))[0]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("Procfile", "procfile"),
        ("services/api/Procfile", "procfile"),
        ("Procfile.dev", "procfile"),
        ("procfile", None),
        ("Procfile.py", "python"),
    ],
)
def test_a_procfile_is_known_by_its_name(path: str, kind: str | None) -> None:
    assert kind_of(path, b"web: true\n") == kind


def test_processes_comments_and_what_is_neither() -> None:
    document = read(
        "# what runs\r\nweb: gunicorn shop:app  \r\n\r\n  # more\nnonsense\nclock : x\nworker:\trq worker"
    )
    assert document.data == {"processes": {"web": "gunicorn shop:app", "worker": "rq worker"}}
    span = document.span(("processes", "web"))
    assert document.text[span.start : span.end] == "gunicorn shop:app"
    assert [document.text[one.start : one.end] for one in document.comments] == ["# what runs", "# more"]
    assert [document.text[one.span.start : one.span.end] for one in document.problems] == [
        "nonsense",
        "clock : x",
    ]


def test_the_last_process_of_a_name_counts() -> None:
    document = read("web: one\nweb: two\n")
    assert document.data == {"processes": {"web": "two"}}
    span = document.key_span(("processes", "web"))
    assert span.start == len("web: one\n")


def test_what_cannot_be_read_is_said() -> None:
    with pytest.raises(ParseError, match="UTF-8"):
        parse(SourceFile("Procfile", "procfile", b"web: \xff\n"))
    with pytest.raises(ParseError, match="10000 lines"):
        read("web: x\n" * 10_002)


def test_a_process_is_a_unit_that_runs_in_the_folder_of_its_file() -> None:
    graph = graph_of(
        {
            "api/Procfile": "web: gunicorn -w 4 shop.main:app\nworker: python -m shop.jobs\n",
            "api/shop/__init__.py": "",
            "api/shop/main.py": "app = 1\n",
            "api/shop/jobs.py": "import os\n",
        }
    )
    web = unit_of(graph, "api/Procfile:web")
    assert web.entries == ("api/shop/main.py",)
    assert web.workers is not None
    assert web.workers.value == 4
    assert unit_of(graph, "api/Procfile:worker").entries == ("api/shop/jobs.py",)
    assert web.unknown == ("the platform that reads the Procfile sets variables of its own",)
