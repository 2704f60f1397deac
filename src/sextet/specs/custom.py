"""A user's own Keras model as a member."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from sextet.core.errors import ConfigError
from sextet.specs.check import whole

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}")
# the ensemble and the baselines in a leaderboard, and the columns of a forecast
_TAKEN = frozenset("sextet sextet-mean ridge seasonal-naive unique_id ds y cutoff spike_probability spike_size".split())


@dataclass(frozen=True, kw_only=True)
class CustomSpec:
    """A member built by the user.

    Its network takes the inputs `past [B, L, C]`, `future [B, H, F]` and `static [B, K]` (any subset, by name)
    and answers `[B, H, Q]` quantiles, or `[B, H]` or `[B, H, 1]` points, to which quantiles are then added from
    its errors on `select`. `sextet.core.window` says what the channels hold.

    Attributes:
        name: letters, digits, `_`, `.` and `-`, at most 40; begins with a letter.
        source: where the function `build(shape) -> keras.Model` is: "file.py:function" or
            "package.module:function".
        lookback: steps of history it looks at; None: the run's.
        build: the function or a model itself; not written to JSON, and not compared.
    """

    name: str
    source: str = ""
    lookback: int | None = None
    build: Any = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Check every value."""
        if not isinstance(self.name, str) or not _NAME.fullmatch(self.name):
            raise ConfigError(
                "A member's name begins with a letter and has letters, digits, '_', '.' and '-', at most 40; "
                f"got {self.name!r}."
            )
        if self.name.lower() in _TAKEN:
            raise ConfigError(
                f"A member cannot be named {self.name!r}: tables of scores and forecasts have something else by that "
                "name. Rename the function or the model, or give CustomSpec another name."
            )
        whole(self.name, "lookback", self.lookback)
        if self.source and not re.fullmatch(r".+:[A-Za-z_]\w*", self.source):
            raise ConfigError(
                f"{self.name}: source must be 'file.py:function' or 'package.module:function'; got {self.source!r}."
            )
        if self.build is not None and not callable(self.build):
            raise ConfigError(
                f"{self.name}: build must be a function build(shape) -> keras.Model, or a Keras model; "
                f"got {type(self.build).__name__}."
            )
