"""Work of members: what training adds to a forecast, and what grows with what."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sextet.core.errors import ConfigError
from sextet.core.window import WindowShape
from sextet.planner.layers import dense, dropout
from sextet.planner.operations import Elementwise, Gemm
from sextet.planner.work import STATES, compiles, member_work, work_of
from sextet.specs.custom import CustomSpec
from sextet.specs.defaults import resolved
from sextet.specs.patchtst import PatchTSTSpec
from sextet.specs.presets import MEMBERS
from sextet.specs.recurrent import LSTMSpec
from sextet.specs.rule_based import RuleBasedSpec
from sextet.specs.situation import Situation

SHAPE = WindowShape(
    lookback=168, horizon=24, past_channels=6, future_channels=4, static_features=0, levels=(0.1, 0.5, 0.9)
)
SITUATION = Situation(horizon=24, season=24, length=5000, rows=20_000)
NEURAL = [name for name in MEMBERS if name != "rule-based"]


def _work(name, batch=8, training=True):
    return member_work(resolved(MEMBERS[name](), SITUATION), SHAPE, batch, training=training)


def test_a_network_of_one_layer_is_counted_by_hand():
    work = work_of("one", [dense("d", 8, 5, 3)], 8, 24, input_bytes=0)
    counted = dict(work.operations)
    assert counted[Gemm(8, 3, 5)] == 1 and counted[Gemm(8, 5, 3, second_transposed=True)] == 1
    assert counted[Gemm(5, 3, 8, first_transposed=True)] == 1
    assert counted[Elementwise(15, 5, 4, 20)] == 1 and counted[Elementwise(3, 5, 4, 20)] == 1
    assert (work.parameters, work.states, work.kept) == (18, STATES, (("d", 24),))


def test_a_layer_over_data_passes_no_gradient_on_and_an_untrained_one_has_none():
    assert [type(one) for one in dense("d", 8, 5, 3, bias=False, onwards=False).backward] == [Gemm]
    assert dense("d", 8, 5, 3, trained=False).backward == () and dropout("d", 8, 0.0).operations == ()


@pytest.mark.parametrize("name", NEURAL)
def test_training_is_two_to_four_forecasts_and_keeps_values(name):
    once, step = _work(name, 64, training=False), _work(name, 64)
    assert 1.8 < step.flops / once.flops < 4.5
    assert step.launches > once.launches and step.kept and not once.kept
    assert step.input_bytes - once.input_bytes == 4 * 64 * 3 * 24


@pytest.mark.parametrize("name", NEURAL)
@settings(max_examples=10, deadline=None)
@given(batch=st.integers(1, 64))
def test_work_grows_with_the_batch_and_parameters_do_not(name, batch):
    one, two = _work(name, batch), _work(name, 2 * batch)
    assert one.parameters == two.parameters
    kept, more = (sum(values for _, values in work.kept) for work in (one, two))
    assert more == pytest.approx(2 * kept, rel=0.01) and one.flops < two.flops <= 2 * one.flops
    assert one.launches == two.launches and one.sequential == two.sequential


def test_only_patchtst_on_one_card_is_compiled_and_then_launches_less():
    specs = [resolved(MEMBERS[name](), SITUATION) for name in NEURAL]
    assert [spec.name for spec in specs if compiles(spec)] == ["patchtst"]
    assert not any(compiles(spec, cards=2) for spec in specs)
    spec = next(spec for spec in specs if compiles(spec))
    plain, joined = (member_work(spec, SHAPE, 8, compiled=compiled) for compiled in (False, True))
    assert joined.launches == 0 < plain.launches and joined.flops == plain.flops and joined.kept == plain.kept


def test_recurrent_members_wait_for_every_token():
    spec = resolved(LSTMSpec(segment=1, lookback=100), SITUATION)
    assert member_work(spec, SHAPE, 8, training=False).sequential > 100


def test_the_rule_based_member_has_no_network():
    work = member_work(RuleBasedSpec(), SHAPE, 8)
    assert work.flops == 0 and work.parameters == 0


def test_an_open_field_and_a_model_of_the_users_own_are_refused():
    with pytest.raises(ConfigError, match="must be chosen"):
        member_work(PatchTSTSpec(), SHAPE, 8)
    with pytest.raises(ConfigError, match="'mine' is a model of your own"):
        member_work(CustomSpec(name="mine"), SHAPE, 8)
