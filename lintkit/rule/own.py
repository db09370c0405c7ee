"""lintkit's own findings: they have ids, severities and documentation like any other rule's."""

from __future__ import annotations

from lintkit.model import RuleMeta

UNPARSEABLE_FILE = RuleMeta(
    id="lintkit/unparseable-file",
    summary="a file cannot be read as what it claims to be",
    why="What cannot be parsed cannot be checked: every rule is silent about this file, "
    "and so may be the tool that reads it in production.",
    remedy="Repair the syntax at the place that is named, or leave the file out with `exclude` or a per-path ignore.",
    severity="error",
)

UNUSED_SUPPRESSION = RuleMeta(
    id="lintkit/unused-suppression",
    summary="a suppression comment suppresses nothing",
    why="The defect it spoke of is gone, or the comment stands in the wrong place. Left behind, it hides the next one.",
    remedy="Delete the comment, or move it to the line of the finding or the line above.",
    severity="warning",
)

INVALID_SUPPRESSION = RuleMeta(
    id="lintkit/invalid-suppression",
    summary="a suppression comment that lintkit cannot use",
    why="A suppression without a rule's id would hide everything on its line, so lintkit does not accept one.",
    remedy="Write `# lintkit: ignore[rule-id] -- reason`.",
    severity="warning",
)

RULE_FAILED = RuleMeta(
    id="lintkit/rule-failed",
    summary="a rule raised an error on a file",
    why="The rule could not finish, so its findings for this file are missing. The other rules went on.",
    remedy="Report it with the file that caused it; until then leave the rule out with `ignore`.",
    severity="error",
)

SKIPPED_FILE = RuleMeta(
    id="lintkit/skipped-file",
    summary="a file was not read",
    why="It is too large, binary, a template, or a link that leaves the repository, so no rule has seen it.",
    remedy="Nothing needs to be done if that is what you expect; `exclude` keeps it quiet.",
    severity="note",
)

DUPLICATE_KEY = RuleMeta(
    id="lintkit/duplicate-key",
    summary="a mapping has the same key twice",
    why="Consumers keep the last value and drop the other one without a word, or refuse the file.",
    remedy="Keep one of the two.",
    severity="warning",
)

EXPIRED_WAIVER = RuleMeta(
    id="lintkit/expired-waiver",
    summary="a waiver has come to its end",
    why="It was granted up to a day that is past. What it accepted is reported again, because nobody decided to go on.",
    remedy="Repair what it accepted and delete the waiver, or decide on a new day and write it into `expires`.",
    severity="warning",
)

OWN_RULES: tuple[RuleMeta, ...] = (
    DUPLICATE_KEY,
    EXPIRED_WAIVER,
    INVALID_SUPPRESSION,
    RULE_FAILED,
    SKIPPED_FILE,
    UNPARSEABLE_FILE,
    UNUSED_SUPPRESSION,
)
