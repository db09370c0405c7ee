"""Configurations that extend others, apply to folders, require rules, and end waivers."""

from __future__ import annotations

import pickle
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from lintkit.config import Config, ConfigError, check_rules, load_config, parse_config, with_nested
from lintkit.config.ruling import Rulings
from lintkit.files.tree import open_tree
from lintkit.model import RuleMeta

TODAY = date(2026, 6, 1)


def rule(rule_id: str, **more: object) -> RuleMeta:
    meta = RuleMeta(id=rule_id, summary="s", why="w", remedy="r", severity="warning")
    return replace(meta, **more)  # type: ignore[arg-type]


CORS = rule("python/cors", tags=("security",), options={"limit": {"type": "integer", "default": 1}})
PRINT = rule("python/print")
IMAGE = rule("compose/image", packs=("strict",))
GRAPH = rule("project/graph", scope="project", options={"limit": {"type": "integer", "default": 1}})
RULES = (IMAGE, GRAPH, CORS, PRINT)


def write(root: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def read(root: Path, files: Mapping[str, str]) -> Config:
    write(root, files)
    config = with_nested(load_config(root), open_tree(root))
    check_rules(config, RULES)
    return config


def refused(root: Path, files: Mapping[str, str]) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        read(root, files)
    return caught.value


def ids(config: Config, path: str = "") -> list[str]:
    return [meta.id for meta in config.for_path(path).selected(RULES)]


def name(error: ConfigError) -> str:
    return Path(error.path).name


# Extending


def test_extended_lists_are_added_to_and_select_is_replaced(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        {
            "lintkit.toml": 'extend = "base.toml"\nselect = ["*"]\nexclude = ["b/"]\nfail-on = "note"',
            "base.toml": 'select = ["python/print"]\nignore = ["python/cors"]\nexclude = ["a/"]\nfail-on = "error"',
        },
    )
    assert ids(config) == [meta.id for meta in RULES]
    assert config.exclude == ("a/", "b/")
    assert config.fail_on == "note"


def test_a_file_without_select_adds_to_the_choice_it_inherits(tmp_path: Path) -> None:
    files = {
        "lintkit.toml": 'extend = "base.toml"\nextend-select = ["compose/*"]\nignore = ["python/cors"]',
        "base.toml": 'select = ["python/*"]',
    }
    assert ids(read(tmp_path, files)) == ["compose/image", "python/print"]


def test_a_nearer_file_selects_what_a_further_one_ignores(tmp_path: Path) -> None:
    files = {
        "lintkit.toml": 'extend = "base.toml"\nextend-select = ["python/print"]',
        "base.toml": 'ignore = ["python/*"]',
    }
    assert ids(read(tmp_path, files)) == ["project/graph", "python/print"]


def test_the_settings_of_a_rule_are_merged_by_key(tmp_path: Path) -> None:
    files = {
        "lintkit.toml": 'extend = "base.toml"\n[rule."python/cors"]\nseverity = "note"',
        "base.toml": '[rule."python/cors"]\nseverity = "error"\npaths = ["src/"]\noptions = { limit = 5 }',
    }
    config = read(tmp_path, files)
    assert config.severity(CORS) == "note"
    assert config.options(CORS) == {"limit": 5}
    assert [Rulings(config, selected=True).counts(CORS, path) for path in ("src/a.py", "a.py")] == [
        True,
        False,
    ]


def test_several_files_are_extended_in_their_order(tmp_path: Path) -> None:
    files = {
        "lintkit.toml": 'extend = ["one.toml", "two.toml"]',
        "one.toml": 'fail-on = "error"\nselect = ["python/cors"]',
        "two.toml": 'fail-on = "note"',
    }
    config = read(tmp_path, files)
    assert (config.fail_on, ids(config)) == ("note", ["python/cors"])
    assert [Path(source.path).name for source in config.sources] == ["one.toml", "two.toml", "lintkit.toml"]


def test_a_folder_stands_for_the_configuration_in_it(tmp_path: Path) -> None:
    files = {
        "lintkit.toml": 'extend = ["one", "two"]',
        "one/lintkit.toml": 'ignore = ["python/cors"]',
        "two/pyproject.toml": '[tool.lintkit]\nignore = ["python/print"]',
    }
    assert ids(read(tmp_path, files)) == ["project/graph"]


def test_pyproject_extends_as_well(tmp_path: Path) -> None:
    files = {"pyproject.toml": '[tool.lintkit]\nextend = "base.toml"', "base.toml": 'fail-on = "note"'}
    assert read(tmp_path, files).fail_on == "note"


def test_globs_of_a_folder_above_are_relative_to_that_folder(tmp_path: Path) -> None:
    files = {
        "lintkit.toml": 'exclude = ["/api/old"]',
        "api/lintkit.toml": 'extend = "../lintkit.toml"\nexclude = ["/new"]',
    }
    config = read(tmp_path, files)
    paths = ("api/old/a.py", "api/new/a.py", "new/a.py", "api/x/new/a.py")
    assert [config.excluded(path) for path in paths] == [True, True, False, False]


def test_globs_of_a_shared_file_are_relative_to_whoever_uses_it(tmp_path: Path) -> None:
    files = {
        "lintkit.toml": "",
        "policy/lintkit.toml": 'exclude = ["/gen"]',
        "api/lintkit.toml": 'extend = "../policy"',
    }
    config = read(tmp_path, files)
    assert [config.excluded(path) for path in ("api/gen/a.py", "policy/gen/a.py", "gen/a.py")] == [
        True,
        True,
        False,
    ]


def test_rule_folders_are_relative_to_the_file_that_names_them(tmp_path: Path) -> None:
    (tmp_path / "policy" / "rules").mkdir(parents=True)
    files = {"lintkit.toml": 'extend = "policy"', "policy/lintkit.toml": 'rules = ["rules"]'}
    assert read(tmp_path, files).rule_folders == ((tmp_path / "policy" / "rules").resolve(),)


@pytest.mark.parametrize(
    ("files", "place", "words"),
    [
        (
            {"lintkit.toml": '\nextend = "bse.toml"', "base.toml": ""},
            ("lintkit.toml", 2),
            "did you mean `base.toml`",
        ),
        (
            {"lintkit.toml": 'extend = [\n"base.toml",\n"no"]', "base.toml": ""},
            ("lintkit.toml", 3),
            "no folder",
        ),
        ({"lintkit.toml": 'extend = "../other.toml"'}, ("lintkit.toml", 1), "outside the repository"),
        ({"lintkit.toml": 'extend = "/etc/lintkit.toml"'}, ("lintkit.toml", 1), "outside the repository"),
        ({"lintkit.toml": 'extend = "lintkit.toml"'}, ("lintkit.toml", 1), "circle"),
        (
            {
                "lintkit.toml": 'extend = "a.toml"',
                "a.toml": '# a\nextend = "b.toml"',
                "b.toml": 'extend = "a.toml"',
            },
            ("b.toml", 1),
            "circle",
        ),
        (
            {"lintkit.toml": 'extend = "a.toml"', "a.toml": '\n\nselct = ["*"]'},
            ("a.toml", 3),
            "did you mean `select`",
        ),
        (
            {"lintkit.toml": 'extend = "a.toml"', "a.toml": '\nselect = ["python/cor"]'},
            ("a.toml", 2),
            "did you mean `python/cors`",
        ),
        ({"lintkit.toml": "extend = 1"}, ("lintkit.toml", 1), "`extend` must be a string or a list"),
        ({"lintkit.toml": 'extend = ""'}, ("lintkit.toml", 1), "must not be empty"),
        ({"lintkit.toml": 'extend = "x\\u0000y.toml"'}, ("lintkit.toml", 1), "`extend`"),
        (
            {"lintkit.toml": 'extend = "pyproject.toml"', "pyproject.toml": "[project]"},
            ("pyproject.toml", 0),
            "has no `[tool.lintkit]` table",
        ),
    ],
)
def test_mistakes_of_extend_name_the_line(
    tmp_path: Path, files: Mapping[str, str], place: tuple[str, int], words: str
) -> None:
    error = refused(tmp_path, files)
    assert words in error.message
    assert (name(error), error.line) == place


def test_a_named_configuration_may_extend_anything(tmp_path: Path) -> None:
    root = tmp_path / "repository"
    write(tmp_path, {"org.toml": 'fail-on = "note"', "repository/ci.toml": 'extend = "../org.toml"'})
    assert load_config(root, root / "ci.toml").fail_on == "note"


def test_a_link_does_not_lead_extend_out_of_the_repository(tmp_path: Path) -> None:
    root = tmp_path / "repository"
    write(tmp_path, {"org.toml": 'fail-on = "note"', "repository/lintkit.toml": 'extend = "base.toml"'})
    (root / "base.toml").symlink_to(tmp_path / "org.toml")
    with pytest.raises(ConfigError, match="outside the repository"):
        load_config(root)


def test_files_that_extend_each_other_many_times_over_are_refused(tmp_path: Path) -> None:
    files = {f"{n}.toml": f'extend = ["{n + 1}.toml", "{n + 1}.toml"]' for n in range(10)}
    error = refused(tmp_path, {**files, "10.toml": "", "lintkit.toml": 'extend = "0.toml"'})
    assert "more than 50 files" in error.message


# Folders


def test_the_nearest_configuration_applies_and_inherits_nothing_by_itself(tmp_path: Path) -> None:
    files = {
        "lintkit.toml": 'select = ["compose/*"]',
        "a/lintkit.toml": 'select = ["python/cors"]',
        "a/b/pyproject.toml": '[tool.lintkit]\nselect = ["python/print"]',
        "ab/x.py": "",
    }
    config = read(tmp_path, files)
    assert [ids(config, path) for path in ("x.py", "ab/x.py", "a/x.py", "a/c/x.py", "a/b/x.py")] == [
        ["compose/image"],
        ["compose/image"],
        ["python/cors"],
        ["python/cors"],
        ["python/print"],
    ]


def test_exclude_holds_for_the_folders_below(tmp_path: Path) -> None:
    files = {"lintkit.toml": 'exclude = ["gen/"]', "a/lintkit.toml": 'exclude = ["!gen/", "/x.py"]'}
    config = read(tmp_path, files)
    assert [config.excluded(path) for path in ("a/gen/y.py", "a/x.py", "x.py")] == [True, True, False]


def test_a_configuration_in_an_excluded_folder_is_not_read(tmp_path: Path) -> None:
    files = {"lintkit.toml": 'exclude = ["gen/"]', "a/gen/lintkit.toml": "not TOML"}
    assert read(tmp_path, files).nested == {}


def test_a_configuration_among_installed_packages_is_not_read(tmp_path: Path) -> None:
    files = {"lintkit.toml": "", "web/node_modules/x/lintkit.toml": "not TOML"}
    assert read(tmp_path, files).nested == {}


def test_a_pyproject_without_our_table_is_no_configuration(tmp_path: Path) -> None:
    files = {"lintkit.toml": "", "a/pyproject.toml": '[project]\nname = "lintkit"'}
    assert read(tmp_path, files).nested == {}


def test_a_link_to_a_configuration_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, {"lintkit.toml": "", "other.toml": 'select = ["*"]'})
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "lintkit.toml").symlink_to(tmp_path / "other.toml")
    assert with_nested(load_config(tmp_path), open_tree(tmp_path)).nested == {}


