"""Compose files: services, merged projects, interpolation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lintkit.api.lazily import attributes

if TYPE_CHECKING:
    from lintkit.kinds.compose.development import (
        developers_environment_files as developers_environment_files,
    )
    from lintkit.kinds.compose.development import is_developed as is_developed
    from lintkit.kinds.compose.development import is_developers_file as is_developers_file
    from lintkit.kinds.compose.development import runs_for_development as runs_for_development
    from lintkit.kinds.compose.folders import MAIN_FILES as MAIN_FILES
    from lintkit.kinds.compose.folders import ComposeFolders as ComposeFolders
    from lintkit.kinds.compose.folders import compose_folders as compose_folders
    from lintkit.kinds.compose.interpolation import Variable as Variable
    from lintkit.kinds.compose.interpolation import invalid_parts as invalid_parts
    from lintkit.kinds.compose.interpolation import refusal as refusal
    from lintkit.kinds.compose.interpolation import resolve as resolve
    from lintkit.kinds.compose.interpolation import variables as variables
    from lintkit.kinds.compose.merge import dependencies as dependencies
    from lintkit.kinds.compose.merge import environment as environment
    from lintkit.kinds.compose.merge import mount_of as mount_of
    from lintkit.kinds.compose.project import ComposeProjects as ComposeProjects
    from lintkit.kinds.compose.project import RunService as RunService
    from lintkit.kinds.compose.project import compose_projects as compose_projects
    from lintkit.kinds.compose.project import fragments as fragments
    from lintkit.kinds.compose.refusals import Fault as Fault
    from lintkit.kinds.compose.refusals import faults_of as faults_of
    from lintkit.kinds.compose.service import Service as Service
    from lintkit.kinds.compose.service import build_argument_entries as build_argument_entries
    from lintkit.kinds.compose.service import environment_entries as environment_entries
    from lintkit.kinds.compose.service import mount_parts as mount_parts
    from lintkit.kinds.compose.service import services as services
    from lintkit.kinds.compose.specification import Refusal as Refusal
    from lintkit.kinds.compose.specification import refusals as refusals

PLACES = {
    "lintkit.kinds.compose.development": (
        "developers_environment_files",
        "is_developed",
        "is_developers_file",
        "runs_for_development",
    ),
    "lintkit.kinds.compose.folders": (
        "MAIN_FILES",
        "ComposeFolders",
        "compose_folders",
    ),
    "lintkit.kinds.compose.interpolation": (
        "Variable",
        "invalid_parts",
        "refusal",
        "resolve",
        "variables",
    ),
    "lintkit.kinds.compose.merge": (
        "dependencies",
        "environment",
        "mount_of",
    ),
    "lintkit.kinds.compose.project": (
        "ComposeProjects",
        "RunService",
        "compose_projects",
        "fragments",
    ),
    "lintkit.kinds.compose.refusals": (
        "Fault",
        "faults_of",
    ),
    "lintkit.kinds.compose.service": (
        "Service",
        "build_argument_entries",
        "environment_entries",
        "mount_parts",
        "services",
    ),
    "lintkit.kinds.compose.specification": (
        "Refusal",
        "refusals",
    ),
}
"""Module -> the names of this page that stand in it."""

__getattr__ = attributes(__name__, PLACES)
