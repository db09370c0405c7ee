"""Rule folders, configurations and baselines of a repository that means harm: nothing outside is read or waited for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.conftest import Said, Shell, shell

__all__ = ["shell"]

SECRET = "hunter2-outside-of-the-root"
RULE = """\
summary: a service is there
why: Because it is so, and has always been so.
remedy: Do not.
severity: warning
kind: compose
select: $.services
forbid: {type: object, required: [web]}
message: "there is a service `web`"
examples:
  - bad: "services: {web: {}}  # <-- here"
  - good: "x: 1"
"""


def refused(said: Said, *words: str) -> None:
    assert said.code == 2, said
    assert "internal error" not in said.err
    assert SECRET not in said.err + said.out
    for word in words:
        assert word in said.err, said.err


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A file that is nobody's business, and that is broken as YAML, TOML and JSON."""
    place = tmp_path / "outside"
    place.write_text(f"{SECRET}: [{SECRET}\n  : {SECRET}\n")
    return place


PLACES = ("policies/own/rule.yaml", "services/api/policies/own/rule.yaml")


@pytest.fixture
def rules(shell: Shell) -> Shell:
    """A root and a folder below it, each with a configuration that names a rule folder."""
    shell.write("lintkit.toml", 'rules = ["policies"]\n')
    shell.write("services/api/lintkit.toml", 'rules = ["policies"]\n')
    for place in PLACES:
        (shell.root / place).parent.mkdir(parents=True)
    shell.write("compose.yaml", "services: {web: {image: 'shop:1'}}\n")
    return shell


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("command", [["check"], ["rules"], ["test", "policies"], ["check", "--allow-code"]])
@pytest.mark.parametrize("kind", ["link", "inner link", "pipe", "zero", "large", "folder", "coded"])
def test_a_rule_file_is_a_file_of_bounded_size(
    rules: Shell, outside: Path, place: str, command: list[str], kind: str
) -> None:
    file = rules.root / place
    if kind == "coded":
        file = file.with_suffix(".py")
    if kind in ("link", "coded"):
        file.symlink_to(outside)
    elif kind == "inner link":
        rules.write("kept.yaml", RULE)
        file.symlink_to(rules.root / "kept.yaml")
    elif kind == "pipe":
        os.mkfifo(file)
    elif kind == "zero":
        file.symlink_to("/dev/zero")
    elif kind == "large":
        with file.open("wb") as hole:
            hole.truncate(2 << 30)
    else:
        file.mkdir()
    if command[0] == "test":
        command = ["test", str(Path(place).parents[1])]
    said = rules(*command)
    assert said.code == 2, said
    assert SECRET not in said.err + said.out
    assert "internal error" not in said.err
    assert file.name in said.err + said.out


@pytest.mark.parametrize("command", [["check"], ["rules"]])
def test_a_linked_folder_of_rules_is_not_passed_over_in_silence(
    rules: Shell, tmp_path: Path, command: list[str]
) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "rule.yaml").write_text(RULE)
    (rules.root / "policies" / "team").symlink_to(tmp_path / "theirs")
    refused(rules(*command), "policies/team", "symbolic link")


def test_what_is_tested_lies_in_the_repository(rules: Shell, tmp_path: Path, outside: Path) -> None:
    (rules.root / "policies" / "own" / "rule.yaml").symlink_to(outside)
    said = rules("test", "policies/own/rule.yaml")
    refused(said, "symbolic link")
    (rules.root / "linked").symlink_to(tmp_path)
    refused(rules("test", "linked"), "symbolic link")
    (tmp_path / "mine" / "own").mkdir(parents=True)
    (tmp_path / "mine" / "own" / "rule.yaml").write_text(RULE)
    said = rules("test", str(tmp_path / "mine"))
    assert said.code == 0, said


