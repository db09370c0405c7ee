"""What lintkit takes for the parameters of libraries, against the libraries themselves; no call of them is made."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lintkit.authoring.examples import run_example
from lintkit.catalog.load import load_rules
from lintkit.model import Example
from lintkit.python.idioms.time_limits import LIMITS, POOL_LIMITS, SESSION_LIMITS, Limit
from lintkit.rule.definition import Rule

RULES: Mapping[str, Rule] = {
    rule.id: rule
    for rule in load_rules().rules
    if rule.id in {"python/http-client-without-timeout", "python/redis-client-without-timeout"}
}
REDIS = ("redis.Redis", "redis.StrictRedis", "redis.asyncio.Redis", "redis.RedisCluster", "redis.from_url")


def resolve(name: str) -> Any:
    """What a qualified name stands for; None where this environment does not have it."""
    parts = name.split(".")
    for count in range(len(parts) - 1, 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:count]))
        except ImportError:
            continue
        for part in parts[count:]:
            found = getattr(found, part, None)
        return found
    return None


def callables() -> Iterator[tuple[str, Limit]]:
    yield from LIMITS.items()
    yield from POOL_LIMITS.items()
    for maker, methods in SESSION_LIMITS.items():
        made = {"build_opener": "urllib.request.OpenerDirector", "session": "requests.Session"}
        owner = made.get(maker.rpartition(".")[2], maker)
        yield from ((f"{owner}.{method}", limit) for method, limit in methods.items())


def signature_of(name: str) -> inspect.Signature | None:
    found = resolve(name)
    if found is None:
        return None
    signature = inspect.signature(found)
    parameters = list(signature.parameters.values())
    if parameters and parameters[0].name == "self":
        parameters = parameters[1:]
    return signature.replace(parameters=parameters)


KNOWN = [(name, limit) for name, limit in callables() if signature_of(name) is not None]
BY_POSITION = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def test_the_libraries_are_here() -> None:
    """Else the tests below would ask nothing."""
    roots = {name.partition(".")[0] for name, _ in KNOWN}
    assert {"requests", "urllib3", "aiohttp", "psycopg", "asyncpg", "openai", "smtplib"} <= roots


@pytest.mark.parametrize(("name", "limit"), KNOWN, ids=[name for name, _ in KNOWN])
def test_a_limit_stands_where_the_library_has_it(name: str, limit: Limit) -> None:
    signature = signature_of(name)
    assert signature is not None
    parameters = list(signature.parameters.values())
    takes_any = any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters)
    first = limit.keywords[0]
    if first in signature.parameters:
        parameter = signature.parameters[first]
        if parameter.kind in BY_POSITION:
            assert limit.position == parameters.index(parameter)
    else:
        assert takes_any, f"{name} takes no {first}"
    for keyword in limit.instead:
        assert takes_any or keyword in signature.parameters or keyword == "http_async_client"


def test_redis_timeouts_stand_where_the_library_has_them() -> None:
    module = importlib.import_module("redis")
    names = list(inspect.signature(module.Redis.__init__).parameters)[1:]
    assert names.index("socket_timeout") == 4
    assert names.index("socket_connect_timeout") == 5


HTTP = [
    (name, "python/http-client-without-timeout")
    for name, limit in KNOWN
    if limit.added and name in {*LIMITS, *POOL_LIMITS}
]
FIXED = st.sampled_from([(name, "python/redis-client-without-timeout") for name in REDIS]) | st.sampled_from(
    HTTP
)
VALUES = st.sampled_from(["None", "5", "'x'"])
KEYWORDS = st.sampled_from(["timeout", "socket_timeout", "socket_connect_timeout", "connect_timeout", "db"])
PUT = st.sampled_from(
    [
        "options[{name!r}] = {value}",
        "options.update({name}={value})",
        "options.update({{{name!r}: {value}}})",
        "options.setdefault({name!r}, {value})",
        "options |= {{{name!r}: {value}}}",
    ]
)


@st.composite
def calls(draw: st.DrawFn) -> tuple[str, str, str]:
    """A function, the rule that fixes its calls, and a module that calls it."""
    name, rule = draw(FIXED)
    positional = draw(
        st.sampled_from(range(8)).flatmap(lambda size: st.lists(VALUES, min_size=size, max_size=size))
    )
    keywords = draw(st.dictionaries(KEYWORDS, VALUES, max_size=1))
    lines = ["options = {}"]
    for key, value in draw(st.dictionaries(KEYWORDS, VALUES, max_size=2)).items():
        lines.append(draw(PUT).format(name=key, value=value))
    arguments = [*positional, *(f"{key}={value}" for key, value in keywords.items())]
    if draw(st.booleans()):
        arguments.append("**options")
    comma = draw(st.sampled_from(["", ",", "  # as it is\n"])) if arguments else ""
    lines.append(f"{name}({', '.join(arguments)}{comma})")
    return name, rule, "\n".join(lines) + "\n"


def namespace(name: str, call: Callable[..., None]) -> dict[str, Any]:
    """Names under which the code of a module finds `call` in place of a library's function."""
    *path, last = name.split(".")
    inner = SimpleNamespace(**{last: call})
    for part in reversed(path[1:]):
        inner = SimpleNamespace(**{part: inner})
    return {path[0]: inner}


