"""Flags of alerts: what mistakes cost, and what is remembered between forecasts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from typer import Option

_ALERTS = "Alerts"


@dataclass(frozen=True, kw_only=True)
class CostFlags:
    """What mistakes of alerts cost."""

    miss_cost: Annotated[
        float | None,
        Option(
            "--miss-cost",
            metavar="COST",
            help="What a spike without an alert costs you. With --false-alarm-cost, alerts are raised where both cost "
            "least.",
            rich_help_panel=_ALERTS,
        ),
    ] = None
    false_alarm_cost: Annotated[
        float | None,
        Option(
            "--false-alarm-cost",
            metavar="COST",
            help="What an alert without a spike costs you, in the same unit.",
            rich_help_panel=_ALERTS,
        ),
    ] = None


@dataclass(frozen=True, kw_only=True)
class AlertFlags(CostFlags):
    """Flags of a forecast's alerts."""

    ledger: Annotated[
        Path | None,
        Option(
            "--ledger",
            metavar="FILE",
            help="Keep the alerts that are open in this file, and tell only what is new about them.",
            rich_help_panel=_ALERTS,
        ),
    ] = None
