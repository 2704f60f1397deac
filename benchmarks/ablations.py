"""What each part is worth: loss on validation with it and without it, everything else equal.

    python benchmarks/ablations.py --data DIR [--only EPF-DE,M4-Hourly] [--out out] [--networks]

For each cell: the parts that need no training (forecasts of the Rule-Based member, transforms), and, where a backtest
of the cell has left its members below OUT, how they are combined; where one with the next seed has too (`cells.py
--seed 1`), what networks are worth that answer the mean of two trainings. `--networks` trains a GRU with and without
each choice that networks depend on, a few minutes each. The loss is the mean pinball over thirteen levels of `weigh`
and `calibrate`, which none of these choices saw, in the unit of each series' training spread; what is learned on one of
the two is judged on the other. Writes OUT/ablations/<cell>.json, which results.py takes over.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from protocols.catalogue import BY_NAME
from protocols.cell import Cell, MissingFile
from protocols.machine import commit, machine, versions
from protocols.running import Setting, request_of

CELLS = "M4-Hourly,EPF-NP,EPF-DE,Appliances,Glucose,ETTh1-96,ETTh1-336"
BOTH = "weigh and calibrate"

Row = dict[str, Any]


def main() -> None:
    """Run what was asked for, write it and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("."), metavar="DIR")
    parser.add_argument("--only", default=CELLS, metavar="CELLS")
    parser.add_argument("--out", type=Path, default=Path("out"), metavar="DIR")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--networks", action="store_true", help="train networks too")
    options = parser.parse_args()
    for name in options.only.split(","):
        if name not in BY_NAME:
            parser.error(f"there is no cell {name!r}; there are {', '.join(BY_NAME)}")
        setting = Setting(data=options.data, out=options.out, seed=options.seed)
        try:
            rows = list(ablations(BY_NAME[name], setting, networks=options.networks))
        except MissingFile as error:
            print(f"{name}: left out. {error}")
            continue
        target = options.out / "ablations" / f"{name}.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        made = {"rows": rows, "machine": machine(), "versions": versions(), "commit": commit()}
        target.write_text(json.dumps(made, indent=1) + "\n")
        for row in rows:
            print(f"{name:12}{row['what']:60}{row['loss_without']:10.5f}{row['loss_with']:10.5f}", end="")
            print(f"{row['change_percent']:+8.2f} %", flush=True)


def ablations(cell: Cell, setting: Setting, *, networks: bool) -> Iterator[Row]:
    """Yield a row for each part of a cell."""
    stage = Stage(cell, setting)
    yield from rule_based(stage)
    yield from transforms(stage)
    first, second = (
        members_in(stage, replace(setting, seed=setting.seed + more).folder(cell) / "folds" / "000") for more in (0, 1)
    )
    if first:
        yield from combining(stage, first, second)
    if networks:
        yield from trained(stage)


class Stage:
    """A cell's first fit as far as the data: what every ablation begins from."""

    def __init__(self, cell: Cell, setting: Setting) -> None:
        """Read the cell's data and lay its ground."""
        from sextet.app.backtest import backtest_config
        from sextet.backtesting.plan import make_plan
        from sextet.data.fitting import read_to_fit

        request = request_of(cell, cell.load(setting.data), setting)
        self.name = cell.name
        self.config = backtest_config(request)
        self.panel = read_to_fit(request.source, request.data, self.config.split, request.horizon)
        self.split = make_plan(self.panel, self.config.split, request.horizon, request.refit).splits[0]
        self.ground = self.lay()

    def lay(self, **changes: Any) -> Any:
        """The ground, with changes of the configuration."""
        from sextet.ensemble.ground import lay_ground

        return lay_ground(self.panel, replace(self.config, **changes), self.split)

    def row(self, what: str, part: str, without: float, with_it: float) -> Row:
        """A row of the table."""
        return {
            "what": what,
            "set": self.name,
            "part": part,
            "loss_without": without,
            "loss_with": with_it,
            "change_percent": 100.0 * (with_it / without - 1.0),
        }


