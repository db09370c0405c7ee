from __future__ import annotations

import os
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lintkit.authoring.examples import MemoryTree
from lintkit.catalog.load import load_rules
from lintkit.config import Config, ConfigError, check_rules, load_config, parse_config
from lintkit.config.model import RuleConfig
from lintkit.config.ruling import Rulings
from lintkit.model import RuleMeta
from lintkit.run.engine import Request, run


def rule(rule_id: str, **more: object) -> RuleMeta:
    meta = RuleMeta(id=rule_id, summary="s", why="w", remedy="r", severity="warning")
    return replace(meta, **more)  # type: ignore[arg-type]


RULES = (
    rule("compose/image-tag", packs=("strict",), tags=("reproducibility",)),
    rule("python/cors-wildcard", tags=("security", "CWE-942")),
    rule("python/print-in-client", severity="error"),
)
CORS = RULES[1]


def ids(config: Config) -> list[str]:
    return [meta.id for meta in config.selected(RULES)]


def refused(text: str, path: str = "lintkit.toml") -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        check_rules(parse_config(text, path), RULES)
    return caught.value


def test_without_a_file_the_recommended_pack_runs(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert ids(load_config(tmp_path)) == ["python/cors-wildcard", "python/print-in-client"]


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("*", [meta.id for meta in RULES]),
        ("python/*", ["python/cors-wildcard", "python/print-in-client"]),
        ("*print*", ["python/print-in-client"]),
        ("tag:security", ["python/cors-wildcard"]),
        ("tag:CWE-*", ["python/cors-wildcard"]),
        ("pack:strict", ["compose/image-tag"]),
        ("python/cors-wildcard", ["python/cors-wildcard"]),
    ],
)
def test_selectors(selector: str, expected: list[str]) -> None:
    assert ids(parse_config(f'select = ["{selector}"]')) == expected


def test_extend_select_adds_and_ignore_takes_away() -> None:
    config = parse_config('extend-select = ["pack:strict"]\nignore = ["python/print-*"]')
    assert ids(config) == ["compose/image-tag", "python/cors-wildcard"]


def test_severity_off_switches_a_rule_off() -> None:
    assert ids(parse_config('severity."tag:security" = "off"')) == ["python/print-in-client"]


def test_command_line_select_replaces_that_of_the_file() -> None:
    config = parse_config('select = ["*"]\nextend-select = ["compose/*"]')
    assert ids(config.with_flags(select=["python/print-in-client"])) == ["python/print-in-client"]


def test_a_rule_named_in_full_on_the_command_line_beats_ignore_of_the_file() -> None:
    config = parse_config('ignore = ["python/*"]').with_flags(select=["python/cors-wildcard", "compose/*"])
    assert ids(config) == ["compose/image-tag", "python/cors-wildcard"]


def test_ignore_on_the_command_line_beats_select_on_the_command_line() -> None:
    config = Config().with_flags(select=["python/cors-wildcard"], ignore=["python/cors-wildcard"])
    assert ids(config) == []


def test_the_last_severity_selector_decides_and_the_rule_table_beats_it() -> None:
    text = '[severity]\n"*" = "note"\n"python/*" = "error"\n'
    assert parse_config(text).severity(CORS) == "error"
    assert (
        parse_config(text + '[rule."python/cors-wildcard"]\nseverity = "warning"').severity(CORS) == "warning"
    )


def test_the_severity_of_the_finding_holds_where_the_configuration_says_nothing() -> None:
    assert Config().severity(CORS, "note") == "note"
    assert Config().severity(CORS) == "warning"


def test_paths_of_a_rule_narrow_it_and_paths_ignore_replaces_its_own_list() -> None:
    meta = replace(CORS, paths_ignore=("tests/",))
    assert not Rulings(Config(), selected=True).counts(meta, "tests/app.py")
    config = parse_config('[rule."python/cors-wildcard"]\npaths = ["/app/"]\npaths-ignore = ["old.py"]')
    assert [
        Rulings(config, selected=True).counts(meta, path)
        for path in ("app/tests/a.py", "app/old.py", "lib/a.py")
    ] == [
        True,
        False,
        False,
    ]


