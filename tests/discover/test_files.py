"""Which files of a tree are read, and what is said about the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from lintkit.files.files import (
    Discovery,
    SourceEntry,
    discover,
    load,
)
from lintkit.files.tree import LARGEST_FILE, TreeEntry, TreeError, open_tree
from lintkit.model import SourceFile
from tests.discover.repositories import repository, write


def found(root: Path, *exclude: str, named: tuple[str, ...] = ()) -> Discovery:
    return discover(open_tree(root, named=named), exclude)


def kinds(discovery: Discovery) -> dict[str, str]:
    return {entry.path: entry.kind for entry in discovery.files}


def words(discovery: Discovery) -> dict[str, str]:
    return {note.path: note.message for note in discovery.notifications}


def test_files_have_kinds_and_paths_hold_everything(tmp_path: Path) -> None:
    root = repository(
        tmp_path, {"b.py": "", "a.yaml": "apiVersion: v1\nkind: Pod\n", "logo.png": b"\x89PNG\0"}
    )
    write(root, {"new.env": "A=1\n"})
    discovery = found(root)
    assert discovery.files == (
        SourceEntry("a.yaml", "kubernetes", True),
        SourceEntry("b.py", "python", True),
        SourceEntry("new.env", "dotenv", False),
    )
    assert discovery.paths == {"a.yaml", "b.py", "logo.png", "new.env"}
    assert discovery.tracked == {"a.yaml", "b.py", "logo.png"}
    assert discovery.notifications == ()


def test_outside_git_nothing_is_tracked(tmp_path: Path) -> None:
    assert found(write(tmp_path, {"a.py": ""})).tracked == frozenset()


def test_index_and_revision_are_discovered_alike(tmp_path: Path) -> None:
    root = repository(tmp_path, {"a.yaml": "apiVersion: v1\nkind: Pod\n", "bin/x": "#!/usr/bin/env python\n"})
    expected = discover(open_tree(root))
    assert discover(open_tree(root, index=True)) == expected
    assert discover(open_tree(root, revision="HEAD")) == expected


def test_only_what_its_bytes_may_make_another_kind_is_opened(tmp_path: Path) -> None:
    write(
        tmp_path, {"a.py": "", "b.json": "", "c.yaml": "", "tool": "", "LICENSE": "", "d.png": "", ".env": ""}
    )
    tree = open_tree(tmp_path)
    opened: list[str] = []
    read = tree.read

    def record(path: str) -> bytes:
        opened.append(path)
        return read(path)

    tree.read = record  # type: ignore[method-assign]
    discover(tree)
    assert opened == [".env", "b.json", "c.yaml", "tool"]


def test_excluded_files_are_gone_from_files_paths_and_tracked(tmp_path: Path) -> None:
    root = repository(tmp_path, {"a.py": "", "fixtures/.env": "A=1", "fixtures/b.py": "", "c.gen.py": ""})
    discovery = found(root, "fixtures/", "*.gen.py")
    assert discovery.paths == {"a.py"}
    assert discovery.tracked == {"a.py"}
    assert kinds(discovery) == {"a.py": "python"}
    assert discovery.excluded == {"fixtures/.env", "fixtures/b.py", "c.gen.py"}


def test_unreadable_and_costly_exclusions_exclude_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"a" * 200: "", "a.py": "", "b.py": ""})
    assert found(tmp_path, "[z-a]", "!", "*a" * 40 + "b", "b.py").excluded == {"b.py"}


def test_an_excluded_file_is_not_spoken_of(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": "{{ x }}\n"})
    (tmp_path / "b.yaml").symlink_to("/dev/null")
    assert set(words(found(tmp_path))) == {"a.yaml", "b.yaml"}
    assert words(found(tmp_path, "*.yaml")) == {}


def test_a_helm_chart_is_skipped_with_a_word_and_its_values_are_read(tmp_path: Path) -> None:
    manifest = "apiVersion: v1\nkind: Pod\n"
    write(
        tmp_path,
        {
            "chart/Chart.yaml": "apiVersion: v2\nname: c\n",
            "chart/values.yaml": "a: 1\n",
            "chart/templates/pod.yaml": manifest + 'metadata:\n  name: "{{ .Release.Name }}"\n',
            "chart/templates/sub/deep.yaml": manifest + "# {{ comment }}\n",
            "chart/templates/plain.yaml": manifest,
            "other/templates/pod.yaml": manifest + 'metadata:\n  name: "{{ ansible }}"\n',
        },
    )
    discovery = found(tmp_path)
    assert set(words(discovery)) == {"chart/templates/pod.yaml", "chart/templates/sub/deep.yaml"}
    assert all("template" in message for message in words(discovery).values())
    assert kinds(discovery) == {
        "chart/Chart.yaml": "yaml",
        "chart/values.yaml": "yaml",
        "chart/templates/plain.yaml": "kubernetes",
        "other/templates/pod.yaml": "kubernetes",
    }


def test_a_template_by_suffix_is_named_where_its_product_would_be_checked(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"compose.yaml.j2": "", "Dockerfile.j2": "", "notes.md.j2": "", "a.json.template": "", "a.py.j2": ""},
    )
    discovery = found(tmp_path)
    assert set(words(discovery)) == {"compose.yaml.j2", "Dockerfile.j2"}
    assert discovery.files == ()


def test_a_project_template_is_skipped_as_a_folder(tmp_path: Path) -> None:
    write(
        tmp_path, {"{{cookiecutter.name}}/a.py": "", "{{cookiecutter.name}}/sub/b.py": "", "hooks/c.py": ""}
    )
    discovery = found(tmp_path)
    assert kinds(discovery) == {"hooks/c.py": "python"}
    assert "2 files" in words(discovery)["{{cookiecutter.name}}"]


def test_installed_packages_in_git_are_skipped_as_a_folder_and_stay_in_paths(tmp_path: Path) -> None:
    root = repository(
        tmp_path,
        {
            "app.py": "",
            "web/node_modules/x/compose.yaml": "",
            "web/node_modules/y.json": "",
            "env/pyvenv.cfg": "",
            "env/lib/b.py": "",
            "vendor/modules.txt": "",
            "vendor/k8s/a.yaml": "",
            "other/vendor/own.py": "",
        },
    )
    discovery = found(root)
    assert kinds(discovery) == {"app.py": "python", "other/vendor/own.py": "python"}
    assert set(words(discovery)) == {"web/node_modules", "env", "vendor"}
    assert "web/node_modules/y.json" in discovery.tracked


def test_pointers_of_git_lfs_are_skipped_with_a_word(tmp_path: Path) -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935\nsize 12345\n"
    write(tmp_path, {"a.yaml": pointer, "b.json": pointer, "c.env": b"A=1\n"})
    discovery = found(tmp_path)
    assert "Git LFS" in words(discovery)["a.yaml"]
    assert kinds(discovery) == {"b.json": "json", "c.env": "dotenv"}
    with pytest.raises(TreeError, match="Git LFS"):
        load(open_tree(tmp_path), discovery.files[0])


def test_binary_and_large_files_are_skipped_with_a_word(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"a.yaml": b"\0" * 50, "b.yaml": b"#" * (LARGEST_FILE + 1), "c.py": b"\0" * 50, "d": b"\0" * 50},
    )
    discovery = found(tmp_path)
    assert "binary" in words(discovery)["a.yaml"]
    assert "MB" in words(discovery)["b.yaml"]
    assert all(
        (note.level, note.rule) == ("note", "lintkit/skipped-file") for note in discovery.notifications
    )
    assert kinds(discovery) == {"c.py": "python"}
    with pytest.raises(TreeError, match="binary"):
        load(open_tree(tmp_path), discovery.files[0])


def test_a_large_file_of_a_kind_by_name_is_refused_when_it_is_loaded(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": b"#" * (LARGEST_FILE + 1)})
    (entry,) = found(tmp_path).files
    with pytest.raises(TreeError, match="MB"):
        load(open_tree(tmp_path), entry)


def test_a_file_with_one_nul_goes_to_its_parser(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": b"services: {}\nb: \0\n" + b"c: 1\n" * 20})
    assert kinds(found(tmp_path)) == {"a.yaml": "yaml"}


def test_an_unreadable_yaml_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"a.yaml": "", "tool": ""})
    tree = open_tree(tmp_path)

    def refuse(path: str) -> bytes:
        raise TreeError("lintkit is not allowed to read it.", path)

    tree.read = refuse  # type: ignore[method-assign]
    assert words(discover(tree)) == {"a.yaml": "lintkit is not allowed to read it."}


def test_links_are_not_read_and_only_those_that_leave_are_named(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write(tmp_path, {"root/a.py": "", "secret.py": ""})
    (root / "b.py").symlink_to("a.py")
    (root / "c.py").symlink_to("../secret.py")
    (root / "d").symlink_to("..", target_is_directory=True)
    discovery = found(root)
    assert kinds(discovery) == {"a.py": "python"}
    assert set(words(discovery)) == {"c.py", "d"}
    assert discovery.paths == {"a.py", "b.py", "c.py", "d"}


@pytest.mark.parametrize("options", [{"index": True}, {"revision": "HEAD"}])
def test_links_in_git_objects_are_not_read(tmp_path: Path, options: dict[str, object]) -> None:
    tmp_path.joinpath("x").mkdir()
    (tmp_path / "x" / "b.py").symlink_to("../a.py")
    (tmp_path / "x" / "c.py").symlink_to("../../secret.py")
    (tmp_path / "x" / "d.py").symlink_to("/etc/passwd")
    root = repository(tmp_path, {"a.py": ""})
    discovery = discover(open_tree(root, **options))  # type: ignore[arg-type]
    assert kinds(discovery) == {"a.py": "python"}
    assert set(words(discovery)) == {"x/c.py", "x/d.py"}


def test_load_gives_the_bytes(tmp_path: Path) -> None:
    root = repository(tmp_path, {"a.py": "x = 1\n"})
    tree = open_tree(root)
    assert load(tree, discover(tree).files[0]) == SourceFile("a.py", "python", b"x = 1\n", True)


def test_a_tree_without_notifications_is_enough(tmp_path: Path) -> None:
    class Memory:
        root = tmp_path

        def paths(self) -> list[TreeEntry]:
            return []

    assert discover(Memory()) == Discovery((), (), frozenset(), frozenset())  # type: ignore[arg-type]


def test_the_same_tree_gives_the_same_discovery(tmp_path: Path) -> None:
    root = repository(tmp_path, {f"{name}/{name}.yaml": "{{ x }}\n" for name in "dbca"})
    assert found(root) == found(root)
    assert [note.path for note in found(root).notifications] == [f"{name}/{name}.yaml" for name in "abcd"]


# --- named files ------------------------------------------------------------------------------------------------------


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(
        tmp_path / "root",
        {"a.py": "", "sub/b.py": "", "sub/deep/c.py": "", "subway.py": "", ".gitignore": "*.env\nout/\n"},
    )


def test_a_file_that_git_ignores_is_checked_when_it_is_named(root: Path) -> None:
    write(root, {"prod.env": "A=1\n", "out/x.py": ""})
    discovery = found(root, named=("out", "prod.env"))
    assert kinds(discovery)["prod.env"] == "dotenv"
    assert kinds(discovery)["out/x.py"] == "python"
    assert not {"prod.env", "out/x.py"} & found(root).paths


def test_an_exclusion_holds_for_named_files(root: Path) -> None:
    discovery = found(root, "a.py", named=("a.py",))
    assert "a.py" not in kinds(discovery)


def test_a_named_file_among_installed_packages_is_checked(tmp_path: Path) -> None:
    root = repository(tmp_path, {"node_modules/x/compose.yaml": "", "node_modules/y.json": ""})
    discovery = found(root, named=("node_modules/x/compose.yaml",))
    assert kinds(discovery) == {"node_modules/x/compose.yaml": "compose"}


def test_a_file_of_a_revision_need_not_be_on_disk(root: Path) -> None:
    (root / "a.py").unlink()
    assert "a.py" in discover(open_tree(root, revision="HEAD")).paths
