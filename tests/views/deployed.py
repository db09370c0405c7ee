"""Rules of Kubernetes over the files of a repository, for tests of what its kustomizations deploy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lintkit.authoring.examples import MemoryTree
from lintkit.catalog.load import RuleSet, builtin_folder, load_rule
from lintkit.config.model import Config
from lintkit.model import Finding
from lintkit.run.engine import Request, run


def findings(
    names: Iterable[str], files: Mapping[str, str], only: frozenset[str] | None = None
) -> tuple[Finding, ...]:
    """What some rules say; none of them fails.

    names  the rules without their family
    only   the paths to which the report is narrowed
    """
    folder = builtin_folder()
    written = [folder / "kubernetes" / f"{name}.yaml" for name in names]
    coded = [path.with_name(f"{path.stem.replace('-', '_')}.py") for path in written]
    pairs = zip(written, coded, strict=True)
    rules = RuleSet(tuple(load_rule(one if one.is_file() else other, folder) for one, other in pairs))
    config = Config().with_flags(select=("*",), extend_select=(), ignore=(), fail_on=None)
    tree = MemoryTree({path: text.encode() for path, text in files.items()})
    found = run(Request(tree, config, rules, rules.ids(), only, jobs=1)).findings
    assert {each.rule for each in found} <= rules.ids(), found
    return found