def loss(ground: Any, index: Any, quantiles: Any) -> float:
    """Mean pinball of scaled quantiles `[W, H, Q]`, back in the unit of the data, over the training spread."""
    from sextet.baselines.history import targets
    from sextet.core.quantiles import LEVELS
    from sextet.data.scale import Scaler

    unit = Scaler.fit(ground.panel, ground.split.train).scale[index.series][:, None]
    scaler, levels = ground.prepared.scaler, np.array(LEVELS)
    z = targets(ground.prepared, index, ground.shape.horizon)
    until = ground.panel.offsets[:-1] + ground.split.calibrate  # windows may reach beyond the part
    z[index.row[:, None] + np.arange(z.shape[1]) >= until[index.series][:, None]] = np.nan
    truth = scaler.from_z(z, index.series)
    total, seen = 0.0, np.isfinite(truth)
    for place, level in enumerate(levels):
        beyond = (truth - scaler.from_z(quantiles[..., place], index.series)) / unit
        total += float(np.maximum(level * beyond, (level - 1.0) * beyond)[seen].mean())
    return total / len(levels)


def validation(ground: Any) -> Any:
    """The windows of weigh and calibrate."""
    from sextet.core.window import WindowIndex

    return WindowIndex.joined([ground.scored_windows(part) for part in ("weigh", "calibrate")])


def rule_based(stage: Stage) -> Iterator[Row]:
    """Forecasts of the Rule-Based member: each kind left out, and the parts of the regression for each phase."""
    from sextet.baselines.phase_regression import fit_phase_regression
    from sextet.rules.rule_based import KINDS, LINEAR, PHASED, RuleBasedModel, fit_rule_based

    ground, horizon = stage.ground, stage.ground.config.horizon
    train, select, index = ground.train_windows(), ground.select_windows(), validation(ground)
    fitted: dict[str, Any] = {LINEAR: ground.ridge}
    if phased := fit_phase_regression(ground.prepared, train, select, horizon):
        fitted[PHASED] = phased

    def model(kinds: tuple[str, ...]) -> RuleBasedModel:
        return fit_rule_based(ground.prepared, select, horizon, kinds=kinds, fitted=fitted, train=train)

    def judged(one: Any) -> float:
        return loss(ground, index, one.answer(ground.prepared, index).quantiles)

    whole = model(KINDS)
    with_all = judged(whole)
    for kind in ("own-autoregression", LINEAR, PHASED):
        if kind != PHASED or phased:
            fewer = judged(model(tuple(one for one in KINDS if one != kind)))
            yield stage.row(f"Rule-Based: {kind}", BOTH, fewer, with_all)
    shorter, usual = _errors_on(stage, ground.ridge, select), ground.ridge
    yield stage.row("linear-autoregression: errors of train too", BOTH, judged(shorter), judged(usual))
    if whole.unit:
        yield stage.row("Rule-Based: spread by its recent errors", BOTH, judged(_without_unit(stage, whole)), with_all)
    if phased:
        alone = model((PHASED,))
        with_it = judged(alone)
        for what, changed in (
            ("correction by the last errors", replace(phased, strength=0.0)),
            ("target as it is, besides drawn in", replace(phased, plain=phased.drawn)),
            ("target drawn in, besides as it is", replace(phased, drawn=phased.plain)),
        ):
            yield stage.row(f"phase-regression: {what}", BOTH, judged(replace(alone, forecast=changed)), with_it)


def _without_unit(stage: Stage, model: Any) -> Any:
    from sextet.baselines.ridge import Ridge

    told = stage.ground.select_windows()
    if isinstance(model.forecast, Ridge):
        told = model.forecast.error_windows(stage.ground.train_windows(), told)
    return _errors_on(stage, replace(model, unit=None), told)


