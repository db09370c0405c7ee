"""`python -m lintkit`."""

import sys
from pathlib import Path

# Python puts the current folder in front of the path for `-m`; a `yaml.py` of the checked repository must not be run.
try:
    _here = str(Path.cwd())
except OSError:  # it has been deleted
    _here = ""
sys.path[:] = [entry for entry in sys.path if entry not in ("", _here)]

from lintkit.cli.main import main  # noqa: E402

main()
