"""`python -m lintkit`."""

from lintkit.cli.main import main

main()
