"""`sextet forecast`: what a run expects next. It has to start fast: rich is imported only for a table."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sextet.cli.alert_flags import AlertFlags
from sextet.cli.data_flags import ColumnFlags
from sextet.cli.flags import ExistingRun
from sextet.cli.flags import levels as levels_of
from sextet.cli.output import Output, console

if TYPE_CHECKING:
    from sextet.core.forecast import Alert, Forecast
    from sextet.spikes.ledger import AlertLedger, Told


@dataclass(frozen=True, kw_only=True)
class NewDataFlags(ColumnFlags):
    """What is forecast from, where it is not the end of the training data."""

    data: Annotated[
        Path | None,
        typer.Option("--data", "-d", metavar="FILE", help="Forecast what follows these data, not the training data."),
    ] = None
    future_data: Annotated[
        Path | None,
        typer.Option("--future-data", metavar="FILE", help="Covariates known ahead, for every step of the horizon."),
    ] = None


Levels = Annotated[str, typer.Option("--levels", "-l", metavar="P,P", help="Prediction intervals, in percent.")]
Explain = Annotated[
    bool, typer.Option("--explain", help="Also say what each member said and weighed, with a column each.")
]
Out = Annotated[
    str, typer.Option("--out", "-o", metavar="FILE", help="CSV or Parquet file by its ending; - is standard output.")
]
STDOUT = "-"
ALERTS_SHOWN = 20


def forecast(
    run: ExistingRun,
    output: Output,
    new: NewDataFlags,
    warn: AlertFlags,
    out: Out = STDOUT,
    levels: Levels = "80,95",
    explain: Explain = False,
) -> None:
    """Forecast with a run, on any machine: TensorFlow is not needed.

    Writes unique_id, ds, sextet (the median), sextet-lo-80, sextet-hi-80 and so on, and spike_probability.
    Without --data the forecast starts where the data of the run ended.

    With --ledger FILE, forecasts made again and again raise an alert once: it is told when it is raised, when it gets
    worse and when the forecast no longer says it.

    Example: sextet forecast runs/sales --levels 80,95 --out forecast.csv
    """
    from sextet.core.files import place_for
    from sextet.data.frames import forecast_frame, write_table

    percents = levels_of(levels)
    for path, what in ((None if out == STDOUT else out, "the forecast"), (warn.ledger, "the ledger")):
        if path is not None:
            place_for(path, what)
    with output.working():
        made, after, told = _made(run, new, warn)
        table = forecast_frame(made, levels=percents, like="pyarrow", members=explain)
    to_stdout = out == STDOUT
    if not (to_stdout and output.json):
        write_table(table, out)
    if warn.ledger:  # last: what is not written or said is told the next time
        after.write(warn.ledger)
    if output.json:
        output.emit(_result(made, None if to_stdout else out, table, told if warn.ledger else None, explain=explain))
        return
    stream = sys.stderr if to_stdout else sys.stdout  # the forecast itself stays alone on standard output
    lines = _news(told) if warn.ledger else [_alert_line(alert) for alert in made.alerts]
    if not output.quiet:
        output.note(made.notes)
        lines = _description(made, out, percents, lines)
    elif not warn.ledger:
        lines = []
    for line in lines:
        print(line, file=stream)
    if explain:
        from sextet.cli.explanation import print_explanation

        print_explanation(console(stderr=to_stdout), made)


def _made(run: Path, new: NewDataFlags, warn: AlertFlags) -> tuple[Forecast, AlertLedger, Sequence[Told]]:
    """The forecast, the ledger after it and what is told of each alert."""
    from sextet.app.forecast import forecast as run_forecast
    from sextet.runtime.run import Run
    from sextet.spikes.alert_policy import Costs
    from sextet.spikes.ledger import AlertLedger

    before = AlertLedger.read(warn.ledger) if warn.ledger else AlertLedger()
    made = run_forecast(
        Run.load(run),
        data=new.data,
        future_data=new.future_data,
        options=new.options(),
        costs=Costs.of(warn.miss_cost, warn.false_alarm_cost),
        ongoing=before.open,
    )
    return made, *before.take(made)


def _result(
    made: Forecast, out: str | None, table: Any, told: Sequence[Told] | None, *, explain: bool
) -> dict[str, Any]:
    result: dict[str, Any] = {
        "out": out,
        "rows": table.num_rows,
        "series": len(made.ids),
        "horizon": int(made.stamps.shape[1]),
        "alerts": [*map(_alert_row, made.alerts)]
        if told is None
        else [{"status": one.status, **_alert_row(one.alert)} for one in told],
        "notes": list(made.notes),
    }
    if out is None:
        result["forecast"] = table.to_pylist()
    if explain:
        from sextet.combine.explain import explain as explained

        result["explanation"] = explained(made).rows()
    return result


def _alert_row(alert: Alert) -> dict[str, Any]:
    """An alert as JSON has it, its stamps in the zone of the data."""
    from sextet.data.local_stamps import moment

    return {**vars(alert), "start": moment(alert.start, alert.tz), "end": moment(alert.end, alert.tz)}


def _description(made: Forecast, out: str, percents: tuple[float, ...], alerts: Sequence[str]) -> list[str]:
    count, horizon = made.stamps.shape
    steps = "1 step" if horizon == 1 else f"{horizon} steps"
    intervals = " and ".join(f"{percent:g} %" for percent in percents)
    where = "Forecast" if out == STDOUT else f"Wrote {out}"
    return [
        *alerts[:ALERTS_SHOWN],
        *([f"{len(alerts) - ALERTS_SHOWN} more alerts: --json has them all."] if len(alerts) > ALERTS_SHOWN else []),
        f"{where}: {count} series, {steps} each, intervals {intervals}.",
    ]


def _news(told: Sequence[Told]) -> list[str]:
    """A line for each alert that is new, worse or withdrawn, and one for those that are known."""
    from sextet.spikes.ledger import NEWS

    lines = [f"{one.status}: {_alert_line(one.alert)} [{one.alert.id}]" for one in told if one.status in NEWS]
    going = sum(one.status == "ongoing" for one in told)
    return [*lines, *([f"{going} known alert{'s' if going > 1 else ''} going on."] if going else [])]


def _alert_line(alert: Alert) -> str:
    from sextet.data.local_stamps import stamp_text
    from sextet.report.naming import shown

    when = stamp_text(alert.start, alert.tz)
    if alert.end != alert.start:
        when = f"{when} to {stamp_text(alert.end, alert.tz)}"
    said = ", ".join(map(shown, alert.members))
    witnesses = f" Members that say so: {said}." if said else ""
    return f"{alert.severity}: {alert.series}, {when}, by {shown(alert.raised_by)}: {alert.reason}{witnesses}"
