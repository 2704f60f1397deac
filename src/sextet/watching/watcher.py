"""Many series of one stream, watched in constant memory a series; what was seen can be saved and gone on from."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from sextet.core.errors import ConfigError, DataError
from sextet.core.files import write_text
from sextet.data.hints import Hints
from sextet.watching.finding import Finding
from sextet.watching.gate import RISK
from sextet.watching.series_watch import Foretell, SeriesWatch

_FORMAT = "sextet watch 1"


class Watcher:
    """What `sextet watch` keeps while it runs.

    Attributes:
        risk: probability at or below which a surprise is an alert.
        series: name -> what is known of the series.
        hints: how stamps and numbers were written so far, for when the watch goes on.
        zone: by whose clock stamps are that name none, likewise; None: no zone.
        run: which run gives forecasts, in words and a digest; "": none; None: not known, of states of earlier versions.
    """

    def __init__(self, risk: float = RISK, foretell: Foretell | None = None) -> None:
        """Begin with nothing seen.

        Raises:
            ConfigError: the risk is not above 0 and below 0.1.
        """
        if not 0 < risk < 0.1:
            raise ConfigError(f"Expected a risk above 0 and below 0.1, such as 0.002; got {risk:g}.")
        self.risk = risk
        self.series: dict[str, SeriesWatch] = {}
        self.hints = Hints()
        self.zone: str | None = None
        self.run: str | None = ""
        self.foretell = foretell

    def take(
        self,
        series: str,
        stamp: str,
        second: float,
        value: float,
        every: bool = False,
        covariates: tuple[float, ...] = (),
    ) -> Finding | None:
        """Judge a row; see `SeriesWatch.take`."""
        watch = self.series.get(series)
        if watch is None:
            watch = self.series[series] = SeriesWatch(series, self.risk)
        return watch.take(stamp, second, value, every, self.foretell, covariates)

    def reached(self, series: str) -> float:
        """Return the second of the latest row of a series; minus infinity where none has come."""
        watch = self.series.get(series)
        return -math.inf if watch is None else watch.last

    def counts(self) -> dict[str, int]:
        """Return what was counted, over all series."""
        totals = dict.fromkeys(SeriesWatch.COUNTS, 0)
        for watch in self.series.values():
            for name, count in watch.counts().items():
                totals[name] += count
        return {"series": len(self.series), "warming": self.warming, **totals}

    @property
    def warming(self) -> int:
        """Number of series of which nothing can be an alert yet."""
        return sum(not watch.judge.ready for watch in self.series.values())

    def save(self, path: Path) -> None:
        """Write the state to a file, atomically."""
        state: dict[str, Any] = {"format": _FORMAT, "risk": self.risk}
        state["series"] = [watch.to_json() for watch in self.series.values()]
        state["written"] = {"decimal": self.hints.decimal, "dates": self.hints.dates}
        if self.zone is not None:
            state["zone"] = self.zone
        if self.run is not None:
            state["run"] = self.run
        if self.foretell is not None:
            state["foretold"] = self.foretell.to_json()
        write_text(path, json.dumps(state, allow_nan=False))

    @classmethod
    def load(cls, path: Path, risk: float | None = None, foretell: Foretell | None = None) -> Watcher:
        """Go on from a file that `save` wrote.

        Args:
            path: the file.
            risk: in place of the one it was saved with.
            foretell: as of the constructor.

        Raises:
            DataError: the file is none of these, or damaged.
        """
        try:
            state = json.loads(path.read_text(encoding="utf-8"))
            if not isinstance(state, dict) or state.get("format") != _FORMAT:
                raise ValueError("another format")
            watcher = cls(state["risk"] if risk is None else risk, foretell)
            watcher.series = {part["name"]: SeriesWatch.from_json(part) for part in state["series"]}
            watcher.hints = Hints(**state.get("written", {}))
            watcher.zone = None if state.get("zone") is None else str(state["zone"])
            watcher.run = None if state.get("run") is None else str(state["run"])
            if foretell is not None:
                foretell.restore(state.get("foretold") or {})
        except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
            raise DataError(
                f"{path} is no state that `sextet watch --state` wrote, or it is damaged ({_why(error)}). "
                "Name another file, or remove this one to begin anew."
            ) from error
        for part in watcher.series.values():
            part.gate.risk = watcher.risk
        return watcher


def _why(error: Exception) -> str:
    text = str(error)
    return f"it lacks {text}" if isinstance(error, KeyError) else text[:80] or type(error).__name__
