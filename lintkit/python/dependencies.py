"""What a Python project says of the versions of its dependencies: manifests, requirements, lock files and images.

Sources: the specifications of `pyproject.toml`, dependency groups, `pylock.toml`, direct references and metadata of
single-file scripts (packaging.python.org); pip's documentation of requirements files; the documentation of Poetry, PDM,
uv, Flit, Hatch, Pipenv, setuptools, conda and pyenv.
"""

from __future__ import annotations

import ast
import codecs
import configparser
import json
import posixpath
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lintkit.budget import LeftOutError
from lintkit.formats.errors import ParseError
from lintkit.formats.toml import check_nesting
from lintkit.python.version_ranges import ANY_VERSION, VersionRange, parse_range, widest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PYTHON = "python"
"""The name under which the Python that a project requires is listed."""

_REQUIREMENTS = re.compile(
    r"(?:^|/)(?:[\w.-]*requirements[\w.-]*|[\w.-]*constraints[\w.-]*)\.(?:txt|in|pip)$"
    r"|(?:^|/)requirements/[\w.-]+\.(?:txt|in|pip)$",
    re.ASCII,
)
_REQUIREMENT = re.compile(
    r"(?P<name>[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*(?P<range>(?:\(?\s*[<>=!~^][^;@#]*)?)",
    re.ASCII,
)
_FILE_OPTION = re.compile(r"(?:-r|--requirement|-c|--constraint)[ =]?\s*(?P<path>\S+)")
_IN_REFERENCE = re.compile(
    r"[-@/]v?(?P<version>\d+(?:\.\d+){1,5})(?=-(?:py|cp|pp)\d|\.tar\.gz|\.zip|[#;\s]|$)", re.ASCII
)
"""The version in a direct reference: `redis @ https://…/redis-8.0.1-py3-none-any.whl`, `git+https://…@v8.0.1`."""
_DOCKERFILE = re.compile(
    r"(?:^|/)(?:(?:Docker|Container)file(?:\.[\w.-]+)?|[\w.-]+\.(?:[Dd]ocker|[Cc]ontainer)file)$", re.ASCII
)
_INSTALLS = re.compile(r"\b(?:pip3?|uv|poetry|pipx)\s+(?:pip\s+)?(?:install|add)\s(?P<rest>[^&|;\r\n]*)")
_CONDA = re.compile(r"(?m)^[ \t]*-[ \t]+[\"']?(?P<name>[A-Za-z][\w.-]*)[ \t]*(?P<range>[<>=!~][^#\"'\r\n]*)")
_CONDA_NAMES = {"redis-py": "redis"}
"""Distributions that conda-forge calls by another name."""
_LARGEST = 3_000_000


@dataclass(frozen=True, slots=True)
class Mention:
    """One place where a project names a dependency.

    project     its name, normalised
    versions    the versions that would do
    locked      a lock file says so, and it is what is installed
    constraint  it only narrows what others ask for
    """

    project: str
    versions: VersionRange
    locked: bool = False
    constraint: bool = False


@dataclass(frozen=True, slots=True)
class Dependencies:
    """What one file says.

    includes  further requirements files, relative to the root, each with whether its lines are constraints
    """

    mentions: tuple[Mention, ...] = ()
    includes: tuple[tuple[str, bool], ...] = ()


def normalised(name: str) -> str:
    """The name of a distribution as indexes compare it: `Flask_Cors` is `flask-cors`."""
    return re.sub(r"[-_.]+", "-", name).lower()


def is_manifest(path: str) -> bool:
    """Whether a file of this name says something of dependencies."""
    return _reader(path) is not None or _REQUIREMENTS.search(path) is not None


def manifest_folder(path: str) -> str:
    """The folder whose code a manifest speaks for: for `api/requirements/prod.txt` it is `api`."""
    folder = posixpath.dirname(path)
    if posixpath.basename(folder) == "requirements" and _reader(path) is None:
        return posixpath.dirname(folder)
    return folder


def read_dependencies(path: str, data: bytes, *, constraints: bool = False) -> Dependencies:
    """What a manifest says; nothing for one that cannot be read.

    constraints  the file was named by `-c`
    """
    if len(data) > _LARGEST:
        return Dependencies()
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))  # PowerShell's `pip freeze > file`
    text = data.decode("utf-16" if wide else "utf-8-sig", "replace")
    reader = _reader(path)
    try:
        if reader is None:
            return _requirements(path, text, constraints or "constraints" in posixpath.basename(path))
        return Dependencies(tuple(reader(text)))
    except (ValueError, RecursionError, configparser.Error, MemoryError, ParseError):
        return Dependencies()


