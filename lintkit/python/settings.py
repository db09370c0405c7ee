"""Settings as Python code declares them: fields of settings classes, settings modules, and reads with a default.

Two questions are answered here. What does a settings class declare (`fields_of`)? And, asked of an expression: which
setting falls back to it (`setting_at`)? Both know pydantic (1 and 2), dataclasses and attrs, classes and modules of
constants as Flask and Django read them, `app.config[…]`, and every read that `lintkit.python.environment_reads` knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from lintkit.python.branches import in_development_branch
from lintkit.python.environment_reads import ReadHow, environment_read, reader_class
from lintkit.python.lazy import cst
from lintkit.python.receivers import origins
from lintkit.python.spelling import last_name

if TYPE_CHECKING:
    from lintkit.python.module import PythonFile

Framework = Literal["pydantic", "dataclass", "class", "module", "flask", "lookup"] | ReadHow
"""Who gives a setting its value.

pydantic: a field of `BaseSettings`, or of a model that is named like settings. dataclass: a field of a dataclass or
attrs class that is named so. class: a constant in a plain class that is named so (Flask's `from_object`). module: a
constant of a module (Django's `settings.py`). flask: `app.config["X"] = …`. lookup: the second argument of
`config.get("x", …)`. All others: a read of an environment variable.
"""

PYDANTIC_SETTINGS = ("pydantic_settings.BaseSettings", "pydantic.BaseSettings", "pydantic.v1.BaseSettings")

FIELD_CALLS = frozenset({"Field", "field", "ib", "attrib"})
WRAPPERS = frozenset(
    {
        "SecretStr",
        "SecretBytes",
        "Secret",
        "AnyUrl",
        "AnyHttpUrl",
        "HttpUrl",
        "RedisDsn",
        "PostgresDsn",
        "MySQLDsn",
        "AmqpDsn",
        "MongoDsn",
        "URL",
        "CommaSeparatedStrings",
        "DatabaseURL",
        "str",
        "bytes",
        "bool",
        "int",
        "list",
        "tuple",
        "set",
    }
)
"""What a default is wrapped in without becoming another: types of pydantic and starlette, and casts."""

_CLASS_NAME = re.compile(r"(?:Settings|Config|Configuration|Conf|Cfg|Env|Environment)$")
_DEVELOPMENT_CLASS = re.compile(
    r"Dev(?:el(?:op(?:ment|er)?)?)?(?![a-z])|Test|Local(?!e|i[sz])|Debug|CI(?![a-z])|Mock|Stag(?:e|ing)(?![a-z])|Sandbox"
    r"|(?:QA|UAT)(?![a-z])|^Docs?(?:$|[A-Z])"
)
_LATER_SETTINGS = re.compile(
    r"local|overrid|custom|private|secret|instance|site_?settings|user_?settings|prod|environment"
)
"""Names of modules whose settings are read after those of the repository, and are not in it as a rule."""
_TEST_CLASS = re.compile(
    r"^_?(?:Unit|Integration)?Test(?:s|ing)?(?![a-z])|Test(?:s|ing)?(?:Settings|Config|Configuration|Conf|Cfg|Env|Environment)$"
)
_PRODUCTION_CLASS = re.compile(r"Prod(?:uction)?(?![a-z])")
_DEVELOPMENT_FUNCTION = re.compile(
    r"(?:^|_)(?:dev|develop|development)(?:_|$)|^_?(?:run|start|serve|main)_local(?:ly)?$|^_?local_(?:main|run|server|app|start)$"
    r"|(?:^|_)test(?:ing)?_(?:conf(?:ig(?:uration)?)?|settings|env(?:ironment)?|app|server)$"
)
_DEVELOPMENT_PATH = re.compile(
    r"(?:^|[/_.-])(?:dev|devel|development|local|tests?|unittests?|testing|ci|debug|sandbox|example|sample|devstack)(?:[_.-][\w.-]*)?\.py$"
    r"|(?:^|[/_.-])(?:settings|config)[_.-](?:dev|devel|development|local|test|tests|testing|ci|debug)\.py$"
    r"|(?:^|[/_.-])(?:settings|config|conf)[/_.-](?:staging|stage|qa|uat|docker_?compose)\.py$"
    r"|(?:^|/)(?:devel|devstack|\.?ci)/[^?*]*\.py$",
    re.IGNORECASE,
)
_SETTINGS_PATH = re.compile(
    r"(?:^|/)(?:[\w-]*settings|[\w-]*config(?:uration)?|conf|base|common|defaults|production|prod|constants|env|environment)\.py$"
    r"|(?:^|/)(?:settings|config|conf)/[\w-]+\.py$"
)
_VALIDATORS = frozenset({"field_validator", "validator", "model_validator", "root_validator"})
_DATACLASSES = frozenset({"dataclass", "define", "frozen", "mutable", "attrs", "s", "dataclass_json"})
_TEXT_METHODS = frozenset({"split", "strip", "lower", "upper", "rstrip", "lstrip", "format", "encode"})
_CONFIG_OBJECTS = re.compile(r"(?:^|[._])(?:config|cfg|conf|settings|environ|env)$", re.IGNORECASE)
_DEEPEST = 64
_MOST_BASES = 8


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """One setting, as one place declares or reads it.

    name        what the place calls it: the field, the constant, the variable that is read
    node        the declaration or the read
    default     what it falls back to, without `Field(…)` and `SecretStr(…)`; None where nothing is written
    required    there is no default at all, so that a missing value stops the start
    owner       the settings class, None elsewhere
    annotation  its type as it is written; empty without one
    is_list     the expression that was asked about is one of several in a list or tuple
    is_fallback  the expression that was asked about stands behind `or`, or in a conditional for what is missing
    """

    name: str
    node: cst.CSTNode
    framework: Framework
    default: cst.BaseExpression | None = None
    required: bool = False
    owner: cst.ClassDef | None = None
    annotation: str = ""
    is_list: bool = False
    is_fallback: bool = False


SettingNode = Setting
"""A `Setting` for rules that still look at nodes."""


# --- classes --------------------------------------------------------------------------------------------------------


def class_framework(node: cst.ClassDef, file: PythonFile) -> Framework | None:
    """What kind of settings class `node` is; None for a class that holds no settings."""
    named = bool(_CLASS_NAME.search(node.name.value))
    found = _pydantic_base(node, file, 0)
    if found == "settings" or (found == "model" and named):
        return "pydantic"
    if not named:
        return None
    if any(each.name in _DATACLASSES for each in file.decorators(node)):
        return "dataclass"
    return None if found == "other" else "class"


def _pydantic_base(node: cst.ClassDef, file: PythonFile, depth: int) -> str:
    """`settings`, `model`, `other` (a base that is none of them, such as an `Enum`), or nothing."""
    found = ""
    for base in node.bases if depth < 8 else ():
        value = base.value.value if isinstance(base.value, cst.Subscript) else base.value
        qualified = file.qualified_name(value) or ""
        last = last_name(value) or ""
        if qualified in PYDANTIC_SETTINGS or last.endswith("BaseSettings"):
            return "settings"
        if qualified in {"pydantic.BaseModel", "pydantic.v1.BaseModel"} or last in {
            "BaseModel",
            "BaseConfig",
        }:
            found = "model"
        definition = file.definition(value)
        if isinstance(definition, cst.ClassDef) and definition is not node:
            found = _pydantic_base(definition, file, depth + 1) or found
            if found == "settings":
                return found
        elif last.endswith("Settings"):
            return "settings"
        elif not found and last not in {"object", "Protocol", "ABC"} and not _CLASS_NAME.search(last):
            found = "other"
    return found


def is_settings_class(node: cst.ClassDef, file: PythonFile, depth: int = 0) -> bool:
    """Whether a class derives from `BaseSettings`, directly or through classes of the file."""
    for base in node.bases if depth < _MOST_BASES else ():
        if not frozenset(PYDANTIC_SETTINGS).isdisjoint(file.qualified_names(base.value)):
            return True
        definition = file.definition(base.value)
        if isinstance(definition, cst.ClassDef) and is_settings_class(definition, file, depth + 1):
            return True
    return False


def fields_of(node: cst.ClassDef, file: PythonFile) -> Iterator[Setting]:
    """The settings that a settings class declares in its own body; none for other classes."""
    framework = class_framework(node, file)
    if framework is None:
        return
    for statement in small_statements(node.body):
        setting = field_of(statement, node, framework, file)
        if setting is not None:
            yield setting


def field_of(
    statement: cst.CSTNode,
    owner: cst.ClassDef,
    framework: Framework,
    file: PythonFile,
) -> Setting | None:
    """The setting that one statement in the body of a settings class declares; None for other statements."""
    if isinstance(statement, cst.AnnAssign) and isinstance(statement.target, cst.Name):
        name, annotation = statement.target.value, file.code(statement.annotation.annotation)
        if name.startswith("_") or name == "model_config" or "ClassVar" in annotation:
            return None
        field = Setting(name, statement, framework, owner=owner, annotation=annotation)
        return _with_default(field, statement.value, statement.annotation.annotation, file)
    if (
        framework in {"class", "pydantic"}
        and isinstance(statement, cst.Assign)
        and len(statement.targets) == 1
        and isinstance(statement.targets[0].target, cst.Name)
    ):
        name = statement.targets[0].target.value
        if name.startswith("_") or name == "model_config" or (framework == "class" and not name.isupper()):
            return None
        return replace(
            Setting(name, statement, framework, owner=owner), default=unwrapped(statement.value, file)
        )
    return None


def _with_default(
    field: Setting,
    value: cst.BaseExpression | None,
    annotation: cst.BaseExpression,
    file: PythonFile,
) -> Setting:
    required, default = value is None, value
    described = field_call(value, file) or annotated_field(annotation, file)
    if described is not None and (described is value or value is None):
        default = field_default(described)
        required = default is None and keyword_of(described, "default_factory") is None
        required = required and keyword_of(described, "factory") is None
    if isinstance(default, cst.Ellipsis):
        required, default = True, None
    default = None if default is None else unwrapped(default, file)
    return replace(field, default=default, required=required)


def field_call(value: cst.BaseExpression | None, file: PythonFile) -> cst.Call | None:
    """The `Field(…)` that is the value of a field, by whatever name it is imported; None for others."""
    return value if isinstance(value, cst.Call) and _own_name(value.func, file) in FIELD_CALLS else None


def _own_name(name: cst.BaseExpression, file: PythonFile) -> str:
    """What its own module calls something: `Field` for `F` after `from pydantic import Field as F`."""
    return (file.qualified_name(name) or last_name(name) or "").rpartition(".")[2]


def annotated_field(annotation: cst.BaseExpression | None, file: PythonFile) -> cst.Call | None:
    """The `Field(…)` in `Annotated[str, Field(…)]`; None for other types."""
    if not isinstance(annotation, cst.Subscript) or _own_name(annotation.value, file) != "Annotated":
        return None
    for element in annotation.slice[1:]:
        if (
            isinstance(element.slice, cst.Index)
            and (found := field_call(element.slice.value, file)) is not None
        ):
            return found
    return None


def field_default(call: cst.Call) -> cst.BaseExpression | None:
    """The default that `Field(…)` or `field(…)` names, also as the body of `default_factory=lambda: …`."""
    for index, argument in enumerate(call.args):
        key = argument.keyword.value if argument.keyword is not None else None
        if key == "default" or (key is None and index == 0 and not argument.star):
            return argument.value
    factory = keyword_of(call, "default_factory") or keyword_of(call, "factory")
    return factory.body if isinstance(factory, cst.Lambda) else None


def unwrapped(default: cst.BaseExpression, file: PythonFile) -> cst.BaseExpression:
    """What stands in `SecretStr("x")` and its like; the expression itself elsewhere."""
    for _ in range(_DEEPEST):
        if (
            isinstance(default, cst.Call)
            and last_name(default.func) in WRAPPERS - {"bool", "int", "list", "tuple", "set", "str"}
            and default.args
            and default.args[0].keyword is None
            and not default.args[0].star
        ):
            default = default.args[0].value
        else:
            break
    return default


def aliases_of(node: cst.BaseExpression, file: PythonFile) -> tuple[str, ...]:
    """The names in `"A"`, `["A", "B"]`, `AliasChoices("A", AliasPath("B", 0))`; empty where one cannot be told."""
    node = file.follow(node)
    if isinstance(node, cst.Call) and last_name(node.func) == "AliasPath":
        parts: list[cst.BaseExpression] = [each.value for each in node.args[:1]]
    elif isinstance(node, cst.Call) and last_name(node.func) == "AliasChoices":
        chosen = [aliases_of(each.value, file) for each in node.args]
        return tuple(name for names in chosen for name in names) if all(chosen) else ()
    elif isinstance(node, (cst.List, cst.Tuple, cst.Set)):
        parts = [each.value for each in node.elements]
    else:
        parts = [node]
    found = [file.literal(part, follow=True) for part in parts]
    return tuple(str(name) for name in found) if all(isinstance(name, str) for name in found) else ()


def keyword_of(call: cst.Call, name: str) -> cst.BaseExpression | None:
    """The value of a keyword argument as it is written in the call."""
    return next((a.value for a in call.args if a.keyword is not None and a.keyword.value == name), None)


def small_statements(body: cst.BaseSuite) -> Iterator[cst.BaseSmallStatement]:
    """The simple statements directly in a block."""
    for line in body.body:
        if isinstance(line, cst.SimpleStatementLine):
            yield from line.body


# --- checks that code makes of its settings -------------------------------------------------------------------------


def validating_code(node: cst.ClassDef, file: PythonFile) -> str:
    """The source of the methods that may change or refuse a field: validators, `__init__`, `model_post_init`."""
    found: list[str] = []
    for inner in node.body.body:
        if not isinstance(inner, cst.FunctionDef):
            continue
        validators = [
            each
            for each in file.decorators(inner)
            if each.name in _VALIDATORS or (each.qualified or "").rpartition(".")[2] in _VALIDATORS
        ]
        if validators or inner.name.value in {"__init__", "model_post_init", "__post_init__"}:
            found.append(file.code(inner))
        for each in validators:
            names = (
                [file.literal(a.value, follow=True) for a in each.call.args] if each.call is not None else []
            )
            found += [name for name in names if isinstance(name, str)]
    return "\n".join(found)


def is_checked(name: str, file: PythonFile) -> bool:
    """Whether the file tests `name` and stops soon after: code that refuses a bad default in production.

    Read from the text, because the test may stand in any function; wrong answers only keep a rule silent.
    """
    return bool(name) and name in _checked_names(file.text)


_TEST = re.compile(r"^[ \t]*(?P<keyword>if|elif|assert)\b[^\n]*", re.MULTILINE)
_STOP = re.compile(r"[ \t]+(?:raise|sys\.exit|exit|os\._exit|assert)\b")
_STOP_WITHIN = 9
"""Pieces of text after a test, the rest of its own line being the first, in which code has to stop."""


@lru_cache(maxsize=2)
def _checked_names(text: str) -> frozenset[str]:
    """The words of all tests after which the code stops; found once, as a file may read thousands of names."""
    names: set[str] = set()
    for found in _TEST.finditer(text):
        if found["keyword"] == "assert" or _stops_after(text, found.end()):
            names.update(re.findall(r"\w+", found.group()))
    return frozenset(names)


def _stops_after(text: str, position: int) -> bool:
    for _ in range(_STOP_WITHIN):
        if _STOP.match(text, position):
            return True
        position = text.find("\n", position) + 1
        if not position:
            return False
    return False


def is_validated(setting: Setting, file: PythonFile) -> bool:
    """Whether code of the same file refuses or replaces bad values of a setting."""
    if setting.owner is not None:
        if re.search(rf"\b{re.escape(setting.name)}\b", validating_code(setting.owner, file)):
            return True
        if "Annotated" in setting.annotation and "Validator" in setting.annotation:
            return True
    return is_checked(setting.name, file) or is_checked(assigned_name(setting.node, file), file)


def assigned_name(node: cst.CSTNode, file: PythonFile) -> str:
    """The name that the statement around `node` gives to its value; empty where it is no simple assignment."""
    statement = file.enclosing_statement(node)
    if isinstance(statement, cst.Assign) and len(statement.targets) == 1:
        return last_name(statement.targets[0].target) or ""
    if isinstance(statement, cst.AnnAssign):
        return last_name(statement.target) or ""
    return ""


def is_for_development(node: cst.CSTNode, file: PythonFile) -> bool:
    """Whether code is for developers or tests: by its branch, class, function or module (`settings/local.py`)."""
    function = file.enclosing_function(node)
    if function is not None and _DEVELOPMENT_FUNCTION.search(function.name.value):
        return True
    owner = file.enclosing_class(node)
    if owner is not None and is_development_class(owner.name.value):
        return True
    return is_development_module(file.path) or in_development_branch(node, file) or file.in_main_block(node)


def is_development_class(name: str) -> bool:
    """Whether a settings class is named for development or tests: `DevConfig`, `TestSettings`."""
    return bool(_DEVELOPMENT_CLASS.search(name))


_FACTORIES = ("factory.", "polyfactory.")


_FACTORY_IMPORT = re.compile(r"^(?:import factory|from (?:factory|polyfactory)\b)", re.MULTILINE)


def is_of_tests(node: cst.CSTNode, file: PythonFile) -> bool:
    """Whether code stands in a settings class for the project's tests, or in a factory of what tests work with.

    `TestConfig`, `TestingSettings`: such a class may be named like any other (`PenTest`), so that it has to be one of
    settings as well. Factories are those of factory_boy and polyfactory, and so is what stands beside them in a
    `factories.py`.
    """
    owner = file.enclosing_class(node)
    if owner is None:
        return file.path.endswith("factories.py") and _FACTORY_IMPORT.search(file.text) is not None
    if _TEST_CLASS.search(owner.name.value) and class_framework(owner, file) is not None:
        return True
    return any((file.qualified_name(base.value) or "").startswith(_FACTORIES) for base in owner.bases)


def is_switched_for_production(node: cst.CSTNode, file: PythonFile) -> bool:
    """Whether a class for production, which derives from the settings class around `node`, declares the field anew.

    `class ProductionConfig(Config): DEBUG = False` beside `class Config: DEBUG = True`: production never sees that
    default. A class of the same module counts only where it derives from this one, also through others; what it
    declares is judged by itself.
    """
    owner, name = file.enclosing_class(node), assigned_name(node, file)
    if owner is None or not name:
        return False
    heirs = _heirs(file)
    pending, seen = [owner], {id(owner)}
    while pending:
        for heir in heirs.get(id(pending.pop()), ()):
            if _PRODUCTION_CLASS.search(heir.name.value) and _declares(heir, name):
                return True
            if id(heir) not in seen:
                seen.add(id(heir))
                pending.append(heir)
    return False


def is_overridden_later(node: cst.CSTNode, file: PythonFile) -> bool:
    """Whether a constant stands in a module of settings that reads another one after it, which may set it anew.

    `from .local_settings import *` below it, `exec(open("local_settings.py").read())`, and django-split-settings'
    `include(optional("local.py"))`.
    """
    if file.enclosing_function(node) is not None or file.enclosing_class(node) is not None:
        return False
    last: int | None = file.answers.get("settings that are read later")
    if last is None:
        last = file.answers["settings that are read later"] = max(
            (file.order(found) for found in _later_settings(file)), default=-1
        )
    return file.order(node) < last


def _later_settings(file: PythonFile) -> Iterator[cst.CSTNode]:
    """The places at the top of a module where it takes in all settings of another one."""
    for statement in file.statements():
        if isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
            continue
        for node in file.walk(statement):
            if isinstance(node, cst.ImportFrom) and isinstance(node.names, cst.ImportStar):
                if node.module is not None and _LATER_SETTINGS.search(file.code(node.module).lower()):
                    yield node
            elif (
                isinstance(node, cst.Call)
                and isinstance(node.func, cst.Name)
                and (
                    node.func.value in {"exec", "execfile"}
                    or (node.func.value == "include" and "optional" in file.code(node))
                )
            ):
                yield node


def _heirs(file: PythonFile) -> dict[int, list[cst.ClassDef]]:
    """The classes at the top of a module by the `id` of each class of it that they derive from; made once a file."""
    found: dict[int, list[cst.ClassDef]] | None = file.answers.get("heirs")
    if found is None:
        found = file.answers["heirs"] = {}
        for statement in file.statements():
            for base in statement.bases if isinstance(statement, cst.ClassDef) else ():
                above = file.definition(base.value)
                if isinstance(above, cst.ClassDef) and isinstance(statement, cst.ClassDef):
                    found.setdefault(id(above), []).append(statement)
    return found


def _declares(owner: cst.ClassDef, name: str) -> bool:
    """Whether the body of a class gives `name` a value."""
    for statement in small_statements(owner.body):
        if isinstance(statement, cst.AnnAssign):
            targets = [statement.target] if statement.value is not None else []
        else:
            targets = [each.target for each in statement.targets] if isinstance(statement, cst.Assign) else []
        if any(isinstance(target, cst.Name) and target.value == name for target in targets):
            return True
    return False


def is_development_module(path: str) -> bool:
    """Whether a module is named for development or tests: `settings/local.py`, `dev_settings.py`."""
    return bool(_DEVELOPMENT_PATH.search(path))


def is_settings_module(path: str) -> bool:
    """Whether a module is named like one of settings: `settings.py`, `config.py`, `settings/base.py`."""
    return bool(_SETTINGS_PATH.search(path))


# --- from an expression to its setting ------------------------------------------------------------------------------


def setting_at(node: cst.CSTNode, file: PythonFile) -> Setting | None:
    """The setting that falls back to the expression `node`, or to something that is made of it; None for others.

    It climbs through `Field(…)`, `SecretStr(…)`, `… or x`, `x if not given else given`, lists, `"a,b".split(",")`, and
    the default of a read, and stops at what declares the setting.
    """
    child: cst.CSTNode = node
    is_list = is_fallback = False
    for parent in file.ancestors(node):
        if isinstance(
            parent,
            (
                cst.ConcatenatedString,
                cst.FormattedString,
                cst.FormattedStringExpression,
                cst.BinaryOperation,
                cst.Lambda,
            ),
        ):
            pass
        elif isinstance(parent, (cst.Element, cst.List, cst.Tuple, cst.Set)):
            is_list = True
        elif isinstance(parent, cst.BooleanOperation):
            if not isinstance(parent.operator, cst.Or) or parent.right is not child:
                return None
            is_fallback = True
        elif isinstance(parent, cst.IfExp):
            other = parent.orelse if child is parent.body else parent.body
            if child is parent.test or not asks_for(parent.test, other, file):
                return None
            is_fallback = True
        elif isinstance(parent, cst.Attribute):
            if parent.value is not child or parent.attr.value not in _TEXT_METHODS:
                return None
        elif isinstance(parent, cst.Call):
            if parent.func is not child and not isinstance(child, cst.Arg):
                return None
            found = _at_argument(child, parent, file) if isinstance(child, cst.Arg) else True
            if found is not True:
                if not isinstance(found, Setting):
                    return None
                return replace(found, is_list=is_list, is_fallback=is_fallback)
        elif isinstance(parent, cst.Arg):
            pass
        elif isinstance(parent, (cst.AnnAssign, cst.Assign)):
            setting = _declared(parent, child, file)
            return None if setting is None else replace(setting, is_list=is_list, is_fallback=is_fallback)
        else:
            return None
        child = parent
    return None


def asks_for(test: cst.BaseExpression, value: cst.BaseExpression, file: PythonFile) -> bool:
    """Whether `test` asks if `value` is there: `url if url else x`, `environ["URL"] if "URL" in environ else x`."""
    asked = file.code(test)
    if file.code(value) in asked:
        return True
    keys = (each for each in file.walk(value) if isinstance(each, cst.SimpleString))
    return any(file.code(key) in asked for key in keys)


def _at_argument(argument: cst.Arg, call: cst.Call, file: PythonFile) -> Setting | bool:
    """The setting that an argument is the default of; True where the call only wraps its argument, False for others."""
    keyword = argument.keyword.value if argument.keyword is not None else None
    read = environment_read(call, file)
    if read is not None:
        if read.default is not argument.value:
            return False
        return Setting(read.name, call, read.how, argument.value)
    short = last_name(call.func) or ""
    if _own_name(call.func, file) in FIELD_CALLS:
        return keyword in {None, "default", "default_factory", "factory"}
    if keyword is None and (short in WRAPPERS or short in {"loads", "timedelta"}):
        return True
    how = reader_class(call, file)
    if how is not None and keyword is not None and isinstance(argument.value, cst.Tuple):
        return Setting(keyword, argument, how, argument.value.elements[-1].value)
    return (
        _flask_update(argument, call, keyword, short, file) or _lookup(argument, call, short, file) or False
    )


def _flask_update(
    argument: cst.Arg, call: cst.Call, keyword: str | None, short: str, file: PythonFile
) -> Setting | None:
    """`app.config.update(DEBUG=True)` and `from_mapping`."""
    if keyword is None or short not in {"update", "from_mapping"} or not isinstance(call.func, cst.Attribute):
        return None
    if not keyword.isupper() or last_name(call.func.value) != "config":
        return None
    return Setting(keyword, argument, "flask", argument.value)


def _lookup(argument: cst.Arg, call: cst.Call, short: str, file: PythonFile) -> Setting | None:
    """`config.get("x", default)`, `getattr(settings, "X", default)`."""
    positional = file.positional(call)
    if short == "getattr":
        if len(positional) == 3 and positional[2] is argument.value and is_config_object(positional[0], file):
            name = file.literal(positional[1])
            return Setting(name, call, "lookup", argument.value) if isinstance(name, str) else None
        return None
    if short not in {"get", "setdefault", "pop"} or not isinstance(call.func, cst.Attribute):
        return None
    if len(positional) != 2 or positional[1] is not argument.value:
        return None
    name = file.literal(positional[0])
    if not isinstance(name, str) or not name or not is_config_object(call.func.value, file):
        return None
    return Setting(name, call, "lookup", argument.value)


def is_config_object(node: cst.BaseExpression, file: PythonFile) -> bool:
    """Whether an expression is called like what holds settings: `app.config`, `settings`, `self.cfg`, `environ`."""
    if isinstance(node, (cst.Name, cst.Attribute)):
        return bool(_CONFIG_OBJECTS.search(last_name(node) or ""))
    return False


def setting_behind(attribute: cst.Attribute, file: PythonFile) -> Setting | None:
    """The field that an attribute reads of a settings class of the file: `settings.url`, `Config.URL`."""
    for origin in origins(attribute.value, file):
        if isinstance(origin.definition, cst.ClassDef):
            for setting in fields_of(origin.definition, file):
                if setting.name == attribute.attr.value:
                    return setting
    return None


def _declared(statement: cst.AnnAssign | cst.Assign, value: cst.CSTNode, file: PythonFile) -> Setting | None:
    """The setting that an assignment declares: a field, a constant, or an entry of `app.config`."""
    if statement.value is not value or (isinstance(statement, cst.Assign) and len(statement.targets) != 1):
        return None
    target = statement.target if isinstance(statement, cst.AnnAssign) else statement.targets[0].target
    if isinstance(target, cst.Subscript):
        return _flask_entry(statement, target, file)
    owner = file.enclosing_class(statement)
    if owner is not None and file.parent(file.parent(statement) or statement) is owner.body:
        framework = class_framework(owner, file)
        if framework is None:
            return None
        return field_of(statement, owner, framework, file)
    if (
        file.enclosing_function(statement) is not None
        or owner is not None
        or not isinstance(target, cst.Name)
    ):
        return None
    annotation = file.code(statement.annotation.annotation) if isinstance(statement, cst.AnnAssign) else ""
    default = None if statement.value is None else unwrapped(statement.value, file)
    return Setting(target.value, statement, "module", default, annotation=annotation)


def _flask_entry(
    statement: cst.AnnAssign | cst.Assign, target: cst.Subscript, file: PythonFile
) -> Setting | None:
    if len(target.slice) != 1 or not isinstance(target.slice[0].slice, cst.Index):
        return None
    key = file.literal(target.slice[0].slice.value)
    if not isinstance(key, str) or not is_config_object(target.value, file):
        return None
    return Setting(key, statement, "flask", statement.value)