def test_environments() -> None:
    config = parse_config('[environments]\nproduction = ["deploy/prod/"]\ndevelopment = ["*.dev.yml"]')
    assert config.environment("deploy/prod/app.yaml") == "production"
    assert config.environment("compose.dev.yml") == "development"
    assert config.environment("compose.yml") is None


def test_globs_are_those_of_ignore_files() -> None:
    config = parse_config('exclude = ["vendor/", "/top.py", "*.gen.py", "!keep.gen.py"]')
    matched = [
        config.excluded(path) for path in ("a/vendor/x.py", "top.py", "a/top.py", "b/x.gen.py", "keep.gen.py")
    ]
    assert matched == [True, True, False, True, False]


def test_globs_are_relative_to_the_folder_of_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "lintkit.toml").write_text('exclude = ["/api/old"]')
    (tmp_path / "api").mkdir()
    config = load_config(tmp_path / "api")
    assert config.excluded("old/x.py")
    assert not config.excluded("api/old/x.py")


def test_lintkit_toml_wins_over_pyproject(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.lintkit]\nfail-on = "note"')
    assert load_config(tmp_path).fail_on == "note"
    (tmp_path / "lintkit.toml").write_text('fail-on = "error"')
    assert load_config(tmp_path).fail_on == "error"


def test_a_pyproject_without_our_table_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "lintkit.toml").write_text('fail-on = "error"')
    below = tmp_path / "below"
    below.mkdir()
    (below / "pyproject.toml").write_text('[project]\nname = "x"\ndependencies = ["lintkit"]')
    assert load_config(below).fail_on == "error"


def test_somebody_elses_broken_pyproject_is_not_our_error(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project\n# lintkit")
    (tmp_path / "lintkit.toml").touch()
    (tmp_path / "lintkit.toml").unlink()
    assert load_config(tmp_path) == Config()


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('fail-on = "error"\nselct = ["*"]', 2, "unknown key `selct`; did you mean `select`"),
        (
            '[[per-path-ignores]]\npaths = ["a"]\nrules = ["*"]\nreasn = "x"\nreason = "y"',
            4,
            "did you mean `reason`",
        ),
        ('\n\n[rule."python/cors-wildcard"]\nseverty = "error"', 4, "did you mean `severity`"),
        ("x = 1\n[rule.a]\nb = {c = 1}", 1, "unknown key `x`"),
        ('packs = ["strict"]', 1, 'write `select = ["pack:NAME"]`'),
        ("allow-code = true", 1, "command line only"),
        ('select = "x"', 1, "`select` must be a list"),
        ('select = [\n  "*",\n  1,\n]', 3, "`select[1]` must be a string"),
        ('fail-on = "eror"', 1, "did you mean `error`"),
        ('[[per-path-ignores]]\npaths = ["a"]\nrules = ["*"]', 1, "lacks `reason`"),
        ('exclude = ["a", "*a*b*c*d"]', 1, "more than 3 `*`"),
        (
            "exclude = [\n" + "".join(f'"{"?" * n}*",\n' for n in range(1, 110)) + "]",
            102,
            "is one of 109 here",
        ),
        (
            "".join(
                f'[[per-path-ignores]]\npaths = ["{"?" * n}*"]\nrules = ["*"]\nreason = "x"\n'
                for n in range(1, 110)
            ),
            402,
            "spell out nothing",
        ),
        ('exclude = ["# x"]', 1, "comment"),
        ("select = [", 1, "not valid TOML"),
        ('a = 1\nb = "x\n', 2, "not valid TOML"),
        ('select = [\n "python/cors-wildcrd"]', 2, "did you mean `python/cors-wildcard`"),
        ('ignore = ["python"]', 1, "did you mean `python/*`"),
        ('ignore = ["cors-wildcard"]', 1, "did you mean `python/cors-wildcard`"),
        ('ignore = ["tag:securty"]', 1, "no rule has the tag `securty`; did you mean `security`"),
        ('ignore = ["pack:secure-things"]', 1, "no rule is in the pack"),
        ('[severity]\n"*" = "note"\n"go/*" = "error"', 3, "`go/*` matches no rule"),
        ('[rule."python/cors-wildcards"]', 1, "did you mean `python/cors-wildcard`"),
        ('[rule."python/cors-wildcard".options]\nlimt = 3', 2, "unknown key `limt`"),
        (
            '[[per-path-ignores]]\npaths = ["a"]\nrules = ["*",\n"nope/x"]\nreason = "r"',
            4,
            "`nope/x` is not a rule",
        ),
    ],
)
def test_mistakes_name_the_line_and_the_nearest_name(text: str, line: int, words: str) -> None:
    error = refused(text)
    assert words in error.message
    assert (error.path, error.line) == ("lintkit.toml", line)