@pytest.mark.parametrize(
    "name", ["lintkit.toml", "pyproject.toml", "services/api/lintkit.toml", "shared/base.toml"]
)
@pytest.mark.parametrize("kind", ["link", "pipe", "zero", "large", "folder link"])
def test_a_configuration_is_a_file_of_the_repository(
    shell: Shell, tmp_path: Path, outside: Path, name: str, kind: str
) -> None:
    shell.write("app.py", "x = 1\n")
    (shell.root / "lintkit.toml").write_text('extend = "shared/base.toml"\n' if "shared" in name else "")
    file = shell.root / name
    if name == "pyproject.toml":
        (shell.root / "lintkit.toml").unlink()
    file.unlink(missing_ok=True)
    if kind == "folder link":
        if "/" not in name:
            pytest.skip("the root itself is no link")
        (tmp_path / "away").mkdir()
        (tmp_path / "away" / file.name).write_text(outside.read_text())
        (shell.root / "services").mkdir(exist_ok=True)
        file.parent.symlink_to(tmp_path / "away")
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        if kind == "link":
            file.symlink_to(outside)
        elif kind == "pipe":
            os.mkfifo(file)
        elif kind == "zero":
            file.symlink_to("/dev/zero")
        else:
            file.write_bytes(b"# lintkit\n" + b"#" * (2 << 20))
    said = shell("check")
    assert SECRET not in said.err + said.out
    assert "internal error" not in said.err
    # A link below the root is no file of the tree, so that nobody asks for it; everything else is a mistake.
    below = name.startswith("services/") and kind in ("link", "zero", "folder link", "pipe")
    assert said.code == (0 if below else 2), said


@pytest.mark.parametrize(
    "option", [["check", "--config", "linked.toml"], ["check", "--baseline", "linked.toml"]]
)
def test_a_link_of_the_repository_is_not_followed_out_where_a_user_names_it(
    shell: Shell, outside: Path, option: list[str]
) -> None:
    (shell.root / "linked.toml").symlink_to(outside)
    refused(shell(*option), "symbolic link")


@pytest.mark.parametrize("kind", ["pipe", "zero"])
def test_a_baseline_is_a_file(shell: Shell, kind: str) -> None:
    place = shell.root / "lintkit-baseline.json"
    os.mkfifo(place) if kind == "pipe" else place.symlink_to("/dev/zero")
    refused(shell("check", "--baseline", "lintkit-baseline.json"))
    refused(shell("baseline", "--prune"))


GIANT = "9" * 5_000
TOML: dict[str, tuple[str, int]] = {
    "exclude": ('select = ["*"]\nexclude = ["[z-a]"]\n', 2),
    "class": ('exclude = ["[a-\\\\]"]\n', 1),
    "environments": ('[environments]\nproduction = ["ok", "[z-a]"]\n', 2),
    "per-path-ignores": ('[[per-path-ignores]]\nrules = ["*"]\nreason = "x"\npaths = ["[9-0]"]\n', 4),
    "waivers": ('[[waivers]]\nrules = ["*"]\nreason = "x"\nexpires = 2030-01-01\npaths = ["[z-a]"]\n', 5),
    "rule": ('[rule."python/localhost-default"]\npaths = ["[z-a]"]\n', 2),
    "rule ignore": ('[rule."python/localhost-default"]\npaths-ignore = ["[z-a]"]\n', 2),
    "number": (f"# first\nfail-on = {GIANT}\n", 2),
    "option": (f'[rule."python/localhost-default".options]\n\nx = [1, {GIANT}]\n', 3),
    "underscores": (f"x = {'9_' * 4_000}9\n", 1),
    "deep": (f"# first\nselect = {'[' * 3_000}{']' * 3_000}\n", 2),
    "deep tables": (f"[rule]\nx = {'{a=' * 3_000}1{'}' * 3_000}\n", 2),
    "day": ('[[waivers]]\nrules = ["*"]\nreason = "x"\npaths = ["a"]\nexpires = "²030-01-01"\n', 5),
}


