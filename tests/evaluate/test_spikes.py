"""The public page of scores."""

from __future__ import annotations

import doctest
import subprocess
import sys

from sextet.evaluate import spikes


def test_its_examples_hold() -> None:
    assert doctest.testmod(spikes) == doctest.TestResults(failed=0, attempted=3)


def test_every_name_is_there() -> None:
    assert [name for name in spikes.__all__ if not hasattr(spikes, name)] == []


def test_it_needs_numpy_alone() -> None:
    code = "import sys, sextet.evaluate.spikes; print([n for n in ('pandas', 'scipy', 'pyarrow') if n in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )
