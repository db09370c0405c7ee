"""Where lintkit keeps between runs what it would have to work out again."""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "LINTKIT_CACHE_DIR"


def cache_folder(root: Path) -> Path | None:
    """The folder of this user for what is kept: `$LINTKIT_CACHE_DIR`, else the system's own place for such things.

    None if it is in the checked folder `root` or around it: a repository must not bring its own answers along.
    """
    named = os.environ.get(VARIABLE, "")
    if named:
        folder = Path(named)
    else:
        from platformdirs import user_cache_path

        folder = user_cache_path("lintkit", appauthor=False)
    if not folder.is_absolute():
        return None
    folder, root = folder.resolve(), root.resolve()
    return None if folder.is_relative_to(root) or root.is_relative_to(folder) else folder