def test_environments_are_those_of_the_nearest_configuration(tmp_path: Path) -> None:
    files = {
        "lintkit.toml": '[environments]\nproduction = ["live/"]',
        "a/lintkit.toml": '[environments]\nstaging = ["live/"]',
    }
    config = read(tmp_path, files)
    assert config.environment("live/x.yaml") == "production"
    assert config.environment("a/live/x.yaml") == "staging"


def test_options_of_a_rule_over_the_whole_repository_belong_to_the_root(tmp_path: Path) -> None:
    files = {"lintkit.toml": "", "a/lintkit.toml": '\n[rule."project/graph"]\noptions = { limit = 2 }'}
    error = refused(tmp_path, files)
    assert "configuration of the root" in error.message
    assert error.line == 3


def test_a_mistake_in_a_folder_names_its_file(tmp_path: Path) -> None:
    error = refused(tmp_path, {"lintkit.toml": "", "a/lintkit.toml": '\nignore = ["python/cor"]'})
    assert error.path.endswith("a/lintkit.toml")
    assert error.line == 2


def test_the_index_brings_its_own_configurations(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"lintkit.toml": "", "a/lintkit.toml": 'extend = "../base.toml"', "base.toml": 'select = ["*"]'},
    )
    for arguments in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", "-C", str(tmp_path), *arguments], check=True)
    write(tmp_path, {"lintkit.toml": "broken", "a/lintkit.toml": "broken", "base.toml": "broken"})
    tree = open_tree(tmp_path, index=True)
    config = with_nested(load_config(tmp_path, tree=tree), tree)
    assert ids(config, "a/x.py") == [meta.id for meta in RULES]


