"""Compose files: services, merged projects, interpolation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lintkit.api.lazily import attributes

if TYPE_CHECKING:
    from lintkit.kinds.compose.development import (
        developers_environment_files,
        is_developed,
        is_developers_file,
        runs_for_development,
    )
    from lintkit.kinds.compose.folders import MAIN_FILES, ComposeFolders, compose_folders
    from lintkit.kinds.compose.interpolation import Variable, invalid_parts, refusal, resolve, variables
    from lintkit.kinds.compose.merge import dependencies, environment, mount_of
    from lintkit.kinds.compose.project import ComposeProjects, RunService, compose_projects, fragments
    from lintkit.kinds.compose.refusals import Fault, faults_of
    from lintkit.kinds.compose.service import (
        Service,
        build_argument_entries,
        environment_entries,
        mount_parts,
        services,
    )
    from lintkit.kinds.compose.specification import Refusal, refusals
else:
    __getattr__ = attributes(__name__)
