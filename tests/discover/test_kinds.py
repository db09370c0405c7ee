"""What a file is, by name and by content."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintkit.formats.sniff import is_binary
from lintkit.kinds.recognise import kind_by_name, kind_of, language_of, template_stem
from lintkit.kinds.registry import KINDS
from lintkit.model import Kind
from tests.stepping import lines

DEPLOYMENT = b"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n"
COMPOSE = b"services:\n  web:\n    image: app\n"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("Dockerfile", "dockerfile"),
        ("dockerfile", "dockerfile"),
        ("api/Dockerfile.dev", "dockerfile"),
        ("Dockerfile-alpine", "dockerfile"),
        ("Dockerfile_prod", "dockerfile"),
        ("Dockerfile.3.12", "dockerfile"),
        ("Dockerfile.dev.gpu", "dockerfile"),
        ("Dockerfile.go", "dockerfile"),
        ("api.Dockerfile", "dockerfile"),
        ("api.dockerfile", "dockerfile"),
        ("Containerfile", "dockerfile"),
        ("Containerfile.x", "dockerfile"),
        ("build.containerfile", "dockerfile"),
        ("dockerfile.go", None),
        ("dockerfile_parser.py", "python"),
        ("Dockerfile.py", "python"),
        ("Dockerfile.md", "text"),
        ("Dockerfile.j2", None),
        ("Dockerfile.template", None),
        ("Dockerfile.sh", "text"),
        ("Dockerfile.orig", None),
        ("Dockerfile~", None),
        ("Dockerfiles", None),
        ("mydockerfile", None),
        ("Dockerfile.dockerignore", "dockerignore"),
        (".dockerignore", "dockerignore"),
        ("api/.containerignore", "dockerignore"),
        ("k/Kustomization", "kubernetes"),
        ("kubeconfig", "kubernetes"),
        ("live.kubeconfig", "kubernetes"),
        ("kubeconfig-prod", "kubernetes"),
        ("kubeconfig.md", "text"),
        (".gitignore", "gitignore"),
        ("sub/.gitignore", "gitignore"),
        (".env", "dotenv"),
        (".env.production", "dotenv"),
        (".envs/.production/.django", "dotenv"),
        ("deploy/.envs/.postgres", "dotenv"),
        (".envs/README.md", "text"),
        ("envs/.production/.django", None),
        (".env.production.local", "dotenv"),
        (".env.example", "dotenv"),
        (".env.template", "dotenv"),
        (".env-prod", "dotenv"),
        (".env_test", "dotenv"),
        (".flaskenv", "dotenv"),
        ("prod.env", "dotenv"),
        ("deploy/docker.env", "dotenv"),
        ("prod.env.example", "dotenv"),
        ("env.example", "dotenv"),
        ("env.prod.template", "dotenv"),
        (".envrc", None),
        (".env.js", None),
        (".env.d.ts", None),
        (".env.py", "python"),
        (".env.json", "json"),
        (".env.j2", None),
        (".env.md", "text"),
        (".env.gpg", None),
        ("env.py", "python"),
        ("environment", None),
        ("app.py", "python"),
        ("app.PY", "python"),
        ("gui.pyw", "python"),
        ("app.pyi", None),
        (".py", None),
        ("app.py.j2", None),
        ("pyproject.toml", "toml"),
        ("Pipfile", "toml"),
        ("pylock.toml", None),
        ("poetry.lock", None),
        ("config.json", "json"),
        ("package-lock.json", None),
        ("tsconfig.json", None),
        ("tsconfig.app.json", None),
        (".vscode/settings.json", None),
        ("web/.vscode/settings.json", None),
        ("not.vscode/settings.json", "json"),
        ("data.min.json", None),
        ("pnpm-lock.yaml", None),
        ("compose.yaml", "compose"),
        ("compose.yml", "compose"),
        ("compose.override.yaml", "compose"),
        ("docker-compose.yml", "compose"),
        ("docker-compose.prod.yml", "compose"),
        ("docker-compose-prod.yml", "compose"),
        ("docker-compose.a.b.yaml", "compose"),
        ("prod.docker-compose.yml", "compose"),
        ("decompose.yml", "yaml"),
        ("composer.yml", "yaml"),
        ("values.yaml", "yaml"),
        (".github/workflows/ci.yml", "workflow"),
        (".github/workflows/compose.yaml", "workflow"),
        (".gitea/workflows/ci.yaml", "workflow"),
        (".forgejo/workflows/ci.yaml", "workflow"),
        (".github/workflows/sub/ci.yml", "yaml"),
        (".github/dependabot.yml", "yaml"),
        ("x.github/workflows/ci.yml", "yaml"),
        ("README.md", "text"),
        ("requirements.txt", "text"),
        ("deploy.sh", "text"),
        ("certs/server.key", "text"),
        ("store.P12", "text"),
        (".key", None),
        ("logo.png", None),
        ("", None),
    ],
)
def test_names(path: str, kind: str | None) -> None:
    assert kind_by_name(path) == kind


@pytest.mark.parametrize(
    ("path", "data", "kind"),
    [
        ("a.yaml", DEPLOYMENT, "kubernetes"),
        ("a.yaml", b"kind: Service\nspec: {}\napiVersion: v1\n", "kubernetes"),
        ("a.yaml", b'"apiVersion": v1\n"kind": Service\n', "kubernetes"),
        ("a.yaml", b"a: 1\n---\n" + DEPLOYMENT, "kubernetes"),
        ("a.yaml", b"---\n" + DEPLOYMENT + b"---\nb: 1\n", "kubernetes"),
        ("a.yaml", b"# c\n--- # first\n" + DEPLOYMENT, "kubernetes"),
        ("a.yaml", b"a: 1\n---\n\xef\xbb\xbf" + DEPLOYMENT, "kubernetes"),
        ("a.yaml", b"%YAML 1.2\n---\n" + DEPLOYMENT + b"...\n", "kubernetes"),
        ("patch.yaml", b"kind: ConfigMap\nmetadata: {name: shop}\ndata: {A: b}\n", "kubernetes"),
        ("role.yaml", b"kind: role\nmetadata: {name: shop}\n", "yaml"),
        ("a.yaml", b"kind: Shop\n---\nmetadata: {name: shop}\n", "yaml"),
        ("a.json", b'{"apiVersion": "v1",\r\n "kind": "Pod"}', "kubernetes"),
        ("a.json", b'\xef\xbb\xbf {"kind": "List", "items": [{"a": "}"}], "apiVersion": "v1"}', "kubernetes"),
        ("a.json", b'{"spec": {"apiVersion": "v1", "kind": "Pod"}}', "json"),
        ("a.json", b'{"kind": "Pod"}\n{"apiVersion": "v1"}', "json"),
        ("a.json", b'{"kind": 1, "apiVersion": 2}', "json"),
        ("a.json", b'[{"kind": "Pod", "apiVersion": "v1"}]', "json"),
        ("package-lock.json", b'{"apiVersion": "v1", "kind": "Pod"}', None),
        ("a.yaml", b"apiVersion: v1\n---\nkind: Service\n", "yaml"),
        ("a.yaml", b"apiVersion: v1\nname: chart\n", "yaml"),
        ("a.yaml", b"data:\n  apiVersion: v1\n  kind: Service\n", "yaml"),
        ("a.yaml", b"#apiVersion: v1\n#kind: Service\n", "yaml"),
        ("a.yaml", b"apiVersion: v1\nkindness: Service\n", "yaml"),
        ("docker-compose.k8s.yaml", DEPLOYMENT, "kubernetes"),
        ("stack.yml", COMPOSE, "compose"),
        ("stack.yml", b"version: '3'\nservices: # all\n\n  # first\n  web:\n    build: .\n", "compose"),
        ("stack.yml", b"services: {web: {image: app}}\n", "compose"),
        ("stack.yml", b"services:\n  web:\n    <<: *base\n", "compose"),
        ("stack.yml", b"x-base: &base {}\n" + COMPOSE, "compose"),
        ("part.yml", COMPOSE + b"required:\n  - database\n", "yaml"),  # a generator's fragment
        ("stack.yml", b"services:\n- docker\nscript:\n  image: x\n", "yaml"),
        ("stack.yml", b"services:\n  - name: web\n    image: x\n", "yaml"),
        ("stack.yml", b"services:\n  # c\n  - name: web\n    image: x\n", "yaml"),
        ("services.yaml", b"services:\n  App\\Mailer:\n    autowire: true\nother:\n  image: x\n", "yaml"),
        ("stack.yml", b"jobs:\n  services:\n    image: x\n", "yaml"),
        ("check.yml", b"services:\n  web:\n    image: app\nsteps:\n- run: make\n", "yaml"),
        ("notes.yaml", b"# slogan: Keep notes.\nservices:\n  web:\n    image: notes\n", "yaml"),  # Coolify's
        ("vela.yaml", b"name: a\nservices:\n  web:\n    image: a\n    port: 80\n    route: {}\n", "yaml"),
        ("config.yml", b"services:\n  web:\n    image: a\n    depends: db\n    commands: {}\n", "yaml"),
        ("stack.yml", b"services:\n  web:\n    image: a\n    port: 80\n    volumes: []\n", "compose"),
        ("compose.yaml", b"include: [a.yaml]\n", "compose"),
        ("compose.yaml", b"", "compose"),
        (".github/workflows/ci.yml", b"on: push\nservices:\n  a:\n    image: x\n", "workflow"),
        ("a.yaml", b"a: 1\n", "yaml"),
        ("a.yaml", b"\x00\xff", "yaml"),
    ],
)
def test_yaml_by_content(path: str, data: bytes, kind: str) -> None:
    assert kind_of(path, data) == kind


@pytest.mark.parametrize("text", [DEPLOYMENT.decode(), COMPOSE.decode()])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_change_nothing(text: str, encoding: str, newline: str) -> None:
    plain = kind_of("a.yaml", text.encode())
    assert plain in ("kubernetes", "compose")
    assert kind_of("a.yaml", text.replace("\n", newline).encode(encoding)) == plain


@pytest.mark.parametrize(
    ("path", "data", "kind"),
    [
        ("bin/tool", b"#!/usr/bin/env python3\n", "python"),
        ("bin/tool", b"#!/usr/bin/python\r\n", "python"),
        ("bin/tool", b"#! /usr/local/bin/python3.12 -u\n", "python"),
        ("bin/tool", b"#!/usr/bin/env -S python3 -u\n", "python"),
        ("bin/tool", b"#!/usr/bin/env -S uv run --script\n", "python"),
        ("bin/tool", b"#!/usr/bin/env pypy3", "python"),
        ("bin/tool", b"#!/bin/sh\n# python\n", "text"),
        ("bin/tool", b"#!/usr/bin/env bash\n", "text"),
        ("bin/tool", b"#!/usr/bin/env node\n", None),
        ("keys/deploy", b"-----BEGIN OPENSSH PRIVATE KEY-----\n", "text"),
        (
            "keys/deploy",
            b"Bag Attributes\n    localKeyID: 01\n-----BEGIN ENCRYPTED PRIVATE KEY-----\n",
            "text",
        ),
        ("keys/deploy.pub", b"ssh-ed25519 bm90", None),
        ("bin/tool", b"#!/usr/bin/pythonista\n", None),
        ("bin/tool", b"import os\n", None),
        ("deploy/kubeconfig", b"# of the cluster\napiVersion: v1\nkind: Config\n", "kubernetes"),
        ("deploy/pod", DEPLOYMENT, "kubernetes"),
        ("deploy/pod", b"cat <<E\n" + DEPLOYMENT + b"E\n", None),
        ("deploy/pod", b"apiVersion: v1\nkind: Pod\nspec:\n  {{ .Values.spec }}\n", None),
        ("k/Kustomization", b"resources: [a.yaml]\n", "kubernetes"),
        ("bin/tool", b"", None),
        ("LICENSE", b"#!/usr/bin/env python3\n", None),
        ("tool.sh", b"#!/usr/bin/env python3\n", "text"),
        (".tool", b"#!/usr/bin/env python3\n", None),
    ],
)
def test_scripts(path: str, data: bytes, kind: str | None) -> None:
    assert kind_of(path, data) == kind


@pytest.mark.parametrize(
    "data",
    [
        b"{{- if .Values.enabled }}\nkind: Service\n{{- end }}\n",
        b"name: {{ .Release.Name }}\n",
        b"metadata:\n  name: {{ name }}\n",
        b"  - {{ item }}\n",
        b"- name: {{ item }}\n",
        b'"quoted": {{ item }}\n',
        b"{% for x in y %}\na: 1\n{% endfor %}\n",
        b"a: {% if x %}1{% endif %}\n",
        b"{# a comment #}\na: 1\n",
        b"a: 1\n<% if x %>\nb: 2\n<% end %>\n",
        b"a: |\n  {{ text }}\nb: {{ value }}\n",
        b"a: |\n  text\n\n{{ include }}\n",
        b"- key: |\n    text\n  other: {{ x }}\n",
        b"a: >-\r\n  text\r\nb: {{ x }}\r\n",
    ],
)
def test_templates_are_no_yaml_yet(data: bytes) -> None:
    assert kind_of("a.yaml", data) is None
    assert kind_of("compose.yaml", data) is None


@pytest.mark.parametrize(
    "data",
    [
        b'name: "{{ name }}"\n',
        b"name: '{{ name }}'\n",
        b"# name: {{ name }}\n",
        b"a: 1 # {{ name }}\n",
        b"summary: instance {{ $labels.instance }} is down\n",
        b"on: ${{ github.sha }}\n",
        b"${{ if x }}:\n  a: 1\n",
        b"run: |\n  {{ text }}\n",
        b"run: |  # comment\n  {{ text }}\n\n  {{ more }}\nb: 1\n",
        b"- |\n  {{ text }}\n",
        b"- run: >-\n    {{ text }}\n",
        b"- name: x\n  run: |+2\n      {{ text }}\n  b: 1\n",
        b"a: !tag |\n  {{ text }}\n",
        b"--- |\n{{ text }}\n",
        b'msg: "key: {{ value }}"\n',
        b"a: <%= value %>\n",
        b"a: {b: {c: 1}}\n",
    ],
)
def test_braces_in_text_are_no_template(data: bytes) -> None:
    assert kind_of("a.yaml", data) == "yaml"


def test_the_stem_of_a_template_says_what_it_would_be() -> None:
    assert template_stem("deploy/compose.yaml.j2") == "compose"
    assert template_stem("Dockerfile.template") == "dockerfile"
    assert template_stem("notes.txt.j2") == "text"
    assert template_stem("compose.yaml") is None


@pytest.mark.parametrize(
    ("data", "binary"),
    [
        (b"", False),
        (b"a: 1\n", False),
        (b"\x00" * 100, True),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00", True),
        ("a: 1\n".encode("utf-16-le"), True),
        ("a: 1\n".encode("utf-16"), False),
        ("a: 1\n".encode("utf-32"), True),
        (b"a: 1\x00\nb: 2\n", False),
        (b"\xff\xfa\x00" + b"x" * 200, True),
        ("é".encode() * 9000 + b"\x00", False),
        (b"\x00" + b"a" + "é".encode() * 9000, False),
    ],
)
def test_binary_content(data: bytes, binary: bool) -> None:
    assert is_binary(data) is binary


@pytest.mark.parametrize(
    "make",
    [
        lambda n: b"services:\n" + b"  # a # a \n" * n + b"x",
        lambda n: b"services:\n" + b"  # " + b" #" * n,
        lambda n: b"services:\n" + b" " * n,
        lambda n: b"services:" + b" {" * n,
        lambda n: b"apiVersion: v1\n" * n,
        lambda n: b"apiVersion: v1\n---\n" * n,
        lambda n: b"{{ " * n,
        lambda n: b"a: {{ " + b"{{\n" * n,
        lambda n: b"a: |\n" + b" {{ x }}\n" * n,
        lambda n: b"a: {{\n" + b": " * n,
        lambda n: b" | " * n + b"\na: 1\n" + b" {{\n",
        lambda n: b"a: b\n" + b" | # |" * n + b"\n- {{\n",
        lambda n: b"- " * n + b"{{",
        lambda n: b"-" * n + b"{{",
        lambda n: b"\n" * n + b"{{",
        lambda n: b"#!" + b"/env " * n,
    ],
    ids=range(16),
)
def test_hostile_content_takes_no_more_than_its_size(make: Callable[[int], bytes]) -> None:
    def look(data: bytes) -> None:
        kind_of("a.yaml", data)
        kind_of("tool", data)
        is_binary(data)

    look(make(4))  # what is made once is made
    small, large = (lines(partial(look, make(count))) for count in (2_000, 4_000))
    assert large < 2.2 * small + 200
    look(make(300_000))


@given(st.text(alphabet="ab./-_", max_size=12), st.binary(max_size=60))
def test_any_name_and_content_has_a_kind_or_none(path: str, data: bytes) -> None:
    assert kind_of(path, data) in (*KINDS, None)


@given(
    st.lists(
        st.sampled_from(
            [b"apiVersion: v1", b"kind: X", b"---", b"--- ", b" kind: X", b"# kind: X", b"a: 1", b""]
        ),
        max_size=12,
    )
)
def test_kubernetes_is_one_document_with_both_keys(lines: list[bytes]) -> None:
    documents: list[set[bytes]] = [set()]
    for line in lines:
        if line.startswith(b"---"):
            documents.append(set())
        documents[-1].add(line)
    expected = any({b"apiVersion: v1", b"kind: X"} <= document for document in documents)
    assert (kind_of("a.yaml", b"\n".join(lines)) == "kubernetes") is expected


@pytest.mark.parametrize(
    "data",
    [
        b"A=1\n{% if cache %}\nB=2\n{% endif %}\n",
        b"{{- with secret `kv/shop` }}\nA=1\n{{- end }}\n",
        b"A=1\r\n<% if tls %>\r\nB=2\r\n<% end %>\r\n",
    ],
)
def test_a_template_of_an_environment_file_is_read_for_secrets_only(data: bytes) -> None:
    assert kind_of("deploy/shop.env", data) == "text"


@pytest.mark.parametrize("data", [b"A={{ a }}\nB=2\n", b"# {% no line of a template\nA=1\n", b"A=<%\n"])
def test_values_that_are_filled_in_leave_an_environment_file(data: bytes) -> None:
    assert kind_of("deploy/shop.env", data) == "dotenv"


def test_the_file_of_another_program_is_no_compose_file() -> None:
    assert kind_of("rancher-compose.yml", b"version: '2'\nservices:\n  db:\n    scale: 1\n") == "yaml"


@pytest.mark.parametrize(
    ("path", "kind", "language"),
    [
        ("deploy/compose.yaml", None, "yaml"),
        ("services/api/Dockerfile.dev", None, "dockerfile"),
        (".dockerignore", "dockerfile", "gitignore"),
        ("web/package-lock.json", None, "json"),
        ("README.md", None, ""),
        ("", "kubernetes", "yaml"),
        ("", None, ""),
    ],
)
def test_what_markdown_calls_a_file(path: str, kind: Kind | None, language: str) -> None:
    assert language_of(path, kind) == language
