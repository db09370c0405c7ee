"""What a repository makes twice as long takes about twice as many steps, or is stopped, which is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import libcst
import pytest

from lintkit.authoring.examples import MemoryTree
from lintkit.catalog.load import RuleSet, load_rules
from lintkit.config import Config, parse_config
from lintkit.config.ruling import Rulings
from lintkit.kinds.kubernetes.objects import _has_directive
from lintkit.model import Report, RuleMeta, SourceFile
from lintkit.rule.own import SKIPPED_FILE
from lintkit.run.engine import Request, run
from lintkit.run.file import check_file
from lintkit.secrets import commands
from tests.stepping import lines, steps

HEAD = "import os\nimport redis\nimport requests\n\nclient = redis.Redis()\n"
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: NAME}
spec:
  selector: {matchLabels: {app: NAME}}
  template:
    metadata: {labels: {app: NAME}}
    spec: {containers: [{name: api, image: "registry.example.com/NAME:1.4"}]}
"""


def _include(number: int, count: int) -> str:
    following = f"include: [../c{number + 1}/compose.yaml]\n" if number < count - 1 else ""
    return f"{following}services: {{s{number}: {{image: 'a:1', depends_on: [s{number + 1}]}}}}\n"


def _function(lines: str, count: int) -> dict[str, str]:
    return {"client.py": HEAD + "def f(k):\n" + "".join(lines.replace("N", str(n)) for n in range(count))}


SHAPES: dict[str, tuple[str, Callable[[int], dict[str, str]]]] = {
    "compose files that include each other": (
        "compose/*",
        lambda n: {f"c{each}/compose.yaml": _include(each, n) for each in range(n)},
    ),
    "reads and writes in branches": (
        "python/redis-read-modify-write",
        lambda n: _function("    if aN:\n        x = client.get(k)\n        client.set(k, x + 1)\n", n),
    ),
    "prints": (
        "python/print-in-client",
        lambda n: _function("    print(requests.get('http://shop.example.com'), xN)\n", n),
    ),
    "suppressions": (
        "python/localhost-default",
        lambda n: {
            "app.py": HEAD
            + "x = os.getenv('A', 'redis://localhost')  # lintkit: ignore[python/localhost-default] -- so\n"
            * n
        },
    ),
    "settings": (
        "python/*",
        lambda n: {
            "settings.py": "from pydantic_settings import BaseSettings\n\n\nclass S(BaseSettings):\n"
            + "".join(f"    a{each}_url: str = 'redis://localhost:{each}'\n" for each in range(n))
        },
    ),
}
SHAPES |= {
    "nested conditional expressions": (
        "python/*",
        lambda n: {
            "app.py": HEAD
            + "x = "
            + "".join(f"'redis://a' if a{each} else " for each in range(n))
            + "os.getenv('A', 'redis://localhost')\n"
        },
    ),
    "comments with wildcards and what they cover": (
        "python/localhost-default",
        lambda n: {
            "app.py": HEAD
            + "".join(
                f"x{each} = os.getenv('A', 'redis://localhost')  # lintkit: ignore[python/l{each}*, python/l*] -- so\n"
                for each in range(n)
            )
        },
    ),
    "tests that ask one long list": (
        "python/*",
        lambda n: {
            "app.py": "import requests\n\nALLOWED = ["
            + ", ".join(f"'h{each}'" for each in range(n))
            + "]\n\n\ndef f(url):\n"
            + "    if url in ALLOWED:\n        requests.get(url, verify=False)\n" * n
        },
    ),
}
IMAGE = "FROM python:3.12\nCOPY . .\n"


def _wildcards(pattern: str, count: int) -> str:
    return "".join(pattern.replace("N", str(number)) + "\n" for number in range(count))