def _errors_on(stage: Stage, model: Any, told: Any) -> Any:
    """Return a forecast with the errors that it makes on the windows `told`."""
    from sextet.baselines.history import targets
    from sextet.core.quantiles import LEVELS
    from sextet.rules.rule_based import spread_of

    ground = stage.ground
    bare = replace(model, errors=np.zeros_like(model.errors))
    said = bare.answer(ground.prepared, told).quantiles[..., 0]
    around_it = spread_of(getattr(model, "forecast", model))
    return replace(bare, errors=around_it(targets(ground.prepared, told, ground.config.horizon) - said, LEVELS))


def transforms(stage: Stage) -> Iterator[Row]:
    """The transform that was chosen against none, for the forecasts that need no training."""
    from sextet.rules.rule_based import LINEAR, fit_rule_based

    chosen = stage.ground.config.transform
    if chosen == "none":
        return

    def judged(ground: Any) -> float:
        index = validation(ground)
        fitted = {LINEAR: ground.ridge}
        model = fit_rule_based(ground.prepared, ground.select_windows(), ground.config.horizon, fitted=fitted)
        return loss(ground, index, model.answer(ground.prepared, index).quantiles)

    yield stage.row(f"transform {chosen}", BOTH, judged(stage.lay(transform="none")), judged(stage.ground))


def combining(stage: Stage, members: dict[str, Any], second: dict[str, Any]) -> Iterator[Row]:
    """How the members of a finished backtest are combined: learned on select and weigh, judged on calibrate.

    `second` are those of the backtest with the next seed, if any.
    """
    from sextet.combine.conformal import Calibration
    from sextet.combine.weights import EnsembleWeights
    from sextet.core.quantiles import LEVELS
    from sextet.ensemble.combining import calibrated, hear, learn_weights
    from sextet.ensemble.lagging import lagging
    from sextet.runtime.crew import Crew, spike_probability

    ground = stage.ground
    plain = Crew(members=members, shape=ground.shape)
    crew = lagging(plain, ground)
    panel, everything = ground.panel, hear(crew, ground)
    known, count = np.arange(panel.series), panel.series
    weighed, heard = everything.before, everything.part("calibrate")

    def said(weights: EnsembleWeights, of: Any = heard) -> Any:
        answers = [of.answers[name].quantiles for name in weights.names]
        return weights.apply(answers, of.index.series, spike_probability(of.answers))

    def of(names: tuple[str, ...]) -> EnsembleWeights:
        return learn_weights(crew.only(names), weighed, known, count)

    judged: Callable[[Any], float] = lambda quantiles: loss(ground, heard.index, quantiles)  # noqa: E731
    weights = of(crew.names)
    whole = judged(said(weights))
    if crew.lagged.names:
        undrawn = hear(plain, ground)
        alone = learn_weights(plain, undrawn.before, known, count)
        without = judged(said(alone, undrawn.part("calibrate")))
        yield stage.row("networks drawn towards their answers before", "calibrate", without, whole)
    shorter = learn_weights(crew, everything.part("weigh"), known, count)
    yield stage.row("weights learned on select too, not on weigh alone", "calibrate", judged(said(shorter)), whole)
    equal = EnsembleWeights.equal(crew.names, ground.shape.horizon)
    yield stage.row("learned weights, against equal ones", "calibrate", judged(said(equal)), whole)
    for name in crew.names:
        fewer = judged(said(of(tuple(one for one in crew.names if one != name))))
        yield stage.row(f"member {name}", "calibrate", fewer, whole)
    calibration = calibrated(weights, crew, weighed, panel, known, count).calibration
    full = Calibration.fit(said(weights, weighed), weighed.target, LEVELS)
    shifted = judged(calibration.apply(said(weights)))
    yield stage.row("calibration, against none", "calibrate", whole, shifted)
    fully = judged(full.apply(said(weights)))
    yield stage.row("trust in a calibration, against all of it", "calibrate", fully, shifted)
    if second:
        twice = {name: mean_of(member, second[name]) for name, member in members.items()}
        single = (whole + ensemble_loss(stage, second)) / 2.0
        what = "networks trained twice, from two seeds, against once"
        yield stage.row(what, "calibrate", single, ensemble_loss(stage, twice))


