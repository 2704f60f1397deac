"""Every statement that the project began with, judged."""

from __future__ import annotations

from collections.abc import Callable

from sextet.planner.claims import cards, memory, money, results, time, verdict
from sextet.planner.claims.judgement import Finding, Judgement, Statement, statement
from sextet.planner.claims.setting import Setting, default_setting

JUDGES: dict[str, Callable[[Statement, Setting], Finding]] = {
    "memory-sum": memory.memory_sum,
    "patchtst-memory": memory.patchtst_memory,
    "free-memory": memory.free_memory,
    "memory-pooled": memory.memory_pooled,
    "ensemble-time": time.ensemble_time,
    "time-percent": time.time_percent,
    "single-model": time.single_model,
    "inference": time.inference,
    "three-times": time.three_times,
    "efficiency": time.efficiency,
    "tensor-peak": cards.tensor_peak,
    "tensor-practice": cards.tensor_practice,
    "fp16-only-v100": cards.fp16_only_v100,
    "bandwidth": cards.bandwidth,
    "links": cards.links,
    "third-of-price": money.third_of_price,
    "watts": money.watts,
    "same-accuracy": results.same_accuracy,
    "aws-p2": results.aws_p2,
    "history": results.history,
    "stack": results.stack,
    "score": verdict.score,
    "no-risk": results.no_risk,
}
"""The judge of each statement."""


def judge(name: str, setting: Setting | None = None) -> Judgement:
    """Return what was found about one statement.

    Raises:
        ConfigError: there is no statement of this id; the nearest is told.
    """
    claim = statement(name)
    return JUDGES[name](claim, setting or default_setting()).about(claim)
