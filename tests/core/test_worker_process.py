"""Worker processes: what ends them, and what they do not run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("psutil", reason="looks for processes")

import psutil

pytestmark = pytest.mark.skipif(os.name != "posix", reason="sends signals that Windows has not")

# Without a guard for "__main__": a process that ran this again would start processes without end.
SCRIPT = """
import os, sys, time
from sextet.core.worker_process import spawning, without_main
from worker import work

print("script", flush=True)
with without_main():
    process = spawning().Process(target=work, args=(3,))
    process.start()
print(process.pid, flush=True)
time.sleep(60)
"""
WORKER = """
import os, time
from sextet.core.worker_process import settle

def work(threads):
    settle(threads)
    print("threads", os.environ["TF_NUM_INTRAOP_THREADS"], flush=True)
    time.sleep(60)
"""


def test_a_worker_leaves_ctrl_c_to_its_parent_and_dies_with_it(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    (tmp_path / "worker.py").write_text(WORKER)
    with subprocess.Popen([sys.executable, str(tmp_path / "script.py")], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        lines = [parent.stdout.readline().strip() for _ in range(3)]
        assert lines.count("script") == 1 and "threads 3" in lines
        worker = psutil.Process(int(next(line for line in lines if line.isdigit())))
        worker.send_signal(signal.SIGINT)
        time.sleep(0.3)
        assert worker.is_running() and worker.status() != psutil.STATUS_ZOMBIE
        parent.kill()
    worker.wait(20)
