"""What a settings class reads is what pydantic-settings and pydantic 1 read with its code."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lintkit.facts import VariableRead
from tests.graph.trees import graph_of

pytest.importorskip("pydantic_settings")

HEAD = """\
from typing import Annotated, Optional
from pydantic import AliasChoices, AliasPath, BaseModel, Field
from pydantic.alias_generators import to_camel, to_pascal
from pydantic_settings import BaseSettings, SettingsConfigDict


def shout(name):
    return "X_" + name.upper()


"""
HEAD_1 = """\
from typing import Optional
from pydantic.v1 import BaseModel, BaseSettings, Field


"""
NAMES = ("url", "redis_url", "api_host", "cache")
GENERATORS = (
    "to_camel",
    "to_pascal",
    "shout",
    "str.upper",
    "lambda name: f'{name}_y'",
    "lambda name: 'a' + name",
)


@dataclass(frozen=True)
class Program:
    """A module, and the expression of each field by its default, which no other field has."""

    source: str
    fields: Mapping[str, str]


def options_2(draw: st.DrawFn, nested: bool) -> dict[str, object]:
    found: dict[str, object] = {}
    choices: dict[str, list[object]] = {
        "env_prefix": ["", "A_", "shop_"],
        "env_prefix_target": ["variable", "alias", "all"],
        "case_sensitive": [True, False],
        "env_ignore_empty": [True, False],
        "env_nested_delimiter": ["__", "_"],
        "env_nested_max_split": [1, 2],
        "populate_by_name": [True, False],
        "validate_by_name": [True],
        "validate_by_alias": [True],
        "nested_model_default_partial_update": [True],
    }
    for name, values in choices.items():
        likely = nested and name.startswith("env_nested")
        if draw(st.integers(0, 4)) < (3 if likely else 1):
            found[name] = draw(st.sampled_from(values))
    return found


def written_options(draw: st.DrawFn, found: Mapping[str, object], generator: str) -> str:
    written = [f"{name}={value!r}" for name, value in found.items()]
    if generator:
        written.append(f"alias_generator={generator}")
    if not written:
        return ""
    if draw(st.booleans()):
        return f"    model_config = SettingsConfigDict({', '.join(written)})\n"
    entries = ", ".join("{!r}: {}".format(*each.split("=", 1)) for each in written)
    return f"    model_config = {{{entries}}}\n"


def field_2(draw: st.DrawFn, name: str, default: str) -> str:
    alias = draw(
        st.sampled_from(
            [
                "",
                "",
                "alias='Other'",
                "validation_alias='CACHE_URL'",
                "validation_alias=AliasChoices('First', 'SECOND')",
                "validation_alias=AliasPath('Head')",
                "alias='Unused', validation_alias='Used'",
                "description='a place'",
            ]
        )
    )
    form = draw(st.integers(0, 3))
    if form == 0 and not alias:
        return f"    {name}: str = {default!r}\n"
    if form == 1:
        return f"    {name}: Annotated[str, Field({alias})] = {default!r}\n"
    return f"    {name}: Optional[str] = Field({default!r}{', ' if alias else ''}{alias})\n"


@st.composite
def programs(draw: st.DrawFn) -> Program:
    fields: dict[str, str] = {}
    lines = [HEAD]
    nested = draw(st.booleans())
    deeper = nested and draw(st.booleans())
    if deeper:
        lines.append(f"class Inner(BaseModel):\n{field_2(draw, 'host', 'default-inner')}\n\n")
        fields["default-inner"] = "s.cache.inner.host"
    if nested:
        lines.append("class Cache(BaseModel):\n")
        if draw(st.booleans()):
            lines.append(f"    model_config = {{'populate_by_name': {draw(st.booleans())}}}\n")
        lines.append(field_2(draw, "url", "default-nested"))
        lines.append(field_2(draw, "data_base", "default-other"))
        fields |= {"default-nested": "s.cache.url", "default-other": "s.cache.data_base"}
        if deeper:
            lines.append("    inner: Inner = Inner()\n")
        lines.append("\n\n")
    classes = draw(st.sampled_from([("Settings",), ("Base", "Settings"), ("Base", "Middle", "Settings")]))
    above = "BaseSettings"
    for number, name in enumerate(classes):
        generator = draw(st.sampled_from(("", "", "", *GENERATORS)))
        lines.append(f"class {name}({above}):\n")
        body = written_options(draw, options_2(draw, nested), generator)
        for field in draw(st.lists(st.sampled_from(NAMES[:3]), unique=True, max_size=2)):
            default = f"default-{field}-{number}"
            body += field_2(draw, field, default)
            fields = {text: asked for text, asked in fields.items() if asked != f"s.{field}"}
            fields[default] = f"s.{field}"
        if nested and number == 0:
            value = draw(st.sampled_from(["Cache()", "Field(default_factory=Cache)", "Field(Cache())"]))
            body += f"    cache: {draw(st.sampled_from(['Cache', 'Optional[Cache]']))} = {value}\n"
        lines.append((body or "    pass\n") + "\n\n")
        above = name
    lines.append("s = Settings()\n")
    return Program("".join(lines), fields)


@st.composite
def programs_1(draw: st.DrawFn) -> Program:
    fields: dict[str, str] = {}
    lines = [HEAD_1]
    above = "BaseSettings"
    for number, name in enumerate(draw(st.sampled_from([("Settings",), ("Base", "Settings")]))):
        lines.append(f"class {name}({above}):\n")
        for field in draw(st.lists(st.sampled_from(NAMES[:3]), unique=True, min_size=1, max_size=2)):
            default = f"default-{field}-{number}"
            told = draw(
                st.sampled_from(["", ", env='Other'", ", env=['First', 'SECOND']", f", alias='{field}_nick'"])
            )
            lines.append(f"    {field}: str = Field({default!r}{told})\n")
            fields = {text: asked for text, asked in fields.items() if asked != f"s.{field}"}
            fields[default] = f"s.{field}"
        lines.append("\n    class Config:\n        extra = 'ignore'\n")
        for option, values in {"env_prefix": ("A_", "shop_"), "case_sensitive": (True, False)}.items():
            if draw(st.booleans()):
                lines.append(f"        {option} = {draw(st.sampled_from(values))!r}\n")
        lines.append("\n\n")
        above = name
    lines.append("s = Settings()\n")
    return Program("".join(lines), fields)


class Real:
    """The libraries in a process of their own."""

    def __init__(self) -> None:
        program = Path(__file__).with_name("real_settings.py")
        self.process = subprocess.Popen(
            [sys.executable, "-I", str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def value(self, program: Program, ask: str, environment: Mapping[str, str]) -> str | None:
        """The value of a field, None where the code raises."""
        assert self.process.stdin is not None and self.process.stdout is not None
        question = {"source": program.source, "environment": dict(environment), "ask": ask}
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        found: str | None = json.loads(self.process.stdout.readline()).get("value")
        return found


@pytest.fixture(scope="module")
def real() -> Iterator[Real]:
    started = Real()
    yield started
    assert started.process.stdin is not None
    started.process.stdin.close()
    started.process.wait(timeout=30)


def decoys(read: VariableRead, names: list[str]) -> list[str]:
    """Names that somebody could take for names of the field, and that are none."""
    own = {name if read.case_sensitive else name.upper() for name in read.names}
    return [name for name in names if (name if read.case_sensitive else name.upper()) not in own]


def spellings(program: Program) -> list[str]:
    """All that is spelled in the names of any read, with and without prefixes, in both cases."""
    words = {"Other", "CACHE_URL", "First", "SECOND", "Head", "Used", "Unused", "url_nick", "redis_url_nick"}
    words |= {asked.rpartition(".")[2] for asked in program.fields.values()}
    words |= {"X_URL", "redisUrl", "RedisUrl", "apiHost", "url_y", "aurl"}
    words |= {"cache__url", "cache_url", "cache__data_base", "cache_data_base", "cache__inner__host"}
    found = {prefix + word for prefix in ("", "A_", "shop_") for word in words}
    return sorted(found | {name.upper() for name in found} | {name.lower() for name in found})


def values(text: str, asked: str) -> list[str]:
    """What gives a field `text` in a variable: itself, or JSON of what the field is a part of."""
    keys = (*asked.split(".")[-1:], "Other", "CACHE_URL", "First", "SECOND", "Head", "Used")
    parts = [{key: text} for key in keys]
    return [text, *map(json.dumps, parts), *(json.dumps({"inner": part}) for part in parts)]


def check(program: Program, real: Real, seed: int) -> None:
    chance = random.Random(seed)
    reads = {read.default.text: read for read in graph_of({"app.py": program.source}).all_reads()}
    for default, asked in program.fields.items():
        if real.value(program, asked, {}) != default:
            continue  # the real library refuses the code, or a class above gives another default
        read = reads[default]
        told = f"{program.source}\n{asked} is read from {read.names}"
        for name in read.names:
            works = any(
                real.value(program, asked, {name: value}) == "given" for value in values("given", asked)
            )
            assert works, f"{told}: {name} sets nothing"
        others = decoys(read, spellings(program))
        got = real.value(program, asked, {name: "given" for name in others if "{" not in name})
        if got == "given":
            wrong = [name for name in others if real.value(program, asked, {name: "given"}) == "given"]
            raise AssertionError(f"{told}: and from {wrong}")
        plain = [name for name in read.names if real.value(program, asked, {name: "given"}) == "given"]
        given = {name: f"value-{name}" for name in plain if chance.random() < 0.7}
        first = next((given[name] for name in plain if name in given), default)
        assert real.value(program, asked, given) == first, told
        empty = dict.fromkeys(plain, "")
        expected = default if set(plain) <= set(read.empty_is_unset) else ""
        if plain:
            assert real.value(program, asked, empty) == expected, told


@settings(max_examples=150, deadline=None)
@given(programs(), st.integers(0, 9))
def test_pydantic_settings_reads_what_the_graph_says(real: Real, program: Program, seed: int) -> None:
    check(program, real, seed)


@settings(max_examples=60, deadline=None)
@given(programs_1(), st.integers(0, 9))
def test_pydantic_1_reads_what_the_graph_says(real: Real, program: Program, seed: int) -> None:
    check(program, real, seed)
