"""`sextet plan`: which rig to buy, and what is known of it before."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Option

from sextet.cli.data_flags import DataFlags
from sextet.cli.flags import given
from sextet.cli.output import Output
from sextet.core.errors import ConfigError
from sextet.core.progress import Silent

if TYPE_CHECKING:
    from rich.console import Console

Rigs = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[RIG]...",
        show_default=False,
        help='Rigs such as "3x Tesla P40" or "2x V100 32GB nvlink on 40 lanes, 8 cores", or TOML files of them.',
    ),
]

_WORK = "What is trained"
_TERMS = "Prices and use"
_ANSWER = "Answer"


@dataclass(frozen=True, kw_only=True)
class WorkFlags:
    """What is trained."""

    source: Annotated[
        Path | None,
        Option("--data", metavar="FILE", help="Data file whose sizes count.", rich_help_panel=_WORK),
    ] = None
    series: Annotated[
        int | None,
        Option("--series", min=1, metavar="N", help="Series, without --data.", show_default="7", rich_help_panel=_WORK),
    ] = None
    rows: Annotated[
        int | None,
        Option(
            "--rows",
            min=1,
            metavar="N",
            help="Rows of each series, without --data.",
            show_default="17420",
            rich_help_panel=_WORK,
        ),
    ] = None
    horizon: Annotated[
        int, Option("--horizon", min=1, metavar="N", help="Steps to forecast.", rich_help_panel=_WORK)
    ] = 96
    lookback: Annotated[
        int | None,
        Option(
            "--lookback",
            min=1,
            metavar="N",
            help="Steps of history that members see.",
            show_default="from frequency and horizon",
            rich_help_panel=_WORK,
        ),
    ] = None
    past_covariates: Annotated[
        int | None,
        Option("--covariates", min=0, metavar="N", help="Covariates known up to now.", rich_help_panel=_WORK),
    ] = None
    future_covariates: Annotated[
        int | None,
        Option("--future-covariates", min=0, metavar="N", help="Covariates known ahead.", rich_help_panel=_WORK),
    ] = None
    static_attributes: Annotated[
        int | None,
        Option("--static-attributes", min=0, metavar="N", help="Attributes of a series.", rich_help_panel=_WORK),
    ] = None
    config: Annotated[
        Path | None,
        Option("--config", metavar="FILE", help="JSON file of settings, as of `sextet train`.", rich_help_panel=_WORK),
    ] = None
    members: Annotated[
        str | None,
        Option(
            "--members",
            metavar="NAMES",
            help="v6 (all six), v5 (all but PatchTST), or names with commas.",
            show_default="v6",
            rich_help_panel=_WORK,
        ),
    ] = None
    epochs: Annotated[
        int | None,
        Option(
            "--epochs",
            min=1,
            metavar="N",
            help="Most epochs a member, one round.",
            show_default="8",
            rich_help_panel=_WORK,
        ),
    ] = None
    steps: Annotated[
        int | None,
        Option("--steps", min=1, metavar="N", help="Most steps an epoch.", show_default="100", rich_help_panel=_WORK),
    ] = None
    batch: Annotated[
        int | None,
        Option(
            "--batch",
            min=1,
            metavar="N",
            help="Most windows a step; a long horizon lowers it, as in sextet train.",
            show_default="256",
            rich_help_panel=_WORK,
        ),
    ] = None
    quick: Annotated[bool, Option("--quick", help="The small budget.", rich_help_panel=_WORK)] = False
    wider: Annotated[
        int,
        Option("--wider", min=1, metavar="N", help="Members N times as wide as by default.", rich_help_panel=_WORK),
    ] = 1


@dataclass(frozen=True, kw_only=True)
class TermFlags:
    """Prices, use and limits."""

    prices: Annotated[
        str | None,
        Option(
            "--prices",
            metavar="NAMES|FILE",
            help="Price lists with commas, the first going first: question, used, new, or a TOML file of your own; "
            "what files alone do not price comes from used and new.",
            show_default="those three, first that which has most of the rigs as they stand; with --search used, new",
            rich_help_panel=_TERMS,
        ),
    ] = None
    electricity: Annotated[
        str | None,
        Option(
            "--electricity",
            metavar="PRICE",
            help="Price of a kWh, such as 307KRW or 0.12USD; all money is told in its currency.",
            show_default="307.3KRW",
            rich_help_panel=_TERMS,
        ),
    ] = None
    won_per_dollar: Annotated[
        float | None,
        Option(
            "--won-per-dollar", metavar="X", help="Rate of exchange.", show_default="1480.1", rich_help_panel=_TERMS
        ),
    ] = None
    hours_a_day: Annotated[
        float, Option("--hours-a-day", metavar="H", help="Hours of training a day.", rich_help_panel=_TERMS)
    ] = 8.0
    years: Annotated[float, Option("--years", metavar="N", help="Years of use.", rich_help_panel=_TERMS)] = 3.0
    budget: Annotated[
        str | None,
        Option(
            "--budget",
            metavar="AMOUNT",
            help="Most a rig may cost, such as 6000000KRW; of a price that is a range the middle counts.",
            rich_help_panel=_TERMS,
        ),
    ] = None
    hours_limit: Annotated[
        float | None,
        Option(
            "--hours-limit",
            "--deadline",
            metavar="H",
            help="Most hours that one round of training may take; sextet train may do three more.",
            rich_help_panel=_TERMS,
        ),
    ] = None
    host_speed: Annotated[
        float,
        Option(
            "--host-speed",
            metavar="X",
            help="Speed of the processor beside the cards, over the one that was measured.",
            rich_help_panel=_TERMS,
        ),
    ] = 1.0


@dataclass(frozen=True, kw_only=True)
class AnswerFlags:
    """How it is answered."""

    search: Annotated[
        bool,
        Option(
            "--search",
            help="Look at every rig of 1 to 8 equal cards of the catalogue: best in time, price and energy.",
            rich_help_panel=_ANSWER,
        ),
    ] = False
    watts: Annotated[
        float | None,
        Option("--power", metavar="W", help="With --search: most TDP of all cards.", rich_help_panel=_ANSWER),
    ] = None
    weights: Annotated[
        str | None,
        Option(
            "--weights",
            metavar="NAMES",
            help="Weights of sub-scores, such as time=3,cost=2; those left out stay.",
            show_default="time=3,cost=3,memory=2,energy=1,software=1",
            rich_help_panel=_ANSWER,
        ),
    ] = None
    precision: Annotated[
        str,
        Option(
            "--precision",
            metavar="NAME",
            help="auto (what `sextet train` takes there), float32, float16 or bfloat16.",
            rich_help_panel=_ANSWER,
        ),
    ] = "auto"
    profile: Annotated[
        Path | None,
        Option(
            "--profile",
            metavar="FILE",
            help='What `sextet calibrate` measured; "this machine" is then a rig too.',
            rich_help_panel=_ANSWER,
        ),
    ] = None
    seed: Annotated[int, Option("--seed", min=0, metavar="N", help="Of the simulation.", rich_help_panel=_ANSWER)] = 0
    html: Annotated[
        Path | None,
        Option("--html", metavar="FILE", help="Also write the answer as a page with charts.", rich_help_panel=_ANSWER),
    ] = None
    claims: Annotated[
        bool,
        Option(
            "--claims",
            help="Judge what was said of three P40 and two V100, with the arithmetic; takes no rigs.",
            rich_help_panel=_ANSWER,
        ),
    ] = False


def plan(  # noqa: PLR0913  five groups of flags, and the rigs
    work: WorkFlags, data: DataFlags, terms: TermFlags, answer: AnswerFlags, output: Output, rigs: Rigs = None
) -> None:
    """Compare rigs before you buy: time, memory, price, energy, a score, how sure it is and what would change it.

    Needs neither a GPU nor TensorFlow. Every number says where it comes from: quoted, measured or predicted.

    Example: sextet plan "3x Tesla P40" "2x Tesla V100 32GB" --members v6 --horizon 96
    """
    if answer.claims:
        _claims(rigs, answer, output)
        return
    # Before numpy is loaded: a plan's products are small, and threads waiting for them cost a fifth of its time.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from sextet.app.plan import PlanRequest, run_plan
    from sextet.app.plan_page import check_page, write_page
    from sextet.cli.train import options_of

    chosen = {**given(terms), **given(answer)}
    html, _ = chosen.pop("html"), chosen.pop("claims")
    if html is not None:
        check_page(html)
    lists = tuple(name.strip() for name in (chosen.pop("prices") or "").split(",") if name.strip())
    request = PlanRequest(
        rigs=tuple(rigs or ()),
        data=options_of(data),
        prices=lists,
        weights=chosen.pop("weights") or {},
        **given(work),
        **chosen,
    )
    progress = output.progress() if work.source else Silent()  # without data there is nothing to wait for
    with output.working():
        found = run_plan(request, progress)
        written = write_page(found, html) if html is not None else None

    def show(console: Console) -> None:
        console.print(found, crop=False)
        if written is not None and not output.quiet:
            console.print(f"page  {written}", soft_wrap=True)

    told = {"page": written} if written is not None else {}
    output.answer({**found.as_dict(), **told} if output.json else {}, show)


def _claims(rigs: list[str] | None, answer: AnswerFlags, output: Output) -> None:
    """Judge the statements that the project began with."""
    if rigs or answer.search or answer.html is not None:
        raise ConfigError(
            "Expected --claims alone: the statements name their rigs. Leave rigs, --search and --html out."
        )
    from sextet.app.claims import claims
    from sextet.cli.claims import print_claims

    with output.working():
        found = claims()
    output.answer(found.as_dict() if output.json else {}, lambda console: print_claims(console, found))
