from __future__ import annotations

import pytest

from lintkit.facts import VariableRead
from tests.graph.trees import graph_of

SETTINGS = (
    "from pydantic_settings import BaseSettings, SettingsConfigDict\n"
    "from pydantic import AliasChoices, Field\n\n\nclass Settings(BaseSettings):\n"
)


def reads(text: str) -> dict[tuple[str, ...], VariableRead]:
    return {read.names: read for read in graph_of({"app.py": text}).all_reads()}


@pytest.mark.parametrize(
    "expression",
    [
        "os.getenv('A', 'redis://localhost')",
        "os.environ.get('A', 'redis://localhost')",
        "os.getenv('A') or 'redis://localhost'",
        "os.getenv(key='A', default='redis://localhost')",
        "os.getenv('A', DEFAULT)",
    ],
)
def test_default(expression: str) -> None:
    found = reads(f"import os\nDEFAULT = 'redis://localhost'\nX = {expression}\n")
    assert found["A",].default.is_loopback


def test_no_default_and_required() -> None:
    found = reads("import os\nos.getenv('A')\nos.environ['B']\n")
    assert (found["A",].default.kind, found["B",].default.kind) == ("none", "required")


def test_what_is_asked_for_first_is_not_required() -> None:
    found = reads(
        "import os\nif 'A' in os.environ:\n    x = os.environ['A']\nelse:\n    y = os.environ['B']\n"
        "if not os.getenv('C'):\n    z = os.environ['C']\n"
    )
    assert [(name, found[name,].guarded) for name in "ABC" if found[name,].default.kind == "required"] == [
        ("A", True),
        ("B", False),
        ("C", False),
    ]


def test_names_that_would_do_as_well() -> None:
    found = reads(
        "import os\nX = os.getenv('A', os.getenv('B', 'localhost'))\n"
        "Y = os.getenv('C') or os.getenv('D') or 'localhost'\n"
    )
    assert set(found) == {("A", "B"), ("B", "A"), ("C", "D"), ("D", "C")}
    assert all(read.default.is_loopback for read in found.values())


def test_writes_are_no_reads() -> None:
    assert reads("import os\nos.environ['A'] = '1'\ndel os.environ['B']\n") == {}


def test_settings_fold_case_and_take_a_prefix() -> None:
    found = reads(
        SETTINGS
        + "    model_config = SettingsConfigDict(env_prefix='shop_')\n    redis_url: str = 'redis://localhost'\n"
    )
    read = found["SHOP_REDIS_URL",]
    assert (read.case_sensitive, read.default.is_loopback, read.scope) == (False, True, "Settings")


def test_aliases_replace_the_name() -> None:
    found = reads(
        SETTINGS
        + "    a: str = Field('x', validation_alias=AliasChoices('B', 'C'))\n    d: str = Field(alias='E')\n"
    )
    assert set(found) == {("B", "C"), ("E",)}


def test_the_config_class_of_pydantic_1() -> None:
    text = (
        "from pydantic import BaseSettings\n\n\nclass S(BaseSettings):\n    a: str = 'x'\n\n"
        "    class Config:\n        env_prefix = 'P_'\n        env_file = '.env'\n"
    )
    (read,) = reads(text).values()
    assert (read.name, read.loads) == ("P_A", (".env",))


def test_a_validator_guards_its_field() -> None:
    text = SETTINGS + (
        "    secret_key: str = 'change-me'\n    url: str = 'redis://localhost'\n\n"
        "    @field_validator('secret_key')\n    def check(cls, value):\n"
        "        return value\n"
    )
    found = reads("from pydantic import field_validator\n" + text)
    assert found["SECRET_KEY",].guarded
    assert not found["URL",].guarded


def test_a_test_that_stops_guards_its_variable() -> None:
    found = reads(
        "import os\nKEY = os.getenv('SECRET_KEY', 'change-me')\n"
        "if KEY == 'change-me' and PROD:\n    raise RuntimeError\n"
    )
    assert found["SECRET_KEY",].guarded


def test_a_branch_for_development_guards() -> None:
    assert reads("import os\nif DEBUG:\n    X = os.getenv('A', 'localhost')\n")["A",].guarded


def test_django_environ() -> None:
    found = reads(
        "import environ\nenv = environ.Env(DEBUG=(bool, False))\n"
        "X = env('A', default='localhost')\nY = env.str('B')\nZ = env.bool('DEBUG')\n"
    )
    assert found["A",].default.is_loopback
    assert found["B",].default.kind == "required"
    assert found["DEBUG",].default.text == "False"