def script_dependencies(data: bytes) -> tuple[Mention, ...]:
    """What a script says of itself in a block of comments `# /// script`; nothing where it has none."""
    if b"# /// script" not in data or len(data) > _LARGEST:
        return ()
    block: list[str] | None = None
    for line in data.decode("utf-8", "replace").splitlines():
        if block is None:
            block = [] if line.rstrip() == "# /// script" else None
        elif line.rstrip() == "# ///":
            text = "\n".join(each[2:] for each in block)
            try:
                said = _toml(text)
            except (ValueError, RecursionError, ParseError):
                return ()
            found = [each for item in _strings(said.get("dependencies")) for each in _requirement(item)]
            python = said.get("requires-python")
            return (*found, *([Mention(PYTHON, parse_range(python))] if isinstance(python, str) else []))
        elif line.startswith("#"):
            block.append(line)
        else:
            return ()
    return ()


def _reader(path: str) -> Callable[[str], Iterator[Mention]] | None:
    """What reads a file of this name; None for requirements files, and for what is no manifest."""
    return _READERS.get(posixpath.basename(path)) or (_dockerfile if _DOCKERFILE.search(path) else None)


def _requirement(text: str, *, constraint: bool = False) -> Iterator[Mention]:
    match = _REQUIREMENT.match(text.strip())
    if match is None:
        return
    versions = parse_range(match["range"])
    rest = text.strip()[match.end() :].lstrip()
    if rest.startswith("@") and (referred := _IN_REFERENCE.search(rest)) is not None:
        versions = parse_range(f"=={referred['version']}")
    yield Mention(normalised(match["name"]), versions, constraint=constraint)


def _requirements(path: str, text: str, constraints: bool) -> Dependencies:
    mentions: list[Mention] = []
    includes: list[tuple[str, bool]] = []
    for raw in re.sub(r"\\\r?\n", " ", text).splitlines():
        line = re.sub(r"(?:^|\s)#.*$", "", raw).strip()
        option = _FILE_OPTION.match(line)
        if option is not None:
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), option["path"]))
            if not target.startswith(("../", "/")):
                includes.append((target, constraints or line.startswith(("-c", "--constraint"))))
        elif line and not line.startswith("-"):
            mentions.extend(_requirement(line.partition(" --")[0], constraint=constraints))
    return Dependencies(tuple(mentions), tuple(includes))


def _toml(text: str) -> dict[str, Any]:
    check_nesting(text, "")
    return tomllib.loads(text)


def _strings(value: object) -> Iterator[str]:
    for each in value if isinstance(value, list) else ():
        if isinstance(each, str):
            yield each


def _table(data: object, *keys: str) -> Mapping[str, Any]:
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}


def _pyproject(text: str) -> Iterator[Mention]:
    data = _toml(text)
    project, tool = _table(data, "project"), _table(data, "tool")
    lists: list[object] = [
        project.get("dependencies"),
        *_table(project, "optional-dependencies").values(),
        *_table(data, "dependency-groups").values(),
        *_table(tool, "pdm", "dev-dependencies").values(),
        _table(tool, "uv").get("dev-dependencies"),
        _table(tool, "flit", "metadata").get("requires"),
        *(each.get("dependencies") for each in _tables(_table(tool, "hatch", "envs"))),
    ]
    for requirements in lists:
        for each in _strings(requirements):
            yield from _requirement(each)
    for each in _strings(_table(tool, "uv").get("constraint-dependencies")):
        yield from _requirement(each, constraint=True)
    python = project.get("requires-python") or _table(tool, "flit", "metadata").get("requires-python")
    if isinstance(python, str):
        yield Mention(PYTHON, parse_range(python))
    poetry = _table(tool, "poetry")
    groups = [each.get("dependencies") for each in _tables(_table(poetry, "group"))]
    for table in (poetry.get("dependencies"), poetry.get("dev-dependencies"), *groups):
        yield from _by_name(table)


