"""Grammars: places inside of scalars, numbers, ignore patterns, lines of Dockerfiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lintkit.api.lazily import attributes

if TYPE_CHECKING:
    from lintkit.formats.docker_words import unquote
    from lintkit.formats.dockerfile import (
        build_steps,
        final_stage,
        foreign_images,
        stage_chain,
        stage_instructions,
    )
    from lintkit.formats.dotenv import is_shell_script
    from lintkit.formats.node import Node, text_of
    from lintkit.formats.numbers import is_digits, whole_number
    from lintkit.formats.plain import each_mapping, list_at, mapping_at, text_at, whole_number_at
    from lintkit.formats.scalar_spans import part_span, scalar_span
    from lintkit.globs.docker import docker_ignored
    from lintkit.globs.git import GitMatcher, git_ignored
else:
    __getattr__ = attributes(__name__)
