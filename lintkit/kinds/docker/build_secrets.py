"""What a `RUN` with mounted secrets does with them.

A secret is mounted at `/run/secrets/ID`, at its `target`, or as the variable that `env` names, for the time of the
command only (Dockerfile reference, `RUN --mount=type=secret`). What the command writes into a file of the image stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_SEGMENT = re.compile(r"&&|\|\||;|\r?\n")
_READ = r"""(?:\$\(\s*(?:cat\s+|<\s*)|`\s*cat\s+)["']?(?:{paths})["']?\s*[)`]"""
_REDIRECTED = re.compile(r"(?<![0-9<>&])>>?\|?\s*([\"']?)(?P<file>[^\s\"'&;|<>()]+)\1")
_TEE = re.compile(r"\|\s*(?:sudo\s+)?tee\s+(?:-a\s+|--append\s+)?([\"']?)(?P<file>[^\s\"'&;|<>()]+)\1")
_PRINTS = re.compile(
    r"^[\s({]*(?:sudo\s+)?(?:[A-Za-z_]\w*=\S*\s+)*(?:echo|printf|cat|envsubst|sed|base64|env|printenv|tr|head)\s"
)
"""Commands whose output is what they are given; what `curl` prints is something else."""
_COPIED = re.compile(r"^\s*(?:sudo\s+)?(?:cp|mv|install|ln)\s+(?:.*\s)?(?P<file>[^\s\"'&;|<>()]+)\s*$")
_CONFIGURED = re.compile(
    r"^\s*(?:sudo\s+)?(?:git\s+config|(?:npm|pnpm|yarn|pip3?|poetry|composer|bundle|gh|conan)\s+(?:-g\s+)?config)\s"
)
_UNDONE = re.compile(r"--unset|config\s+(?:delete|unset|rm)\b|--remove-section")
_LONGEST = 20_000


def written_secrets(flags: Sequence[Sequence[str]], script: str) -> Iterator[tuple[str, str]]:
    """(the text of the command, the file) for each command of `script` that writes a mounted secret into the image.

    flags   the flags of the instruction as name and value, in order
    script  what it runs, with continuations joined
    The file is the words `its configuration` for programs that keep what they are told. Nothing for what the same
    instruction removes again, and for what never gets onto the disk.
    """
    paths, variables = _mounted(flags)
    if not (paths or variables) or len(script) > _LONGEST:
        return
    read = re.compile(_READ.format(paths="|".join(map(re.escape, paths)))) if paths else None
    segments = _SEGMENT.split(script)
    for index, segment in enumerate(segments):
        assigned = re.match(r"\s*(?:export\s+)?([A-Za-z_]\w*)=", segment)
        if read is not None and assigned and read.search(segment):
            variables.add(assigned[1])
        if not _holds(segment, paths, variables):
            continue
        file = _file(segment, paths)
        if file and not _removed(file, segments[index + 1 :]):
            yield segment.strip(), file


def _mounted(flags: Sequence[Sequence[str]]) -> tuple[list[str], set[str]]:
    """The paths and the variables of the mounted secrets."""
    paths: list[str] = []
    variables: set[str] = set()
    for name, value in flags:
        options = dict(part.partition("=")[::2] for part in value.split(",")) if name == "mount" else {}
        if options.get("type") != "secret":
            continue
        target = options.get("target") or options.get("dst") or options.get("destination")
        identity = options.get("id") or (target or "").rpartition("/")[2]
        if "env" in options:
            variables.add(options["env"])
        if target or "env" not in options:
            paths.append(target or f"/run/secrets/{identity}")
    return paths, variables


def _holds(segment: str, paths: Sequence[str], variables: set[str]) -> bool:
    """Whether a command handles a secret: by the path where it is mounted, or by a variable that holds it."""
    if any(path in segment for path in paths):
        return True
    return any(match[1] in variables for match in re.finditer(r"\$\{?([A-Za-z_]\w*)", segment))


def _file(segment: str, paths: Sequence[str]) -> str:
    """Where a command that handles a secret writes; empty where it writes nothing that stays."""
    for expression in (_REDIRECTED, _TEE) if _PRINTS.match(segment) else ():
        for match in expression.finditer(segment):
            if not match["file"].startswith(("/dev/", "/proc/", "/run/secrets/")):
                return match["file"]
    copied = _COPIED.match(segment)
    if copied is not None and copied["file"] not in paths and "$(" not in segment:
        return copied["file"]
    return "its configuration" if _CONFIGURED.match(segment) else ""


def _removed(file: str, later: Sequence[str]) -> bool:
    if file == "its configuration":
        return any(_UNDONE.search(each) or re.match(r"\s*rm\s", each) for each in later)
    return any(re.match(r"\s*(?:sudo\s+)?(?:rm|shred|unlink)\s", each) and file in each for each in later)
