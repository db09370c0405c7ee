"""Grammars: places inside of scalars, numbers, ignore patterns, lines of Dockerfiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lintkit.api.lazily import attributes

if TYPE_CHECKING:
    from lintkit.formats.docker_words import unquote as unquote
    from lintkit.formats.dockerfile import build_steps as build_steps
    from lintkit.formats.dockerfile import final_stage as final_stage
    from lintkit.formats.dockerfile import foreign_images as foreign_images
    from lintkit.formats.dockerfile import stage_chain as stage_chain
    from lintkit.formats.dockerfile import stage_instructions as stage_instructions
    from lintkit.formats.dotenv import is_shell_script as is_shell_script
    from lintkit.formats.node import Node as Node
    from lintkit.formats.node import text_of as text_of
    from lintkit.formats.numbers import is_digits as is_digits
    from lintkit.formats.numbers import whole_number as whole_number
    from lintkit.formats.scalar_spans import part_span as part_span
    from lintkit.formats.scalar_spans import scalar_span as scalar_span
    from lintkit.globs.docker import docker_ignored as docker_ignored
    from lintkit.globs.git import GitMatcher as GitMatcher
    from lintkit.globs.git import git_ignored as git_ignored

PLACES = {
    "lintkit.formats.docker_words": ("unquote",),
    "lintkit.formats.dockerfile": (
        "build_steps",
        "final_stage",
        "foreign_images",
        "stage_chain",
        "stage_instructions",
    ),
    "lintkit.formats.dotenv": ("is_shell_script",),
    "lintkit.formats.node": (
        "Node",
        "text_of",
    ),
    "lintkit.formats.numbers": (
        "is_digits",
        "whole_number",
    ),
    "lintkit.formats.scalar_spans": (
        "part_span",
        "scalar_span",
    ),
    "lintkit.globs.docker": ("docker_ignored",),
    "lintkit.globs.git": (
        "GitMatcher",
        "git_ignored",
    ),
}
"""Module -> the names of this page that stand in it."""

__getattr__ = attributes(__name__, PLACES)
