"""Predicted against measured growth of resident memory: a training step of each member on this machine's CPU.

    python benchmarks/planner_resident.py [--batch 2048]

Each member trains in a process of its own, with two batches, so that what TensorFlow holds before the first layer drops
out: compared are the bytes that the larger batch adds. The CPU has no cuDNN: recurrent layers run step by step there.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import threading
import time
from pathlib import Path

from sextet.planner.memory import MIB, memory_parts
from sextet.planner.standing import SHAPE, member_specs
from sextet.planner.timing.device import Software
from sextet.planner.work import member_work


def resident() -> int:
    """Return the bytes of this process that are in memory (Linux)."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096


def peak_of(name: str, batch: int) -> int:
    """Return by how many bytes two training steps raise resident memory above what the batch itself takes."""
    from sextet.probes.steps import batch_of, learner_of

    learner, data = learner_of(member_specs()[name]), batch_of(batch)
    before, highest, done = resident(), [0], threading.Event()

    def watch() -> None:
        while not done.is_set():
            highest[0] = max(highest[0], resident())
            time.sleep(0.002)

    thread = threading.Thread(target=watch)
    thread.start()
    for _ in range(2):
        learner.train_on_batch(*data)
    done.set()
    thread.join()
    return highest[0] - before


def predicted(name: str, batch: int) -> float:
    """Return the predicted bytes without what the libraries hold, without margin."""
    parts = memory_parts(member_work(member_specs()[name], SHAPE, batch), Software(), margin=1.0)
    return parts.total - parts.context


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batch", type=int, default=2048, help="the larger batch; the other is half of it")
    parser.add_argument("--member", help="measure this member alone and print its bytes")
    asked = parser.parse_args()
    if asked.member:
        print(peak_of(asked.member, asked.batch))
        return
    print(
        f"{'member':<16} {'measured':>9} {'predicted':>9} {'error':>7}   MiB that {asked.batch // 2} windows more add"
    )
    for name in member_specs():
        sizes = asked.batch // 2, asked.batch
        grown = [_measured(name, batch) for batch in sizes]
        counted = [predicted(name, batch) for batch in sizes]
        more, guess = grown[1] - grown[0], counted[1] - counted[0]
        print(f"{name:<16} {more / MIB:>9.0f} {guess / MIB:>9.0f} {guess / more - 1:>+7.1%}")


def _measured(name: str, batch: int) -> int:
    command = [sys.executable, __file__, "--member", name, "--batch", str(batch)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(done.stdout.split()[-1])


if __name__ == "__main__":
    main()
