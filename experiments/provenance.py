"""Which Python and packages the figures of a result rest on."""

from __future__ import annotations

import platform
from importlib.metadata import version

_PACKAGES = ("numpy", "pandas", "scipy", "scikit-learn", "scikit-surprise", "statsmodels")


def versions() -> dict[str, str]:
    """Return the versions by name, Python's first."""
    return {"python": platform.python_version(), **{name: version(name) for name in _PACKAGES}}
