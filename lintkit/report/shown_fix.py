"""The fix of a finding as far as a report may show it."""

from __future__ import annotations

from lintkit.model import Finding, Fix


def shown_fix(finding: Finding) -> Fix | None:
    """The fix, None where its edits hold a secret: `--fix` makes it all the same."""
    fix = finding.fix
    return None if fix is None or fix.secret else fix