def test_a_configuration_does_not_grow_with_those_beside_it(tmp_path: Path) -> None:
    nested = {f"p{number}/lintkit.toml": 'extend = "../lintkit.toml"' for number in range(60)}
    config = read(tmp_path, {"lintkit.toml": 'required = ["python/*"]', **nested}).with_flags(select=["*"])
    assert all(not parent.nested for one in config.all() for parent in one.parents)
    assert len(pickle.dumps(config.for_path("p59/x.py"))) < 5000


def test_deep_inheritance_stays_small_and_quick(tmp_path: Path) -> None:
    files = {"/".join(["d"] * depth) + "/lintkit.toml": 'required = ["compose/*"]' for depth in range(1, 40)}
    chain = {f"{n}.toml": f'required = ["compose/*"]\nextend = "{n + 1}.toml"' for n in range(48)}
    config = read(tmp_path, {"lintkit.toml": 'extend = "0.toml"', **files, **chain, "48.toml": ""})
    deepest = config.with_flags(ignore=["project/*"]).for_path("d/" * 39 + "x.py")
    assert deepest.runs(IMAGE) and not deepest.requires(CORS)
    assert len(deepest.parents) == 48 + 1 + 38


def test_configurations_can_be_sent_to_a_worker(tmp_path: Path) -> None:
    config = read(
        tmp_path, {"lintkit.toml": 'required = ["*"]', "a/lintkit.toml": 'extend = "../lintkit.toml"'}
    )
    assert pickle.loads(pickle.dumps(config)) == config


