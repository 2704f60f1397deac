"""The one abstract member: how a network is built. Windows, training and export are shared by all."""

from __future__ import annotations

import abc

from sextet.core.window import WindowShape
from sextet.members.backend import keras


class Member(abc.ABC):
    """A neural member of the ensemble, made of its spec.

    A member only says how to build its network. The network's inputs are a dict of `past [B, L, C]`,
    `future [B, H, F]` where F > 0 and `static [B, K]` where K > 0; its outputs are a dict of
    `quantiles [B, H, Q]` in the scaled space, never decreasing along Q, and, where the member warns,
    `spike_probability [B, H]` in 0..1 and `spike_size [B, H]`, at least 0, in the scaled space.
    """

    @abc.abstractmethod
    def build(self, shape: WindowShape) -> keras.Model:
        """Build the network for windows of `shape`, with fresh weights."""