def _tables(data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for each in data.values():
        if isinstance(each, dict):
            yield each


def _by_name(table: object) -> Iterator[Mention]:
    """Tables of Poetry and Pipenv: a name, and a range, a table with `version`, or several of these."""
    for name, value in table.items() if isinstance(table, dict) else ():
        for each in value if isinstance(value, list) else (value,):
            version = each.get("version", "") if isinstance(each, dict) else each
            yield Mention(normalised(name), parse_range(version) if isinstance(version, str) else ANY_VERSION)


def _pipfile(text: str) -> Iterator[Mention]:
    data = _toml(text)
    yield from _by_name(data.get("packages"))
    yield from _by_name(data.get("dev-packages"))
    requires = _table(data, "requires")
    python = requires.get("python_full_version") or requires.get("python_version")
    if isinstance(python, str):
        yield Mention(PYTHON, parse_range(f"=={python}.*" if python.count(".") == 1 else python))


def _pipfile_lock(text: str) -> Iterator[Mention]:
    data = json.loads(text)
    for section in ("default", "develop"):
        for name, value in _table(data, section).items():
            version = value.get("version") if isinstance(value, dict) else None
            if isinstance(version, str):
                yield Mention(normalised(name), parse_range(version), locked=True)


def _dockerfile(text: str) -> Iterator[Mention]:
    """What an image installs by name and version: `RUN pip install "redis==8.0.1"`."""
    for command in _INSTALLS.finditer(re.sub(r"\\\r?\n", " ", text)):
        for word in command["rest"].split()[:_MOST_WORDS]:
            requirement = word.strip("\"'")
            if re.search(r"[=<>~]=|[<>]", requirement) and not requirement.startswith("-"):
                yield from _requirement(requirement)


def _conda(text: str) -> Iterator[Mention]:
    """The lists of an `environment.yml`, that for pip included."""
    for each in _CONDA.finditer(text):
        name = normalised(each["name"])
        yield Mention(_CONDA_NAMES.get(name, name), parse_range(each["range"]))


def _python_version(text: str) -> Iterator[Mention]:
    """`.python-version` of pyenv and uv: one version a line, or the name of an environment."""
    for line in text.splitlines()[:_MOST_WORDS]:
        found = re.fullmatch(r"(?:cpython-?|python-?)?(\d+\.\d+)(?:\.\d+)?", line.strip(), re.ASCII)
        if found is not None:
            yield Mention(PYTHON, parse_range(f"=={found[1]}.*"))


_MOST_WORDS = 200


def _lock(text: str) -> Iterator[Mention]:
    data = _toml(text)
    python = data.get("requires-python") or _table(data, "metadata").get("python-versions")
    if isinstance(python, str):
        yield Mention(PYTHON, parse_range(python))
    packages = data.get("package") or data.get("packages")
    for each in packages if isinstance(packages, list) else ():
        name, version = (each.get("name"), each.get("version")) if isinstance(each, dict) else (None, None)
        if isinstance(name, str) and isinstance(version, str):
            yield Mention(normalised(name), parse_range(f"=={version}"), locked=True)


def _setup_cfg(text: str) -> Iterator[Mention]:
    parser = configparser.RawConfigParser(strict=False)
    parser.read_string(text)
    lists: list[str] = []
    if parser.has_section("options"):
        lists.append(parser.get("options", "install_requires", fallback=""))
        python = parser.get("options", "python_requires", fallback="")
        if python:
            yield Mention(PYTHON, parse_range(python))
    if parser.has_section("options.extras_require"):
        lists.extend(value for _, value in parser.items("options.extras_require"))
    for line in "\n".join(lists).splitlines():
        yield from _requirement(line)


def _setup_py(text: str) -> Iterator[Mention]:
    """The literal lists of `setup(install_requires=[…])`, also by the name of a constant; nothing of the file runs."""
    from lintkit.python.statements import Rejected, parse

    try:
        tree = parse(text, "setup.py")
    except (Rejected, LeftOutError):
        return
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.keyword) or node.arg not in _SETUP_KEYWORDS:
            continue
        value = constants.get(node.value.id, node.value) if isinstance(node.value, ast.Name) else node.value
        texts = [
            each.value
            for each in ast.walk(value)
            if isinstance(each, ast.Constant) and isinstance(each.value, str)
        ]
        for each in texts:
            if node.arg == "python_requires":
                yield Mention(PYTHON, parse_range(each))
            else:
                yield from _requirement(each)


_SETUP_KEYWORDS = frozenset({"install_requires", "extras_require", "python_requires"})
_READERS: Mapping[str, Callable[[str], Iterator[Mention]]] = {
    "pyproject.toml": _pyproject,
    "setup.cfg": _setup_cfg,
    "setup.py": _setup_py,
    "Pipfile": _pipfile,
    "Pipfile.lock": _pipfile_lock,
    "uv.lock": _lock,
    "poetry.lock": _lock,
    "pdm.lock": _lock,
    "pylock.toml": _lock,
    "environment.yml": _conda,
    "environment.yaml": _conda,
    "conda.yaml": _conda,
    ".python-version": _python_version,
}


def versions_of(project: str, mentions: Iterable[Mention]) -> VersionRange | None:
    """The versions of a dependency by what the files of one folder say; None where none of them names it.

    Lock files decide. Else an exact version does (`requirements.txt` beside the `requirements.in` it was made from),
    and else every place that names it, within the constraints.
    """
    named = [each for each in mentions if each.project == project]
    asked = [each for each in named if not each.constraint]
    locked = [each.versions for each in asked if each.locked]
    if locked:
        return widest(locked)
    narrowing = ANY_VERSION
    for each in named:
        if each.constraint:
            narrowing = narrowing.within(each.versions)
    if not asked:
        return narrowing if len(named) else None
    ranges = [each.versions.within(narrowing) for each in asked]
    exact = [each for each in ranges if each.exact]
    return widest(exact or ranges)