SHAPES |= {
    "wildcards of a build and its paths": (
        "ignore/*",
        lambda n: {
            "Dockerfile": IMAGE,
            ".dockerignore": _wildcards("aN*b?c\n!qN*z", n),
            **{f"tests/test_{each}.py": "" for each in range(n)},
        },
    ),
    "wildcards of git and its paths": (
        "ignore/*",
        lambda n: {
            ".gitignore": _wildcards("a*b*cN\nx/N*/b*c", n),
            **{f"x/y{each}/f{each}.py": "" for each in range(n)},
        },
    ),
    "comments on lines of their own": (
        "python/localhost-default",
        lambda n: {
            "app.py": "# lintkit: ignore[python/localhost-default] -- so\n" * n
            + HEAD
            + "# lintkit: ignore-file[python/localhost-default] -- so\n" * n
            + "x = os.getenv('A', 'redis://localhost')\n"
        },
    ),
    "comments for the whole file": (
        "python/localhost-default",
        lambda n: {
            "app.py": "# lintkit: ignore-file[python/localhost-default] -- so\n" * n
            + HEAD
            + "x = os.getenv('A', 'redis://localhost')\n" * n
        },
    ),
    "equal ports": (
        "compose/duplicate-port",
        lambda n: {
            "compose.yaml": f"services: {{web: {{image: 'a:1', ports: [{', '.join(['80:80'] * n)}]}}}}\n"
        },
    ),
    "ports of services with profiles": (
        "compose/duplicate-port",
        lambda n: {
            "compose.yaml": "services:\n"
            + "".join(f"  s{each}: {{image: 'a:1', profiles: [p], ports: ['80:80']}}\n" for each in range(n))
        },
    ),
}
SHAPES |= {
    "CORS that is added again and again": (
        "python/cors-middleware-order",
        lambda n: {
            "app.py": "from fastapi import FastAPI\nfrom fastapi.middleware.cors import CORSMiddleware\n\n"
            "app = FastAPI()\n" + "app.add_middleware(CORSMiddleware)\n" * n
        },
    ),
    "CORS of many applications": (
        "python/cors-middleware-order",
        lambda n: {
            "app.py": "from fastapi import FastAPI\nfrom fastapi.middleware.cors import CORSMiddleware\n\n"
            + "".join(f"a{each} = FastAPI()\na{each}.add_middleware(CORSMiddleware)\n" for each in range(n))
        },
    ),
    "calls that are given one dict": (
        "python/redis-client-without-timeout",
        lambda n: {
            "app.py": HEAD
            + "opts = {}\n"
            + "".join(f"opts['a{each}'] = {each}\nredis.Redis(**opts)\n" for each in range(n))
        },
    ),
    "addresses of one list": (
        "python/localhost-default",
        lambda n: {"app.py": HEAD + "x = [" + "'redis://localhost', " * n + "]\n"},
    ),
    "statements of one block": (
        "python/localhost-default",
        lambda n: _function("    xN = os.getenv('A', 'redis://localhost')\n", n),
    ),
    "branches of a module": (
        "python/localhost-default",
        lambda n: {
            "app.py": HEAD
            + "".join(f"if a{each}:\n    URL = os.getenv('A', 'redis://localhost')\n" for each in range(n))
        },
    ),
    "calls that block in one coroutine": (
        "python/blocking-call-in-async",
        lambda n: {
            "app.py": "import time\nimport requests\n\n\nasync def f():\n"
            + "".join(f"    x{each} = requests.get('a')\n    time.sleep(x{each})\n" for each in range(n))
        },
    ),
    "services that wait for each other in a circle": (
        "compose/refused-service",
        lambda n: {
            "compose.yaml": "services:\n"
            + "".join(f"  s{each}: {{image: 'a:1', depends_on: [s{(each + 1) % n}]}}\n" for each in range(n))
        },
    ),
}
"""What is repeated: the rules that it concerns, and `n` times the construct."""

LARGER = {
    "addresses of one list": 150,
    "statements of one block": 200,
    "branches of a module": 200,
    "services that wait for each other in a circle": 120,
}
"""How often something has to be repeated before a product can be told from what is the same in every run."""


def report_of(files: dict[str, str], select: str) -> Report:
    rules = load_rules()
    tree = MemoryTree({path: text.encode() for path, text in files.items()})
    return run(Request(tree, Config(select=(select,)), rules, rules.ids(), jobs=1))


@pytest.mark.parametrize("shape", SHAPES)
def test_twice_the_size_takes_about_twice_the_steps(shape: str) -> None:
    select, make = SHAPES[shape]
    report_of(make(4), select)  # what is made once is made
    count = LARGER.get(shape, 40)
    small, large = (steps(partial(report_of, make(each), select)) for each in (count, 2 * count))
    assert large < 2.6 * small


class _Counting:
    """A pattern that counts how often it is asked."""

    def __init__(self, pattern: Any) -> None:
        self.pattern = pattern
        self.asked = 0

    def match(self, text: str, position: int) -> Any:
        self.asked += 1
        return self.pattern.match(text, position)


