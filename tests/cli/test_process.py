"""The command line as a process of its own: Ctrl-C, exit codes, the streams of a terminal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

# A training that never ends by itself; `SWALLOW` makes it behave as a library that hides Ctrl-C, once or always.
_SCRIPT = """
import sys, time, types
from sextet.core.progress import Tick
from sextet.cli import main

def train(request, *, progress):
    progress.stage("training GRU")
    swallow = SWALLOW
    while True:
        try:
            progress.tick(Tick(member="GRU", epoch=1, epochs=9, step=1, steps=9, loss=1.0, select=None, seconds_left=9))
            print("ready", file=sys.stderr, flush=True)
            time.sleep(60)
        except KeyboardInterrupt:
            if swallow == "whole":
                print("ready", file=sys.stderr, flush=True)
                time.sleep(60)
            if swallow == "half":
                raise ImportError("half-imported module")
            raise

fake = types.ModuleType("sextet.app.train")
fake.train = train
sys.modules["sextet.app.train"] = fake
sys.argv = ["sextet", "train", "a.csv", "--horizon", "2", "--out", sys.argv[1]]
main.main()
"""
pytestmark = pytest.mark.skipif(os.name != "posix", reason="sends SIGINT, which Windows has not")


def _training(out: Path, swallow: str) -> subprocess.Popen[str]:
    code = _SCRIPT.replace("SWALLOW", repr(swallow))
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(out)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    _wait_until_ready(process)
    return process


def _wait_until_ready(process: subprocess.Popen[str]) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if line == "ready\n":
            return
    raise AssertionError(f"ended with {process.wait()} before it was ready")


@pytest.mark.parametrize("swallow", ["", "half"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_ctrl_c_or_sigterm_ends_cleanly(tmp_path, swallow, number):
    process = _training(tmp_path / "r", swallow)
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert out == "" and err == f"Interrupted. No run was written to {tmp_path / 'r'}.\n"


def test_a_second_ctrl_c_ends_what_swallowed_the_first(tmp_path):
    process = _training(tmp_path / "r", "whole")
    process.send_signal(signal.SIGINT)
    _wait_until_ready(process)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 130


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["--version"], 0), (["train", "--help"], 0), (["bogus"], 2), (["train", "a.csv", "--horizon", "0"], 2)],
)
def test_exit_codes(arguments, code):
    command = [sys.executable, "-m", "sextet.cli.main", *arguments]
    assert subprocess.run(command, capture_output=True, check=False).returncode == code


def test_the_package_runs_as_the_command_does_and_without_tensorflow(tmp_path: Path) -> None:
    code = (
        "import runpy, sys; sys.argv = ['sextet', *sys.argv[1:]]\n"
        "try: runpy.run_module('sextet', run_name='__main__', alter_sys=True)\n"
        "finally: print([name for name in ('tensorflow', 'keras') if name in sys.modules], file=sys.stderr)"
    )
    wanted = ((["--version"], 0, "sextet "), (["show", "none"], 2, "found nothing at none"))
    for arguments, code_of_exit, said in wanted:
        command = [sys.executable, "-m", "sextet", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, timeout=120)
        assert done.returncode == code_of_exit and said in done.stdout + done.stderr and "Traceback" not in done.stderr
        looked = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)
        assert looked.returncode == code_of_exit and looked.stderr.rstrip().endswith("[]")
