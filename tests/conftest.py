"""What every test shares: how the process is set up, what is skipped and why, and in which order tests run."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
# What tests measure is not kept: nothing can be written there, so that each begins with nothing measured.
os.environ["SEXTET_CACHE"] = os.devnull

# The same examples on every run: a failure seen once is seen again. No deadline, since machines differ in speed.
settings.register_profile("sextet", derandomize=True, deadline=None, max_examples=60)
settings.load_profile("sextet")

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# Cheap before dear: a mistake in a contract or in core shows before the first network is trained.
ORDER = (
    *("core", "data", "metrics", "evaluate", "baselines", "rules", "spikes", "specs", "hardware", "doctor"),
    *("combine", "runtime", "watching", "report", "cli", "golden", "contract", "probes", "members"),
    *("training", "ensemble", "tuning", "cluster", "app", "browser", "multi_device"),
)


# Folders whose tests share a trained run: one process has them all, or it would be trained in each.
SHARING = ("app", "backtesting", "browser", "contract", "ensemble", "report", "training", "tuning")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Say what one process has to run, before pytest-xdist reads it: a folder that shares a run, else a file."""
    path = item.path.relative_to(ROOT / "tests")
    item.add_marker(pytest.mark.xdist_group(path.parts[0] if path.parts[0] in SHARING else path.stem))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what this machine cannot run, with the reason, and sort by cost."""
    reasons = {
        "shared_data": None if SHARED.is_dir() else f"the data sets are not there: {SHARED}",
        "browser": None if any(map(shutil.which, BROWSERS)) else f"no browser on the PATH: {', '.join(BROWSERS)}",
        "gpu": None if shutil.which("nvidia-smi") else "no NVIDIA GPU: nvidia-smi is not on the PATH",
    }
    for item in items:
        for marker, reason in reasons.items():
            if reason and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))
    items.sort(key=_cost)


def _cost(item: pytest.Item) -> tuple[bool, int]:
    folder = item.path.relative_to(ROOT / "tests").parts[0]
    return item.get_closest_marker("slow") is not None, ORDER.index(folder) if folder in ORDER else -1


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of the shared data sets; a test that uses it skips where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(f"the data sets are not there: {SHARED}")
    return SHARED


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium or Chrome; a test that uses it skips where there is none."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip(f"no browser on the PATH: {', '.join(BROWSERS)}")
    return found