def test_decouple_and_starlette() -> None:
    found = reads("from decouple import config\nX = config('A', default='localhost')\n")
    assert found["A",].default.is_loopback
    found = reads(
        "from starlette.config import Config\nconfig = Config('.env')\n"
        "X = config('A', cast=str, default='localhost')\n"
    )
    assert (found["A",].default.is_loopback, found["A",].loads) == (True, (".env",))


def test_what_a_reader_does_besides_reading_is_no_read() -> None:
    code = (
        "import environ\nenv = environ.Env()\nenv.read_env('.env')\n"
        "env.get_value('A')\nenv.str('B')\nwith env.prefixed('C_'):\n    pass\n"
    )
    assert set(reads(code)) == {("A",), ("B",)}


LOCAL = "'redis://localhost'"


@pytest.mark.parametrize(
    ("code", "names", "empty_is_unset"),
    [
        (f"X = os.getenv('A', {LOCAL})", "A", ""),
        (f"X = os.getenv('A') or {LOCAL}", "A", "A"),
        (f"X = os.getenv('A', '').strip() or {LOCAL}", "A", "A"),
        (f"X = str(os.getenv('A') or {LOCAL})", "A", "A"),
        (f"X = os.getenv('A', {LOCAL}) or {LOCAL}", "A", "A"),
        (f"X = os.environ['A'] if 'A' in os.environ else {LOCAL}", "A", ""),
        (f"X = {LOCAL} if 'A' not in os.environ else os.environ['A']", "A", ""),
        (f"X = os.getenv('A') if os.getenv('A') else {LOCAL}", "A", "A"),
        (f"X = os.getenv('A') if os.getenv('A') is not None else {LOCAL}", "A", ""),
        (f"X = (v := os.getenv('A')) or {LOCAL}", "A", "A"),
        (f"v = os.getenv('A')\nX = v if v else {LOCAL}", "A", "A"),
        (f"v = os.getenv('A')\nX = {LOCAL} if v is None else v", "A", ""),
        (f"v = os.getenv('A')\nX = v or {LOCAL}", "A", "A"),
        (f"X = os.getenv('A')\nif X is None:\n    X = {LOCAL}", "A", ""),
        (f"X = os.getenv('A')\nif not X:\n    X = {LOCAL}", "A", "A"),
        (f"X = os.getenv('A')\nif X is None or X == '':\n    X = {LOCAL}", "A", "A"),
        (f"if 'A' in os.environ:\n    X = os.environ['A']\nelse:\n    X = {LOCAL}", "A", ""),
        (f"X = {LOCAL}\nif 'A' in os.environ:\n    X = os.environ['A']", "A", ""),
        (f"try:\n    X = os.environ['A']\nexcept KeyError:\n    X = {LOCAL}", "A", ""),
        (
            f"def f():\n    try:\n        return os.environ['A']\n    except KeyError:\n        return {LOCAL}",
            "A",
            "",
        ),
        (f"os.environ.setdefault('A', {LOCAL})", "A", ""),
        (f"X = os.getenv('A') or os.getenv('B', {LOCAL})", "A B", "A"),
        (f"X = os.getenv('A', os.getenv('B') or {LOCAL})", "A B", "B"),
    ],
)
def test_a_fallback_however_it_is_spelled(code: str, names: str, empty_is_unset: str) -> None:
    told = [*graph_of({"app.py": f"import os\n{code}\n"}).all_reads()]
    found = [read for read in told if read.default.is_loopback]
    assert found[-1].names == tuple(names.split()) or found[0].names == tuple(names.split())
    assert all(set(read.names) == set(names.split()) for read in found), found
    assert {read.empty_is_unset for read in found} >= {tuple(empty_is_unset.split())}


