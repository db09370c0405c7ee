from __future__ import annotations

import os
import sys
from pathlib import Path

from hypothesis import settings

# How long an example takes says more of the machine than of lintkit.
settings.register_profile("lintkit", deadline=None)
settings.load_profile("lintkit")

# Not where the user of this machine has theirs; the tests start lintkit hundreds of times.
os.environ.setdefault("LINTKIT_CACHE_DIR", str(Path(sys.prefix, "lintkit-cache")))
