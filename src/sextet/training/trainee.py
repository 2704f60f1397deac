"""A network in training: as it is shipped, and as it is trained on the devices there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sextet.core.window import WindowIndex, WindowShape
from sextet.data.prepare import Prepared
from sextet.members.backend import keras
from sextet.members.registry import member_of
from sextet.specs.presets import NeuralMemberSpec
from sextet.specs.train_config import TrainConfig
from sextet.training.devices import recurrent
from sextet.training.devices.policy import policy
from sextet.training.devices.station import Station
from sextet.training.feeder import Feeder
from sextet.training.learner import Learner
from sextet.training.optimiser import optimizer

_FITTING: dict[tuple[Any, ...], int] = {}
"""(member, windows a replica, shape) -> the parts into which its batch had to be cut in this process: the member is
trained on, or in the next fold, with what fits."""

_SHORT = "Memory ran out"


class Trainee:
    """Builds a network once as it will be judged and shipped, and once more where it is trained otherwise.

    What is judged and shipped has one copy and is in float32, so that it answers on any machine as it did here. On one
    device in float32 that is the network in training itself.

    Attributes:
        network: as it is shipped.
        learner: trains it, or its copy on the devices; compiled.
        notes: sentences for the user.
    """

    def __init__(
        self,
        spec: NeuralMemberSpec,
        shape: WindowShape,
        config: TrainConfig,
        station: Station,
        tell: Callable[[str], None] = lambda note: None,
    ) -> None:
        """Build the network of `spec` with fresh weights; `ready` makes its learner. `tell` hears of notes at once."""
        self.network = member_of(spec).build(shape)
        self.notes: list[str] = []
        self.learner: Any = None
        self._spec, self._shape, self._config, self._station, self._tell = spec, shape, config, station, tell
        self._fit_key = (spec.name, -(-config.batch // station.replicas), station.policy, shape)

    def ready(self) -> None:
        """Make the learner, from the weights that the network has now."""
        config, station, trained = self._config, self._station, self.network
        with station.strategy.scope():
            if not station.plain:
                with policy(station.policy):
                    trained = member_of(self._spec).build(self._shape)
                recurrent.in_float32(trained)
                trained.set_weights(self.network.get_weights())
            chosen = station.optimizer(optimizer(config))
            chosen.build(trained.trainable_variables)
        if station.on_gpu:
            self._note(*recurrent.warnings(trained))
        parts = _FITTING.get(self._fit_key, 1)
        self.learner = Learner(trained, self._shape.levels, config.emphasis, parts, self._halved, station.strategy)
        self.learner.compile(optimizer=chosen, jit_compile=station.compiled(), auto_scale_loss=False)

    def feeder(self, prepared: Prepared, index: WindowIndex, seed: int) -> Feeder:
        """Return what feeds it the windows `index` of `prepared`."""
        config = self._config
        steps, batch, flip = config.steps, config.batch, bool(config.flip)
        feeder = Feeder(prepared, index, self._shape, steps=steps, batch=batch, seed=seed, flip=flip)
        return self.learner.fed_by(feeder)  # type: ignore[no-any-return]

    def settle(self) -> keras.Model:
        """Bring the weights as trained by now to `network`, and return it."""
        if self.learner.network is not self.network:
            self.network.set_weights(self.learner.network.get_weights())
        return self.network

    def _halved(self, parts: int) -> None:
        _FITTING[self._fit_key] = parts
        name, each = self._spec.name, self._fit_key[1]
        note = (
            f"{_SHORT} while {name} was trained on {each} windows a device: its batch of {self._config.batch} is "
            f"cut into {parts} parts whose gradients are added up, so that a step teaches the same."
        )
        self.notes = [one for one in self.notes if not one.startswith(_SHORT)]
        self._note(note)

    def _note(self, *notes: str) -> None:
        self.notes += notes
        for note in notes:
            self._tell(note)
