from __future__ import annotations

import pytest

from lintkit.python.module import PythonFile
from lintkit.python.settings import (
    Setting,
    fields_of,
    is_development_class,
    is_development_module,
    is_settings_module,
    is_validated,
    setting_at,
)
from lintkit.python.triggers import Statements, Strings
from tests.python.support import found

PYDANTIC = (
    "from typing import Annotated\nfrom pydantic import AliasChoices, Field, SecretStr\n"
    "from pydantic_settings import BaseSettings, SettingsConfigDict\nclass Settings(BaseSettings):\n    "
)


def setting(source: str) -> tuple[PythonFile, Setting | None]:
    file, matches = found(source, Strings(("needle",)))
    assert len(matches) == 1, source
    return file, setting_at(matches[0].node, file)


@pytest.mark.parametrize(
    ("source", "name", "framework"),
    [
        (PYDANTIC + "url: str = 'needle'\n", "url", "pydantic"),
        (PYDANTIC + "url = 'needle'\n", "url", "pydantic"),
        (PYDANTIC + "url: str = Field('needle', alias='U')\n", "url", "pydantic"),
        (PYDANTIC + "url: str = Field(default='needle')\n", "url", "pydantic"),
        (PYDANTIC + "url: SecretStr = SecretStr('needle')\n", "url", "pydantic"),
        (PYDANTIC + "url: SecretStr = Field(SecretStr('needle'))\n", "url", "pydantic"),
        (PYDANTIC + "url: str = Field(default_factory=lambda: 'needle')\n", "url", "pydantic"),
        (PYDANTIC + "url: Annotated[str, Field(alias='U')] = 'needle'\n", "url", "pydantic"),
        (
            "from pydantic import BaseModel\nclass RedisConfig(BaseModel):\n    u: str = 'needle'\n",
            "u",
            "pydantic",
        ),
        (
            "from .core import AppSettings\nclass Settings(AppSettings):\n    u: str = 'needle'\n",
            "u",
            "pydantic",
        ),
        (
            "import dataclasses\n@dataclasses.dataclass\nclass AppConfig:\n    u: str = 'needle'\n",
            "u",
            "dataclass",
        ),
        (
            "from attrs import define, field\n@define\nclass Settings:\n    u: str = field(default='needle')\n",
            "u",
            "dataclass",
        ),
        ("class Config:\n    URL = 'needle'\n", "URL", "class"),
        ("URL = 'needle'\n", "URL", "module"),
        ("URL: str = 'needle'\n", "URL", "module"),
        ("URLS = ['a', 'needle']\n", "URLS", "module"),
        ("URLS = 'a,needle'.split(',')\n", "URLS", "module"),
        ("app.config['URL'] = 'needle'\n", "URL", "flask"),
        ("app.config.update(URL='needle')\n", "URL", "flask"),
        ("app.config.from_mapping(URL='needle')\n", "URL", "flask"),
        ("u = config.get('url', 'needle')\n", "url", "lookup"),
        ("u = getattr(settings, 'URL', 'needle')\n", "URL", "lookup"),
        ("import os\nu = os.getenv('URL', 'needle')\n", "URL", "getenv"),
        ("import os\nu = os.getenv('URL', default='needle')\n", "URL", "getenv"),
        ("from os import environ as e\nu = e.get('URL', 'needle').strip()\n", "URL", "environ-get"),
        ("import os\nos.environ.setdefault('URL', 'needle')\n", "URL", "environ-setdefault"),
        ("import os\nu = os.environ.get('URL') or 'needle'\n", "u", "module"),
        ("import os\nu = os.environ['URL'] if 'URL' in os.environ else 'needle'\n", "u", "module"),
        ("import os\nu = os.getenv('URL') if os.getenv('URL') else 'needle'\n", "u", "module"),
        ("from decouple import config\nu = config('URL', default='needle')\n", "URL", "decouple"),
        ("import environ\nenv = environ.Env()\nu = env('URL', default='needle')\n", "URL", "django-environ"),
        ("import environ\nenv = environ.Env()\nu = env.str('URL', 'needle')\n", "URL", "django-environ"),
        ("import environ\nenv = environ.Env(URL=(str, 'needle'))\n", "URL", "django-environ"),
        ("from shop.env import env\nu = env('URL', default='needle')\n", "URL", "django-environ"),
        ("from environs import Env\nenv = Env()\nu = env('URL', 'needle')\n", "URL", "environs"),
        (
            "from starlette.config import Config\nc = Config('.env')\nu = c('URL', cast=str, default='needle')\n",
            "URL",
            "starlette",
        ),
    ],
)
def test_a_default_belongs_to_its_setting(source: str, name: str, framework: str) -> None:
    _, got = setting(source)
    assert got is not None
    assert (got.name, got.framework) == (name, framework)


@pytest.mark.parametrize(
    "source",
    [
        "def f():\n    url = 'needle'\n",
        "def f(url='needle'):\n    pass\n",
        "from enum import Enum\nclass KindConfig(Enum):\n    URL = 'needle'\n",
        "class Shop:\n    URL = 'needle'\n",
        PYDANTIC + "url: str = Field(..., description='needle')\n",
        "import os\nu = os.getenv('needle')\n",
        "import os\nu = os.getenv('needle', 'x')\n",
        "u = headers.get('url', 'needle')\n",
        "u = connect('needle')\n",
        "u = 'needle' and v\n",
        "u = 'needle' if debug else 'other'\n",
        "URL = {'a': 'needle'}\n",
    ],
)
def test_what_is_no_default_belongs_to_none(source: str) -> None:
    assert setting(source)[1] is None


def declared(body: str) -> dict[str, Setting]:
    file, matches = found(PYDANTIC + body, Statements(("class",)))
    node = matches[0].node
    return {field.name: field for field in fields_of(node, file)}  # type: ignore[arg-type]


def test_fields_of_pydantic_settings() -> None:
    fields = declared(
        "model_config = SettingsConfigDict(env_prefix='shop_')\n    a: str\n    b: str = Field(...)\n"
        "    c: str | None = None\n    d: str = Field('x', validation_alias=AliasChoices('ONE', 'two'))\n"
        "    e: list[str] = Field(default_factory=list)\n    _private: str = 'x'\n"
    )
    assert [(f.name, f.required) for f in fields.values()] == [
        ("a", True),
        ("b", True),
        ("c", False),
        ("d", False),
        ("e", False),
    ]
    assert fields["e"].default is None


def test_a_validator_or_a_test_that_stops_validates() -> None:
    file, got = setting(
        PYDANTIC + "url: str = 'needle'\n    @field_validator('url')\n    def check(cls, v): return v\n"
    )
    assert got is not None and is_validated(got, file)
    file, got = setting(
        "import os\nURL = os.getenv('SHOP_URL', 'needle')\nif not URL:\n    raise SystemExit\n"
    )
    assert got is not None and is_validated(got, file)
    file, got = setting("import os\nURL = os.getenv('SHOP_URL', 'needle')\nif not URL:\n    print(1)\n")
    assert got is not None and not is_validated(got, file)


def test_names_of_classes_and_modules() -> None:
    assert is_development_class("DevConfig") and not is_development_class("Settings")
    assert is_development_module("shop/settings/unittests.py")
    assert is_development_module("shop/settings/local.py") and is_development_module("dev_settings.py")
    assert not is_development_module("shop/settings/base.py") and not is_development_module("latest.py")
    assert is_settings_module("shop/settings.py") and is_settings_module("config/base.py")
    assert not is_settings_module("shop/models.py")
