from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintkit.kinds.docker.commands import started, worker_count


def programs(command: str) -> list[tuple[str, str, tuple[str, ...], str | None]]:
    return [(each.program, each.kind, each.targets, each.workers) for each in started([command], shell=True)]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("uvicorn app.main:app --port 80", ("uvicorn", "web", ("app.main",), None)),
        ("uvicorn app.main:create --factory --workers 4", ("uvicorn", "web", ("app.main",), "4")),
        (
            "gunicorn -w 9 -k uvicorn.workers.UvicornWorker app.main:app",
            ("gunicorn", "web", ("app.main",), "9"),
        ),
        ("gunicorn --workers=3 'app:create()'", ("gunicorn", "web", ("app",), "3")),
        ("gunicorn -w4 app:app", ("gunicorn", "web", ("app",), "4")),
        ("hypercorn -w 2 app:app", ("hypercorn", "web", ("app",), "2")),
        ("fastapi run app/main.py --workers 4", ("fastapi", "web", ("app/main.py",), "4")),
        ("fastapi run --workers 4", ("fastapi", "web", (), "4")),
        ("flask --app shop run", ("flask", "web", ("shop",), None)),
        ("python -m uvicorn app:app", ("uvicorn", "web", ("app",), None)),
        ("python -u run.py --fast", ("python", "script", ("run.py",), None)),
        ("python3.12 -m service.worker", ("python", "script", ("service.worker",), None)),
        ("python manage.py runserver 0.0.0.0:8000", ("manage.py", "web", ("manage.py",), None)),
        ("celery -A shop.tasks worker -c 4", ("celery", "task", ("shop.tasks",), None)),
        ("/opt/venv/bin/uvicorn app:app", ("uvicorn", "web", ("app",), None)),
        ("uv run --no-sync uvicorn app:app", ("uvicorn", "web", ("app",), None)),
        ("poetry run gunicorn app:app -w 2", ("gunicorn", "web", ("app",), "2")),
        ("tini -g -- gunicorn app:app", ("gunicorn", "web", ("app",), None)),
        ("exec gosu app uvicorn app:app", ("uvicorn", "web", ("app",), None)),
        ("ddtrace-run uvicorn app:app", ("uvicorn", "web", ("app",), None)),
        ("bash -lc 'uvicorn app:app --workers ${N:-4}'", ("uvicorn", "web", ("app",), "${N:-4}")),
    ],
)
def test_program(command: str, expected: tuple[str, str, tuple[str, ...], str | None]) -> None:
    assert programs(command) == [expected]


def test_what_only_prepares_is_left_out() -> None:
    assert [each[0] for each in programs("mkdir -p /x && alembic upgrade head; exec uvicorn a:b")] == [
        "uvicorn"
    ]


def test_two_programs_are_both_started() -> None:
    assert [each[0] for each in programs("celery -A a worker & uvicorn a:b")] == ["celery", "uvicorn"]


def test_variables_of_the_command_line_are_seen() -> None:
    (program,) = started(["export A=1; B=2 uvicorn a:b"], shell=True)
    assert program.variables == ("A", "B")


@pytest.mark.parametrize(
    "command",
    [
        "./start.sh",
        "sh entrypoint.sh",
        "doppler run -- uvicorn a:b",
        ". ./env && uvicorn a:b",
        "uvicorn 'a:b",
    ],
)
def test_what_may_set_variables_is_opaque(command: str) -> None:
    assert all(program.opaque for program in started([command], shell=True))


def test_a_script_runs_what_it_is_given() -> None:
    (program,) = started(["/docker-entrypoint.sh", "gunicorn", "-w", "4", "a:b"])
    assert (program.program, program.workers, bool(program.opaque)) == ("gunicorn", "4", True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4", (4, "", "")),
        ("${WORKERS:-2}", (None, "WORKERS", "2")),
        ("$N", (None, "N", "")),
        ("$(nproc)", (None, "", "")),
    ],
)
def test_worker_count(text: str, expected: tuple[int | None, str, str]) -> None:
    assert worker_count(text) == expected


@given(st.lists(st.text(max_size=20), max_size=8))
def test_no_words_break_it(words: list[str]) -> None:
    started(words)
    started([" ".join(words)], shell=True)


def test_deep_nesting_ends() -> None:
    assert started(["env " * 10_000 + "uvicorn a:b"], shell=True)
