"""The kinds of files that lintkit reads. A new kind is a line here, and a folder beside this file."""

from __future__ import annotations

from collections.abc import Mapping

from lintkit.kinds.compose.kind import COMPOSE
from lintkit.kinds.docker.kind import DOCKERFILE
from lintkit.kinds.dotenv.kind import DOTENV
from lintkit.kinds.ignore.kind import DOCKERIGNORE, GITIGNORE
from lintkit.kinds.json.kind import JSON
from lintkit.kinds.kind import FileKind
from lintkit.kinds.kubernetes.kind import KUBERNETES
from lintkit.kinds.procfile.kind import PROCFILE
from lintkit.kinds.python.kind import PYTHON
from lintkit.kinds.text.kind import TEXT
from lintkit.kinds.toml.kind import TOML
from lintkit.kinds.workflow.kind import WORKFLOW
from lintkit.kinds.yaml.kind import YAML
from lintkit.model import Kind

FILE_KINDS: tuple[FileKind, ...] = (
    PYTHON,
    WORKFLOW,
    KUBERNETES,
    COMPOSE,
    GITIGNORE,
    DOCKERIGNORE,
    DOCKERFILE,
    DOTENV,
    PROCFILE,
    YAML,
    TOML,
    JSON,
    TEXT,
)
"""The first whose name matches is what a file is, before its bytes are seen; so what is more special comes first."""

FILE_KIND: Mapping[Kind, FileKind] = {kind.name: kind for kind in FILE_KINDS}
"""Every kind by its name."""

KINDS: tuple[Kind, ...] = tuple(FILE_KIND)
"""The names of all kinds."""

EACH_KINDS: Mapping[str, tuple[Kind, ...]] = {
    selector: tuple(kind.name for kind in FILE_KINDS if selector in {**kind.selectors, **kind.across})
    for selector in sorted({name for kind in FILE_KINDS for name in (*kind.selectors, *kind.across)})
}
"""The kinds in which each named selector can find something."""
