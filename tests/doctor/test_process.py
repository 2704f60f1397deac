"""The doctor never loads a framework into its own process."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("tensorflow", "keras", "jax", "torch", "tf2onnx", "pandas", "pyarrow", "scipy", "onnxruntime", "numpy")
PROGRAM = """
import sys
from sextet.cli.main import main
heavy, sys.argv = sys.argv[1].split(","), ["sextet", *sys.argv[2:]]
try:
    main()
except SystemExit:
    pass
print("LOADED", *(name for name in heavy if name in sys.modules))
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["doctor", "--no-frameworks"],
        ["doctor", "--stack", "tensorflow=2.21,cudnn=9.11", "--gpu", "P40"],
        ["doctor", "--suggest", "--gpu", "P40,V100"],
        ["doctor", "--explain", "SXT103", "--json"],
    ],
    ids=" ".join,
)
def test_nothing_heavy_is_loaded(arguments):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, ",".join(HEAVY), *arguments], capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines()[-1] == "LOADED", done.stdout + done.stderr


@pytest.mark.slow
def test_nor_while_frameworks_are_asked():
    command = [sys.executable, "-c", PROGRAM, ",".join(HEAVY), "doctor", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] == "LOADED", done.stdout + done.stderr
    assert '"TensorFlow": "2.' in done.stdout
