"""Which containers of a process keep something for the next request: sessions, challenges, limits, caches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lintkit.facts import ModuleImport, RouteHandler, StateAccess
from lintkit.graph.calls import CallGraph, StateUse
from lintkit.words.names import split_words
from lintkit.words.state import KINDS

_HARMLESS = frozenset(
    """registry registered handler handlers metric metrics stats counter counters config settings plugin plugins factory
    factories model models engine engines template templates lock locks pool pools middleware middlewares route routes
    type types schema schemas field fields default defaults allowed supported known mock fake demo sample example test
    db http aiohttp requests boto client clients sql sqlalchemy count counts usage background tokenizer tokenizers
    callbacks callback hooks hook tools tool loaded compiled""".split()  # noqa: SIM905
)
_BACKPLANES = (
    "redis",
    "aioredis",
    "broadcaster",
    "nats",
    "aio_pika",
    "aiokafka",
    "kafka",
    "asyncpg",
    "psycopg",
)


def kept_for_requests(
    calls: CallGraph, imports: Iterable[ModuleImport]
) -> Iterator[tuple[StateUse, StateAccess, RouteHandler, str]]:
    """Each container that requests write and use: with the first write, a request that leads there, and its kind.

    The kind is a word of `lintkit.words.state`. Containers in which processes may well differ (registries,
    metrics, clients) are left out, and so are connections in modules that also speak to a broker.
    """
    reached = calls.reached()
    shared = {fact.path for fact in imports if fact.module.split(".")[0] in _BACKPLANES}
    for use, write, handler in calls.written_by_requests():
        kind = _kind(use, reached, shared)
        if kind:
            yield use, write, handler, kind


def _kind(use: StateUse, reached: dict[tuple[str, str], RouteHandler], shared: set[str]) -> str:
    """What a container is for, in a word; empty where its processes may well differ in it."""
    owner, _, name = use.state.name.rpartition(".")
    words = split_words(name)
    if _HARMLESS & {*words, *split_words(owner)}:
        return ""
    kind = next((KINDS[word] for word in reversed(words) if word in KINDS), "") or next(
        (KINDS[word] for word in split_words(owner) if word in KINDS), ""
    )
    requests = [(access, reached.get((access.path, access.function))) for access in use.accesses]
    used = [(access, handler) for access, handler in requests if handler is not None and not access.guarded]
    if not any(access.operation != "write" for access, _ in used):
        return ""
    if kind == "connection" and shared & {use.state.path, *(access.path for access, _ in used)}:
        return ""
    if kind == "job" and use.state.container not in {"dict", "defaultdict", "OrderedDict"}:
        return ""
    return kind
