"""What the probability of a spike is learned from: all parts that no member was trained on, and what passes later."""

from __future__ import annotations

import numpy as np
import pytest

from sextet.ensemble import warning
from sextet.ensemble.warning import Evidence, Policies

HORIZON = 6


def _evidence(seed: int, windows: int, own: float = 0.0, quantile: float = 1.5) -> Evidence:
    """Labels that follow the member's log odds and the quantiles' score with the given slopes."""
    chance = np.random.default_rng(seed)
    odds, score = chance.normal(-2, 1, (windows, HORIZON)), chance.normal(-1, 1, (windows, HORIZON))
    label = chance.random(odds.shape) < 1 / (1 + np.exp(-(own * odds + quantile * score)))
    return Evidence(
        probability=1 / (1 + np.exp(-odds)),
        score=score,
        label=label.astype(np.int8),
        valid=np.ones(label.shape, dtype=bool),
        weight=np.full(windows, 0.5),
    )


def test_what_passed_is_learned_from_too() -> None:
    """The member earns its say in the windows that passed; until then nothing told of it."""
    before = Policies.learned(_evidence(0, 200), None)
    after = before.after(_evidence(1, 4000, own=1.0), None)
    assert abs(before.blend.own) < 0.25
    assert after.blend.own > 0.7
    assert after.evidence is not None
    assert len(after.evidence.label) == 4200
    assert after.own.spikes > before.own.spikes


def test_learning_twice_is_learning_of_both_at_once() -> None:
    first, second = _evidence(2, 300), _evidence(3, 200)
    at_once = Policies.learned(Evidence.joined((first, second)), None)
    assert Policies.learned(first, None).after(second, None).blend == at_once.blend


def test_much_evidence_is_thinned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warning, "MOST_STEPS", 100 * HORIZON)
    parts = (_evidence(4, 150), _evidence(5, 90))
    joined = Evidence.joined(parts)
    np.testing.assert_array_equal(joined.score, np.concatenate([part.score[::3] for part in parts]))
    assert joined.valid.size <= warning.MOST_STEPS
    assert (joined.weight == 1.0).all()  # every third of windows that lie half a horizon apart: none holds another's
