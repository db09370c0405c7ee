"""Procfiles: the processes that Heroku, Dokku, foreman and their like start."""

from __future__ import annotations

import re

from lintkit.kinds.kind import SCALAR_EDITS, FileKind

_PROCFILE = re.compile(r"Procfile(?:\.[A-Za-z0-9_-]+)?")
"""`Procfile.dev` is what foreman and overmind are given on a developer's machine."""

PROCFILE = FileKind(
    name="procfile",
    noun="a Procfile",
    usual_name="Procfile",
    named=lambda path, name: _PROCFILE.fullmatch(name) is not None,
    parse="lintkit.kinds.procfile.document:parse",
    facts="lintkit.kinds.procfile.facts:extract",
    comments="own line",
    edits=SCALAR_EDITS,
    raw=False,
    selectors={"process": "lintkit.kinds.procfile.selectors:each_process"},
    sample="lintkit.kinds.procfile.sample:SAMPLE",
)