def ensemble_loss(stage: Stage, members: dict[str, Any]) -> float:
    """Loss on calibrate of an ensemble whose weights are learned on select and weigh."""
    from sextet.ensemble.combining import hear, learn_weights
    from sextet.ensemble.lagging import lagging
    from sextet.runtime.crew import Crew, spike_probability

    ground, panel = stage.ground, stage.ground.panel
    crew = lagging(Crew(members=members, shape=ground.shape), ground)
    heard = hear(crew, ground)
    weights = learn_weights(crew, heard.before, np.arange(panel.series), panel.series)
    part = heard.part("calibrate")
    answers = [part.answers[name].quantiles for name in weights.names]
    return loss(ground, part.index, weights.apply(answers, part.index.series, spike_probability(part.answers)))


def members_in(stage: Stage, folder: Path) -> dict[str, Any]:
    """The members that a backtest has left in the folder of a fold; none where one is missing."""
    from sextet.ensemble.recruiting import member_file
    from sextet.runtime.crew import member_from

    files = {spec.name: folder / member_file(spec) for spec in stage.ground.specs}
    if not all(file.is_file() for file in files.values()):
        return {}
    return {name: member_from(file) for name, file in files.items()}


def mean_of(first: Any, second: Any) -> Any:
    """A network that answers the mean of two; the Rule-Based member, which no seed changes, as it is."""
    from sextet.core.answer import Answer
    from sextet.runtime.onnx_member import OnnxMember

    class Both(OnnxMember):
        def __init__(self) -> None:
            """Nothing is loaded: the two are."""

        def answer(self, batch: Any) -> Answer:
            one, other = first.answer(batch), second.answer(batch)
            warns = one.spike_probability is not None
            return Answer(
                quantiles=(one.quantiles + other.quantiles) / 2,
                spike_probability=(one.spike_probability + other.spike_probability) / 2 if warns else None,
                spike_size=(one.spike_size + other.spike_size) / 2 if warns else None,
            )

    return Both() if isinstance(first, OnnxMember) else first


def trained(stage: Stage) -> Iterator[Row]:
    """Choices that networks depend on, by a GRU trained with and without each."""
    from sextet.specs.recurrent import GRUSpec

    usual, config = stage.lay(members=(GRUSpec(),)), stage.config
    spec = usual.specs[0]
    changes: dict[str, dict[str, Any]] = {"network: further rounds": {"train": replace(config.train, rounds=1)}}
    if spec.skip:
        changes["network: linear map beside it"] = {"members": (GRUSpec(skip=False),)}
    if usual.config.train.flip:
        changes["network: windows upside down"] = {"train": replace(config.train, flip=False)}
    if usual.config.transform != "none":
        changes[f"network: transform {usual.config.transform}"] = {"transform": "none"}
    if stage.panel.past_names:
        other = "left out" if not spec.past_covariates else "used"
        changed = GRUSpec(past_covariates=not spec.past_covariates)
        changes[f"network: past covariates {other}"] = {"members": (changed,)}
    with_it = _network_loss(usual)
    for what, change in changes.items():
        without = _network_loss(stage.lay(**{"members": (GRUSpec(),), **change}))
        yield stage.row(what, BOTH, without, with_it)


def _network_loss(ground: Any) -> float:
    import tempfile

    from sextet.cli.output import console
    from sextet.cli.progress import Lines
    from sextet.ensemble.recruiting import recruit

    with tempfile.TemporaryDirectory() as folder:
        crew = recruit(ground, Path(folder), Lines(console(stderr=True))).crew
        index = validation(ground)
        answer = crew.answers(ground.prepared, index)[ground.specs[0].name]
        return loss(ground, index, answer.quantiles)


if __name__ == "__main__":
    main()