@pytest.mark.parametrize(
    "code",
    [
        f"X = os.getenv('A') if DEBUG else {LOCAL}",
        f"X = os.getenv('A') if 'B' in os.environ else {LOCAL}",
        f"X = os.getenv('A')\nif not X:\n    if DEBUG:\n        X = {LOCAL}\n    else:\n        raise SystemExit",
        f"X = os.getenv('A')\nif not Y:\n    X = {LOCAL}",
        f"try:\n    X = os.environ['A']\nexcept ValueError:\n    X = {LOCAL}",
        "try:\n    X = os.environ['A']\nexcept KeyError:\n    X = None",
        f"X = os.getenv('A')\nX = {LOCAL}",
    ],
)
def test_what_is_no_fallback(code: str) -> None:
    found = reads(f"import os\n{code}\n").values()
    assert not [read for read in found if read.default.is_loopback and not read.guarded]


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("env = environ.Env()\nenv.prefix = 'P_'\nenv('A')\nenv.prefix = ''\nenv('B')", {("P_A",), ("B",)}),
        ("env = environ.Env()\nenv.db()\nenv.cache(default='x')", {("DATABASE_URL",), ("CACHE_URL",)}),
        ("env = environ.Env()\nenv.email_url()\nenv.search_url()", {("EMAIL_URL",), ("SEARCH_URL",)}),
        ("env = environ.FileAwareEnv()\nenv('A')", {("A", "A_FILE")}),
        ("env = environs.Env(prefix='P_')\nenv.str('A')", {("P_A",)}),
        ("env = environs.Env()\nwith env.prefixed('P_'):\n    env('A')\n    with env.prefixed('Q_'):\n        env('B')",
         {("P_A",), ("P_Q_B",)}),
        ("env = environs.FileAwareEnv(file_suffix='_PATH')\nenv('A')", {("A", "A_PATH")}),
        ("from environs import env\nenv.str('A')\nenv('B')", {("A",), ("B",)}),
        ("config = Config(env_prefix='P_')\nconfig('A')\nconfig.get('B')", {("P_A",), ("P_B",)}),
        ("env = environ.Env()\nenv.prefix = PREFIX\nenv('A')", set()),
    ],
)  # fmt: skip
def test_what_readers_put_before_a_name(code: str, names: set[tuple[str, ...]]) -> None:
    head = "import environ, environs\nfrom starlette.config import Config\n"
    assert set(reads(head + code + "\n")) == names


def test_the_default_of_a_scheme_is_that_of_its_read() -> None:
    found = reads("import environ\nenv = environ.Env(A=(str, 'localhost'))\nX = env('A')\n")
    assert found["A",].default.is_loopback


def test_files_that_readers_load_themselves() -> None:
    head = "from decouple import AutoConfig, Config, RepositoryEnv, config\n"
    assert reads(head + "config('A')\n")["A",].loads == ("**/settings.ini", "**/.env")
    assert reads(head + "c = AutoConfig()\nc('A')\n")["A",].loads == ("**/settings.ini", "**/.env")
    assert reads(head + "c = Config(RepositoryEnv('prod.env'))\nc('A')\n")["A",].loads == ("prod.env",)
    head = "from starlette.config import Config\n"
    assert reads(head + "c = Config()\nc('A')\n")["A",].loads == ()


def test_a_field_that_reads_the_environment_itself_is_read_from_all_of_it() -> None:
    found = reads(
        "import os\n" + SETTINGS + "    model_config = SettingsConfigDict(env_prefix='P_')\n"
        "    a: str = os.getenv('A') or 'redis://localhost'\n"
    )
    assert set(found) == {("P_A", "A")}
    assert found["P_A", "A"].empty_is_unset == ("A",)


def test_a_model_that_is_in_no_settings_is_read_from_its_defaults_alone() -> None:
    text = "import os\nfrom pydantic import BaseModel\n\n\nclass RedisConfig(BaseModel):\n"
    found = reads(text + "    url: str = os.getenv('A', 'redis://localhost')\n")
    assert set(found) == {("A",)}


def files_of(**texts: str) -> dict[tuple[str, ...], VariableRead]:
    named = {name.replace("__", "/") + ".py": text for name, text in texts.items()}
    return {read.names: read for read in graph_of(named).all_reads()}


BASE = SETTINGS.replace("Settings(", "Base(") + "    url: str = 'redis://localhost'\n"
HEIR = (
    "from app.base import Base\nfrom pydantic_settings import SettingsConfigDict\n\n\nclass Settings(Base):\n"
    "    model_config = SettingsConfigDict(env_prefix='P_')\n"
)


def test_options_of_a_class_hold_for_what_it_inherits_from_another_file() -> None:
    assert set(files_of(app__base=BASE, app__config=HEIR)) == {("P_URL",)}
    assert set(files_of(app__base=BASE + "\nbase = Base()\n", app__config=HEIR)) == {("URL",), ("P_URL",)}
    other = "from app.base import Base\n\nbase = Base()\n"
    assert set(files_of(app__base=BASE, app__config=HEIR, app__main=other)) == {("URL",), ("P_URL",)}


def test_a_field_that_is_declared_anew_is_read_once() -> None:
    found = files_of(app__base=BASE, app__config=HEIR + "    url: str\n")
    assert [(names, read.default.kind) for names, read in found.items()] == [(("P_URL",), "required")]


def test_what_tests_derive_says_nothing_of_a_class() -> None:
    assert ("URL",) in files_of(app__base=BASE, tests__test_app=HEIR)


