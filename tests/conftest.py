from __future__ import annotations

from hypothesis import settings

# How long an example takes says more of the machine than of lintkit.
settings.register_profile("lintkit", deadline=None)
settings.load_profile("lintkit")
