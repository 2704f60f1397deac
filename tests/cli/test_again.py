"""Options as they would be typed again."""

from __future__ import annotations

import shlex
from pathlib import Path

from sextet.cli.again import typed
from sextet.cli.data_flags import DataFlags
from sextet.cli.flags import TargetFlags


def test_only_what_differs_from_the_defaults_is_typed_again():
    assert [*typed(DataFlags()), *typed(TargetFlags())] == []
    data = DataFlags(id="meter", past="temp,wind speed", future_data=Path("a b.csv"), skip_short=True)
    assert shlex.join((*typed(data), *typed(TargetFlags(spike_threshold=1.5)))) == (
        "--id meter --past 'temp,wind speed' --future-data 'a b.csv' --skip-short --spike-threshold 1.5"
    )