def bound(name: str, code: str) -> dict[str, Any] | None:
    """The arguments that the real function would get from the call in `code`; None where Python refuses the call."""
    signature = signature_of(name)
    assert signature is not None
    found: dict[str, Any] = {}

    def call(*positional: Any, **keywords: Any) -> None:
        arguments = signature.bind(*positional, **keywords).arguments
        extra = next(
            (each.name for each in signature.parameters.values() if each.kind is each.VAR_KEYWORD), ""
        )
        found.update({**arguments, **arguments.get(extra, {})})
        found.pop(extra, None)

    try:
        exec(compile(code, "app.py", "exec"), namespace(name, call))
    except TypeError:
        return None
    return found


@given(calls())
@settings(deadline=None, max_examples=300)
def test_a_fixed_call_can_be_made_and_keeps_what_it_was_given(made: tuple[str, str, str]) -> None:
    name, rule, code = made
    before = bound(name, code)
    source = _import(name) + code
    outcome = run_example(RULES[rule], Example(False, {"app.py": source}, fixed={"app.py": source}))
    assert outcome.fixed is not None
    after = bound(name, outcome.fixed["app.py"].removeprefix(_import(name)))
    if before is not None:
        assert after is not None, outcome.fixed["app.py"]
        assert {key: after[key] for key in before} == before


def _import(name: str) -> str:
    parts = name.split(".")
    for count in range(len(parts) - 1, 0, -1):
        try:
            importlib.import_module(".".join(parts[:count]))
        except ImportError:
            continue
        return f"import {'.'.join(parts[:count])}\n"
    raise AssertionError(name)


@pytest.mark.parametrize(
    ("statement", "fixable"),
    [
        ("jobs = redis.Redis('jobs')", False),
        ("jobs: redis.Redis = redis.Redis('jobs')", False),
        ("_jobs = redis.Redis('jobs')", True),
        ("queue.bind(redis.Redis('jobs'))", False),
        ("def f():\n    return redis.Redis('jobs')", False),
        ("def f():\n    jobs = redis.Redis('jobs')\n    return jobs", False),
        ("def f():\n    jobs = redis.Redis('jobs')\n    return jobs.get('a')", True),
        ("def f():\n    jobs = redis.Redis('jobs')\n    work(jobs)", False),
        ("def f():\n    global jobs\n    jobs = redis.Redis('jobs')", False),
        ("def f():\n    with redis.Redis('jobs') as jobs:\n        jobs.get('a')", True),
        ("class Store:\n    jobs = redis.Redis('jobs')", False),
        ("class Store:\n    def __init__(self):\n        self.jobs = redis.Redis('jobs')", False),
        ("jobs = redis.Redis('jobs')\njobs.blpop('jobs', 0)", True),
    ],
)
def test_a_client_that_another_module_can_wait_with_gets_no_limit_for_answers(
    statement: str, fixable: bool
) -> None:
    source = f"import redis\n\n{statement}\n"
    rule = RULES["python/redis-client-without-timeout"]
    outcome = run_example(rule, Example(False, {"app.py": source}, fixed={"app.py": source}))
    assert len(outcome.findings) == 1
    assert outcome.fixed is not None
    assert (outcome.fixed["app.py"] != source) == fixable
    assert ("socket_timeout=" in outcome.fixed["app.py"]) == (fixable and "blpop" not in statement)
