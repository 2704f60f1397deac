"""A sextet command in a fresh process: how long it takes, and what it has loaded when it ends."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

# Runs the command inside this interpreter, then says which of the watched packages it has loaded.
_LOADED = """
import sys
from sextet.cli.main import main
watched, sys.argv = sys.argv[1].split(","), ["sextet", *sys.argv[2:]]
try:
    main()
except SystemExit:
    pass
print("LOADED", *(name for name in watched if name in sys.modules))
"""


def timed(command: Sequence[str], surroundings: Mapping[str, str] | None = None) -> tuple[float, float]:
    """Return the seconds of a command that must end well: on the clock, and of the processor."""
    before, start = os.times(), time.perf_counter()
    whole = [sys.executable, "-m", "sextet.cli.main", *command]
    subprocess.run(whole, check=True, capture_output=True, env=surroundings)
    wall, after = time.perf_counter() - start, os.times()
    return wall, after.children_user + after.children_system - before.children_user - before.children_system


def loaded(command: Sequence[str], watched: Sequence[str]) -> list[str]:
    """Return which of the packages `watched` are in the command's own process when it ends, however it ends."""
    whole = [sys.executable, "-c", _LOADED, ",".join(watched), *command]
    said = subprocess.run(whole, check=True, capture_output=True, text=True).stdout
    return said.splitlines()[-1].split()[1:]
