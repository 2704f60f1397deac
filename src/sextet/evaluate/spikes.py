"""Scores of spike alarms and anomaly detectors: by step, by event, by volume, and as NAB has it.

>>> from sextet.evaluate.spikes import event_scores, nab_count, nab_score
>>> event_scores(alarms=[8, 40], events=[(10, 12)], tolerance=3).precision
0.5
>>> nab_score([nab_count([50], [(50, 59)], rows=200)])
100.0
"""

from __future__ import annotations

from sextet.metrics.event_match import EventScores, days_between, event_scores
from sextet.metrics.events import average_precision, best_f1, brier, detection
from sextet.metrics.nab import NAB_PROFILES, NabCount, NabProfile, nab_count, nab_score
from sextet.metrics.vus import range_pr_auc, vus_pr

pr_auc = average_precision

__all__ = [
    "NAB_PROFILES",
    "EventScores",
    "NabCount",
    "NabProfile",
    "average_precision",
    "best_f1",
    "brier",
    "days_between",
    "detection",
    "event_scores",
    "nab_count",
    "nab_score",
    "pr_auc",
    "range_pr_auc",
    "vus_pr",
]