# Required rules


REQUIRED = (
    'required = ["tag:security"]\n[rule."python/cors"]\nseverity = "warning"\noptions = { limit = 3 }\n'
)


def test_a_required_rule_runs_though_a_folder_does_not_select_it(tmp_path: Path) -> None:
    files = {
        "lintkit.toml": REQUIRED,
        "a/lintkit.toml": 'select = ["compose/*"]',
        "a/b/lintkit.toml": "select = []",
    }
    config = read(tmp_path, files)
    assert ids(config, "a/x.py") == ["compose/image", "python/cors"]
    assert ids(config, "a/b/x.py") == ["python/cors"]


@pytest.mark.parametrize(
    "text",
    [
        'ignore = ["python/*"]',
        '[severity]\n"python/*" = "off"',
        '[severity]\n"python/*" = "note"',
        '[[per-path-ignores]]\npaths = ["*"]\nrules = ["python/*"]\nreason = "r"',
        '[[waivers]]\npaths = ["*"]\nrules = ["*"]\nreason = "r"\nexpires = 2030-01-01',
        'extend = "../base.toml"',
    ],
)
def test_wider_selectors_of_a_folder_pass_a_required_rule_over(tmp_path: Path, text: str) -> None:
    files = {"lintkit.toml": REQUIRED, "a/lintkit.toml": text, "base.toml": 'ignore = ["python/*"]'}
    config = read(tmp_path, files).for_path("a/x.py")
    assert config.runs(CORS)
    assert config.severity(CORS) == "warning"
    assert Rulings(config, TODAY).accepted(CORS, "a/x.py") is None
    assert config.options(CORS) == {"limit": 3}
    assert config.fails_at(CORS) == "warning"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('\nignore = ["python/cors"]', 2),
        ('[severity]\n"python/cors" = "off"', 2),
        ('[rule."python/cors"]\nseverity = "note"', 2),
        ('[rule."python/cors"]\npaths = ["x/"]', 2),
        ('[rule."python/cors"]\noptions = { limit = 9 }', 2),
        ('[[per-path-ignores]]\npaths = ["*"]\nreason = "r"\nrules = ["python/cors"]', 4),
        ('[[waivers]]\npaths = ["*"]\nreason = "r"\nexpires = 2030-01-01\nrules = ["python/cors"]', 5),
    ],
)
@pytest.mark.parametrize("extend", ["", 'extend = "../lintkit.toml"'])
def test_weakening_a_required_rule_by_name_is_an_error(
    tmp_path: Path, text: str, line: int, extend: str
) -> None:
    error = refused(tmp_path, {"lintkit.toml": REQUIRED, "a/lintkit.toml": f"{extend}\n{text}"})
    assert "`python/cors` is required by" in error.message
    assert "lintkit.toml:1" in error.message
    assert error.path.endswith("a/lintkit.toml")
    assert error.line == line + 1


