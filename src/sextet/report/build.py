"""From arrays to the view of a report: numpy in, plain dict out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sextet.core.forecast import Forecast
from sextet.core.panel import Panel
from sextet.report.evaluation import About, Evaluation
from sextet.report.view import ReportView

History = Mapping[str, Sequence[float]]


def build_view(
    about: About,
    panel: Panel,
    *,
    evaluation: Evaluation | None = None,
    forecast: Forecast | None = None,
    histories: Mapping[str, History] | None = None,
) -> ReportView:
    """Build the view of a report.

    Args:
        about: what the header says.
        panel: the data the run was trained on; history of the fan charts and data quality are read from it.
        evaluation: forecasts of the test windows; without it the sections that need truth say why they are empty.
        forecast: the forecast after the end of the data, with its alerts.
        histories: member -> {"loss": one value an epoch, "select": the same, optionally "kept": [epoch from 0],
            "seconds": [in total]}; members that are not trained are left out.

    Returns:
        A view that passes `validate`.

    Raises:
        ConfigError: names or shapes do not belong together.
    """
    raise NotImplementedError