def test_mistakes_in_pyproject_have_the_lines_of_pyproject() -> None:
    error = refused('[project]\nselct = 1\n\n[tool.lintkit]\nselct = ["*"]', "pyproject.toml")
    assert error.line == 5


def test_options_are_checked_against_what_the_rule_declares() -> None:
    meta = replace(CORS, options={"limit": {"type": "integer", "minimum": 1}})
    config = parse_config('[rule."python/cors-wildcard".options]\nlimit = "hunter2-not-real"')
    with pytest.raises(ConfigError) as caught:
        check_rules(config, [meta])
    assert "`limit` must be a whole number" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_selectors_of_the_command_line_are_checked_and_named() -> None:
    with pytest.raises(ConfigError, match=r"^--select: .*did you mean `python/cors-wildcard`"):
        check_rules(Config(), RULES, select=["python/cors-wildcar"])


def test_known_packs_may_be_empty() -> None:
    check_rules(parse_config('select = ["pack:production"]'), RULES)


def test_values_and_control_characters_are_not_echoed() -> None:
    error = refused('"\\u001b[31mx" = "hunter2-not-real"')
    assert "hunter2" not in str(error)
    assert "\x1b" not in str(error)


def test_a_syntax_error_does_not_quote_the_file() -> None:
    assert "hunter2" not in str(refused('select = "hunter2-not-real\n'))


def test_deep_nesting_is_an_error_and_no_crash() -> None:
    assert refused("select = " + "[" * 100_000).line in (0, 1)


def test_a_rule_folder_outside_the_repository_is_refused_unless_the_user_names_the_file(
    tmp_path: Path,
) -> None:
    (tmp_path / "policies").mkdir()
    root = tmp_path / "repo"
    root.mkdir()
    (root / "lintkit.toml").write_text('rules = ["../policies"]')
    with pytest.raises(ConfigError, match="outside the repository"):
        load_config(root)
    config = load_config(root, root / "lintkit.toml")
    assert config.rule_folders == ((tmp_path / "policies").resolve(),)


def test_a_missing_rule_folder_is_an_error_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "lintkit.toml").write_text('select = ["*"]\nrules = ["policies"]')
    with pytest.raises(ConfigError, match="no rule folder `policies`") as caught:
        load_config(tmp_path)
    assert caught.value.line == 2


def test_a_missing_explicit_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        load_config(tmp_path, tmp_path / "nope.toml")


def test_a_fifo_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "lintkit.toml")
    with pytest.raises(ConfigError, match="not a regular file"):
        load_config(tmp_path)


def test_a_link_out_of_the_root_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere.toml").write_text('fail-on = "note"')
    root = tmp_path / "repo"
    root.mkdir()
    (root / "lintkit.toml").symlink_to(tmp_path / "elsewhere.toml")
    with pytest.raises(ConfigError, match="symbolic link"):
        load_config(root)


def test_a_link_to_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lintkit.toml").symlink_to(tmp_path / "lintkit.toml")
    with pytest.raises(ConfigError):
        load_config(tmp_path)


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lintkit.toml").write_text("#" * (1 << 20) + "\n#")
    with pytest.raises(ConfigError, match="larger than 1 MiB"):
        load_config(tmp_path)


def test_bytes_that_are_not_utf8_are_an_error_with_a_line(tmp_path: Path) -> None:
    (tmp_path / "lintkit.toml").write_bytes(b"# ok\n# \xff\n")
    with pytest.raises(ConfigError, match="UTF-8") as caught:
        load_config(tmp_path)
    assert caught.value.line == 2


def test_a_byte_order_mark_and_crlf_are_read(tmp_path: Path) -> None:
    (tmp_path / "lintkit.toml").write_bytes(b'\xef\xbb\xbffail-on = "note"\r\nselect = ["*"]\r\n')
    assert load_config(tmp_path).fail_on == "note"