@pytest.mark.parametrize("unit", ["${A:-", "$(", "`", "'", '"'])
def test_what_is_never_closed_in_a_command_is_not_looked_for_again_and_again(
    unit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each search would go to the end of the command."""
    counting = {opening: (_Counting(each), close) for opening, (each, close) in commands._CLOSED.items()}
    monkeypatch.setattr(commands, "_CLOSED", counting)
    command = "mysql -p" + (unit + "a") * 101
    assert len(list(commands.command_secrets([command]))) <= 1
    pairs = 0 if unit.startswith("$") else 50
    assert sum(each.asked for each, _ in counting.values()) == pairs
    small, large = (
        lines(partial(lambda text: list(commands.command_secrets([text])), unit * count))
        for count in (200, 400)
    )
    assert large < 2.4 * small


def test_a_sum_that_is_climbed_too_often_is_stopped_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lintkit.run.file.python_steps_for", lambda size: 20_000)
    text = HEAD + "x = " + " + ".join(["'redis://localhost'"] * 400) + "\n"
    failed = [
        f
        for f in report_of({"app.py": text}, "python/localhost-default").findings
        if f.rule.endswith("failed")
    ]
    assert "python/localhost-default was stopped" in failed[0].message


def test_what_aliases_add_is_bounded_and_told() -> None:
    values = ", ".join(f"K{each}: x" for each in range(400))
    services = "".join(f"  s{each}: {{<<: *a, image: 'a:1'}}\n" for each in range(300))
    report = report_of(
        {"compose.yaml": f"x-a: &a {{environment: {{{values}}}}}\nservices:\n{services}"}, "compose/*"
    )
    assert any("aliases expand to more than" in finding.message for finding in report.findings)


PRODUCTS: dict[str, tuple[str, dict[str, str]]] = {
    "a base that is built twice at each level": (
        "kubernetes/*",
        {
            **{f"k{n}/kustomization.yaml": f"resources: [../k{n + 1}, ../k{n + 1}]\n" for n in range(19)},
            "k19/kustomization.yaml": "resources: []\n",
            "z/kustomization.yaml": "resources: [../k0, a.yaml]\nreplicas: [{name: shop, count: 2}]\n",
            "z/a.yaml": DEPLOYMENT.replace("NAME", "shop").replace('shop:1.4"', 'shop:latest"'),
        },
    ),
    "settings classes with the same base many times": (
        "python/*",
        {
            "settings.py": "from pydantic_settings import BaseSettings\n\n\n"
            "class A0(BaseSettings):\n    url: str = ''\n"
            + "".join(f"class A{n + 1}({', '.join([f'A{n}'] * 30)}):\n    url: str = ''\n" for n in range(9))
        },
    ),
}


@pytest.mark.parametrize("product", PRODUCTS)
def test_what_doubles_at_each_level_ends(product: str) -> None:
    select, files = PRODUCTS[product]
    assert steps(lambda: report_of(files, select)) < 3_000_000


def test_what_is_left_out_of_kustomizations_is_a_note() -> None:
    report = report_of(PRODUCTS["a base that is built twice at each level"][1], "kubernetes/*")
    notes = [(f.path, f.severity) for f in report.findings if f.rule == "lintkit/skipped-file"]
    assert notes == [("z/kustomization.yaml", "note")]
    assert "kubernetes/image-tag-mutable" in {f.rule for f in report.findings if f.path == "z/a.yaml"}


def _ruled(count: int) -> tuple[Config, list[RuleMeta]]:
    """A configuration that has much to say of many rules and many paths."""
    numbers = range(count)
    config = parse_config(
        "exclude = ["
        + ", ".join(f'"old{n}/*.py"' for n in numbers)
        + "]\n[severity]\n"
        + "".join(f'"*/r{n}-*" = "note"\n' for n in numbers)
        + "".join(
            f'[[per-path-ignores]]\npaths = ["src{n}/**/b*.py"]\nrules = ["own/r{n}-a", "tag:t{n}"]\nreason = "x"\n'
            f'[[waivers]]\npaths = ["*/x{n}/"]\nrules = ["own/r{n}*"]\nreason = "x"\nexpires = 2027-01-31\n'
            for n in numbers
        )
    )
    return config, [
        replace(SKIPPED_FILE, id=f"own/r{n}-a", packs=("recommended",), tags=(f"t{n}",)) for n in numbers
    ]


def test_what_a_configuration_says_is_not_compared_with_every_rule_and_path() -> None:
    def work(count: int) -> None:
        config, metas = _ruled(count)
        rulings = Rulings(config)
        assert [*(rulings.accepted(meta, f"src{n}/c/b{n}.py") for n, meta in enumerate(metas))] == [
            "x"
        ] * count
        for n, meta in enumerate(metas):
            path = f"src{count - n}/x{n}/b{n}.py"
            assert rulings.counts(meta, path) and not config.excluded(path)
            rulings.waived(meta, path)

    work(4)
    small, large = (steps(partial(work, count)) for count in (100, 200))
    assert large < 2.4 * small


def test_a_rule_that_goes_through_a_file_too_often_is_stopped_and_the_others_go_on() -> None:
    rules = load_rules()

    def endless(match: Any, file: Any, rule: Any) -> Any:
        yield rule.finding(file.span(match.node), "one", subject="one")
        while True:
            for _ in file.walk(file.top_level_statement(match.node)):
                pass

    slow = tuple(
        type(rule)(rule.meta, endless, rule.looks_at) if rule.id == "python/localhost-default" else rule
        for rule in rules.rules
    )
    text = HEAD + "x = os.getenv('A', 'redis://localhost')\nrequests.get('http://shop.example.com')\n"
    tree = MemoryTree({"app.py": text.encode()})
    report = run(Request(tree, Config(select=("python/*",)), RuleSet(slow), rules.ids(), jobs=1))
    told = {(f.rule, f.subject) for f in report.findings}
    assert ("python/localhost-default", "one") in told
    assert ("lintkit/rule-failed", "python/localhost-default") in told
    assert "python/http-client-without-timeout" in {rule for rule, _ in told}


def test_a_rule_that_asks_for_too_many_guards_is_stopped_and_says_so() -> None:
    branch = "    if k == N:\n        return\n    requests.get('a', verify=False)\n"
    report = report_of(_function(branch, 700), "python/tls-verification-disabled")
    told = [found.message for found in report.findings if found.rule == "lintkit/rule-failed"]
    assert len(told) == 1
    assert "python/tls-verification-disabled was stopped" in told[0]


READS = "import os\n" + "".join(f"A{n} = os.getenv('V{n}')\n" for n in range(30_000))


@pytest.mark.parametrize(
    "text",
    [
        READS,
        "x = [" + "1," * 250_000 + "]\n",
        "x = f'" + "{1}" * 170_000 + "'\n",
    ],
)
def test_a_file_of_more_code_than_is_kept_in_memory_is_left_out_with_a_word(text: str) -> None:
    found = check_file(SourceFile("app.py", "python", text.encode()), (), facts=True)
    (note,) = found.notifications
    assert (note.rule, note.level) == ("lintkit/skipped-file", "note")
    assert "too much memory" in note.message
    assert not found.parsed and not found.findings


def test_code_that_is_too_much_for_memory_is_not_parsed_first(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = 0
    parse = libcst.parse_module

    def counted(*arguments: Any) -> libcst.Module:
        nonlocal parsed
        parsed += 1
        return parse(*arguments)

    monkeypatch.setattr(libcst, "parse_module", counted)
    check_file(SourceFile("app.py", "python", READS.encode()), (), facts=True)
    assert 0 < parsed < 25_000


def test_long_texts_in_strings_and_comments_are_no_code() -> None:
    text = '"""' + "a b c d " * 130_000 + '"""\n' + "# a b c d\n" * 60_000
    found = check_file(SourceFile("app.py", "python", text.encode()), (), facts=True)
    assert found.parsed and not found.notifications


def test_more_comparisons_with_ignore_files_than_one_rule_may_make_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("lintkit.kinds.docker.contexts.MATCH_STEPS", 1_000)
    monkeypatch.setattr("lintkit.globs.docker.MATCH_STEPS", 1_000)
    files = {
        "Dockerfile": IMAGE,
        ".dockerignore": "".join("?" * number + "*\n" for number in range(100)),
        **{f"tests/test_{letter}.py": "" for letter in "abcdefghijklmnopqrstuvwxyz"},
    }
    failed = [f for f in report_of(files, "ignore/*").findings if f.rule == "lintkit/rule-failed"]
    assert "ignore/dockerignore-incomplete" in {finding.subject for finding in failed}
    assert all("many patterns" in finding.message for finding in failed)


def test_the_service_of_the_last_of_many_pods_is_seen() -> None:
    """A number that the container of one of them declares is the target of a Service of that one alone."""
    pods = [
        DEPLOYMENT.replace(
            "metadata: {labels: {app: NAME}}", "metadata: {labels: {app: NAME, all: x, one: NAME}}"
        )
        .replace("NAME", f"d{each}")
        .replace('1.4"', '1.4", ports: [{containerPort: 8000}]')
        for each in range(60)
    ]
    service = (
        "apiVersion: v1\nkind: Service\nmetadata: {name: NAME}\n"
        "spec: {selector: {KEY}, ports: [{port: 80, targetPort: PORT}]}\n"
    )
    every = service.replace("NAME", "every").replace("KEY", "all: x").replace("PORT", "9000")
    last = service.replace("NAME", "last").replace("KEY", "one: d59").replace("PORT", "8000")

    def told(*services: str) -> list[str]:
        report = report_of({"all.yaml": "---\n".join([*pods, *services])}, "kubernetes/service-target-port")
        return [each.subject for each in report.findings if each.rule == "kubernetes/service-target-port"]

    assert told(every) == ["Service every 9000"]
    assert told(every, last) == []


def test_what_a_file_says_of_all_its_objects_is_looked_for_once() -> None:
    files = {"shops.yaml": "---\n".join(DEPLOYMENT.replace("NAME", f"shop{each}") for each in range(20))}
    before = _has_directive.cache_info()
    report_of(files, "kubernetes/*")
    after = _has_directive.cache_info()
    assert after.hits + after.misses - before.hits - before.misses >= 20
    assert after.misses - before.misses <= 1
