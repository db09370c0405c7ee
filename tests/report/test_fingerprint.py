import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintkit.run.fingerprint import line_hashes, line_hashes_at, stable_fingerprint
from lintkit.source import BOM, Lines

VECTORS = json.loads((Path(__file__).parent / "line_hashes.json").read_text(encoding="utf-8"))

TEXTS = st.text(alphabet="ab \t\n\r\u00e9\U0001f642", max_size=300)


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_line_hashes_are_those_of_code_scanning(vector: dict[str, object]) -> None:
    text = bytes.fromhex(str(vector["hex"])).decode("utf-8", "replace")
    bom = text.startswith(BOM)
    assert line_hashes(text[1:] if bom else text, bom) == vector["hashes"]


@given(TEXTS)
def test_every_line_has_a_hash(text: str) -> None:
    assert len(line_hashes(text)) == len(Lines(text))


@given(TEXTS)
def test_hashes_do_not_repeat(text: str) -> None:
    hashes = line_hashes(text)
    assert len(set(hashes)) == len(hashes)


@given(TEXTS, st.booleans(), st.sets(st.integers(-1, 30)))
def test_hashes_of_some_lines_are_those_of_all(text: str, bom: bool, lines: set[int]) -> None:
    every = line_hashes(text, bom)
    expected = {line: every[line - 1] for line in lines if 1 <= line <= len(every)}
    assert line_hashes_at(text, bom, lines) == expected


@given(TEXTS)
def test_kind_of_newline_does_not_matter(text: str) -> None:
    text = text.replace("\r", "")
    assert line_hashes(text.replace("\n", "\r\n")) == line_hashes(text)


def test_indentation_does_not_matter() -> None:
    assert line_hashes("a:\n  b: 1\n") == line_hashes("a:\n\tb:1\n")


def test_byte_order_mark_matters() -> None:
    assert line_hashes("a: 1\n", True)[0] != line_hashes("a: 1\n", False)[0]


def test_stable_fingerprint_is_what_it_was() -> None:
    found = stable_fingerprint("compose/hardcoded-secret", "compose.yaml", "db.PASSWORD")
    assert found == "cbb21f6456a83ccf49e405e5c317f803"


def test_stable_fingerprint_tells_occurrences_apart() -> None:
    assert stable_fingerprint("a/b", "c", "d", 1) != stable_fingerprint("a/b", "c", "d", 2)


def test_stable_fingerprint_keeps_the_parts_apart() -> None:
    assert stable_fingerprint("a/b", "c", "de") != stable_fingerprint("a/b", "cd", "e")


def test_stable_fingerprint_of_an_undecodable_path() -> None:
    assert len(stable_fingerprint("a/b", "caf\udce9", "c")) == 32
