"""`.env` files: what each is for, and debug modes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lintkit.api.lazily import attributes

if TYPE_CHECKING:
    from lintkit.kinds.dotenv.debug_modes import is_debug_mode as is_debug_mode
    from lintkit.kinds.dotenv.debug_modes import switches_debugging as switches_debugging
    from lintkit.kinds.dotenv.purpose import entries_in_force as entries_in_force
    from lintkit.kinds.dotenv.purpose import is_example as is_example
    from lintkit.kinds.dotenv.purpose import is_for_a_desk as is_for_a_desk
    from lintkit.kinds.dotenv.purpose import is_for_development as is_for_development
    from lintkit.kinds.dotenv.purpose import is_off as is_off
    from lintkit.kinds.dotenv.purpose import is_on as is_on
    from lintkit.kinds.dotenv.purpose import is_public_setting as is_public_setting
    from lintkit.kinds.dotenv.purpose import production as production
    from lintkit.kinds.dotenv.purpose import production_entries as production_entries
    from lintkit.kinds.dotenv.purpose import says_development as says_development
    from lintkit.kinds.dotenv.purpose import used_path as used_path

PLACES = {
    "lintkit.kinds.dotenv.debug_modes": (
        "is_debug_mode",
        "switches_debugging",
    ),
    "lintkit.kinds.dotenv.purpose": (
        "entries_in_force",
        "is_example",
        "is_for_a_desk",
        "is_for_development",
        "is_off",
        "is_on",
        "is_public_setting",
        "production",
        "production_entries",
        "says_development",
        "used_path",
    ),
}
"""Module -> the names of this page that stand in it."""

__getattr__ = attributes(__name__, PLACES)
