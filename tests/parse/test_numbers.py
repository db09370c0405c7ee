"""Numbers in files are those that their consumers read: no digit of another script, and none too long, stops a rule."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import lintkit
from lintkit.catalog.load import load_rules
from lintkit.config import Config
from lintkit.files.tree import open_tree
from lintkit.formats.numbers import is_digits, whole_number
from lintkit.run.engine import Request, run

PACKAGE = Path(lintkit.__file__).parent

DIGITS = ("²", "٣", "①", "೬", "9" * 5_000, "0" * 5_000 + "1")
"""A superscript, a digit of another script, a circled one, and numbers that Python's `int` refuses to read."""

PLACES: dict[str, dict[str, str]] = {
    "copy from a stage": {
        "Dockerfile": (
            "FROM python:3.12\nCOPY . /app\nFROM python:3.12\nCOPY --from=N /app /app\n"
            'CMD ["uvicorn", "app:app"]\n'
        ),
        "app.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
        "requirements.txt": "fastapi\n",
        ".env": "A=1\n",
    },
    "exposed port": {
        "Dockerfile": "FROM a:1\nEXPOSE N N-N 80:N N/tcp\nHEALTHCHECK --retries=N CMD true\nUSER N:N\n"
    },
    "workers on a command line": {
        "Dockerfile": 'FROM python:3.12\nCOPY . /app\nWORKDIR /app\nCMD ["gunicorn", "-w", "N", "app:app"]\n',
        "app.py": "from fastapi import FastAPI\n\napp = FastAPI()\nSESSIONS = {}\n",
    },
    "workers in settings": {
        "gunicorn.conf.py": 'import os\n\nworkers = int(os.getenv("WEB_CONCURRENCY", "N"))\n',
        "compose.yaml": "services: {web: {image: 'a:1', command: 'gunicorn -w ${WEB:-N} app:app'}}\n",
        ".env": "WEB_CONCURRENCY=N\n",
    },
    "compose": {
        "compose.yaml": (
            "services:\n"
            "  db:\n"
            "    image: postgres:16\n"
            "    ports: ['N:N', 'N-N:N', '127.0.0.1:N:N', N, {target: 'N', published: 'N'},"
            " {target: 5432, published: 'N'}]\n"
            "    scale: N\n"
            "    deploy: {replicas: 'N', resources: {limits: {memory: 'Nm', cpus: 'N', pids: 'N'}}}\n"
            "    mem_limit: Nm\n"
            "    restart: on-failure:N\n"
            "    user: N:N\n"
            "    healthcheck: {test: [CMD, a], interval: Ns, retries: N}\n"
            "    environment: {PORT: N, REDIS_URL: 'redis://cache:N/N'}\n"
        )
    },
    "environment": {
        ".env.production": "A_URL=redis://host:N/0\nPORT=N\nDATABASE_URL=postgres://u:p@a:N,b:N/d\nHOST=127.0.0.N\n"
    },
    "manifests": {
        "app.yaml": (
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app}\nspec:\n  replicas: N\n"
            "  selector: {matchLabels: {app: app}}\n  template:\n    metadata: {labels: {app: app}}\n    spec:\n"
            "      containers:\n      - name: app\n        image: host:N/app:N\n"
            "        securityContext: {runAsUser: N}\n"
            "        ports: [{containerPort: N}, {containerPort: 80}]\n"
            "        livenessProbe: {httpGet: {port: 'N', path: /}, periodSeconds: N}\n"
            "        resources: {limits: {cpu: N, memory: NMi}}\n"
            "---\napiVersion: v1\nkind: Service\nmetadata: {name: app}\nspec:\n  selector: {app: app}\n"
            "  ports: [{port: N, targetPort: 'N'}]\n"
            "---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: app}\nspec:\n  minAvailable: N%\n"
            "  selector: {matchLabels: {app: app}}\n"
        ),
        "kustomization.yaml": (
            "resources: [app.yaml]\n"
            "replicas: [{name: app, count: N}]\n"
            "images: [{name: app, newTag: N}]\n"
            "patches:\n- target: {kind: Deployment}\n  patch: |-\n"
            "    - {op: replace, path: /spec/template/spec/containers/N/image, value: 'a:1'}\n"
            "    - {op: remove, path: /spec/template/spec/containers/0/ports/N}\n"
            "    - {op: add, path: /spec/template/spec/containers/N, value: {name: b}}\n"
        ),
    },
    "Python": {
        "app.py": (
            "import os\nimport redis\nimport uvicorn\n\n"
            'CLIENT = redis.Redis.from_url("redis://localhost:N/N")\n'
            'PORT = int(os.getenv("PORT", "N"))\n'
            'uvicorn.run("app:app", host="0.0.0.0", port=PORT, workers="N")\n'
        )
    },
}


@pytest.mark.parametrize(
    "number", DIGITS, ids=["superscript", "arabic", "circled", "kannada", "long", "zeros"]
)
@pytest.mark.parametrize("place", PLACES)
def test_no_number_stops_a_rule_or_the_run(place: str, number: str, tmp_path: Path) -> None:
    for path, text in PLACES[place].items():
        (tmp_path / path).write_text(text.replace("N", number), encoding="utf-8")
    rules = load_rules()
    report = run(Request(open_tree(tmp_path), Config(select=("*",)), rules, rules.ids(), jobs=1))
    assert [f.message for f in report.findings if f.rule == "lintkit/rule-failed"] == []


@pytest.mark.parametrize("text", DIGITS[:4])
def test_digits_of_other_scripts_are_text(text: str) -> None:
    assert not is_digits(text)
    assert whole_number(text) is None


def test_a_number_has_a_longest_form() -> None:
    assert whole_number("9" * 5_000) is None
    assert whole_number("0" * 5_000 + "8") == 8
    assert whole_number("123456") == 123_456
    assert whole_number("123456", longest=5) is None
    assert whole_number("") is None


def sources() -> list[Path]:
    rules = PACKAGE.parent / "rules"
    found = [*PACKAGE.rglob("*.py"), *(rules.rglob("*.py") if not (PACKAGE / "rules").is_dir() else ())]
    return sorted(path for path in found if "__pycache__" not in path.parts)


def asked_of_texts(tree: ast.AST) -> Iterator[int]:
    """The lines on which a text that may have several characters is asked whether it is a number."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in {"isdigit", "isnumeric", "isdecimal"}
            and not (isinstance(node.func.value, ast.Name) and node.func.value.id in {"c", "char", "letter"})
        ):
            yield node.lineno


def test_one_place_says_what_a_number_is() -> None:
    found = [
        f"{path.name}:{line}"
        for path in sources()
        if path.parent.name != "review"  # headers of an HTTP answer
        for line in asked_of_texts(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert found == [], "ask lintkit.formats.numbers"
