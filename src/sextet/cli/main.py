"""The command `sextet`: its entry point, and nothing heavy until a command asks for it."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Annotated

import typer

from sextet import __version__
from sextet.cli import interrupt
from sextet.cli.backtest import backtest
from sextet.cli.calibrate import calibrate
from sextet.cli.command import command
from sextet.cli.demo import demo
from sextet.cli.doctor import doctor
from sextet.cli.failure import report_failure
from sextet.cli.forecast import forecast
from sextet.cli.output import abandon_stdout, prepare_streams
from sextet.cli.plan import plan
from sextet.cli.report import report
from sextet.cli.rules import rules
from sextet.cli.show import show
from sextet.cli.train import train
from sextet.cli.tune import tune
from sextet.cli.update import update
from sextet.cli.watch import watch

app = typer.Typer(
    name="sextet",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode="rich",
    help="Forecast time series with an ensemble of six members, and be warned of spikes.",
    epilog="Exit codes: 0 done, 1 it failed or the doctor found errors, 2 the command or its input was "
    "wrong, 3 out of memory or disk, 130 interrupted.",
)
for name, body in (
    ("demo", demo),
    ("train", train),
    ("tune", tune),
    ("backtest", backtest),
    ("forecast", forecast),
    ("update", update),
    ("watch", watch),
    ("report", report),
    ("show", show),
    ("doctor", doctor),
    ("calibrate", calibrate),
    ("plan", plan),
):
    command(app, name)(body)
app.add_typer(rules, name="rules")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"sextet {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """Forecast time series with an ensemble of six members, and be warned of spikes."""


def main() -> None:
    """Run the command line of this process and exit with its code."""
    interrupt.listen()
    prepare_streams()
    # TensorFlow prints pages about the machine on import; with SEXTET_DEBUG they may be wanted.
    if not os.environ.get("SEXTET_DEBUG"):
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    try:
        app()
    except KeyboardInterrupt as error:
        sys.exit(report_failure(error))
    finally:
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            abandon_stdout()
        with contextlib.suppress(BrokenPipeError):
            sys.stderr.flush()


if __name__ == "__main__":
    main()
