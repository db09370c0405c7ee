"""Mistakes in rule files: the key and the line, what is allowed there, and the nearest thing that is."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lintkit.budget import RuleLimitError
from lintkit.data import schema as shipped_schema
from lintkit.declared.cases import PHRASES, PLACEHOLDER, WORDS
from lintkit.declared.fix import ACTIONS
from lintkit.declared.render import plain_text
from lintkit.declared.schema import compile_schema, mistakes
from lintkit.declared.select import SelectError, compile_query
from lintkit.formats.plain import at
from lintkit.globs.paths import defect, too_many_alike
from lintkit.kinds.kind import EVERY_EDIT
from lintkit.kinds.registry import EACH_KINDS, FILE_KIND, FILE_KINDS
from lintkit.model import Document, Route
from lintkit.regex.engine import compile_regex
from lintkit.regex.syntax import RegexError
from lintkit.words.json_types import TYPE_NAMES
from lintkit.words.path_sets import PATH_SETS

SCHEMA_KEYS: tuple[Route, ...] = (
    ("when",),
    ("text",),
    ("where",),
    ("strict-when",),
    ("strict-where",),
    ("require",),
    ("forbid",),
    ("relate", "in"),
)
QUERY_KEYS: tuple[Route, ...] = (("select",), ("relate", "value"), ("relate", "of"), ("excused-by", "select"))
_CASE_KEYS = ("where", "require", "forbid")

_TAG = re.compile(r"CWE-[1-9][0-9]{0,4}|[a-z0-9]+(?:-[a-z0-9]+)*")
# Keys that people bring from elsewhere and that no spelling comes near to.
_INSTEAD = {
    "id": "the id of a rule is its path, `FAMILY/NAME.yaml`",
    "name": "the id of a rule is its path, `FAMILY/NAME.yaml`",
    "description": "write `summary` and `why`",
    "level": "write `severity`",
    "pattern": "write `match`, or `pattern` inside of `require` or `forbid`",
    "languages": "write `kind`",
    "cwe": "write `tags: [CWE-…]`",
    "files": "write `paths`",
    "exclude": "write `paths-ignore`",
    "test": "write `examples`",
    "tests": "write `examples`",
    "autofix": "write `fix`",
}
_FIX_KINDS: Mapping[str, tuple[str, ...]] = {
    edit: tuple(kind.name for kind in FILE_KINDS if edit in kind.edits) for edit in sorted(EVERY_EDIT)
}

Mistake = tuple[Route, str]


def find_mistakes(document: Document) -> Iterator[Mistake]:
    """What is wrong with a rule file, as (route, sentence); the most telling of each kind of mistake first.

    The Python patterns of `match` are looked at elsewhere.
    """
    data = document.data
    if not isinstance(data, dict):
        yield (), "a rule file is a mapping of keys such as `summary`, `kind`, `select` and `require`"
        return
    shape = list(_shape_mistakes(data))
    yield from shape
    if shape:
        return
    yield from _tag_mistakes(data)
    yield from _option_mistakes(data)
    yield from _query_mistakes(data)
    yield from _glob_mistakes(data)
    yield from _reading_mistakes(data)
    yield from _across_mistakes(data)
    yield from _schema_mistakes(data)
    if "match" not in data:
        yield from _message_mistakes(data)
        yield from _fix_mistakes(data)
        return
    if "message" not in data:
        yield (), "the rule lacks `message`"
    if "where" in data:
        yield ("where",), "conditions on metavariables stand in `match`, beside the pattern"
    if "words" in data:
        yield (
            ("words",),
            "`words` are read from data; the message of a rule with `match` has its metavariables",
        )
    if "fix" in data:
        yield from _python_fix_mistakes(data["fix"])


def _shape_mistakes(data: dict[str, Any]) -> Iterator[Mistake]:
    from jsonschema import Draft202012Validator

    errors = list(Draft202012Validator(shipped_schema("rule")).iter_errors(data))
    found: list[tuple[int, Route, str]] = []
    for error in errors:
        route = tuple(error.absolute_path)
        if error.validator == "additionalProperties":
            known = list(error.schema.get("properties", {}))
            found.extend(
                (0, (*route, k), _unknown(k, route, known)) for k in error.instance if k not in known
            )
        elif error.validator in ("oneOf", "not", "if", "const") and (not route or route == ("kind",)):
            found.append((2, route, _what_is_asked(data)))
        else:
            found.append((1, route, f"{_where(route)} {_explain(error)}"))
    for _, route, message in sorted(found, key=lambda item: (item[0], list(map(str, item[1])))):
        yield route, message


def _unknown(key: str, route: Route, known: list[str]) -> str:
    where = f" in {_where(route)}" if route else ""
    near = difflib.get_close_matches(str(key), known, 1)
    if near:
        return f"unknown key `{key}`{where}; did you mean `{near[0]}`?"
    if not route and key in _INSTEAD:
        return f"unknown key `{key}`; {_INSTEAD[key]}"
    return f"unknown key `{key}`{where}; known keys are {', '.join(f'`{k}`' for k in known)}"


def _what_is_asked(data: dict[str, Any]) -> str:
    subjects = [key for key in ("select", "each", "match") if key in data]
    if len(subjects) != 1:
        have = (
            f"this one has {' and '.join(f'`{key}`' for key in subjects)}"
            if subjects
            else "this one has none"
        )
        return f"a rule has exactly one of `select`, `each` and `match`; {have}"
    if "match" in data:
        return "`match` is for `kind: python`; rules over data have `select` or `each`"
    if data.get("kind") == "python":
        return "a rule of `kind: python` has `match`; `select` and `each` are for data"
    asked = [key for key in ("require", "forbid", "relate", "among", "cases") if key in data]
    have = f"this one has {' and '.join(f'`{key}`' for key in asked)}" if asked else "this one has none"
    return f"a rule over data has exactly one of `require`, `forbid`, `relate`, `among` and `cases`; {have}"


def _where(route: Route) -> str:
    text = ""
    for part in route:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return f"`{text}`" if text else "the rule"


def _explain(error: Any) -> str:
    wanted: Any = error.validator_value
    kind = str(error.validator)
    if kind == "required":
        missing = [key for key in wanted if key not in error.instance]
        return "lacks " + ", ".join(f"`{key}`" for key in missing)
    if kind == "enum":
        near = difflib.get_close_matches(str(error.instance), list(map(str, wanted)), 1)
        hint = f"; did you mean `{near[0]}`?" if near else ""
        return "must be one of " + ", ".join(f"`{value}`" for value in wanted) + hint
    if kind == "const":
        return f"can only be {_shown(wanted)}"
    if kind == "type":
        names = [wanted] if isinstance(wanted, str) else list(wanted)
        return f"must be {' or '.join(TYPE_NAMES.get(name, name) for name in names)}"
    if kind in ("minLength", "minItems", "minProperties"):
        what = {"minLength": "characters", "minItems": "items", "minProperties": "keys"}[kind]
        return f"must have at least {wanted} {what if wanted != 1 else what[:-1]}"
    if kind == "uniqueItems":
        return "names something twice"
    if kind == "pattern":
        return f"must look like `{error.schema.get('examples', [wanted])[0]}`"
    if kind in ("oneOf", "anyOf"):
        choices = [option.get("required", [""])[0] for option in wanted if "required" in option]
        if choices:
            return "needs exactly one of " + ", ".join(f"`{choice}`" for choice in choices)
        types = [option.get("type", "") for option in wanted if isinstance(option, dict)]
        return (
            f"must be {' or '.join(TYPE_NAMES.get(t, 'something else') for t in types if isinstance(t, str))}"
        )
    return f"breaks `{kind}` of the format; `lintkit schema rule` prints it"


def _shown(value: Any) -> str:
    return {True: "`true`", False: "`false`"}[value] if isinstance(value, bool) else f"`{value}`"


def _tag_mistakes(data: Mapping[str, Any]) -> Iterator[Mistake]:
    for index, tag in enumerate(data.get("tags", ())):
        if re.match(r"(?i)cwe", tag) and not _TAG.fullmatch(tag):
            number = re.search("[1-9][0-9]*", tag)
            example = f"CWE-{number[0]}" if number else "CWE-798"
            yield ("tags", index), f"a weakness is written `{example}`, with its number in the CWE list"
        elif not _TAG.fullmatch(tag):
            yield ("tags", index), "a tag is lower-case words with `-` between them, or `CWE-` and a number"


def _option_mistakes(data: Mapping[str, Any]) -> Iterator[Mistake]:
    options = data.get("options", {})
    for name, declared in options.items():
        if not isinstance(declared, dict) or "default" not in declared:
            yield ("options", name), f"the option `{name}` is a JSON Schema with a `default`"
            continue
        wrong = False
        for mistake in mistakes(declared):
            wrong = True
            yield ("options", name, *mistake.route), f"in the option `{name}`, {mistake.message}"
        if not wrong and not compile_schema(declared).is_valid(declared["default"]):
            yield (
                ("options", name, "default"),
                f"the default of the option `{name}` does not fit its own schema",
            )
    for index, example in enumerate(data["examples"]):
        for name in example.get("options", {}):
            if name not in options:
                near = difflib.get_close_matches(name, list(options), 1)
                hint = f"; did you mean `{near[0]}`?" if near else ""
                yield ("examples", index, "options", name), f"the rule declares no option `{name}`{hint}"


def _query_mistakes(data: Mapping[str, Any]) -> Iterator[Mistake]:
    words = ((*route, "words", name, "of") for route, case in _cases(data) for name in case.get("words", {}))
    for route in (*QUERY_KEYS, *words):
        query = at(data, *route)
        if not isinstance(query, str):
            continue
        try:
            compile_query(query)
        except SelectError as error:
            yield route, f"`{route[-1]}` is no JSONPath: {error.message}{_pointer(query, error.position)}"
    each, kind = data.get("each"), data.get("kind")
    if "environment" in data and not FILE_KIND[data["kind"]].production:
        kinds = ", ".join(f"`{each.name}`" for each in FILE_KINDS if each.production)
        yield ("environment",), f"nothing says what `kind: {kind}` is for; `environment` is for {kinds}"
    if "excused-by" in data and kind != "kubernetes":
        yield ("excused-by",), "`excused-by` names an object of Kubernetes, and is for `kind: kubernetes`"
    if isinstance(each, str) and kind not in EACH_KINDS.get(each, ()):
        kinds = ", ".join(f"`{name}`" for name in EACH_KINDS[each])
        yield ("each",), f"`each: {each}` finds nothing in `kind: {kind}`; it is for {kinds}"


def _glob_mistakes(data: Mapping[str, Any]) -> Iterator[Mistake]:
    for key in ("paths", "paths-ignore"):
        for index, pattern in enumerate(data.get(key, ())):
            wrong = defect(pattern)
            if wrong:
                yield (key, index), f"the glob `{pattern}` {wrong}"
            near = difflib.get_close_matches(pattern, PATH_SETS, 1, 0.8) if pattern.isupper() else ()
            if near and pattern not in PATH_SETS:
                yield (
                    (key, index),
                    f"there is no set of paths `{pattern}`; did you mean `{near[0]}`? "
                    f"As the name of a file it is `/{pattern}`",
                )
        excess = too_many_alike(data.get(key, ()))
        if excess is not None:
            yield (key, excess[0]), f"the glob `{data[key][excess[0]]}` {excess[1]}"


def _reading_mistakes(data: Mapping[str, Any]) -> Iterator[Mistake]:
    if data.get("read") != "merged":
        return
    if data.get("kind") != "compose" or data.get("each") != "service":
        yield ("read",), "`read: merged` is for `kind: compose` with `each: service`"
    for key in ("when", "text", "where", "strict-when", "relate", "among", "cases", "fix", "words"):
        if key in data:
            yield (key,), f"`{key}` looks at one file, and `read: merged` at several; leave one of them out"


def _across_mistakes(data: Mapping[str, Any]) -> Iterator[Mistake]:
    if data.get("each") not in FILE_KIND[data["kind"]].across:
        return
    for key in ("when", "text", "strict-when", "read", "relate", "missing-at", "excused-by", "fix"):
        if key in data:
            yield (
                (key,),
                f"`{key}` is about one file, and `each: {data['each']}` looks at all of them; leave it out",
            )


def _pointer(text: str, position: int | None) -> str:
    if position is None:
        return ""
    if not position:
        return f", at the beginning of `{text}`"
    return f", at character {position + 1}, after `{text[:position]}`"


def _schema_mistakes(data: Mapping[str, Any]) -> Iterator[Mistake]:
    options = {} if "match" in data else data.get("options", {})
    for route in (*SCHEMA_KEYS, *((*case, key) for case, _ in _cases(data) if case for key in _CASE_KEYS)):
        schema = at(data, *route)
        if schema is None:
            continue
        wrong = False
        for mistake in mistakes(schema, options):
            wrong = True
            name = ".".join(map(str, (*route, *mistake.route)))
            yield (*route, *mistake.route), f"`{name}`: {mistake.message}"
        if not wrong:
            yield from _of_use(data, route, schema)


def _of_use(data: Mapping[str, Any], route: Route, schema: Any) -> Iterator[Mistake]:
    """A schema that the options break, and a `forbid` that would report everything."""
    defaults = {
        name: declared.get("default")
        for name, declared in data.get("options", {}).items()
        if isinstance(declared, dict)
    }
    try:
        compiled = compile_schema(schema, defaults)
        # What `each` finds is never null.
        empty = [word for word, value in (("{}", {}), ("null", None)) if compiled.is_valid(value)]
        if "each" in data and empty == ["null"]:
            empty = []
    except RuleLimitError as error:
        yield route, f"`{'.'.join(map(str, route))}`: {error.message}"
        return
    if route[-1] == "forbid" and empty:
        yield (
            route,
            f"`forbid` is satisfied by `{empty[0]}`, so it would report what is empty; "
            + (
                "add `type: object`"
                if empty == ["null"]
                else "name a `type`, a `const` or what is `required`"
            ),
        )


def _cases(data: Mapping[str, Any]) -> Iterator[tuple[Route, Mapping[str, Any]]]:
    """The rule itself and its cases, each with where it stands."""
    yield (), data
    for index, case in enumerate(data.get("cases", ())):
        yield ("cases", index), case


def _message_mistakes(data: Mapping[str, Any]) -> Iterator[Mistake]:
    always = [*WORDS, *PHRASES, *data.get("options", {})]
    for route, case in _cases(data):
        if "message" not in case and "message" not in data and (route or "cases" not in data):
            yield route, f"{_where(route)} lacks `message`"
        words = [] if case is data else [*case.get("words", {})]
        known = [*WORDS, *PHRASES, *data.get("words", {}), *words, *data.get("options", {})]
        for name in case.get("words", {}):
            if name in always:
                yield (
                    (*route, "words", name),
                    f"every message has the word `{name}` already; call this one otherwise",
                )
        named = {**data.get("words", {}), **case.get("words", {})}
        for name in case.get("among", ()):
            if name not in named:
                near = difflib.get_close_matches(name, named, 1)
                hint = f"did you mean `{near[0]}`?" if near else "say in `words` where it is read"
                yield (
                    (*route, "among", name),
                    f"`among` asks for the word `{name}`, which the rule has not; {hint}",
                )
        if case is data and "cases" in data:  # what it says for all of them is looked at in each
            continue
        for key in ("message", "subject"):
            told_in = route if key in case else ()
            for found in PLACEHOLDER.finditer(case.get(key, data.get(key, ""))):
                if found[1] not in known:
                    near = difflib.get_close_matches(found[1], known, 1)
                    names = ", ".join(f"{{{name}}}" for name in known)
                    hint = f"did you mean `{{{near[0]}}}`?" if near else f"there are {names}"
                    yield (
                        (*told_in, key),
                        f"`{key}` names `{{{found[1]}}}`, which nothing fills in; {hint}",
                    )


def _python_fix_mistakes(fix: Mapping[str, Any]) -> Iterator[Mistake]:
    """What a rule with `match` cannot do; whether the code of `replace` fits the patterns is looked at with them."""
    for action in ("set", "remove", "insert"):
        if action in fix:
            yield ("fix", action), f"`{action}` repairs data; a rule with `match` has `keyword` or `replace`"
            return
    if ("keyword" in fix) == ("replace" in fix):
        yield ("fix",), "the `fix` of a rule with `match` has either `keyword` or `replace`"
    elif "replace" in fix and not isinstance(fix["replace"], str):
        yield ("fix", "replace"), "the `replace` of a rule with `match` is Python code, as `httpx.get($URL)`"


def _fix_mistakes(data: Mapping[str, Any]) -> Iterator[Mistake]:
    fix = data.get("fix")
    if fix is None:
        return
    if "keyword" in fix:
        yield (
            ("fix", "keyword"),
            "`keyword` adds an argument to Python code; data has `set`, `replace`, `remove`, `insert`",
        )
        return
    actions = [action for action in ACTIONS if action in fix]
    if len(actions) != 1:
        yield ("fix",), f"`fix` has exactly one of {', '.join(f'`{action}`' for action in ACTIONS)}"
        return
    action = actions[0]
    if data["kind"] not in _FIX_KINDS[action]:
        yield ("fix", action), f"`{action}` cannot repair `kind: {data['kind']}`"
        return
    never = _never_made(data, action)
    if never:
        yield ("fix", action), f"this fix is never made: {never}"
    if action == "replace":
        replace = fix["replace"]
        if isinstance(replace, str):
            yield ("fix", "replace"), "`replace` has a `pattern` and `with`; code is for rules with `match`"
            return
        try:
            unknown = compile_regex(replace["pattern"]).unknown_reference(replace["with"])
        except RegexError as error:
            message = f"the regular expression fails at character {error.position + 1}: {error.message}"
            yield ("fix", "replace", "pattern"), message
        else:
            if unknown:
                yield ("fix", "replace", "with"), f"`{unknown}` names a group that the pattern does not have"


def _never_made(data: Mapping[str, Any], action: str) -> str:
    """Why no finding of a rule can have its fix, as the end of a sentence; empty where one may."""
    value = data["fix"][action]
    if action == "set" and data["kind"] in ("dockerfile", "dotenv"):
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            return "what stands in such a file is text, so write a text or a whole number"
        if plain_text(str(value), "plain" if data["kind"] == "dotenv" else "") is None:
            return "in such a file a value stands on one line" + (
                " and without quotes, `#` and `\\`" if data["kind"] == "dockerfile" else ""
            )
    lacking = _lacking(data)
    if action == "insert":
        if lacking is None and not _mentions(data.get("require"), _NEEDS_KEYS):
            return (
                "`insert` adds keys that `require` finds missing, and this rule asks for none with `required`"
            )
        asked = _asked_for(data)
        if asked is not None and asked.isdisjoint(value):
            names = ", ".join(f"`{name}`" for name in sorted(asked))
            return f"`insert` adds none of the keys that `require` asks for, which are {names}"
    elif lacking is not None:
        names = ", ".join(f"`{name}`" for name in sorted(lacking))
        return f"what is reported is a missing key ({names}), which only `insert` can add"
    return ""


_NEEDS_KEYS = frozenset({"required", "dependentRequired", "dependentSchemas", "$option"})
_ABOUT_KEYS = frozenset({"required", "title", "description", "$comment"})


def _lacking(data: Mapping[str, Any]) -> frozenset[str] | None:
    """The keys of which one is missing whenever a rule reports something; None where it may report something else."""
    require = data.get("require")
    if not isinstance(require, dict) or not _ABOUT_KEYS.issuperset(require):
        return None
    names = require.get("required")
    return frozenset(names) if isinstance(names, list) and all(isinstance(n, str) for n in names) else None


def _asked_for(data: Mapping[str, Any]) -> frozenset[str] | None:
    """All keys that `require` asks for; None where they stand deeper than at its top."""
    require = data.get("require")
    if not isinstance(require, dict) or not (_ABOUT_KEYS | {"type"}).issuperset(require):
        return None
    return _lacking({"require": {key: value for key, value in require.items() if key != "type"}})


def _mentions(schema: Any, keys: frozenset[str]) -> bool:
    """Whether one of `keys` stands anywhere in a schema."""
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if not keys.isdisjoint(part):
                return True
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
    return False
