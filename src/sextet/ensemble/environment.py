"""Where a run was trained: versions and machine, for its records."""

from __future__ import annotations

import datetime
import os
import platform
from importlib import metadata

PACKAGES = ("sextet", "numpy", "keras", "tensorflow", "onnxruntime", "tf2onnx", "pandas", "pyarrow", "narwhals")


def environment() -> dict[str, object]:
    """Return the time (UTC), Python, system, processors, and versions of the packages that shape a run."""
    versions = {}
    for name in PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return {
        "created": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processors": os.cpu_count(),
        "versions": versions,
    }
