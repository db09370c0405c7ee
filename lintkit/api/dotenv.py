"""`.env` files: what each is for, and debug modes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lintkit.api.lazily import attributes

if TYPE_CHECKING:
    from lintkit.kinds.dotenv.debug_modes import is_debug_mode, switches_debugging
    from lintkit.kinds.dotenv.purpose import (
        entries_in_force,
        is_off,
        is_on,
        is_public_setting,
        production,
        production_entries,
        says_development,
        used_path,
    )
    from lintkit.words.environments import is_example, is_for_a_desk
else:
    __getattr__ = attributes(__name__)
