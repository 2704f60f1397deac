"""What every test shares: how the process is set up, what is skipped and why, and in which order tests run."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

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

# From cheap to dear.
ORDER = (
    *("core", "data", "metrics", "evaluate", "baselines", "rules", "spikes", "specs", "hardware", "doctor"),
    *("combine", "runtime", "watching", "report", "cli", "golden", "contract", "probes", "members"),
    *("training", "ensemble", "tuning", "cluster", "app", "browser", "multi_device"),
)


# Folders whose tests share a trained run: one process has them all, or it would be trained in each.
SHARING = ("contract", "ensemble")


@pytest.hookimpl(optionalhook=True)  # without pytest-xdist nobody asks
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand out tests by what they share: those of a folder that shares a run together, else those of a file."""
    from xdist.scheduler import LoadScopeScheduling

    class ByWhatTheyShare(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            folder = Path(file).parts[1]
            return folder if folder in SHARING else file

    config.option.loadscopereorder = False  # the order below, not by number of tests
    return ByWhatTheyShare(config, log)


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
    # Alone, cheap before dear: a mistake in a contract or in core shows before the first network is trained. Among
    # several processes, dear before cheap, so that none is left with a long one when the others have ended.
    items.sort(key=_cost, reverse="PYTEST_XDIST_WORKER" in os.environ)


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
