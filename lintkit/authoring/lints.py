"""Rules for rules: what is wrong with the way a rule is written, before it has run on anything.

Pure functions of what a rule says of itself. A `warning` makes `lintkit test` fail; a `note` is a matter of style.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lintkit.authoring.examples import named
from lintkit.model import Example, Route, RuleMeta, Severity
from lintkit.regex.never import never_matches

SUMMARY_LIMIT = 100
"""Code points of a summary."""

WHY_MINIMUM = 40
"""Code points of a `why` that can say what happens in production."""


@dataclass(frozen=True, slots=True)
class RuleLint:
    """Something about a rule file that its author should change.

    code   a name for the kind of mistake
    route  where in the rule: `("tags", 2)`, `("examples", 0)`; `()` for the rule as a whole
    """

    code: str
    message: str
    severity: Severity = "warning"
    route: Route = ()


def lint_rule(meta: RuleMeta, data: Mapping[str, Any] | None = None) -> tuple[RuleLint, ...]:
    """All that can be said of a rule by reading it.

    data  what a YAML rule file holds; None for a Python-coded rule, whose messages and expressions are in its code
    """
    found = [
        *_lint_words(meta),
        *_lint_names(meta),
        *_lint_options(meta),
        *lint_examples(meta),
    ]
    if data is not None:
        found += lint_message(str(data.get("message", "")), meta.id)
        found += _lint_expressions(data)
    return tuple(found)


def lint_message(message: str, rule_id: str, route: Route = ("message",)) -> Iterator[RuleLint]:
    """What is wrong with a message, or with the template of one."""
    name = rule_id.rpartition("/")[2]
    if "TODO" in message:
        yield _todo("message", route)
        return
    if "\n" in message.strip():
        yield RuleLint("message-lines", "the message has several lines; say it in one", route=route)
    if message.rstrip().endswith("."):
        yield RuleLint(
            "message-full-stop",
            "the message ends in a full stop; reports add none and need none",
            route=route,
        )
    if rule_id in message or ("-" in name and name in _QUOTED.sub("", message)):
        yield RuleLint(
            "message-repeats-id",
            "the message repeats the rule's id, which every report shows beside it",
            route=route,
        )
    if not has_verb(message):
        yield RuleLint(
            "message-without-verb",
            "the message has no verb; say what the value does or lacks (`{value}` names no fixed version)",
            "note",
            route,
        )


def has_verb(message: str) -> bool:
    """Whether an English message has a verb, as far as its words tell; in doubt it has."""
    words = [word.lower() for word in _WORD.findall(_QUOTED.sub(" it ", message))]
    if not words:
        return True
    return any(_is_verb(word, words[index - 1] if index else "") for index, word in enumerate(words))


def _is_verb(word: str, before: str) -> bool:
    if word in _VERBS or word.endswith("n't"):
        return True
    if not word.endswith("s") or word.endswith(("ss", "us", "is", "ous")) or len(word) < 4:
        return False
    # A plural looks like a verb; after these words it is one, and as the first word, too.
    return bool(before) and before not in _BEFORE_NOUNS


def _lint_words(meta: RuleMeta) -> Iterator[RuleLint]:
    for key, text in (("summary", meta.summary), ("why", meta.why), ("remedy", meta.remedy)):
        if "TODO" in text:
            yield _todo(key, (key,))
    summary = meta.summary.strip()
    if summary.endswith("."):
        yield RuleLint(
            "summary-full-stop", "the summary ends in a full stop; it stands in lists", route=("summary",)
        )
    if len(summary) > SUMMARY_LIMIT:
        yield RuleLint(
            "summary-long",
            f"the summary has {len(summary)} characters; {SUMMARY_LIMIT} are what a line of a list holds",
            route=("summary",),
        )
    first = summary.split(" ", 1)[0]
    if "TODO" not in summary and first[:1].isupper() and first[1:].islower() and first not in _NAMES:
        yield RuleLint(
            "summary-capital",
            f"the summary begins with a capital (`{first}`); begin in lower case unless it is a name",
            "note",
            ("summary",),
        )
    if len(meta.why.strip()) < WHY_MINIMUM and "TODO" not in meta.why:
        yield RuleLint(
            "why-short",
            "`why` is too short to say what happens in production; one or two sentences do",
            route=("why",),
        )
    if not meta.remedy.strip():
        yield RuleLint("remedy-missing", "`remedy` is missing; say what to do today", route=("remedy",))
    elif meta.remedy.strip().rstrip(".").lower() == summary.lower():
        yield RuleLint(
            "remedy-repeats", "`remedy` only repeats the summary; say what to do", route=("remedy",)
        )


def _lint_names(meta: RuleMeta) -> Iterator[RuleLint]:
    for index, tag in enumerate(meta.tags):
        if re.match(r"cwe", tag, re.IGNORECASE):
            if not _CWE.fullmatch(tag):
                yield RuleLint("cwe-form", f"`{tag}` is no CWE; write it as `CWE-79`", route=("tags", index))
        elif tag.startswith("security-severity:"):
            if not _SCORE.fullmatch(tag.partition(":")[2]):
                yield RuleLint(
                    "security-severity",
                    f"`{tag}` is no score; write 0.1 to 10.0, as `security-severity:7.5`",
                    route=("tags", index),
                )
        elif not _KEBAB.fullmatch(tag):
            yield RuleLint(
                "tag-form",
                f"the tag `{tag}` is not in lower case with hyphens, as `data-loss`",
                route=("tags", index),
            )
    for index, name in enumerate(meta.equivalents):
        if not _EQUIVALENT.fullmatch(name):
            yield RuleLint(
                "equivalent-form",
                f"`{name}` does not name a check of another tool; write `tool:name`, as `hadolint:DL3006`",
                route=("equivalents", index),
            )
    for index, pack in enumerate(meta.packs):
        if not _KEBAB.fullmatch(pack):
            yield RuleLint(
                "pack-form", f"the pack `{pack}` is not in lower case with hyphens", route=("packs", index)
            )
    for key, values in (("tags", meta.tags), ("equivalents", meta.equivalents), ("packs", meta.packs)):
        for value in sorted({value for value in values if values.count(value) > 1}):
            yield RuleLint("twice", f"`{value}` stands twice in `{key}`", route=(key,))


def _lint_options(meta: RuleMeta) -> Iterator[RuleLint]:
    for name, schema in meta.options.items():
        route = ("options", name)
        if not isinstance(schema, Mapping):
            yield RuleLint(
                "option-form", f"the option `{name}` is no JSON Schema with a `default`", route=route
            )
            continue
        if not str(schema.get("description", "")).strip():
            yield RuleLint("option-description", f"the option `{name}` has no `description`", "note", route)
        if "default" not in schema:
            yield RuleLint(
                "option-default",
                f"the option `{name}` has no `default`, so a rule cannot rely on it",
                route=route,
            )
        elif not _accepts(schema, schema["default"]):
            yield RuleLint(
                "option-default",
                f"the `default` of the option `{name}` is not what its own schema allows",
                route=route,
            )


def _accepts(schema: Mapping[str, Any], value: Any) -> bool:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    def plain(item: Any) -> Any:  # Python-coded rules may write tuples, which JSON Schema does not know
        if isinstance(item, (tuple, list, frozenset, set)):
            return [plain(part) for part in item]
        return {key: plain(part) for key, part in item.items()} if isinstance(item, Mapping) else item

    try:
        return bool(Draft202012Validator(plain(schema)).is_valid(plain(value)))
    except SchemaError:
        return False


def lint_examples(meta: RuleMeta) -> Iterator[RuleLint]:
    """Examples that are missing, that prove nothing, or that say something else than their author thinks."""
    for good, word in ((False, "bad"), (True, "good")):
        if not any(example.good is good for example in meta.examples):
            why = "nothing shows what it leaves alone" if good else "nothing shows that it finds anything"
            yield RuleLint(f"{word}-missing", f"the rule has no {word} example: {why}", route=("examples",))
    seen: dict[tuple[object, ...], int] = {}
    for index, example in enumerate(meta.examples):
        route = ("examples", index)
        for code, message in _example_defects(meta, example):
            yield RuleLint(code, message, route=route)
        key = (tuple(sorted(example.files.items())), tuple(sorted(map(str, example.options.items()))))
        first = seen.setdefault(key, index)
        if first != index:
            same = (
                "proves nothing that it does not"
                if meta.examples[first].good is example.good
                else "contradicts it"
            )
            yield RuleLint(
                "example-twice",
                f"the example has the same files and options as example {first + 1}: it {same}",
                route=route,
            )
    if meta.fixable and not any(example.fixed for example in meta.examples):
        yield RuleLint(
            "fixed-missing",
            "the rule has a fix, and no example shows what it makes (`fixed`)",
            route=("examples",),
        )


def _example_defects(meta: RuleMeta, example: Example) -> Iterator[tuple[str, str]]:
    if not any(text.strip() for text in example.files.values()) and not example.good:
        yield "example-empty", "the example is empty"
        return
    if not example.good and not example.expected:
        yield (
            "mark-missing",
            "a bad example marks each line that is reported with `# <-- here` at its end; this one marks none",
        )
    if example.good and (example.expected or any(_MARK.search(text) for text in example.files.values())):
        yield "mark-in-good", "a good example marks nothing: either the mark goes, or it is a bad one"
    elif any(_NEAR_MARK.search(text) for text in example.files.values()):
        yield (
            "mark-misspelt",
            "something in the example looks like a mark and is none; write `# <-- here` at the end of the line",
        )
    if example.fixed is not None:
        if example.good:
            yield "fixed-in-good", "a good example has nothing to fix; leave `fixed` out"
        elif not meta.fixable:
            yield "fixed-without-fix", "the example shows `fixed`, and the rule has no fix"
        elif all(example.files.get(path) == text for path, text in example.fixed.items()):
            yield "fixed-same", "`fixed` is what the example was before"
    if meta.scope == "file" and meta.kinds and not _looked_at(meta, example):
        kinds = " or ".join(meta.kinds)
        yield (
            "example-not-looked-at",
            f"no file of the example is read as {kinds}, so the rule never looks at it; "
            "`lintkit files` shows how names and contents decide",
        )


def _looked_at(meta: RuleMeta, example: Example) -> bool:
    from lintkit.kinds.recognise import kind_of

    files = named(example.files, meta.kinds)
    for path, text in files.items():
        kind = kind_of(path, text.encode("utf-8", "replace"))
        if kind in meta.kinds:
            return True
        if kind == "compose" and "dockerfile" in meta.kinds and "dockerfile_inline:" in text:
            return True
    return False


def _lint_expressions(data: Mapping[str, Any]) -> Iterator[RuleLint]:
    for key in _HOLD_EXPRESSIONS:
        for route, expression in _expressions(data.get(key), (key,)):
            if never_matches(expression):
                yield RuleLint("expression", "no text can ever match this regular expression", route=route)


def _expressions(node: Any, route: Route) -> Iterator[tuple[Route, str]]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key == "pattern" and isinstance(value, str):
                yield (*route, key), value
            elif key == "patternProperties" and isinstance(value, Mapping):
                yield from (((*route, key, name), str(name)) for name in value)
            elif key == "where" and isinstance(value, Mapping):
                yield from (
                    ((*route, key, name), text) for name, text in value.items() if isinstance(text, str)
                )
            yield from _expressions(value, (*route, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _expressions(value, (*route, index))


def _todo(key: str, route: Route) -> RuleLint:
    return RuleLint("todo", f"`{key}` still says TODO; write yours", route=route)


_HOLD_EXPRESSIONS = ("require", "forbid", "when", "relate", "match", "fix")

_CWE = re.compile(r"CWE-[1-9][0-9]{0,3}")
_SCORE = re.compile(r"10\.0|[0-9]\.[0-9]")
_KEBAB = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_EQUIVALENT = re.compile(r"[a-z0-9][a-z0-9._-]*:\S(?:.*\S)?")
_MARK = re.compile(r"<-- here")
_NEAR_MARK = re.compile(
    r"(?:#|//|<!--)[ \t]*<[-=]{1,3}>?[ \t]*here|<-+[ \t]*here[ \t]*$", re.IGNORECASE | re.MULTILINE
)
_QUOTED = re.compile(r"`[^`]*`|\{[^{}]*\}|\"[^\"]*\"|\$[A-Z_][A-Z_0-9]*")
_WORD = re.compile(r"[A-Za-z][A-Za-z'’]*")

# Words that begin with a capital wherever they stand.
_NAMES = frozenset(
    """Alembic Ansible Azure Celery Compose Django Docker Dockerfile Elasticsearch Fastapi Flask Git Gunicorn Helm
    Kafka Kubernetes Linux Mongo Neo Nginx Node Postgres Prometheus Python Redis Terraform Traefik Uvicorn""".split()  # noqa: SIM905
)


_BEFORE_NOUNS = frozenset(
    """a an the no any all some its their your own his of to in on at by for from with without and or as per than both
    each every many most several two three four five few more other these those such between through via into over
    missing hardcoded literal plain default public private""".split()  # noqa: SIM905
)

_VERBS = frozenset(
    """is are was were be been being am has have had does do did can cannot could may might must shall should will would
    accept accepts add allow allows answer answers apply become becomes begin begins believe belong bind block break
    breaks build builds call carry change choose come comes connect contain copy cost count cover create decide declare
    define delete depend differ disable drop enable end ends exist expect expire expose fail fails fall falls fill find
    fit follow forget get gets give gives go goes grant grow happen hide hold ignore keep keeps kill know lack lacks
    lead leak leaks leave leaves let lets like listen live lives lock log look lose loses make makes match mean means
    meet miss mount move name need needs open own pass pin point points print pull push put puts raise reach read reads
    receive refer refuse reload remove repeat replace require rest restart return run runs say says see seem send serve
    set sets share shares show start starts stay stays stop store swallow switch take takes talk tell track tracks
    trust try turn use uses wait want work works write writes""".split()  # noqa: SIM905
)
