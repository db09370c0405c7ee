"""What a class says of the settings that are its fields, as values: `SettingsClass`.

Classes of pydantic-settings, of pydantic 1, and classes that may be the type of their fields. What a field is read from
is not decided here, since that depends on other classes, which may be in other files: see `lintkit.graph.settings`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from lintkit.facts import AliasGenerator, SettingsClass, SettingsField, SettingsOptions
from lintkit.python.branches import in_development_branch, scope_name
from lintkit.python.facts import absolute
from lintkit.python.fallbacks import Reading, expression_value, reading_of
from lintkit.python.lazy import cst
from lintkit.python.names import dotted
from lintkit.python.settings import (
    aliases_of,
    annotated_field,
    field_call,
    field_of,
    is_checked,
    is_development_class,
    keyword_of,
    small_statements,
    validating_code,
)
from lintkit.python.spelling import last_name
from lintkit.secrets.masked import DYNAMIC, NONE, REQUIRED

if TYPE_CHECKING:
    from lintkit.facts import Value
    from lintkit.python.module import PythonFile
    from lintkit.python.settings import Setting

_CALLED = re.compile(
    r"(?<!class )(?<![\w.])([A-Za-z_]\w*)[ ]?\(|\b(?:default_factory\s*=\s*|Depends\(\s*)([A-Za-z_]\w*)"
)
_DEEPEST = 8
_MOST_CHECKS = 400
_OPTIONAL = frozenset({"Optional", "Annotated", "Final"})
_TYPES = frozenset(
    {"str", "int", "bool", "float", "bytes", "list", "dict", "set", "tuple", "Any", "None", "Literal", "Path"}
)
"""Types of fields that are no classes with fields of their own; others are looked up."""
_NO_CLASS = re.compile(r"^(?:typing|collections|pathlib|datetime|enum|pydantic|ipaddress|decimal|uuid)\.")
_ALIAS_METHODS = frozenset({"upper", "lower", "title", "capitalize", "swapcase"})
_ALIAS_FUNCTIONS = frozenset({"to_camel", "to_pascal", "to_snake"})
_SOURCES = frozenset({"secrets_dir", "yaml_file", "json_file", "toml_file", "pyproject_toml_table_header"})
_REFUSING = frozenset({"pattern", "regex", "min_length", "max_length"})
_VALIDATORS = re.compile(r"\b(?:After|Before|Plain|Wrap)Validator\b|\bStringConstraints\b|\bconstr\b")


def settings_class(node: cst.ClassDef, file: PythonFile) -> Iterator[SettingsClass]:
    """The fact of a class, and before it those of the classes of the same file that are types of its fields."""
    pending, told = [node], file.answers.setdefault("settings classes", set())
    while pending:
        each = pending.pop()
        if id(each) in told:
            continue
        told.add(id(each))
        pending += _classes_of_fields(each, file)
        pending += _local_bases(each, file)
        yield _one_class(each, file)


def _one_class(node: cst.ClassDef, file: PythonFile) -> SettingsClass:
    code = validating_code(node, file)
    return SettingsClass(
        file.span(node),
        _qualified(node, file),
        tuple(_meanings(base.value, file) for base in node.bases if base.star == ""),
        own_options(node, file),
        tuple(_fields(node, file)),
        _is_created(node.name.value, file),
        is_development_class(node.name.value) or in_development_branch(node, file),
        frozenset(re.findall(r"\w+", code)[:_MOST_CHECKS]),
    )


def _qualified(node: cst.ClassDef, file: PythonFile) -> str:
    scope = scope_name(node, file)
    return f"{scope}.{node.name.value}" if scope else node.name.value


def _local_bases(node: cst.ClassDef, file: PythonFile) -> Iterator[cst.ClassDef]:
    for base in node.bases:
        found = file.definition(_unsubscripted(base.value))
        if isinstance(found, cst.ClassDef):
            yield found


def _unsubscripted(node: cst.BaseExpression) -> cst.BaseExpression:
    return node.value if isinstance(node, cst.Subscript) else node


def _meanings(node: cst.BaseExpression, file: PythonFile) -> tuple[str, ...]:
    """What the name of a class may mean: `:Name` for one of the file, else qualified names."""
    node = _unsubscripted(node)
    found = file.definition(node)
    if isinstance(found, cst.ClassDef):
        return (":" + _qualified(found, file),)
    names = tuple(absolute(name, file.path) for name in file.qualified_names(node))
    return names or ((dotted(node) or "?"),)


def _is_created(name: str, file: PythonFile) -> bool:
    """Whether the text makes an object of a class: `Settings()`, `default_factory=Settings`, `Depends(Settings)`."""
    called: set[str] | None = file.answers.get("names that are called")
    if called is None:
        called = {found[1] or found[2] for found in _CALLED.finditer(file.text)}
        file.answers["names that are called"] = called
    return name in called


# --- options --------------------------------------------------------------------------------------------------------


def own_options(node: cst.ClassDef, file: PythonFile) -> SettingsOptions:
    """What a class says in `model_config`, `class Config` or keywords of the class, without what it inherits."""
    given: dict[str, cst.BaseExpression] = {}
    opaque = False
    for statement in small_statements(node.body):
        for name, value in _assigned(statement):
            if name == "model_config":
                entries = _entries(value, file)
                opaque |= entries is None
                given.update(entries or {})
    given.update({k.keyword.value: k.value for k in node.keywords if k.keyword is not None})
    for inner in node.body.body:
        if isinstance(inner, cst.ClassDef) and inner.name.value == "Config":
            for statement in small_statements(inner.body):
                given.update(_assigned(statement))
            opaque |= any(isinstance(each, cst.FunctionDef) for each in inner.body.body)
        elif isinstance(inner, cst.FunctionDef) and inner.name.value == "settings_customise_sources":
            opaque = True
    return _options(given, opaque, file)


def _assigned(statement: cst.CSTNode) -> Iterator[tuple[str, cst.BaseExpression]]:
    targets: list[cst.BaseExpression] = []
    value: cst.BaseExpression | None = None
    if isinstance(statement, cst.Assign):
        targets, value = [each.target for each in statement.targets], statement.value
    elif isinstance(statement, cst.AnnAssign):
        targets, value = [statement.target], statement.value
    for target in targets:
        if isinstance(target, cst.Name) and value is not None:
            yield target.value, value


def _entries(value: cst.BaseExpression, file: PythonFile) -> dict[str, cst.BaseExpression] | None:
    """The options of `SettingsConfigDict(…)` or a dict; None where some of them cannot be told."""
    value = file.follow(value)
    found: dict[str, cst.BaseExpression] = {}
    if isinstance(value, cst.Call):
        for argument in value.args:
            if argument.keyword is None:
                return None
            found[argument.keyword.value] = argument.value
        return found
    if isinstance(value, cst.Dict):
        for element in value.elements:
            key = file.literal(element.key) if isinstance(element, cst.DictElement) else None
            if not isinstance(key, str):
                return None
            found[key] = element.value
        return found
    return None


def _options(given: dict[str, cst.BaseExpression], opaque: bool, file: PythonFile) -> SettingsOptions:
    literal = {key: file.literal(value, follow=True) for key, value in given.items()}
    opaque |= not _SOURCES.isdisjoint(given)

    def told(name: str, kind: type) -> Any:
        nonlocal opaque
        value = literal.get(name)
        if name in given and value is not None and not isinstance(value, kind):
            opaque = True
        return value if isinstance(value, kind) else None

    by_name = told("validate_by_name", bool)
    if by_name is None:
        by_name = told("populate_by_name", bool)
    if by_name is None:
        by_name = told("allow_population_by_field_name", bool)
    generator = None
    if "alias_generator" in given and literal["alias_generator"] is not None:
        generator = _alias_generator(given["alias_generator"], file)
        opaque |= generator is None
    split = told("env_nested_max_split", int)
    prefix = told("env_prefix", str)
    target = told("env_prefix_target", str)
    case_sensitive = told("case_sensitive", bool)
    ignore_empty = told("env_ignore_empty", bool)
    delimiter = told("env_nested_delimiter", str)
    partial = told("nested_model_default_partial_update", bool)
    by_alias = told("validate_by_alias", bool)
    files: tuple[str, ...] | None = None
    if "env_file" in given:
        named = literal["env_file"]
        listed = named if isinstance(named, (list, tuple)) else [] if named is None else [named]
        files = tuple(each if isinstance(each, str) else ".env" for each in listed)
    return SettingsOptions(
        prefix,
        target,
        case_sensitive,
        ignore_empty,
        delimiter,
        split,
        partial,
        by_name,
        by_alias,
        generator,
        files,
        opaque,
    )


def _alias_generator(node: cst.BaseExpression, file: PythonFile) -> AliasGenerator | None:
    """How a function makes an alias of a name; None for one that cannot be told."""
    node = file.follow(node)
    body: cst.BaseExpression | None
    if isinstance(node, cst.Call) and last_name(node.func) == "AliasGenerator":
        chosen = keyword_of(node, "validation_alias") or keyword_of(node, "alias")
        return _alias_generator(chosen, file) if chosen is not None else None
    if isinstance(node, cst.Lambda):
        parameters, body = node.params.params, node.body
    elif isinstance(definition := file.definition(node), cst.FunctionDef):
        parameters, body = definition.params.params, _returned(definition)
    else:
        return _alias_function(node, file)
    if not parameters or body is None:
        return None
    return _alias_expression(body, parameters[0].name.value, file, 0)


def _returned(function: cst.FunctionDef) -> cst.BaseExpression | None:
    """What a function returns whose body is one `return`, with or without a docstring."""
    statements = list(small_statements(function.body))
    if len(statements) != len(function.body.body) or not statements:
        return None
    last = statements[-1]
    rest = [each for each in statements[:-1] if not isinstance(each, cst.Expr)]
    return last.value if isinstance(last, cst.Return) and not rest else None


def _alias_function(node: cst.BaseExpression, file: PythonFile) -> AliasGenerator | None:
    qualified = file.qualified_name(node) or dotted(node) or ""
    module, _, name = qualified.rpartition(".")
    if module == "str" and name in _ALIAS_METHODS:
        return AliasGenerator(method=name)
    if module == "pydantic.alias_generators" and name in _ALIAS_FUNCTIONS:
        return AliasGenerator(method=name)
    return None


def _alias_expression(
    node: cst.BaseExpression, parameter: str, file: PythonFile, depth: int
) -> AliasGenerator | None:
    """An alias as `before`, the name or one method of it, `after`."""
    if depth > _DEEPEST:
        return None
    if isinstance(node, cst.Name) and node.value == parameter:
        return AliasGenerator()
    if isinstance(node, cst.Call):
        if isinstance(node.func, cst.Attribute) and not node.args:
            inner = _alias_expression(node.func.value, parameter, file, depth + 1)
            method = node.func.attr.value
            if inner == AliasGenerator() and method in _ALIAS_METHODS:
                return AliasGenerator(method=method)
            if inner is not None and not inner.method and method in {"upper", "lower"}:
                return AliasGenerator(getattr(inner.before, method)(), method, getattr(inner.after, method)())
            return None
        inner = (
            _alias_expression(node.args[0].value, parameter, file, depth + 1) if len(node.args) == 1 else None
        )
        return _alias_function(node.func, file) if inner == AliasGenerator() else None
    parts: list[cst.BaseExpression | str] = []
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Add):
        parts = [node.left, node.right]
    elif isinstance(node, cst.FormattedString):
        for part in node.parts:
            if isinstance(part, cst.FormattedStringText):
                parts.append(part.value)
            elif not isinstance(part, cst.FormattedStringExpression) or part.conversion or part.format_spec:
                return None
            else:
                parts.append(part.expression)
    return _alias_sum(parts, parameter, file, depth)


def _alias_sum(
    parts: list[cst.BaseExpression | str], parameter: str, file: PythonFile, depth: int
) -> AliasGenerator | None:
    before = after = ""
    inner: AliasGenerator | None = None
    for part in parts:
        text = part if isinstance(part, str) else file.literal(part, follow=True)
        if isinstance(text, str):
            before, after = (before, after + text) if inner is not None else (before + text, after)
            continue
        found = None if isinstance(part, str) else _alias_expression(part, parameter, file, depth + 1)
        if found is None or inner is not None:
            return None
        inner = found
    if inner is None:
        return None
    return AliasGenerator(before + inner.before, inner.method, inner.after + after)


# --- fields ---------------------------------------------------------------------------------------------------------


def _fields(node: cst.ClassDef, file: PythonFile) -> Iterator[SettingsField]:
    names = _config_fields(node, file)
    for statement in small_statements(node.body):
        field = field_of(statement, node, "pydantic", file)
        if field is not None:
            yield _field(field, names, file)


def _config_fields(node: cst.ClassDef, file: PythonFile) -> dict[str, tuple[str, ...]]:
    """`class Config: fields = {"url": {"env": "CACHE_URL"}}` of pydantic 1: variables by field."""
    found: dict[str, tuple[str, ...]] = {}
    for inner in node.body.body:
        if isinstance(inner, cst.ClassDef) and inner.name.value == "Config":
            for statement in small_statements(inner.body):
                for name, value in _assigned(statement):
                    entries = file.literal(value, follow=True) if name == "fields" else None
                    for field, said in entries.items() if isinstance(entries, dict) else ():
                        env = said.get("env") if isinstance(said, dict) else None
                        if isinstance(env, str):
                            found[str(field)] = (env,)
                        elif isinstance(env, (list, tuple, set)):
                            found[str(field)] = tuple(each for each in env if isinstance(each, str))
    return found


def _field(field: Setting, configured: dict[str, tuple[str, ...]], file: PythonFile) -> SettingsField:
    statement = field.node
    assert isinstance(statement, (cst.AnnAssign, cst.Assign))
    annotation = statement.annotation.annotation if isinstance(statement, cst.AnnAssign) else None
    calls = [
        each
        for each in (field_call(statement.value, file), annotated_field(annotation, file))
        if each is not None
    ]
    aliases = _named_aliases(calls, ("validation_alias", "alias"), file)
    env = configured.get(field.name) or _named_aliases(calls, ("env",), file)
    name = (aliases or env or (field.name,))[0]
    value, place, reading = _default(field, name, statement, file)
    model = _model(annotation, file)
    instance, given = _instance(field, calls, model, annotation, file)
    checked = bool(_VALIDATORS.search(field.annotation)) or any(_refuses(call, value, file) for call in calls)
    if not checked and (value.is_secret or value.is_loopback):
        checked = is_checked(field.name, file)
    return SettingsField(
        field.name,
        file.span(statement),
        value,
        file.span(place),
        aliases,
        env,
        reading.names if reading is not None else (),
        reading.empty_is_unset if reading is not None else (),
        model,
        instance,
        given,
        checked,
    )


def _named_aliases(
    calls: list[cst.Call], keywords: tuple[str, ...], file: PythonFile
) -> tuple[str, ...] | None:
    for keyword in keywords:
        for call in calls:
            node = keyword_of(call, keyword)
            if node is not None and not (isinstance(node, cst.Name) and node.value == "None"):
                return aliases_of(node, file)
    return None


def _refuses(call: cst.Call, value: Value, file: PythonFile) -> bool:
    """Whether `Field(min_length=…)` and the like may refuse the default: settings validate theirs."""
    given = {each.keyword.value: each.value for each in call.args if each.keyword is not None}
    if _REFUSING.isdisjoint(given):
        return False
    if value.kind != "literal" or value.is_secret or not {"pattern", "regex"}.isdisjoint(given):
        return True
    length = len(value.text or "")
    shortest, longest = (
        file.literal(given[key], follow=True) if key in given else None
        for key in ("min_length", "max_length")
    )
    fits = not isinstance(shortest, int) or length >= shortest
    return not (fits and (not isinstance(longest, int) or length <= longest))


def _default(
    field: Setting, name: str, statement: cst.AnnAssign | cst.Assign, file: PythonFile
) -> tuple[Value, cst.CSTNode, Reading | None]:
    """(default, where that is written, how it is read where it is itself a read of the environment)."""
    if field.default is None:
        return REQUIRED if field.required else DYNAMIC, statement.value or statement, None
    reading = reading_of(field.default, file)
    if reading is not None:
        return reading.default, reading.place, reading
    value = expression_value(name, field.default, file)
    return (NONE if value.kind == "none" else value), field.default, None


# --- types of fields that have fields of their own ------------------------------------------------------------------


def _type(
    annotation: cst.BaseExpression | None, file: PythonFile, depth: int = 0
) -> cst.BaseExpression | None:
    """The class in `Cache`, `Optional[Cache]`, `Cache | None`, `Annotated[Cache, …]`, `"Cache"`; None for others."""
    if annotation is None or depth > _DEEPEST:
        return None
    if isinstance(annotation, cst.Subscript):
        if last_name(annotation.value) in _OPTIONAL | {"Union"}:
            inner = [each.slice.value for each in annotation.slice if isinstance(each.slice, cst.Index)]
            if last_name(annotation.value) in _OPTIONAL:
                inner = inner[:1]
            return _only([_type(each, file, depth + 1) for each in inner])
        return None
    if isinstance(annotation, cst.BinaryOperation) and isinstance(annotation.operator, cst.BitOr):
        return _only([_type(each, file, depth + 1) for each in (annotation.left, annotation.right)])
    if isinstance(annotation, cst.SimpleString):
        text = annotation.evaluated_value
        if not isinstance(text, str) or not text.isidentifier() or text in _TYPES:
            return None
        return file.adopt(cst.Name(text), annotation)
    if isinstance(annotation, (cst.Name, cst.Attribute)) and last_name(annotation) not in _TYPES:
        return annotation
    return None


def _only(found: list[cst.BaseExpression | None]) -> cst.BaseExpression | None:
    classes = [each for each in found if each is not None]
    return classes[0] if len(classes) == 1 else None


def _class_named(node: cst.BaseExpression, file: PythonFile) -> cst.ClassDef | None:
    found = file.definition(node)
    if found is None and isinstance(node, cst.Name):  # in quotes, or defined further below
        for binding in file.module_bindings(node.value):
            if isinstance(binding.node, cst.ClassDef):
                return binding.node
    return found if isinstance(found, cst.ClassDef) else None


def _model(annotation: cst.BaseExpression | None, file: PythonFile) -> str:
    node = _type(annotation, file)
    if node is None:
        return ""
    found = _class_named(node, file)
    if found is not None:
        return ":" + _qualified(found, file)
    for name in file.qualified_names(node):
        if "." in name and not _NO_CLASS.match(name):
            return absolute(name, file.path)
    return ""


def _classes_of_fields(node: cst.ClassDef, file: PythonFile) -> Iterator[cst.ClassDef]:
    for statement in small_statements(node.body):
        if isinstance(statement, cst.AnnAssign):
            kind = _type(statement.annotation.annotation, file)
            found = _class_named(kind, file) if kind is not None else None
            if found is not None:
                yield found


def _instance(
    field: Setting,
    calls: list[cst.Call],
    model: str,
    annotation: cst.BaseExpression | None,
    file: PythonFile,
) -> tuple[bool, tuple[SettingsField, ...]]:
    """Whether the default of a field is an object of its class, and the values that this gives to fields of its own."""
    kind = _type(annotation, file) if model else None
    if kind is None:
        return False, ()
    for call in calls:
        factory = keyword_of(call, "default_factory")
        if factory is not None and last_name(factory) == last_name(kind):
            return True, ()
    default = None if field.default is None else file.follow(field.default)
    if isinstance(default, cst.Call) and last_name(default.func) == last_name(kind):
        entries = [(each.keyword, each.value) for each in default.args]
        if any(keyword is None for keyword, _ in entries):
            return False, ()
        return True, tuple(
            _given(keyword.value, value, file) for keyword, value in entries if keyword is not None
        )
    if isinstance(default, cst.Dict):
        named = _entries(default, file)
        if named is not None:
            return True, tuple(_given(key, value, file) for key, value in named.items())
    return False, ()


def _given(name: str, value: cst.BaseExpression, file: PythonFile) -> SettingsField:
    reading = reading_of(value, file)
    if reading is not None:
        return SettingsField(
            name,
            file.span(value),
            reading.default,
            file.span(reading.place),
            fallbacks=reading.names,
            empty_is_unset=reading.empty_is_unset,
        )
    found = expression_value(name, value, file)
    checked = (found.is_secret or found.is_loopback) and is_checked(name, file)
    return SettingsField(name, file.span(value), found, file.span(value), guarded=checked)
