"""Reads series that can be cut into the parts a fit needs."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from sextet.core.errors import DataError
from sextet.core.panel import Panel
from sextet.data.covariate_gaps import refuse_empty
from sextet.data.grid import select_series
from sextet.data.options import DataOptions
from sextet.data.read import read_panel
from sextet.data.split import SplitConfig, fitting_series, required_rows
from sextet.data.split_refusal import instead, outside


def read_to_fit(source: Any, options: DataOptions, split: SplitConfig, horizon: int) -> Panel:
    """Read series; with `options.skip_short`, without those that cannot be cut as `split` says.

    Without it `make_split` refuses such a series by name.

    Raises:
        DataError: the data cannot be used, a covariate has no value, or no series can be cut so.
        ConfigError: an option contradicts another.
    """
    least = required_rows(split, horizon) if options.skip_short else None
    panel = read_panel(source, options, horizon=horizon, min_length=least, remedy=partial(instead, split, horizon))
    refuse_empty(panel)
    if not options.skip_short:
        return panel
    fits = fitting_series(panel, split, horizon)
    if fits.all():
        return panel
    if not fits.any():
        where = outside(panel, split, int(np.argmax(panel.first + panel.known)))
        raise DataError(
            f"None of the {panel.series} series has a window of horizon {horizon} in each part: train, validation "
            f"and test. {where or 'Move the ends of the parts apart, or give a longer history'}."
        )
    left = [panel.ids[s] for s in np.flatnonzero(~fits).tolist()]
    some = ", ".join(left[:5]) + (f" and {len(left) - 5} more" if len(left) > 5 else "")
    return select_series(panel, fits).with_notes(
        f"{len(left)} series were left out, since a part of time holds no window of theirs: {some}."
    )