def test_a_base_that_nothing_shows_may_say_anything() -> None:
    text = HEIR.replace("app.base import Base", "shared import CommonSettings as Base")
    assert not files_of(app__config=text + "    url: str = 'redis://localhost'\n")
    text = text.replace("Settings(Base)", "Settings(Base, BaseSettings)")
    text = "from pydantic_settings import BaseSettings\n" + text + "    url: str = 'redis://localhost'\n"
    assert all(read.guarded for read in files_of(app__config=text).values())


def test_bases_in_a_circle_end() -> None:
    text = "from pydantic_settings import BaseSettings\n\n\nclass A(B, BaseSettings):\n    x: str = 'y'\n\n\n"
    assert reads(text + "class B(A):\n    z: str = 'y'\n")


NESTED = (
    "from pydantic import BaseModel\n\n\nclass Cache(BaseModel):\n    url: str = 'redis://localhost'\n"
    "    port: int = 6379\n\n\n"
)


def nested(field: str, options: str = "env_nested_delimiter='__'") -> dict[tuple[str, ...], VariableRead]:
    return reads(NESTED + SETTINGS + f"    model_config = SettingsConfigDict({options})\n    {field}\n")


@pytest.mark.parametrize(
    "field",
    [
        "cache: Cache = Cache()",
        "cache: Cache | None = Cache()",
        "cache: 'Cache' = Field(default_factory=Cache)",
        "cache: Annotated[Cache, Field(description='x')] = Cache()",
        "cache: Cache = Cache(port=1)",
    ],
)
def test_a_field_of_a_nested_model(field: str) -> None:
    found = nested(field)
    read = next(read for names, read in found.items() if names[0] == "CACHE__URL")
    assert read.names[:2] == ("CACHE__URL", "CACHE")
    assert (read.default.is_loopback, read.guarded, read.scope) == (True, False, "Cache")
    assert ("CACHE", "CACHE__URL", "CACHE__PORT") in found


@pytest.mark.parametrize("field", ["cache: Cache", "cache: Cache | None = None", "cache: Cache = make()"])
def test_a_nested_model_that_nothing_creates_uses_no_default(field: str) -> None:
    assert all(read.guarded for read in nested(field).values() if read.default.is_loopback)


def test_what_is_given_to_a_nested_model_is_gone_when_a_part_is_set() -> None:
    found = nested("cache: Cache = Cache(url='http://localhost')")
    assert found["CACHE__URL", "CACHE", "CACHE__PORT"].default.text == "http://localhost"
    found = nested(
        "cache: Cache = Cache(url='http://localhost')",
        "env_nested_delimiter='__', nested_model_default_partial_update=True",
    )
    assert found["CACHE__URL", "CACHE"].default.text == "http://localhost"


def test_a_nested_settings_class_reads_variables_of_its_own() -> None:
    text = NESTED.replace("BaseModel)", "BaseSettings)") + SETTINGS + "    cache: Cache = Cache()\n"
    found = reads("from pydantic_settings import BaseSettings\n" + text)
    assert found["URL", "CACHE"].default.is_loopback


def test_models_in_models_end() -> None:
    text = "from pydantic import BaseModel\n\n\nclass Tree(BaseModel):\n    left: 'Tree' = Tree()\n"
    text += "    x: str = 'y'\n\n\n"
    found = reads(text + SETTINGS + "    tree: Tree = Tree()\n")
    assert len(found) < 50


@pytest.mark.parametrize(
    ("field", "guarded"),
    [
        ("url: Annotated[str, Field(description='x')] = 'redis://localhost'", False),
        ("url: Annotated[str, AfterValidator(check)] = 'redis://localhost'", True),
        ("url: str = Field('redis://localhost', min_length=3)", False),
        ("url: str = Field('redis://localhost', min_length=30)", True),
        ("url: Annotated[str, Field(pattern='^rediss')] = 'redis://localhost'", True),
    ],
)
def test_what_a_type_refuses_is_no_default(field: str, guarded: bool) -> None:
    (read,) = reads(SETTINGS + f"    {field}\n").values()
    assert (read.default.is_loopback, read.guarded) == (True, guarded)


@pytest.mark.parametrize(
    "option",
    ["env_prefix=PREFIX", "alias_generator=make_alias", "secrets_dir='/run/secrets'", "**common"],
)
def test_options_that_cannot_be_told_leave_the_names_open(option: str) -> None:
    found = reads(
        SETTINGS + f"    model_config = SettingsConfigDict({option})\n    a: str = 'redis://localhost'\n"
    )
    assert all(read.guarded for read in found.values())
