from __future__ import annotations

import ast

from lintkit.facts import ModuleImport
from lintkit.graph.modules import ImportGraph
from lintkit.kinds.extract import extract_python
from lintkit.python.statements import TopLevel


def graph(files: dict[str, str]) -> ImportGraph:
    imports = [
        fact
        for path, text in files.items()
        for fact in extract_python(text, path, TopLevel(text, path, ast.parse(text)), None)
        if isinstance(fact, ModuleImport)
    ]
    return ImportGraph(frozenset(files), imports)


def test_absolute_import_from_the_folder_above() -> None:
    found = graph({"api/app/main.py": "from app.store import save\n", "api/app/store.py": ""})
    assert found.reachable(["api/app/main.py"]) == {"api/app/main.py", "api/app/store.py"}


def test_relative_imports() -> None:
    found = graph(
        {
            "a/b/c.py": "from .. import d\nfrom . import e\nfrom ..f import g\n",
            "a/d.py": "",
            "a/b/e.py": "",
            "a/f.py": "",
        }
    )
    assert found.reachable(["a/b/c.py"]) == {"a/b/c.py", "a/d.py", "a/b/e.py", "a/f.py"}


def test_packages_above_a_module_are_run_too() -> None:
    found = graph({"m.py": "import a.b.c\n", "a/__init__.py": "", "a/b/__init__.py": "", "a/b/c.py": ""})
    assert found.reachable(["m.py"]) == {"m.py", "a/__init__.py", "a/b/__init__.py", "a/b/c.py"}


def test_src_layout() -> None:
    found = graph({"run.py": "import shop.web\n", "src/shop/web.py": ""})
    assert "src/shop/web.py" in found.reachable(["run.py"])


def test_a_package_in_another_folder() -> None:
    found = graph({"services/chat/main.py": "from _shared.db import connect\n", "libs/_shared/db.py": ""})
    assert "libs/_shared/db.py" in found.reachable(["services/chat/main.py"])


def test_the_nearest_module_of_a_name_is_meant() -> None:
    found = graph({"a/main.py": "import app.x\n", "a/app/x.py": "", "b/app/x.py": ""})
    assert "b/app/x.py" not in found.reachable(["a/main.py"])


def test_cycles_end() -> None:
    found = graph({"a.py": "import b\n", "b.py": "import a\n"})
    assert found.reachable(["a.py"]) == {"a.py", "b.py"}


def test_several_lines_comments_and_aliases() -> None:
    found = graph(
        {
            "m.py": "from a import (  # the parts\n    b as x,\n    c,  # and\n)\n",
            "a/__init__.py": "",
            "a/b.py": "",
            "a/c.py": "",
        }
    )
    assert {"a/b.py", "a/c.py"} <= found.reachable(["m.py"])


def test_names_resolve_through_reexports() -> None:
    found = graph({"m.py": "", "a/__init__.py": "from .store import save as keep\n", "a/store.py": ""})
    assert found.resolve("a.keep", "m.py") == ("a/store.py", "save")


def test_reexports_in_a_circle_end() -> None:
    found = graph({"m.py": "", "a.py": "from b import x\n", "b.py": "from a import x\n"})
    assert found.resolve("a.x", "m.py") is None