def test_a_configuration_can_be_sent_to_a_worker() -> None:
    config = parse_config('exclude = ["a/"]\n[rule."python/cors-wildcard"]\nseverity = "error"')
    assert pickle.loads(pickle.dumps(config)) == config


def test_the_documented_configuration_is_a_valid_one() -> None:
    page = Path(__file__).parent.parent / "docs" / "configuration.md"
    text = page.read_text(encoding="utf-8").partition("```toml\n")[2].partition("```")[0]
    config = parse_config(text.replace('rules = ["policies"]', ""))
    assert config.environment("deploy/live/a.yaml") == "production"
    assert config.rules["python/localhost-default"].severity == "error"
    assert config.waivers[0].reason.startswith("moves")
    assert "python/*" in config.packs["house"]


@pytest.mark.parametrize(
    ("selectors", "strict"),
    [
        ({}, False),
        ({"extend_select": ("pack:security",)}, False),
        ({"extend_select": ("pack:strict",)}, True),
        ({"select": ("*",)}, True),
        ({"select": ("python/localhost-default",)}, True),
    ],
)
def test_a_rule_is_told_whether_what_is_seldom_worth_a_change_is_wanted(
    selectors: dict[str, tuple[str, ...]], strict: bool
) -> None:
    given: dict[str, Any] = {"select": (), "extend_select": (), "ignore": (), "fail_on": None, **selectors}
    default = rule("python/localhost-default", packs=("recommended", "production"))
    assert Config().with_flags(**given).is_strict(default) is strict


@pytest.mark.parametrize(
    ("path", "shown"),
    [("shop/client.py", 1), ("examples/client.py", 0), ("labs/a/b.py", 0), ("shop-demo/a.py", 0)],
)
@pytest.mark.parametrize("select", [(), ("*",)])
def test_what_is_found_in_examples_is_for_those_who_ask(
    path: str, shown: int, select: tuple[str, ...]
) -> None:
    rules = load_rules()
    tree = MemoryTree(
        {path: b"import requests\n\n\ndef f():\n    return requests.get('https://a.example')\n"}
    )
    config = Config(per_path_ignores=()).with_flags(select=select, extend_select=(), ignore=(), fail_on=None)
    table = {"python/http-client-without-timeout": RuleConfig(paths_ignore=())}
    report = run(Request(tree, replace(config, rules=table), rules, rules.ids(), jobs=1))
    found = [each for each in report.findings if each.rule in table]
    assert len(found) == (1 if select else shown)


@pytest.mark.parametrize(
    ("compose", "shown"),
    [("image: 'shop:1'", 1), ("build: .\n    volumes: ['.:/srv']\n    command: flask run --debug", 0)],
)
@pytest.mark.parametrize("select", [(), ("*",)])
def test_what_matters_where_something_is_deployed_is_for_those_who_ask(
    compose: str, shown: int, select: tuple[str, ...]
) -> None:
    rules = load_rules()
    service = f"services:\n  web:\n    env_file: [web.env]\n    {compose}\n"
    tree = MemoryTree({"compose.yaml": service.encode(), "web.env": b"SECRET_KEY=change-me\n"})
    config = Config().with_flags(select=select, extend_select=(), ignore=(), fail_on=None)
    report = run(Request(tree, config, rules, rules.ids(), jobs=1))
    found = [each for each in report.findings if each.rule == "env/placeholder-secret"]
    assert len(found) == (1 if select else shown)


@pytest.mark.parametrize(("image", "shown"), [("shop/agent:1", 1), ("gcr.io/cadvisor/cadvisor:v0.52.1", 0)])
@pytest.mark.parametrize("select", [(), ("*",)])
def test_what_a_rule_over_merged_services_says_seldom_is_for_those_who_ask(
    image: str, shown: int, select: tuple[str, ...]
) -> None:
    rules = load_rules()
    text = f"services:\n  metrics:\n    image: {image}\n    privileged: true\n"
    config = Config().with_flags(select=select, extend_select=(), ignore=(), fail_on=None)
    report = run(Request(MemoryTree({"compose.yaml": text.encode()}), config, rules, rules.ids(), jobs=1))
    found = [each for each in report.findings if each.rule == "compose/privileged"]
    assert len(found) == (1 if select else shown)
