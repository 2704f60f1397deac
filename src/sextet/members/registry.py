"""Which member is built from which spec: one line a member. Rule-Based needs no network and is not here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sextet.core.errors import ConfigError
from sextet.members.cnn_lstm import CNNLSTM
from sextet.members.custom import Custom
from sextet.members.gru import GRU
from sextet.members.lstm import LSTM
from sextet.members.member import Member
from sextet.members.patchtst import PatchTST
from sextet.members.spike_detector import SpikeDetector
from sextet.specs.cnn_lstm import CNNLSTMSpec
from sextet.specs.custom import CustomSpec
from sextet.specs.neural import NeuralSpec
from sextet.specs.patchtst import PatchTSTSpec
from sextet.specs.presets import NeuralMemberSpec
from sextet.specs.recurrent import GRUSpec, LSTMSpec
from sextet.specs.spike_detector import SpikeDetectorSpec

MEMBERS: dict[type, Callable[[Any], Member]] = {
    LSTMSpec: LSTM,
    GRUSpec: GRU,
    CNNLSTMSpec: CNNLSTM,
    PatchTSTSpec: PatchTST,
    SpikeDetectorSpec: SpikeDetector,
    CustomSpec: Custom,
}


def member_of(spec: NeuralMemberSpec) -> Member:
    """Return the member that `spec` describes.

    Raises:
        ConfigError: the spec is of no neural member, or has fields still to be chosen.
    """
    kind = MEMBERS.get(type(spec))
    if kind is None:
        raise ConfigError(f"{type(spec).__name__} describes no member with a network.")
    if isinstance(spec, NeuralSpec):
        spec.require_chosen()
    return kind(spec)
