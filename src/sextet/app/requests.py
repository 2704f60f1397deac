"""What the use cases are asked: plain frozen values, the same from the command line and from Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from sextet.core.errors import RunError
from sextet.core.kinds import settle_fields
from sextet.data.bounds import Bound
from sextet.data.options import DataOptions
from sextet.data.split import BOUNDS

Like = Literal["pandas", "polars", "pyarrow"]
UNSAID = Path("RUN")
"""`out`, this very object and no equal of it, of a request that says no place: for a dry run, which writes nothing."""


@dataclass(frozen=True, kw_only=True)
class FitRequest:
    """What whoever fits members is asked: the data, what is fitted, how long and on what.

    Where `config` names a file, a field that is None, or False, is as the file says; without one, as said here.

    Attributes:
        source: a file path, or a pandas, polars or pyarrow frame.
        horizon: steps to forecast.
        out: where the result goes.
        data: how the source is read.
        config: JSON file with any of the fields of RunConfig, such as `sextet tune` writes.
        members: "v5", "v6", a comma list or a sequence of names and specs; None: "v6".
        lookback: steps of history; None chooses from frequency and horizon.
        seed: of everything random; None: 0.
        quick: small budget, for a first look.
        transform: "none", "log1p", "boxcox", "asinh" or "auto"; None: "auto".
        nonnegative: forecasts are never below zero.
        spike_threshold: a target above it is a spike (unit of the data); None learns the level.
        train_end, validation_end, test_end: override the shares below: rows of each series, or the last date or stamp
            that belongs to the part, by the data's clock.
        validation, test: shares of the rows for validation and for the test; None: 0.2 and 0.1.
        step: rows between test cutoffs; None: 1, in a backtest the horizon.
        epochs, rounds, batch, catch_up: override the training budget; see `TrainConfig`. With `epochs` alone
            there is one round.
        device: "auto" trains on a GPU where there is one and stops where that GPU would be left unused; "gpu" stops
            where there is none; "cpu" hides GPUs from TensorFlow, for the rest of the process.
        gpus, precision, scale_batch, scale_rate, communication, memory_limit: on what it is trained; see
            `ComputeConfig`; None: as it says.
        ray: address of a Ray cluster whose nodes do the work: "local", "auto" or HOST:PORT; None: this machine.
    """

    source: Any
    horizon: int
    out: Path
    data: DataOptions = field(default_factory=DataOptions)
    config: Path | None = None
    members: str | Sequence[Any] | None = None
    lookback: int | None = None
    seed: int | None = None
    quick: bool = False
    transform: str | None = None
    nonnegative: bool = False
    spike_threshold: float | None = None
    train_end: Bound | None = None
    validation_end: Bound | None = None
    test_end: Bound | None = None
    validation: float | None = None
    test: float | None = None
    step: int | None = None
    epochs: int | None = None
    rounds: int | None = None
    batch: int | None = None
    catch_up: int | None = None
    device: str = "auto"
    gpus: int | None = None
    precision: str | None = None
    scale_batch: str | None = None
    scale_rate: str | None = None
    communication: str | None = None
    memory_limit: int | None = None
    ray: str | None = None

    def __post_init__(self) -> None:
        """Take what means the same, and refuse what is of another kind than its field."""
        owner = type(self).__name__.removesuffix("Request").lower()
        settle_fields(self, owner, skip=BOUNDS, unsaid=True)  # a bound may be a stamp of any kind


@dataclass(frozen=True, kw_only=True)
class EnsembleRequest(FitRequest):
    """What whoever fits whole ensembles is asked besides.

    Attributes:
        rules: TOML file with the user's rules.
        miss_cost, false_alarm_cost: what a spike without an alert and an alert without a spike cost; see `RunConfig`.
        placement: "data" trains each member over all GPUs, "member" each on one of its own, several at once in
            processes of their own, "auto" whichever is predicted to end sooner; None: as `ComputeConfig` says.
        unit: unit of the target, for the report.
        title: what the data are, for the report; None: the file's name.
        fresh: forget what was stopped at `out`; else the same request goes on with it.
    """

    rules: Path | None = None
    miss_cost: float | None = None
    false_alarm_cost: float | None = None
    placement: str | None = None
    unit: str = ""
    title: str | None = None
    fresh: bool = False


@dataclass(frozen=True, kw_only=True)
class TrainRequest(EnsembleRequest):
    """Train a run, whose folder will be `out`; on a cluster its nodes train the members.

    Attributes:
        checkpoint_minutes: minutes between checkpoints of a member; 0: none; None: 5.
        tensorboard: folder for TensorBoard's logs; None: none are written.
    """

    checkpoint_minutes: float | None = None
    tensorboard: Path | None = None


@dataclass(frozen=True, kw_only=True)
class TrainResult:
    """What a training made.

    Attributes:
        run: folder of the run.
        report: the HTML report.
        leaderboard: rows as `metrics.leaderboard` gives them, best first; empty without a test part.
        notes: what the user should know.
        seconds: wall time by stage.
    """

    run: Path
    report: Path
    leaderboard: tuple[dict[str, Any], ...]
    notes: tuple[str, ...]
    seconds: dict[str, float]


@dataclass(frozen=True, kw_only=True)
class BacktestRequest(EnsembleRequest):
    """Forecast the past as if it were not known, and score every forecast; `out` will be a folder.

    On a cluster folds are done at once, where members are not trained on from fold to fold.

    Attributes:
        windows: cutoffs of each series, counted from its end; None: every cutoff of the test part.
        refit: members are fitted anew every so many cutoffs, on what is known by then; 0: once.
        scaled: also score series standardised by the first training part, as papers on long horizons do.
        baselines: names of `ensemble.baselines.BASELINES`.
        forecasts: write every forecast of every model.
    """

    windows: int | None = None
    refit: int = 0
    scaled: bool = False
    baselines: tuple[str, ...] = ("ridge", "seasonal-naive", "naive")
    forecasts: bool = True


@dataclass(frozen=True, kw_only=True)
class BacktestResult:
    """What a backtest found.

    Attributes:
        folder: where forecasts, `metrics.json` and the report are.
        report: the HTML report.
        leaderboard: rows as `metrics.leaderboard` gives them, best MAE first, on the original scale.
        scaled_rows: the same on standardised series, with `mse`; empty unless asked for.
        comparison: significance of the differences between models.
        cutoffs: most cutoffs that a series has.
        series: how many series there are.
        windows, points: how many windows, one a cutoff of a series, and observed targets, were scored.
        notes: what the user should know.
        seconds: wall time by stage.
    """

    folder: Path
    report: Path
    leaderboard: tuple[dict[str, Any], ...]
    scaled_rows: tuple[dict[str, Any], ...]
    comparison: tuple[dict[str, Any], ...]
    cutoffs: int
    series: int
    windows: int
    points: int
    notes: tuple[str, ...]
    seconds: dict[str, float]

    def forecasts(self, like: Like = "pandas") -> Any:
        """Return every forecast as a long frame: unique_id, ds, cutoff, y, the ensemble's and a column a model.

        Args:
            like: "pandas", "polars" or "pyarrow".

        Raises:
            RunError: they were not written.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        from sextet.data.frames import convert

        files = sorted((self.folder / "forecasts").glob("*.parquet"))
        if not files:
            raise RunError(f"{self.folder} holds no forecasts: they were not asked for.")
        table = pa.concat_tables([pq.ParquetFile(path).read() for path in files])
        return convert(table.set_column(0, "unique_id", table["unique_id"].cast(pa.string())), like)


