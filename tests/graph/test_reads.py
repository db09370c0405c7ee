from __future__ import annotations

import pytest

from lintkit.facts import VariableRead
from tests.graph.trees import facts_of

SETTINGS = (
    "from pydantic_settings import BaseSettings, SettingsConfigDict\n"
    "from pydantic import AliasChoices, Field\n\n\nclass Settings(BaseSettings):\n"
)


def reads(text: str) -> dict[tuple[str, ...], VariableRead]:
    return {fact.names: fact for fact in facts_of({"app.py": text}) if isinstance(fact, VariableRead)}


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
