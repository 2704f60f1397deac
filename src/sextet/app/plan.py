"""The planner: rigs and a training in, a comparison out. Nothing here needs TensorFlow or a GPU."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from sextet.app.configuration import config_of
from sextet.core.errors import ConfigError, nearest
from sextet.core.kinds import checked, settle_fields
from sextet.core.progress import Progress, Silent
from sextet.data.options import DataOptions
from sextet.hardware.rig import Rig, read_rig
from sextet.planner.amounts import amount, rate
from sextet.planner.clock import Clock
from sextet.planner.compare import compare
from sextet.planner.comparison import Comparison
from sextet.planner.cost import ELECTRICITY, WON_PER_DOLLAR
from sextet.planner.figures import Quantity, Quoted
from sextet.planner.job import Job, Sizes, job_of
from sextet.planner.price_lists import PriceList, named, read_prices
from sextet.planner.prices import priced_alike
from sextet.planner.profile import Profile, read_profile
from sextet.planner.profiled_rig import is_this_machine, rig_here, used_by
from sextet.planner.search import Bounds
from sextet.planner.terms import LISTS, MARKET, Terms
from sextet.specs.run_config import RunConfig

SILENT = Silent()
USER = "the user"
_SIZES = ("series", "rows", "past_covariates", "future_covariates", "static_attributes")


@dataclass(frozen=True, kw_only=True)
class PlanRequest:
    """Compare rigs for a training, or search the catalogue.

    Attributes:
        rigs: texts such as "3x Tesla P40", paths of TOML files, or rigs.
        source: a file or frame whose sizes count; None: `series`, `rows` and so on do.
        horizon, lookback, config, members, epochs, batch, quick: as of `TrainRequest`.
        steps: most steps an epoch; None: as `TrainConfig` says.
        data: how the source is read; its `freq` is also that of sizes without a source.
        series, rows: of the data, rows of each series; None: those of ETTh1, 7 of 17,420.
        past_covariates, future_covariates, static_attributes: how many there are.
        wider: how many times as wide members are as by default.
        host_speed: speed of the host's processor over that which the host's share was measured on.
        prices: names of price lists, or paths of files of them, the first going first; empty: the usual ones. What
            files alone do not price is taken from the lists of used and new cards.
        electricity: price of a kWh such as "307KRW", in the currency that everything is told in; None: that of Korea,
            or of the USA where `budget` is in dollars.
        hours_a_day, years: of use; won_per_dollar: rate of exchange, None: the one that is noted.
        hours_limit: most hours of one round of training; budget: most money for a rig, such as "6000000KRW".
        weights: of sub-scores, a mapping or text such as "time=3,cost=2".
        precision: "auto", "float32", "float16" or "bfloat16".
        seed, draws: of the simulation.
        search: also look at every rig of 1 to 8 equal cards of the catalogue; watts: most TDP of such a rig.
        profile: what `sextet calibrate` measured on one of the cards, or on "this machine", which is then a rig too.
    """

    rigs: tuple[str | Path | Rig, ...] = ()
    source: Any = None
    horizon: int = 96
    lookback: int | None = None
    config: Path | None = None
    members: str | Sequence[Any] | None = None
    epochs: int | None = None
    steps: int | None = None
    batch: int | None = None
    quick: bool = False
    data: DataOptions = field(default_factory=DataOptions)
    series: int | None = None
    rows: int | None = None
    past_covariates: int | None = None
    future_covariates: int | None = None
    static_attributes: int | None = None
    wider: int = 1
    host_speed: float = 1.0
    prices: tuple[str, ...] = ()
    electricity: str | None = None
    hours_a_day: float = 8.0
    years: float = 3.0
    won_per_dollar: float | None = None
    hours_limit: float | None = None
    budget: str | None = None
    weights: Mapping[str, float] | str = field(default_factory=dict)
    precision: str = "auto"
    seed: int = 0
    draws: int = 4000
    search: bool = False
    watts: float | None = None
    profile: Path | None = None

    def __post_init__(self) -> None:
        """Take what means the same, and refuse what is of another kind than its field."""
        settle_fields(self, "plan", unsaid=True)


def run_plan(request: PlanRequest, progress: Progress = SILENT) -> Comparison:
    """Answer a request.

    Raises:
        ConfigError: a rig, an amount or an option cannot be used, or contradicts another.
        DataError: the data cannot be used.
        HardwareError: a card is older than the time model knows.
    """
    _fits(request)
    profile = None if request.profile is None else read_profile(Path(request.profile))
    rigs = [_rig(one, profile) for one in request.rigs]
    terms = terms_of(request, rigs)
    job = job_of_request(request, progress)
    bounds = Bounds(watts=request.watts) if request.search else None
    found = compare(rigs, job, terms, clock=Clock(terms.software, profile), bounds=bounds)
    return found if profile is None else replace(found, notes=(*found.notes, used_by(profile, rigs)))


def _rig(given: str | Path | Rig, profile: Profile | None) -> Rig:
    if isinstance(given, Rig):
        return given
    return rig_here(profile) if is_this_machine(given) else read_rig(given)


@checked("plan")
def plan(rigs: str | Path | Rig | Sequence[str | Path | Rig] = (), **options: Any) -> Comparison:
    """Compare rigs for the training of an ensemble: time, memory, price, energy, a score and how sure it is.

    Example: plan(["3x Tesla P40", "2x Tesla V100 SXM2 32GB"], members="v6", budget="6000000KRW")

    Args:
        rigs: one or several: texts such as "2x V100 32GB nvlink on 40 lanes", paths of TOML files, or rigs.
        options: fields of `PlanRequest` by name.

    Returns:
        A comparison that shows itself when printed; `as_dict()` is for programs.

    Raises:
        ConfigError: an option or a rig cannot be used.
    """
    known = [one.name for one in fields(PlanRequest)]
    for name in options:
        if name not in known:
            raise ConfigError(
                f"plan() has no option {name!r}{nearest(name, known) or '.'} Known are {', '.join(known)}."
            )
    several = (rigs,) if isinstance(rigs, str | Path | Rig) else tuple(rigs)
    return run_plan(PlanRequest(rigs=several, **options))


def terms_of(request: PlanRequest, rigs: Sequence[Rig] = ()) -> Terms:
    """Return prices, use, limits and weights as a request says them.

    Price lists that are not named go in the order in which `rigs` are priced alike. A search, and what a file of the
    user's own does not price, takes those of one level alone, whatever rigs stand beside it.

    Raises:
        ConfigError: one cannot be read, or is out of its range.
    """
    budget = amount(request.budget, "the budget") if request.budget else None
    if request.electricity is not None:
        electricity = Quoted(quantity=rate(request.electricity, "electricity"), source=USER, date="")
    else:
        electricity = ELECTRICITY[budget.unit if budget else "KRW"]
    won = WON_PER_DOLLAR
    if request.won_per_dollar is not None:
        won = Quoted(quantity=Quantity(request.won_per_dollar, "KRW/USD"), source=USER, date="")
    return Terms(
        electricity=electricity,
        won_per_dollar=won,
        hours_a_day=request.hours_a_day,
        years=request.years,
        prices=_lists(request.prices) if request.prices else _usual_lists(rigs, request.search),
        weights=_weights(request.weights),
        hours_limit=request.hours_limit,
        budget=budget,
        precision=request.precision,
        seed=request.seed,
        draws=request.draws,
    )


def job_of_request(request: PlanRequest, progress: Progress = SILENT) -> Job:
    """Return the training that a request asks about.

    Raises:
        ConfigError: the members, sizes or the budget cannot be used.
        DataError: the data cannot be used.
    """
    config = config_of(replace(request, precision="auto"))  # a plan's is that of its rigs
    if request.steps is not None:
        config = replace(config, train=replace(config.train, steps=request.steps))
    job = _job(request, config, progress)
    if request.wider != 1:
        job = job.wider(request.wider)
    return replace(job, host=request.host_speed)


def _job(request: PlanRequest, config: RunConfig, progress: Progress) -> Job:
    if request.source is None:
        sizes = Sizes(
            **{name: value for name in ("series", "rows") if (value := getattr(request, name)) is not None},
            horizon=request.horizon,
            lookback=config.lookback,
            frequency=request.data.freq or "h",
            past=request.past_covariates or 0,
            future=request.future_covariates or 0,
            static=request.static_attributes or 0,
        )
        return job_of(sizes, config.members, config.train, config.split)
    from sextet.app.train import source_name
    from sextet.data.fitting import read_to_fit
    from sextet.ensemble.ground import lay_ground

    progress.stage("reading the data")
    panel = read_to_fit(request.source, request.data, config.split, request.horizon)
    ground = lay_ground(panel, config)
    windows, selected = len(ground.train_windows()), len(ground.select_windows())
    train = config.train.for_windows(windows, request.horizon)
    return Job(
        specs=ground.specs,
        shape=ground.shape,
        asked=config.train,
        config=train,
        windows=windows,
        judged=min(train.select_windows, selected),
        series=panel.series,
        rows=int(ground.split.train.sum()),
        covariates=len(panel.past_names) + len(panel.future_names),
        data=f"{source_name(request.source)}: {panel.series:,} series, {len(panel.y):,} rows, {panel.frequency.name}",
    )


def _fits(request: PlanRequest) -> None:
    """Refuse options that contradict each other."""
    if not request.rigs and not request.search:
        raise ConfigError("Expected at least one rig, such as '3x Tesla P40', or --search.")
    given = [name for name in _SIZES if getattr(request, name) is not None]
    if request.source is not None and given:
        said = ", ".join(_option(name) for name in given)
        raise ConfigError(f"Expected --data or sizes; the data say {said} themselves. Leave {said} out.")
    columns = [one.name for one in fields(DataOptions) if one.name != "freq" and getattr(request.data, one.name)]
    if request.source is None and columns:
        said = ", ".join(_option(name) for name in columns)
        raise ConfigError(
            f"Expected {said} with --data only; they say how a file is read. Give --data FILE, or sizes, such as "
            "--covariates 2."
        )
    if request.watts is not None and not request.search:
        raise ConfigError("Expected --power with --search only; it limits which rigs are looked at.")
    for name, value in (("--wider", request.wider), ("--draws", request.draws), ("--power", request.watts)):
        if value is not None and not value > 0:
            raise ConfigError(f"Expected {name} above 0; got {value!r}.")


def _option(name: str) -> str:
    """Return a field of a request as the option of the command."""
    return f"--{ {'past_covariates': 'covariates'}.get(name, name).replace('_', '-') }"


def _lists(names: Sequence[str]) -> tuple[PriceList, ...]:
    """Return price lists by name and of files; files alone go before those of the market."""
    found: list[PriceList] = []
    files = [name for name in names if name.endswith(".toml")]
    for name in names:
        found += read_prices(Path(name)) if name in files else named([name])
    if files and len(files) == len(names):
        found += named(MARKET)
    return tuple(found)


def _usual_lists(rigs: Sequence[Rig], search: bool) -> tuple[PriceList, ...]:
    return named(MARKET) if search else priced_alike(named(LISTS), rigs)


def _weights(weights: Mapping[str, float] | str) -> Mapping[str, float]:
    """Return weights by sub-score; "price" is another word for cost.

    Raises:
        ConfigError: a part is not a name, "=" and a number.
    """
    if not isinstance(weights, str):
        return weights
    found: dict[str, float] = {}
    for part in (part.strip() for part in weights.split(",")):
        if not part:
            continue
        name, equals, value = part.partition("=")
        try:
            found[{"price": "cost"}.get(name.strip(), name.strip())] = float(value)
        except ValueError:
            equals = ""
        if not equals:
            raise ConfigError(f"Expected weights such as time=3,cost=2; got {part!r} in {weights!r}.")
    return found
