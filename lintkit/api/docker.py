"""Dockerfiles and images: contexts, commands, package managers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lintkit.api.lazily import attributes

if TYPE_CHECKING:
    from lintkit.kinds.docker.build_arguments import baked_argument as baked_argument
    from lintkit.kinds.docker.build_arguments import build_arguments as build_arguments
    from lintkit.kinds.docker.build_secrets import written_secrets as written_secrets
    from lintkit.kinds.docker.contexts import BuildContext as BuildContext
    from lintkit.kinds.docker.contexts import build_contexts as build_contexts
    from lintkit.kinds.docker.image_names import is_local as is_local
    from lintkit.kinds.docker.image_names import is_moving_tag as is_moving_tag
    from lintkit.kinds.docker.image_names import is_official as is_official
    from lintkit.kinds.docker.images import Dockerfile as Dockerfile
    from lintkit.kinds.docker.images import Paths as Paths
    from lintkit.kinds.docker.images import contents as contents
    from lintkit.kinds.docker.images import normal as normal
    from lintkit.kinds.docker.package_managers import action as action
    from lintkit.kinds.docker.package_managers import brings_lists as brings_lists
    from lintkit.kinds.docker.package_managers import family as family
    from lintkit.kinds.docker.package_managers import installs as installs
    from lintkit.kinds.docker.package_managers import packages as packages
    from lintkit.kinds.docker.package_managers import subject as subject
    from lintkit.kinds.docker.package_managers import updates as updates
    from lintkit.kinds.docker.refusals import refusals as refusals
    from lintkit.kinds.docker.secret_files import copied_secrets as copied_secrets
    from lintkit.kinds.docker.secret_files import secret_files as secret_files
    from lintkit.kinds.docker.unwanted import Unwanted as Unwanted
    from lintkit.kinds.docker.unwanted import in_words as in_words
    from lintkit.kinds.docker.unwanted import unwanted as unwanted

PLACES = {
    "lintkit.kinds.docker.build_arguments": (
        "baked_argument",
        "build_arguments",
    ),
    "lintkit.kinds.docker.build_secrets": ("written_secrets",),
    "lintkit.kinds.docker.contexts": (
        "BuildContext",
        "build_contexts",
    ),
    "lintkit.kinds.docker.image_names": (
        "is_local",
        "is_moving_tag",
        "is_official",
    ),
    "lintkit.kinds.docker.images": (
        "Dockerfile",
        "Paths",
        "contents",
        "normal",
    ),
    "lintkit.kinds.docker.package_managers": (
        "action",
        "brings_lists",
        "family",
        "installs",
        "packages",
        "subject",
        "updates",
    ),
    "lintkit.kinds.docker.refusals": ("refusals",),
    "lintkit.kinds.docker.secret_files": (
        "copied_secrets",
        "secret_files",
    ),
    "lintkit.kinds.docker.unwanted": (
        "Unwanted",
        "in_words",
        "unwanted",
    ),
}
"""Module -> the names of this page that stand in it."""

__getattr__ = attributes(__name__, PLACES)
