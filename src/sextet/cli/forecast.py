"""`sextet forecast`: what a run expects next. It has to start fast: rich is imported only for a table."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from sextet.cli.flags import ExistingRun
from sextet.cli.flags import levels as levels_of
from sextet.cli.output import Output, console

if TYPE_CHECKING:
    import numpy as np

    from sextet.core.forecast import Alert, Forecast

Data = Annotated[
    Path | None,
    typer.Option("--data", "-d", metavar="FILE", help="Forecast what follows these data, not the training data."),
]
FutureData = Annotated[
    Path | None,
    typer.Option("--future-data", metavar="FILE", help="Covariates known ahead, for every step of the horizon."),
]
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
    out: Out = STDOUT,
    data: Data = None,
    future_data: FutureData = None,
    levels: Levels = "80,95",
    explain: Explain = False,
) -> None:
    """Forecast with a run, on any machine: TensorFlow is not needed.

    Writes unique_id, ds, sextet (the median), sextet-lo-80, sextet-hi-80 and so on, and spike_probability.
    Without --data the forecast starts where the data of the run ended.

    Example: sextet forecast runs/sales --levels 80,95 --out forecast.csv
    """
    from sextet.app.forecast import forecast as run_forecast
    from sextet.data.frames import forecast_frame, write_table
    from sextet.runtime.run import Run

    percents = levels_of(levels)
    with output.working():
        loaded = Run.load(run)
        made = run_forecast(loaded, data=data, future_data=future_data)
        zone = loaded.history.tz
        table = forecast_frame(made, levels=percents, like="pyarrow", members=explain, tz=zone)
    to_stdout = out == STDOUT
    if not (to_stdout and output.json):
        write_table(table, out)
    if output.json:
        output.emit(_result(made, None if to_stdout else out, table, explain=explain))
    elif not output.quiet:
        stream = sys.stderr if to_stdout else sys.stdout  # the forecast itself stays alone on standard output
        print("\n".join(_description(made, out, percents, zone)), file=stream)
        if explain:
            from sextet.cli.explanation import print_explanation

            print_explanation(console(stderr=to_stdout), made)


def _result(made: Forecast, out: str | None, table: Any, *, explain: bool) -> dict[str, Any]:
    result: dict[str, Any] = {
        "out": out,
        "rows": table.num_rows,
        "series": len(made.ids),
        "horizon": int(made.stamps.shape[1]),
        "alerts": list(made.alerts),
        "notes": list(made.notes),
    }
    if out is None:
        result["forecast"] = table.to_pylist()
    if explain:
        from sextet.combine.explain import explain as told

        result["explanation"] = told(made).rows()
    return result


def _description(made: Forecast, out: str, percents: tuple[float, ...], zone: str | None) -> list[str]:
    count, horizon = made.stamps.shape
    steps = "1 step" if horizon == 1 else f"{horizon} steps"
    intervals = " and ".join(f"{percent:g} %" for percent in percents)
    where = "Forecast" if out == STDOUT else f"Wrote {out}"
    more = len(made.alerts) - ALERTS_SHOWN
    return [
        *(f"note: {note}" for note in made.notes),
        *(_alert_line(alert, zone) for alert in made.alerts[:ALERTS_SHOWN]),
        *([f"{more} more alerts: --json has them all."] if more > 0 else []),
        f"{where}: {count} series, {steps} each, intervals {intervals}.",
    ]


def _alert_line(alert: Alert, zone: str | None) -> str:
    from sextet.report.naming import shown

    when = _local(alert.start, zone)
    if alert.end != alert.start:
        when = f"{when} to {_local(alert.end, zone)}"
    return f"{alert.severity}: {alert.series}, {when}, by {shown(alert.raised_by)}: {alert.reason}"


def _local(stamp: np.datetime64, zone: str | None) -> str:
    """Write a stamp; in the run's time zone where it has one, stamps being UTC then."""
    from sextet.report.plain import stamp_text

    if zone is None:
        return stamp_text(stamp)
    utc = datetime.fromtimestamp(int(stamp.astype("datetime64[s]").astype(int)), UTC)
    offset = zone[:1] in "+-Z"  # stamps that carry +05:30 and no name of a zone
    there = datetime.fromisoformat(f"2000-01-01T00:00{zone}").tzinfo if offset else ZoneInfo(zone)
    return utc.astimezone(there).strftime("%Y-%m-%d %H:%M %Z")
