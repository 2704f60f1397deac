"""How fast rules are read, and act on the windows of a backtest.

    python benchmarks/rules_speed.py [--windows 20000] [--horizon 24] [--times 5] [--json]

The windows are generated; the rules are those below. A window is done when every rule has acted on its 13 quantiles at
each step. Times are those of the processor, on one core, so that other work on the machine changes them little. Where
the package `rule-engine` is installed, a condition that both languages say alike is evaluated with it too, row by row,
to compare: it is no dependency.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np

from sextet.core.frequency import Frequency
from sextet.core.panel import Panel
from sextet.core.quantiles import LEVELS
from sextet.core.window import WindowIndex
from sextet.rules.expression import parse_condition
from sextet.rules.scene import Scene
from sextet.rules.user_rules import changed, parse_rules

CONDITIONS = {
    "calendar": 'hours("22:00-06:00") or weekday == "sun"',
    "holiday": 'holiday("DE", "BY") and weekday != "sun"',
    "forecast": "quantile(0.9) > 100 and forecast > 1.2 * value",
    "history": "lag(24) > 0.8 * seasonal(168)",
    "statistics": "value > rolling_mean(168) + 2 * rolling_std(168)",
    "probability": "probability_above(100) > 0.3",
}
RULES = "\n".join(
    f"[[rule]]\nname = {name!r}\nwhen = '''{when}'''\nthen = {{ multiply = 0.9, cap = 400 }}\nfinal = true"
    for name, when in CONDITIONS.items()
)
SIMPLE = "forecast > 100 and (hour >= 22 or hour < 6)"  # both languages say it alike


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--windows", type=int, default=20_000)
    parser.add_argument("--horizon", type=int, default=24)
    parser.add_argument("--times", type=int, default=5, help="repeats, of which the median counts")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    figures = measured(chosen.windows, chosen.horizon, chosen.times)
    print(json.dumps(figures, indent=2) if chosen.json else "\n".join(f"{k:40} {v:,.6g}" for k, v in figures.items()))
    return 0


def measured(windows: int, horizon: int, times: int) -> dict[str, float]:
    """Return the figures; each acts on a fresh scene, so that nothing is kept from the time before."""
    steps = windows * horizon
    figures: dict[str, float] = {
        "windows": windows,
        "horizon": horizon,
        "milliseconds to read a condition": 1e3
        * median(lambda: [parse_condition(SIMPLE) for _ in range(100)], times)
        / 100,
    }
    for name, text in CONDITIONS.items():
        read = parse_condition(text)
        seconds = median(
            lambda read=read: read.condition(scene(windows, horizon)), times, lambda: scene(windows, horizon)
        )
        figures[f"million steps a second, {name}"] = steps / seconds / 1e6
    rules = parse_rules(RULES)
    took = median(lambda: changed(rules.final, scene(windows, horizon)), times, lambda: scene(windows, horizon))
    figures["seconds for all rules on all windows"] = took
    simple = parse_condition(SIMPLE)
    took = median(lambda: simple.condition(scene(windows, horizon)), times, lambda: scene(windows, horizon))
    figures["million steps a second, simple"] = steps / took / 1e6
    return figures | (against_rule_engine(min(steps, 20_000), times) if find_spec("rule_engine") else {})


def against_rule_engine(rows: int, times: int) -> dict[str, float]:
    """Return the same for `rule-engine`: its import, and a condition evaluated row by row."""
    import rule_engine  # type: ignore[import-not-found, unused-ignore]

    rule = rule_engine.Rule(SIMPLE)
    given = [{"forecast": float(n % 300), "hour": n % 24} for n in range(rows)]
    alone = [
        sys.executable,
        "-c",
        "import time; s = time.process_time(); import rule_engine; print(time.process_time() - s)",
    ]
    imports = [float(subprocess.run(alone, capture_output=True, text=True, check=True).stdout) for _ in range(times)]
    return {
        "rule-engine: seconds to import": statistics.median(imports),
        "rule-engine: milliseconds to read it": 1e3 * median(lambda: rule_engine.Rule(SIMPLE), times),
        "rule-engine: million steps a second": rows / median(lambda: [rule.matches(row) for row in given], times) / 1e6,
    }


def median(call: Callable[[], Any], times: int, besides: Callable[[], Any] | None = None) -> float:
    """Return the median time of a call in seconds of the processor, less that of what it does besides."""
    taken = []
    for _ in range(times + 1):
        start = time.process_time()
        call()
        middle = time.process_time()
        if besides:
            besides()
        end = time.process_time()
        taken.append(middle - start - (end - middle if besides else 0.0))
    return max(statistics.median(taken[1:]), 1e-9)


_PANELS: dict[tuple[int, int], tuple[Panel, WindowIndex, Any]] = {}


def scene(windows: int, horizon: int) -> Scene:
    """Return a scene of one hourly series that nothing has been read off yet."""
    if (windows, horizon) not in _PANELS:
        rows = windows + horizon + 1000
        rng = np.random.default_rng(0)
        frequency = Frequency.parse("h")
        panel = Panel(
            ids=("a",),
            frequency=frequency,
            offsets=np.array([0, rows]),
            first=np.array([int(frequency.ordinals(np.datetime64("2015-01-01", "ns")))]),
            known=np.array([rows]),
            y=100 + 30 * rng.normal(size=rows),
            past=np.zeros((rows, 0), np.float32),
            future=np.zeros((rows, 0), np.float32),
            static=np.zeros((1, 0), np.float32),
            tz="Europe/Berlin",
        )
        index = WindowIndex(series=np.zeros(windows, np.int32), row=1000 + np.arange(windows))
        spread = np.linspace(-40, 40, len(LEVELS)) + 100
        quantiles = spread + 20 * rng.normal(size=(windows, horizon, 1))
        _PANELS[windows, horizon] = panel, index, quantiles
    panel, index, quantiles = _PANELS[windows, horizon]
    return Scene(panel=panel, index=index, quantiles=quantiles, levels=LEVELS)


if __name__ == "__main__":
    sys.exit(main())
