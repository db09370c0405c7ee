"""One secret in several places is one result, and each place is suppressed, known and new for itself."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from tests.cli.conftest import Shell

SECRET = "zq8Xw2LmN4tY7pR"
FORMATS = ("text", "concise", "sarif", "github", "markdown", "gitlab", "junit", "checkstyle", "rdjson")


def service(name: str, value: str) -> str:
    return f"  {name}:\n    image: shop:1\n    environment:\n      DB_PASSWORD: {value}\n"


def stack(*services: str) -> str:
    return "services:\n" + "".join(services)


@pytest.fixture
def several(shell: Shell) -> Shell:
    """One secret in five services of two files, and a second one."""
    shell.write("a/compose.yaml", stack(*(service(f"s{n}", SECRET) for n in range(3))))
    url = f"  web:\n    image: shop:1\n    environment:\n      DATABASE_URL: postgresql://shop:{SECRET}@db/shop\n"
    shell.write("b/compose.yaml", stack(service("job", SECRET), url, service("other", SECRET[::-1])))
    return shell


def check(shell: Shell, *arguments: str) -> str:
    return shell("check", "--select", "compose/hardcoded-secret", "--exit-zero", *arguments).out


def results(shell: Shell, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(check(shell, "--output-format", "sarif", *arguments))["runs"][0][
        "results"
    ]
    return found


def places(result: dict[str, Any]) -> list[tuple[str, int]]:
    locations = [*result["locations"], *result.get("relatedLocations", [])]
    where = [location["physicalLocation"] for location in locations]
    return [(at["artifactLocation"]["uri"], at["region"]["startLine"]) for at in where]


def test_one_result_with_all_places(several: Shell) -> None:
    first, second = results(several)
    assert places(first) == [
        ("a/compose.yaml", 5),
        ("a/compose.yaml", 9),
        ("a/compose.yaml", 13),
        ("b/compose.yaml", 5),
        ("b/compose.yaml", 9),
    ]
    assert places(second) == [("b/compose.yaml", 13)]
    assert "codeFlows" not in first


def test_text_counts_the_places(several: Shell) -> None:
    several.write("c/compose.yaml", stack(*(service(f"t{n}", SECRET) for n in range(4))))
    out = check(several)
    assert "and 4 more places" in out
    assert "2 errors" in out
    assert "(and in 8 more places)" in check(several, "--output-format", "concise")


def test_json_keeps_each_place_and_says_what_belongs_together(several: Shell) -> None:
    findings = json.loads(check(several, "--output-format", "json"))["findings"]
    assert [finding.get("group") for finding in findings] == [1, 1, 1, 1, 1, None]


@pytest.mark.parametrize("name", [*FORMATS, "json"])
def test_no_format_shows_the_value_or_what_it_could_be_guessed_from(several: Shell, name: str) -> None:
    out = check(several, "--output-format", name)
    assert SECRET not in out
    several.write("a/compose.yaml", stack(*(service(f"s{n}", "q7Zk3LxW9bTqM5v") for n in range(3))))
    several.write("b/compose.yaml", stack(service("job", "q7Zk3LxW9bTqM5v")))
    other = [line for line in check(several, "--output-format", name).splitlines() if "a/compose" in line]
    before = [line for line in out.splitlines() if "a/compose" in line]
    if name == "concise":  # the same words for another value
        assert other == [line.replace("4 more", "3 more") for line in before]


def test_the_fingerprint_stays_when_places_come_and_go(several: Shell) -> None:
    before = results(several)[0]["partialFingerprints"]
    several.write("c/compose.yaml", stack(service("new", SECRET)))
    (several.root / "b/compose.yaml").unlink()
    (after,) = results(several)
    assert after["partialFingerprints"] == before
    assert ("c/compose.yaml", 5) in places(after)


def test_a_suppressed_place_is_left_out(several: Shell) -> None:
    text = (several.root / "a/compose.yaml").read_text(encoding="utf-8")
    comment = "  # lintkit: ignore[compose/hardcoded-secret] -- a demonstration"
    several.write("a/compose.yaml", text.replace(SECRET, SECRET + comment, 1))
    assert places(results(several)[0])[0] == ("a/compose.yaml", 9)
    assert ("a/compose.yaml", 5) not in places(results(several)[0])


def test_a_new_place_of_a_secret_in_the_baseline_is_new(several: Shell) -> None:
    several("baseline", "--select", "compose/hardcoded-secret")
    assert not results(several, "--baseline", "lintkit-baseline.json")
    several.write("c/compose.yaml", stack(service("new", SECRET)))
    (new,) = results(several, "--baseline", "lintkit-baseline.json")
    assert places(new) == [("c/compose.yaml", 5)]


def test_a_new_place_since_a_revision_is_new(several: Shell) -> None:
    def git(*arguments: str) -> None:
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *arguments]
        subprocess.run(command, cwd=several.root, check=True, capture_output=True)

    git("init", "-q")
    git("add", "-A")
    git("commit", "-q", "-m", "x")
    several.write("c/compose.yaml", stack(service("new", SECRET), service("newer", SECRET)))
    (new,) = results(several, "--since", "HEAD")
    assert places(new) == [("c/compose.yaml", 5), ("c/compose.yaml", 9)]


@pytest.mark.parametrize(
    ("texts", "count"),
    [
        # Words that others choose as well: each login is another, unless file and name are equal.
        (
            {
                "a/compose.yaml": stack(service("a", "admin")),
                "b/compose.yaml": stack(service("b", "admin")),
            },
            2,
        ),
        ({"compose.yaml": stack(service("a", "admin"), service("b", "admin"))}, 1),
        (
            {
                "compose.yaml": stack(
                    service("a", "admin"), service("b", "admin").replace("DB_PASSWORD", "MQ_PASSWORD")
                )
            },
            2,
        ),
        # What somebody chose is one secret under whatever name.
        (
            {
                "compose.yaml": stack(
                    service("a", "blue-whale-41"),
                    service("b", "blue-whale-41").replace("DB_PASSWORD", "MQ_PASSWORD"),
                )
            },
            1,
        ),
        ({"compose.yaml": stack(service("a", "blue-whale-41"), service("b", "blue-whale-42"))}, 2),
    ],
)
def test_what_is_one_secret(shell: Shell, texts: dict[str, str], count: int) -> None:
    for path, text in texts.items():
        shell.write(path, text)
    assert len(results(shell)) == count
