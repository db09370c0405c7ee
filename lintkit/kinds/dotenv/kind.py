"""`.env` files."""

from __future__ import annotations

import re

from lintkit.kinds.kind import SCALAR_EDITS, FileKind
from lintkit.kinds.names import OTHER_SUFFIXES

_DOTENV = re.compile(
    r"\.(?:flask)?env(?:[._-](?P<suffix>.+))?"
    r"|.+\.env(?:\.(?:example|sample|template|tpl|dist|defaults?))?"
    r"|env\.(?:[^.]+\.)?(?:example|sample|template|dist|defaults?)",
    re.IGNORECASE,
)
_DOTENV_FOLDER = re.compile(r"(?:^|/)\.envs/(?:[^/]+/)?\.[A-Za-z][\w-]*$")
"""`.envs/.production/.django`: where projects made with cookiecutter-django keep one file for each container."""


def _is_dotenv(path: str, name: str) -> bool:
    if ".envs/" in path and _DOTENV_FOLDER.search(path):
        return True
    match = _DOTENV.fullmatch(name) if "env" in name.lower() else None
    if match is None or name.endswith("~"):
        return False
    suffix = match["suffix"]
    return suffix is None or suffix.rpartition(".")[2].lower() not in OTHER_SUFFIXES


DOTENV = FileKind(
    name="dotenv",
    noun="an .env file",
    usual_name=".env",
    language="dotenv",
    named=_is_dotenv,
    parse="lintkit.formats.dotenv:parse",
    facts="lintkit.kinds.dotenv.facts:extract",
    comments="own line",
    edits=SCALAR_EDITS,
    raw=False,
    resolved="lintkit.kinds.dotenv.selectors:resolved",
    production="lintkit.kinds.dotenv.purpose:production",
    selectors={
        "env-var": "lintkit.kinds.dotenv.selectors:each_env_var",
        "setting": "lintkit.kinds.dotenv.selectors:each_setting",
    },
    sample="lintkit.kinds.dotenv.sample:SAMPLE",
)
