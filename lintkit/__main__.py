"""`python -m lintkit`; in a folder whose files are not trusted `python -I -m lintkit`.

For `-m` Python puts the current folder in front of the path, and looks for modules of its own there before this line is
reached. Only `-I` (or `-P`, since 3.11) prevents that. What is left is done here: from now on nothing is imported from
the current folder. So nothing may be imported before it but `sys`, which is part of the interpreter, and `os`, which
Python has imported before it looked at the command line.
"""

import os
import sys

try:
    _here = os.getcwd()  # noqa: PTH109
except OSError:  # it has been deleted
    _here = ""
sys.path[:] = [entry for entry in sys.path if entry not in ("", _here)]

from lintkit.cli.main import main  # noqa: E402

main()
