"""The optimiser of the members: AdamW that is given gradients already added up over the replicas."""

from __future__ import annotations

from typing import Any

from sextet.members.backend import keras, tf
from sextet.specs.train_config import TrainConfig
from sextet.training.rounds import Repeated


class GivenSums:
    """Makes an optimiser of Keras take gradients as sums over the replicas, each replica with the same.

    Keras clips what a replica has alone and adds up afterwards: on n replicas that clips other gradients than on one.
    It also averages the moving averages of the weights over the replicas each step, as much to send as the gradients;
    they are equal.
    """

    def _all_reduce_sum_gradients(self, grads_and_vars: Any) -> Any:
        return list(grads_and_vars)

    def _update_model_variables_moving_average(self, trainable_variables: Any) -> None:
        if not self.use_ema:  # type: ignore[attr-defined]
            return
        momentum = tf.where(tf.equal(tf.convert_to_tensor(self.iterations), 0), 0.0, self.ema_momentum)  # type: ignore[attr-defined]

        def on_each(strategy: Any, pairs: Any) -> None:
            def move(average: Any, variable: Any) -> Any:
                return average.assign(momentum * average + (1 - momentum) * variable)

            for average, variable in pairs:
                strategy.extended.update(average, move, args=(variable,), group=False)

        pairs = [
            (average.value, variable.value)
            for average, variable in zip(self._model_variables_moving_average, trainable_variables, strict=True)  # type: ignore[attr-defined]
            if average is not None
        ]
        tf.__internal__.distribute.interim.maybe_merge_call(on_each, self._distribution_strategy, pairs)  # type: ignore[attr-defined]


class SharedAdamW(GivenSums, keras.optimizers.AdamW):  # type: ignore[misc]
    """AdamW (Loshchilov and Hutter, arXiv 1711.05101)."""


def optimizer(config: TrainConfig) -> keras.optimizers.Optimizer:
    """Adam with decoupled weight decay; in each round a linear warm-up and a cosine down to 2 % of the peak."""
    total = config.epochs * config.steps
    warm = min(round(config.warmup * config.steps), total - 1)
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0 if warm else config.learning_rate,
        decay_steps=total - warm,
        alpha=0.02,
        warmup_target=config.learning_rate if warm else None,
        warmup_steps=warm,
    )
    return SharedAdamW(
        Repeated(schedule, total) if config.rounds > 1 else schedule,
        weight_decay=config.weight_decay,
        global_clipnorm=config.clip or None,
        use_ema=config.ema > 0,
        ema_momentum=config.ema or 0.99,
    )
