"""kubernetes/loopback-url: a container that is told to find another program at localhost."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from lintkit.api import NOT_A_SERVICE, Finding, Location, Project, RuleContext, bad, define, good
from lintkit.api.facts import EnvFrom, VariableProvided
from lintkit.api.kubernetes import Cluster, PodsDefined
from lintkit.api.words import loopback_host

_POD = """\
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  containers:
    - name: api
      image: shop:1
      ports: [{containerPort: 8000}]
      env:
        - name: REDIS_URL
          value: redis://localhost:6379/0  # <-- here
        - name: DB_HOST
          value: 127.0.0.1  # <-- here
        - {name: PUBLIC_URL, value: "http://localhost:8000"}
        - {name: BIND_HOST, value: 127.0.0.1}
        - {name: CORS_ORIGINS, value: "http://localhost:3000"}
"""
_CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: shop}
data:
  AMQP_URL: amqp://localhost:5672  # <-- here
  app.ini: |
    listen = localhost
"""
_SIDECAR = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
        - name: api
          image: shop:1
          envFrom: [{configMapRef: {name: shop}}]
          env:
            - name: CACHE_URL
              value: redis://localhost:6379
        - name: broker
          image: rabbitmq:3
          ports: [{containerPort: 5672}, {containerPort: 6379}]
"""

RULE = define(
    summary="a container is given a URL at localhost, which is its own pod",
    why="""
Inside a pod `localhost` is the pod. The database or API that the value means listens elsewhere, so every connection is
refused, or the program falls back to something it should not.
""",
    remedy="Name the Service (`redis://cache:6379`), or the host of the external one.",
    severity="error",
    scope="project",
    kinds=("kubernetes",),
    tags=("correctness", "production"),
    packs=("recommended", "production"),
    paths_ignore=NOT_A_SERVICE,
    examples=(
        bad(_POD, note="its own port, an address to bind and origins are something else"),
        bad(_CONFIG),
        bad(
            {
                "shop.yaml": _SIDECAR.replace("redis://localhost:6379", "redis://localhost:7000  # <-- here"),
                "config.yaml": _CONFIG.replace("  # <-- here", ""),
            },
            note="the sidecar listens on another port",
        ),
        good(
            {"k8s/shop.yaml": _SIDECAR, "config/shop.yaml": _CONFIG.replace("  # <-- here", "")},
            note="a sidecar",
        ),
        good(
            _POD.replace("  # <-- here", "").replace("spec:\n", "spec:\n  hostNetwork: true\n"),
            note="on the network of the node it is the node",
        ),
    ),
)

_PORT = re.compile(r":([0-9]{1,5})(?=$|[/?#,;])")
_NOT_A_CONNECTION = re.compile(
    r"(?i)cors|origin|allowed|trusted|bind|listen|redirect_uris|no_?proxy|\bhosts$"
)
_CONNECTION = re.compile(
    r"(?i)(?:db|database|redis|valkey|postgres\w*|pg|mysql|mariadb|mongo\w*|kafka|rabbit\w*|amqp|cache|broker|celery|elastic\w*"
    r"|opensearch|neo4j|smtp|mail|memcached?|nats|minio|s3|qdrant|api|backend|upstream|service|grpc|auth)\w*"
    r"_?(?:host|hostname|addr|address|server|servers|endpoint|url|uri|brokers)$"
)


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report literal values of containers and ConfigMaps at a loopback address where nothing of the pod listens."""
    cluster = project.cluster
    pods = {(each.path, f"{each.kind}/{each.name}"): each for each in cluster.facts(PodsDefined)}
    users: defaultdict[str, list[tuple[PodsDefined, str]]] = defaultdict(list)
    for reference in cluster.facts(EnvFrom):
        workload, _, container = reference.unit.rpartition("/")
        owner = pods.get((reference.path, workload))
        if owner is not None and reference.source == "configmap":
            users[reference.ref].append((owner, container))
    for given in cluster.facts(VariableProvided):
        if given.source not in ("kubernetes-env", "configmap") or not given.value.is_loopback:
            continue
        if not _is_connection(given):
            continue
        if given.source == "configmap":
            takers = _takers(cluster, given, users[given.unit.partition("/")[2]])
            if takers and all(_listens(owner, name, given.value.text) for owner, name in takers):
                continue
            related = tuple(
                Location(owner.span, f"{owner.kind} {owner.name} takes it") for owner, _ in takers[:3]
            )
            where = f"ConfigMap `{given.unit.partition('/')[2]}`"
        else:
            workload, _, container = given.unit.rpartition("/")
            owner = pods.get((given.path, workload))
            if owner is None or _listens(owner, container, given.value.text):
                continue
            related = ()
            where = f"container `{container}`"
        host = loopback_host(given.value.text or "") or "localhost"
        yield rule.finding(
            given.span,
            f"`{given.name}` of {where} points to `{host}`, which is the pod itself",
            subject=f"{given.unit} {given.name}",
            related=related,
        )


def _takers(
    cluster: Cluster, given: VariableProvided, users: list[tuple[PodsDefined, str]]
) -> list[tuple[PodsDefined, str]]:
    """Those of `users` that take the ConfigMap which holds a variable, and none of the same name elsewhere."""
    configs = cluster.configs("configmap", given.unit.partition("/")[2])
    own = [each for each in configs if each.path == given.path]
    return [user for user in users if any(cluster.is_config_of(each, user[0]) for each in own)]


def _is_connection(given: VariableProvided) -> bool:
    if _NOT_A_CONNECTION.search(given.name) or given.value.text is None or "\n" in given.value.text.strip():
        return False
    is_url = "://" in given.value.text or given.value.is_secret
    return is_url or _CONNECTION.search(given.name) is not None


def _listens(pods: PodsDefined, container: str, text: str | None) -> bool:
    """Whether something in the pod may listen at the address: the container itself, a sidecar, or the node."""
    if pods.host_network or pods.injected:
        return True
    found = _PORT.search(text or "")
    port = int(found[1]) if found else None
    for name, ports in pods.containers:
        if name == container:
            if port in ports:
                return True
        elif not ports or port is None or port in ports:
            return True
    return False
