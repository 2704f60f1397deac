"""A backtest on disk: what is finished stays, and the same command goes on from there.

out/
  backtest.json            what was asked and of which data; a folder of another question is refused
  folds/000/members/       the members of a fold, each with the record of its training
  folds/000/scores.npz     sums of scores; written last
  forecasts/fold-000.parquet
  metrics.json  report.html
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sextet.core.errors import ConfigError
from sextet.core.files import write_text
from sextet.ensemble.differing import differing

ASKED, METRICS, REPORT = "backtest.json", "metrics.json", "report.html"
_OURS = (ASKED, METRICS, REPORT, "folds", "forecasts")


class BacktestFolder:
    """The files of one backtest."""

    def __init__(self, path: Path) -> None:
        """Open the folder `path`; nothing is read yet."""
        self.path = path

    def claim(self, asked: Mapping[str, Any], *, fresh: bool = False) -> bool:
        """Make the folder that of a question; return whether it was so already.

        Args:
            asked: plain values that what is in the folder depends on.
            fresh: forget what an earlier backtest left here.

        Raises:
            ConfigError: the folder holds another backtest, or something else.
        """
        path = self.path / ASKED
        wanted = json.loads(json.dumps(asked))
        if path.is_file() and not fresh:
            self._refuse_other(json.loads(path.read_text(encoding="utf-8")), wanted)
            self._sweep()
            return True
        if self.path.is_file() or (self.path.is_dir() and not path.is_file() and any(self.path.iterdir())):
            raise ConfigError(
                f"--out {self.path} exists and is not a backtest of sextet; choose another folder or empty this one."
            )
        for name in _OURS:
            if (self.path / name).is_dir():
                shutil.rmtree(self.path / name)
            else:
                (self.path / name).unlink(missing_ok=True)
        write_text(path, json.dumps(wanted, indent=1, ensure_ascii=False))
        return False

    def fold(self, number: int) -> Path:
        """Return the folder of a fold."""
        return self.path / "folds" / f"{number:03d}"

    def scores(self, number: int) -> Path:
        """Return the scores of a fold; it is finished where they are there, and its forecasts, if asked for."""
        return self.fold(number) / "scores.npz"

    def forecasts(self, number: int) -> Path:
        """Return the forecasts of a fold."""
        return self.path / "forecasts" / f"fold-{number:03d}.parquet"

    def write_metrics(self, metrics: Mapping[str, Any]) -> None:
        """Write the metrics."""
        write_text(self.path / METRICS, json.dumps(metrics, indent=1, allow_nan=False, ensure_ascii=False))

    def _refuse_other(self, known: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
        if differ := differing(known, wanted):
            raise ConfigError(
                f"--out {self.path} holds a backtest that differs in {', '.join(differ)}. Choose another --out, or "
                "start it anew with --fresh."
            )

    def _sweep(self) -> None:
        """Remove what a process that was killed had begun to write."""
        for path in [*self.path.glob(".*"), *self.path.glob("f*/**/.*")]:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
