"""Dockerfiles and images: contexts, commands, package managers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lintkit.api.lazily import attributes

if TYPE_CHECKING:
    from lintkit.kinds.docker.build_arguments import baked_argument, build_arguments
    from lintkit.kinds.docker.build_secrets import written_secrets
    from lintkit.kinds.docker.contexts import BuildContext, build_contexts
    from lintkit.kinds.docker.image_names import is_local, is_moving_tag, is_official
    from lintkit.kinds.docker.images import Dockerfile, Paths, contents, normal
    from lintkit.kinds.docker.package_managers import (
        action,
        brings_lists,
        family,
        installs,
        packages,
        subject,
        updates,
    )
    from lintkit.kinds.docker.refusals import refusals
    from lintkit.kinds.docker.secret_files import copied_secrets, secret_files
    from lintkit.kinds.docker.unwanted import Unwanted, in_words, unwanted
else:
    __getattr__ = attributes(__name__)
