"""Applying fixes: choosing edits, trying them in memory, writing or showing what they change."""

from lintkit.fix.diff import Diff, unified_diff
from lintkit.fix.edits import Choice, apply_edits, choose, selected_edits
from lintkit.fix.overlay import OverlayTree
from lintkit.fix.repair import Change, Repair, repair
from lintkit.fix.write import write_changes

__all__ = [
    "Change",
    "Choice",
    "Diff",
    "OverlayTree",
    "Repair",
    "apply_edits",
    "choose",
    "repair",
    "selected_edits",
    "unified_diff",
    "write_changes",
]
