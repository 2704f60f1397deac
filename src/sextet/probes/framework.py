"""Says in one line of JSON what a framework knows of itself and of the GPUs; runs in a process of its own.

    python -P framework.py tensorflow|jax|torch

The process may crash or hang where an install is broken: whoever starts it has a time limit.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import re
import sys
from typing import Any

MARK = "SEXTET-PROBE "
_CUDA_LIBRARY = re.compile(r"/lib(?:cudart|cublas|cublasLt|cufft|cusolver|cusparse|cudnn|nccl|cuda)[-.\w]*\.so[.\d]*$")


def tensorflow() -> dict[str, Any]:
    """Ask TensorFlow."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "0"  # what it says while it looks for GPUs is part of the answer
    import tensorflow as tf

    build = tf.sysconfig.get_build_info()
    return {
        "version": tf.__version__,
        "devices": [device.name for device in tf.config.list_physical_devices("GPU")],
        "cuda": str(build.get("cuda_version", "")),
        "capabilities": list(build.get("cuda_compute_capabilities", ())),
    }


def jax() -> dict[str, Any]:
    """Ask JAX."""
    import jax as library

    try:
        devices = [str(device) for device in library.devices("gpu")]
    except RuntimeError:  # JAX says so where it sees none
        devices = []
    return {"version": library.__version__, "devices": devices}


def torch() -> dict[str, Any]:
    """Ask PyTorch."""
    import torch as library

    count = library.cuda.device_count() if library.cuda.is_available() else 0
    return {
        "version": library.__version__,
        "devices": [library.cuda.get_device_name(number) for number in range(count)],
        "cuda": library.version.cuda or "",
        "capabilities": list(library.cuda.get_arch_list()),
        "cudnn": library.backends.cudnn.version() or 0,
    }


def loaded() -> list[str]:
    """Return the CUDA libraries mapped into this process (Linux; elsewhere none are told)."""
    try:
        with open("/proc/self/maps", encoding="utf-8", errors="replace") as maps:
            paths = {line.split(maxsplit=5)[-1].strip() for line in maps if "/" in line}
    except OSError:
        return []
    return sorted(path for path in paths if _CUDA_LIBRARY.search(path))


def cudnn(libraries: list[str]) -> int:
    """Return the version that the loaded cuDNN gives for itself, 0 where none is loaded."""
    for path in libraries:
        if re.search(r"/libcudnn\.so[.\d]*$", path):
            with contextlib.suppress(OSError, AttributeError):
                library = ctypes.CDLL(path)
                library.cudnnGetVersion.restype = ctypes.c_size_t
                return int(library.cudnnGetVersion())
    return 0


def main() -> int:
    """Write the answer for the framework named on the command line; the exit code."""
    probe = {"tensorflow": tensorflow, "jax": jax, "torch": torch}[sys.argv[1]]
    try:
        answer = probe()
    except Exception as error:  # a broken install raises anything, and what it raises is the answer
        answer = {"error": f"{type(error).__name__}: {error}"}
    libraries = loaded()
    print(MARK + json.dumps({"loaded": libraries, "cudnn": cudnn(libraries), **answer}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
