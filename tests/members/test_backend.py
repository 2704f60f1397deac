"""The door to Keras, in processes of their own: importing is what is tested."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytest.importorskip("tensorflow", reason="training is not installed")


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, **environment},
    )


def test_importing_says_nothing() -> None:
    done = run("import sextet.members.backend as b; b.ops.zeros(3)")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


CAUGHT = """
import sys
from sextet.core.errors import DependencyError
{before}
try:
    import sextet.members.backend
except DependencyError as error:
    print(error)
"""


def test_without_tensorflow_the_extra_is_named() -> None:
    done = run(CAUGHT.format(before="sys.modules['tensorflow'] = None"))
    assert "pip install '.[train]'" in done.stdout, done.stderr


def test_another_backend_of_keras_is_refused() -> None:
    done = run(CAUGHT.format(before=""), KERAS_BACKEND="numpy")
    assert "Keras runs on numpy here" in done.stdout, done.stderr


def test_cudnn_may_not_take_gigabytes_to_try_convolutions_unless_told() -> None:
    code = "import os, sextet.members.backend; print(os.environ['TF_CUDNN_WORKSPACE_LIMIT_IN_MB'])"
    assert run(code).stdout == "256\n"
    assert run(code, TF_CUDNN_WORKSPACE_LIMIT_IN_MB="1024").stdout == "1024\n"
