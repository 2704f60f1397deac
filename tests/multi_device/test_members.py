from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("tensorflow", reason="training is not installed")


def test_two_replicas_train_as_one_device_does() -> None:
    script = Path(__file__).parent / "replicas.py"
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert set(found) == {"lstm", "gru", "cnn-lstm", "patchtst", "spike-detector"}
    for name, result in found.items():
        assert result["replicas"] == 2
        # replicas average over their own known steps, which differ a little in number
        assert result["losses"][0] == pytest.approx(result["losses"][1], rel=0.03), name
        assert result["apart"] < 5e-3, name