def test_a_folder_may_raise_the_severity_of_a_required_rule(tmp_path: Path) -> None:
    files = {"lintkit.toml": REQUIRED, "a/lintkit.toml": '[severity]\n"python/cors" = "error"'}
    assert read(tmp_path, files).for_path("a/x.py").severity(CORS) == "error"


def test_whoever_requires_a_rule_may_make_exceptions(tmp_path: Path) -> None:
    files = {
        "lintkit.toml": 'required = ["python/cors"]\n'
        '[[per-path-ignores]]\npaths = ["/a/old/"]\nrules = ["python/cors"]\nreason = "decided"',
        "a/lintkit.toml": "",
    }
    config = read(tmp_path, files).for_path("a/old/x.py")
    assert Rulings(config).accepted(CORS, "a/old/x.py") == "decided"
    assert Rulings(config).accepted(CORS, "a/new/x.py") is None


def test_an_extended_file_requires_rules_of_whoever_extends_it(tmp_path: Path) -> None:
    files = {"lintkit.toml": 'extend = "org.toml"\nignore = ["*"]', "org.toml": 'required = ["python/cors"]'}
    assert ids(read(tmp_path, files)) == ["python/cors"]


def test_a_lower_fail_on_of_a_folder_does_not_let_required_rules_pass(tmp_path: Path) -> None:
    files = {"lintkit.toml": REQUIRED, "a/lintkit.toml": 'fail-on = "error"'}
    here = read(tmp_path, files).for_path("a/x.py")
    assert (here.fails_at(CORS), here.fails_at(PRINT)) == ("warning", "error")


def test_a_folder_cannot_hide_files_from_required_rules(tmp_path: Path) -> None:
    files = {"lintkit.toml": 'exclude = ["gen/"]\n' + REQUIRED}
    config = read(tmp_path, {**files, "a/lintkit.toml": 'exclude = ["*"]'})
    assert [config.excluded(path) for path in ("a/x.py", "a/gen/x.py")] == [False, True]
    spared = config.left_out("a/x.py")
    assert spared is not None and spared.floor(CORS) is not None and spared.floor(PRINT) is None
    assert config.left_out("x.py") is None


def test_a_folder_cannot_give_another_environment_than_whoever_requires_rules_of_it(tmp_path: Path) -> None:
    files = {
        "lintkit.toml": REQUIRED + '[environments]\nproduction = ["live/"]',
        "a/lintkit.toml": '[environments]\ndevelopment = ["*"]',
    }
    config = read(tmp_path, files)
    assert config.environment("a/live/x.yaml") == "production"
    assert config.environment("a/x.yaml") == "development"


def test_a_file_cannot_require_and_ignore_a_rule_by_name(tmp_path: Path) -> None:
    error = refused(tmp_path, {"lintkit.toml": 'required = ["python/*"]\nignore = ["python/cors"]'})
    assert "drop one of the two" in error.message
    assert error.line == 2


def test_the_command_line_is_above_required(tmp_path: Path) -> None:
    config = read(tmp_path, {"lintkit.toml": REQUIRED, "a/lintkit.toml": ""})
    assert ids(config.with_flags(select=["python/print"]), "a/x.py") == ["python/print"]
    assert "python/cors" not in ids(config.with_flags(ignore=["python/*"]), "a/x.py")


def test_comments_count_unless_the_requiring_file_refuses_them(tmp_path: Path) -> None:
    files = {"lintkit.toml": REQUIRED, "a/lintkit.toml": ""}
    assert read(tmp_path, files).for_path("a/x").refuses_comments(CORS) == ""
    files["lintkit.toml"] = "required-suppressible = false\n" + REQUIRED
    files["a/lintkit.toml"] = "required-suppressible = true"
    here = read(tmp_path, files).for_path("a/x")
    assert here.refuses_comments(CORS).endswith("lintkit.toml")
    assert here.refuses_comments(PRINT) == ""


# Waivers

WAIVER = '[[waivers]]\npaths = ["old/"]\nrules = ["python/*"]\nreason = "moves"\nexpires = 2026-06-01\n'