@dataclass(frozen=True, kw_only=True)
class TuneRequest(FitRequest):
    """Search settings that forecast better than the defaults, on validation alone.

    What is asked of settings is where the search starts and what it has to beat. A lookback that is given is not
    searched. `out` will be a JSON file of settings, for `TrainRequest.config`; the search itself is kept beside it, in
    a folder of its name with the ending ".search", and goes on from there.

    Attributes:
        budget: wall time of the search in seconds, over all its runs; None: no limit where `trials` is given, else
            half an hour.
        trials: most trials of each member, its defaults among them; None: as many as the time allows.
        workers: trials at once, each in a process of its own; on a cluster at most so many.
    """

    budget: float | None = None
    trials: int | None = None
    workers: int = 1


@dataclass(frozen=True, kw_only=True)
class TuneResult:
    """What a search found.

    Attributes:
        out: the file of settings.
        config: the settings, plain values of RunConfig.
        findings: a row for each member, and one for the training: name, default and found (loss on `select`, scaled
            space), trials, pruned, changed, verdict ("found", "default", "left out").
        weigh: cross-validated loss on `weigh` of the ensemble "default" and "found"; empty where it cannot be told.
        notes: what the user should know.
        seconds: wall time of the search, over all its runs.
    """

    out: Path
    config: dict[str, Any]
    findings: tuple[dict[str, Any], ...]
    weigh: dict[str, float]
    notes: tuple[str, ...]
    seconds: float
