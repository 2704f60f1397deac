"""LSTM."""

from __future__ import annotations

from typing import final

from sextet.core.window import WindowShape
from sextet.members.backend import keras, layers
from sextet.members.member import Member
from sextet.members.recurrent import build_recurrent
from sextet.specs.recurrent import LSTMSpec


@final
class LSTM(Member):
    """Segment-recurrent network with LSTM cells."""

    def __init__(self, spec: LSTMSpec) -> None:
        """Build what `spec` describes."""
        self.spec = spec

    def build(self, shape: WindowShape) -> keras.Model:
        """Build the network for windows of `shape`."""
        return build_recurrent(self.spec, shape, layers.LSTM, layers.LSTMCell)