@pytest.mark.parametrize("case", TOML)
@pytest.mark.parametrize("folder", ["", "services/api/"])
def test_a_mistake_in_a_configuration_has_its_line(shell: Shell, folder: str, case: str) -> None:
    text, line = TOML[case]
    shell.write(f"{folder}lintkit.toml", text)
    refused(shell("check"), f"{folder}lintkit.toml:{line}: ")


def test_a_key_of_many_parts_is_refused_before_it_is_read(shell: Shell) -> None:
    # The cost of a key is the square of its parts: this one would take hours.
    shell.write("lintkit.toml", f"[{'.'.join(['a'] * 400_000)}]\nb = 1\n")
    refused(shell("check"), "lintkit.toml:1: is nested too deeply")


def test_a_key_of_many_parts_in_a_file_of_the_project(shell: Shell) -> None:
    text = f"[{'.'.join(['a'] * 400_000)}]\nb = 1\n"
    for name in ("pyproject.toml", "Pipfile", "uv.lock", "poetry.lock"):
        shell.write(name, text)
    shell.write("app.py", "import redis\n\nURL = redis.from_url('redis://cache.shop.example')\n")
    said = shell("check", "--output-format", "concise")
    assert "python/redis-client-without-timeout" in said.out
    assert said.code == 1


QUERIES = (
    "$[99999999999999999999]",
    f"$[{'9' * 1_990}]",
    "$[1:99999999999999999999]",
    "$[-99999999999999999999]",
    "$[1e5]",
    "$[1e999]",
    "$[?@.a > 1e999]",
    "$[?@.a > 1e99999999999999999999]",
    "$[²]",
    f"${'[?@' * 200}{']' * 200}",
)
YAML: dict[str, tuple[str, int]] = {
    **{query[:40]: (RULE.replace("$.services", f"'{query}'"), 6) for query in QUERIES},
    "paths": (f"paths: [ok, '[z-a]']\n{RULE}", 1),
    "paths-ignore": (f"paths-ignore: ['[z-a]']\n{RULE}", 1),
    "many stars": (f"paths: ['**/**/**/**/**/x']\n{RULE}", 1),
    "pattern": (RULE.replace("{type: object, required: [web]}", "{type: string, pattern: '[z-a]'}"), 7),
    "repeats": (
        RULE.replace("{type: object, required: [web]}", f"{{type: string, pattern: 'a{{{GIANT}}}'}}"),
        7,
    ),
    "minimum": (RULE.replace("{type: object, required: [web]}", f"{{type: number, minimum: {GIANT}}}"), 7),
    "step": (RULE.replace("{type: object, required: [web]}", "{type: number, multipleOf: 1e-400}"), 7),
    "deep": (RULE.replace("{type: object, required: [web]}", f"{'{not: ' * 1_500}{{}}{'}' * 1_500}"), 7),
    "circle": (RULE.replace("{type: object, required: [web]}", "{$ref: '#'}"), 7),
    "severity": (RULE.replace("severity: warning", f"severity: {GIANT}"), 4),
}


@pytest.mark.parametrize("case", YAML)
@pytest.mark.parametrize("folder", ["", "services/api/"])
def test_a_mistake_in_a_rule_file_has_its_line(rules: Shell, folder: str, case: str) -> None:
    text, line = YAML[case]
    rules.write(f"{folder}policies/own/rule.yaml", text)
    said = rules("check")
    refused(said, f"policies/own/rule.yaml:{line}: ")


def test_a_glob_of_a_coded_rule(rules: Shell) -> None:
    rules.write(
        "policies/own/rule.py",
        "from lintkit.api import define, good\n\nRULE = define(\n    summary='x', why='x', remedy='x',"
        " severity='note', kinds=('dotenv',), paths=('[z-a]',), examples=(good('A=1'),),\n)\n\n\n"
        "def check(document, rule):\n    return ()\n",
    )
    refused(rules("check", "--allow-code"), "policies/own/rule.py", "the glob `[z-a]`")
