"""Says what stands where a run was expected, and what can be done with it."""

from __future__ import annotations

from pathlib import Path

# Who writes these lies to the right of this package; tests hold the names against a real backtest and a real search.
_BACKTEST, _REPORT, _METRICS = "backtest.json", "report.html", "metrics.json"
_SEARCH, _JOURNAL = ".search", "journal.log"
_MAKE = "A run is made by sextet train FILE --out RUN."


def what_stands(path: Path, manifest: str) -> str:
    """Return what is at `path`, which holds no `manifest` and so is no whole run, and what to do, in words."""
    if path.is_file():
        return _a_file(path, manifest)
    if not path.is_dir():
        return f"Expected a run folder, found nothing at {path}. Make one: sextet train FILE --out RUN."
    if (path / _BACKTEST).is_file():
        return _a_backtest(path)
    if path.suffix == _SEARCH and (path / _JOURNAL).is_file():
        return _a_search(path)
    return (
        f"{path} is not a whole run: {manifest} is missing, so its training did not finish or this is another folder. "
        "Train it again."
    )


def _a_file(path: Path, manifest: str) -> str:
    text = f"{path} is a file, and a run is a folder. "
    if (path.parent / manifest).is_file():
        return f"{text}It lies in the run {path.parent}: give that."
    if path.suffix == ".json":
        return f"{text}If it holds settings, such as sextet tune writes: sextet train FILE --config {path} --out RUN."
    return text + _MAKE


def _a_backtest(path: Path) -> str:
    report = path / _REPORT
    if not report.is_file():
        return f"{path} is a backtest that has not ended, not a run. The same sextet backtest command goes on with it."
    return (
        f"{path} is a backtest, not a run. Its report is {report}, its figures are in {path / _METRICS}; the same "
        f"sextet backtest command writes both again. {_MAKE}"
    )


def _a_search(path: Path) -> str:
    settings = path.with_suffix(".json")
    text = f"{path} is what sextet tune keeps of a search, not a run. "
    if not settings.is_file():
        return f"{text}The same sextet tune command goes on with it."
    return f"{text}Train with the settings that it found: sextet train FILE --config {settings} --out RUN."