def test_a_waiver_holds_up_to_and_with_its_day() -> None:
    config = parse_config(WAIVER)
    days = [date(2026, 5, 31), date(2026, 6, 1), date(2026, 6, 2)]
    assert [Rulings(config, day).accepted(CORS, "old/x.py") for day in days] == ["moves", "moves", None]
    assert Rulings(config, TODAY).accepted(IMAGE, "old/x.py") is None
    assert Rulings(config, TODAY).accepted(CORS, "new/x.py") is None


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (WAIVER.replace("expires = 2026-06-01\n", ""), 1, "`waivers[0]` lacks `expires`"),
        (WAIVER.replace('reason = "moves"\n', ""), 1, "lacks `reason`"),
        (WAIVER.replace("2026-06-01", '"soon"'), 5, "must be a day such as `2027-01-31`"),
        (WAIVER.replace("2026-06-01", '"2026-02-30"'), 5, "must be a day"),
        (WAIVER.replace("2026-06-01", "2026-06-01T10:00:00Z"), 5, "must be a day"),
        (WAIVER.replace("2026-06-01", "12:00:00"), 5, "must be a day"),
        (WAIVER.replace("expires", "expiry"), 5, "did you mean `expires`"),
        (WAIVER.replace('"old/"', '"*a*b*c*d"'), 2, "more than 3 `*`"),
        (WAIVER.replace("python/*", "pyton/cors"), 3, "did you mean `python/cors`"),
    ],
)
def test_mistakes_in_waivers_name_the_line(text: str, line: int, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_rules(parse_config(text), RULES)
    assert words in caught.value.message
    assert caught.value.line == line


def test_a_day_may_be_written_as_text() -> None:
    assert parse_config(WAIVER.replace("2026-06-01", '"2026-06-01"')).waivers[0].expires == date(2026, 6, 1)


# Packs


def test_packs_of_ones_own_are_selected_like_others(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        {
            "lintkit.toml": 'select = ["pack:all"]\n'
            '[packs]\nall = ["pack:mine", "compose/*"]\nmine = ["tag:security"]\n'
            '[severity]\n"pack:mine" = "error"'
        },
    )
    assert ids(config) == ["compose/image", "python/cors"]
    assert (config.severity(CORS), config.severity(IMAGE)) == ("error", "warning")


def test_packs_are_inherited_and_can_be_named_on_the_command_line(tmp_path: Path) -> None:
    files = {
        "lintkit.toml": '[packs]\nmine = ["compose/*"]',
        "a/lintkit.toml": 'extend = "../lintkit.toml"\nselect = ["pack:mine"]',
        "b/lintkit.toml": "",
    }
    config = read(tmp_path, files)
    assert ids(config, "a/x.py") == ["compose/image"]
    assert ids(config.with_flags(select=["pack:mine"]), "b/x.py") == ["compose/image"]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('[packs]\na = ["pack:b"]\nb = ["pack:a"]', 2, "holds itself: `a` -> `b` -> `a`"),
        ('[packs]\na = ["pack:*"]', 2, "holds itself"),
        ('[packs]\nstrict = ["python/*"]', 2, "lintkit's own"),
        ('[packs]\n"No Good" = ["python/*"]', 2, "cannot be the name"),
        ('[packs]\nmine = ["python/crs"]', 2, "did you mean `python/cors`"),
        ('select = ["pack:mne"]\n[packs]\nmine = ["python/*"]', 1, "did you mean `mine`"),
        ("[packs]\nmine = []", 2, "must not be empty"),
    ],
)
def test_mistakes_in_packs_name_the_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    error = refused(tmp_path, {"lintkit.toml": text})
    assert words in error.message
    assert error.line == line


def test_packs_that_multiply_are_refused(tmp_path: Path) -> None:
    packs = [
        f'p{n} = ["pack:p{n + 1}", {", ".join(f"{chr(34)}x{n}-{i}*{chr(34)}" for i in range(900))}]'
        for n in range(9)
    ]
    error = refused(tmp_path, {"lintkit.toml": "[packs]\n" + "\n".join([*packs, 'p9 = ["*"]'])})
    assert "more than 5000 selectors" in error.message


def test_entries_that_multiply_with_packs_are_refused(tmp_path: Path) -> None:
    names = ", ".join(f'"python/{number}*"' for number in range(900))
    severities = "\n".join(f'"pack:{"?" * number}*" = "note"' for number in range(9))
    error = refused(
        tmp_path, {"lintkit.toml": f"[severity]\n{severities}\n[packs]\nmine-is-long = [{names}]"}
    )
    assert "more than 5000 selectors" in error.message
    entry = '[[per-path-ignores]]\nrules = ["*"]\nreason = "r"\npaths = [' + '"a", ' * 999 + "]\n"
    assert "more than 5000 globs" in refused(tmp_path, {"lintkit.toml": entry * 6}).message
