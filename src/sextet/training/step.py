"""One step of the optimiser: the same for one device and for many, for a batch at once and for one in parts.

Gradients are sums over parts of the batch, each divided by the sum of weights of the whole batch. So every sample
counts once, however the batch is cut over replicas and in time. They are added up before they are clipped, and the
optimiser, its averages and its schedule see one gradient a step.
"""

from __future__ import annotations

from typing import Any

from sextet.core.errors import ResourceError
from sextet.members.backend import Tensor, tf

_SIGNS = ("out of memory", "failed to allocate", "alloc_failed", "dst tensor is not initialized", "cuda_error_out_of")
"""What TensorFlow says where memory ran out and the error is not called so: cuDNN and copies to a device do this."""


def out_of_memory(error: BaseException) -> bool:
    """Whether an error of TensorFlow means that memory ran out."""
    if isinstance(error, tf.errors.ResourceExhaustedError):
        return True
    return isinstance(error, tf.errors.InternalError) and any(sign in str(error).lower() for sign in _SIGNS)


class Step:
    """Draws a batch and takes one step; a batch that does not fit is cut in two, and each part again.

    The parts come one after the other and their gradients are added up, so that the batch of the step stays what it
    was. Dropout draws for each part, and batch normalisation sees each part for itself; all else is as for the batch at
    once.

    Attributes:
        parts: into which a replica's share of the batch is cut now.
    """

    def __init__(self, learner: Any) -> None:
        """Step `learner`, which is compiled, from the parts that it was given."""
        self.parts: int = learner.parts
        self._learner = learner
        self._strategy = learner.strategy
        self._count: int = self._strategy.num_replicas_in_sync
        self._sums: list[Any] = []
        self._unused: list[bool] = []
        if not learner.optimizer.built:  # now, since what a function makes is lost where its first call fails
            with self._strategy.scope():
                learner.optimizer.build(learner.trainable_variables)
        compiled = {"jit_compile": learner.jit_compile}
        self._at_once = tf.function(self._step_at_once, **compiled)
        self._gather = tf.function(self._gather_part, **compiled)
        self._apply = tf.function(self._apply_sums)

    def __call__(self, iterator: Any) -> dict[str, Tensor]:
        """Take one step on the next batch of `iterator`; return the mean loss of the epoch so far.

        Raises:
            StopIteration: there is none.
            ResourceError: not even one sample fits into memory.
        """
        data = self._drawn(next(iterator))
        rows = int(self._strategy.experimental_local_results(data[1]["target"])[0].shape[0])
        while True:
            try:
                if self.parts == 1:
                    return self._at_once(data)  # type: ignore[no-any-return]
                return self._in_parts(data, rows)
            except tf.errors.OpError as error:
                if not out_of_memory(error):
                    raise
                self._halve(rows, error)

    def _drawn(self, given: Any) -> Any:
        """Inputs and truth: as they came, or of the step whose number came."""
        spread = self._learner.spread
        if spread is None:
            return tuple(given)[:2]
        return spread.batch(int(given))

    def _halve(self, rows: int, error: BaseException) -> None:
        if self.parts >= rows:
            raise ResourceError(
                f"Memory ran out while {self._learner.network.name} was trained on one window a device. Give it a "
                "shorter lookback or a smaller width, train on a device with more memory, or free what others hold."
            ) from error
        self.parts = min(rows, 2 * self.parts)
        self._learner.halved(self.parts)

    def _in_parts(self, data: Any, rows: int) -> dict[str, Tensor]:
        self._clear()
        for part in range(self.parts):
            first, end = rows * part // self.parts, rows * (part + 1) // self.parts
            self._gather(data, tf.constant(first), end - first)
        return self._apply()  # type: ignore[no-any-return]

    def _clear(self) -> None:
        """Set the sums to zero; made when first needed, one of each replica's own for every gradient and the loss."""
        if self._sums:
            for one in self._sums:
                one.assign(tf.zeros(one.shape, one.dtype))
            return
        shapes = [tuple(variable.shape) for variable in self._learner.trainable_variables]
        with self._strategy.scope():
            self._sums = [
                tf.Variable(
                    tf.zeros(shape),
                    trainable=False,
                    synchronization=tf.VariableSynchronization.ON_READ,
                    aggregation=tf.VariableAggregation.SUM,
                )
                for shape in [*shapes, ()]
            ]

    # What follows is traced.

    def _step_at_once(self, data: Any) -> dict[str, Tensor]:
        def replica(inputs: Any, truth: Any) -> Tensor:
            return self._update(*self._gradients(inputs, truth))

        return self._counted(self._strategy.run(replica, args=data))

    def _gather_part(self, data: Any, first: Tensor, size: int) -> None:
        def replica(inputs: Any, truth: Any) -> None:
            inputs, truth = (
                {
                    name: tf.slice(one, [first, *[0] * (one.shape.rank - 1)], [size, *[-1] * (one.shape.rank - 1)])
                    for name, one in values.items()
                }
                for values in (inputs, truth)
            )
            share, gradients = self._gradients(inputs, truth)
            self._unused = [one is None for one in gradients]
            for total, value in zip(self._sums, [*gradients, share], strict=True):
                if value is not None:
                    total.assign_add(tf.cast(value, total.dtype))

        self._strategy.run(replica, args=data)

    def _apply_sums(self) -> dict[str, Tensor]:
        def replica() -> Tensor:
            *gradients, share = (one.read_value() for one in self._sums)
            return self._update(
                share, [None if unused else one for one, unused in zip(gradients, self._unused, strict=True)]
            )

        return self._counted(self._strategy.run(replica))

    def _counted(self, shares: Any) -> dict[str, Tensor]:
        """Let the sum of the replicas' shares count as the step's loss, once it is there."""
        loss = self._strategy.reduce(tf.distribute.ReduceOp.SUM, shares, axis=None)
        with tf.control_dependencies([loss]):
            self._learner.count_loss(loss)
            return {"loss": self._learner.loss_so_far()}

    def _gradients(self, inputs: Any, truth: Any) -> tuple[Tensor, list[Tensor]]:
        """This replica's share of the loss and of its gradients."""
        learner = self._learner
        variables = [one.value for one in learner.trainable_variables]
        with tf.GradientTape() as tape:
            share = learner.share(inputs, truth, self._count * self.parts)
            scaled = learner.optimizer.scale_loss(share)
        gradients = tape.gradient(scaled, variables)
        return share, [None if one is None else tf.convert_to_tensor(one) for one in gradients]

    def _update(self, share: Tensor, gradients: list[Tensor]) -> Tensor:
        """Add up over the replicas and apply; no weight changes before every gradient is there. Returns the share."""
        there = [one for one in gradients if one is not None]
        with tf.control_dependencies([share, *there]):
            there = [tf.identity(one) for one in there]
            if self._count > 1:
                there = tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, there)
            summed = iter(there)
            learner = self._learner
            pairs = [
                (None if one is None else next(summed), variable)
                for one, variable in zip(gradients, learner.trainable_variables, strict=True)
            ]
            learner.optimizer.apply_gradients(pairs)
            return tf.identity(share)
