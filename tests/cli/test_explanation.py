"""What is printed with `sextet forecast --explain`."""

from __future__ import annotations

import numpy as np
from rich.console import Console

from sextet.cli.explanation import print_explanation
from sextet.core.forecast import Forecast


def test_the_rules_that_touched_a_series_stand_below_its_table() -> None:
    stamps = np.arange("2026-01-01T00", "2026-01-01T03", dtype="datetime64[h]").astype("datetime64[ns]")
    quantiles = np.tile([1.0, 2.0, 3.0], (2, 3, 1))
    made = Forecast(
        ids=("a", "b"),
        cutoff=np.repeat(stamps[:1] - np.timedelta64(1, "h"), 2),
        stamps=np.tile(stamps, (2, 1)),
        levels=(0.1, 0.5, 0.9),
        quantiles=quantiles,
        members={"gru": quantiles},
        weights={"gru": np.ones((2, 3))},
        rules={"closed [night]": np.array([[False] * 3, [True, False, True]])},
    )
    console = Console(record=True, width=120, markup=False, highlight=False)
    print_explanation(console, made)
    before, after = console.export_text().split("b: 2026")
    assert "touched" not in before and "touched by the rule 'closed [night]' at 2 of 3 steps" in after
