"""The files of a repository that hold credentials, and which of them an image takes along."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from lintkit.facts import KeyFile, Reason, VariableProvided
from lintkit.kinds.docker.contexts import BuildContext, Facts
from lintkit.kinds.docker.images import Paths
from lintkit.model import Location
from lintkit.words.environments import environment_of_path, is_example

_KNOWN = frozenset({Reason.PLACEHOLDER, Reason.GUESSABLE, Reason.WELL_KNOWN})
"""What an image gives nobody who could not guess it."""


def secret_files(facts: Facts, tracked: Collection[str] = ()) -> dict[str, Location]:
    """The files that hold credentials, and where they do; those of examples, development and tests are left out.

    tracked  what git tracks: a key among it is open to all who have the repository, which has a finding of its own
    """
    found: defaultdict[str, list[Location]] = defaultdict(list)
    for fact in facts(VariableProvided):
        if fact.source != "dotenv" or not fact.value.is_secret or is_example(fact.path):
            continue
        if fact.value.reason not in _KNOWN and environment_of_path(fact.path) != "development":
            found[fact.path].append(Location(fact.key_span or fact.span, f"`{fact.name}` is a credential"))
    for key in facts(KeyFile):
        if environment_of_path(key.path) == "development" or key.path in tracked:
            continue  # made for tests and examples, and open to everybody who has those
        found[key.path].append(Location(key.span, f"holds {key.description}"))
    return {path: places[0] for path, places in found.items()}


def copied_secrets(context: BuildContext, secrets: dict[str, Location], paths: Paths) -> frozenset[str]:
    """Which of the files with credentials are in the image in the end."""
    wanted = {path for path in secrets if context.sends(path)}
    if not wanted or environment_of_path(context.image.dockerfile) == "development":
        return frozenset()
    return frozenset().union(
        *(
            context.taken_by(copy, paths) & wanted
            for copy in context.dockerfile.copies
            if not copy.from_stage and context.reaches_image(copy)
        )
    )
