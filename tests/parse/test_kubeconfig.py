"""The users of a kubeconfig."""

from __future__ import annotations

from lintkit.kinds.kubernetes.kubeconfig import kubeconfig_users
from lintkit.kinds.kubernetes.objects import parse
from lintkit.kinds.recognise import kind_of
from lintkit.model import SourceFile

TEXT = b"""\
apiVersion: v1
kind: Config
users:
  - name: a
    user: {token: t, exec: {command: login, args: [x, "--y"]}}
  - {name: b, user: {auth-provider: {config: {client-secret: s}}, password: p, token: 3}}
  - {name: c, user: }
  - 3
"""


def test_users() -> None:
    (document,) = parse(SourceFile("kubeconfig", "kubernetes", TEXT))
    one, other = kubeconfig_users(document)
    assert one.values == ((("users", 0, "user", "token"), "token", "t"),)
    assert one.arguments == (
        ("users", 0, "user", "exec", "args", 0),
        ("users", 0, "user", "exec", "args", 1),
    )
    assert [(name, value) for _, name, value in other.values] == [("password", "p"), ("client-secret", "s")]


def test_which_files() -> None:
    for path in ("kubeconfig", "deploy/prod.kubeconfig", "home/.kube/config"):
        assert kind_of(path, TEXT) == "kubernetes"
    assert kind_of(".kube/config", b"[main]\na = 1\n") is None


def test_which_actions() -> None:
    assert kind_of(".github/actions/x/action.yml", b"name: x\nruns: {using: composite}\n") == "workflow"
    assert kind_of("roles/action.yml", b"- name: x\n") == "yaml"
