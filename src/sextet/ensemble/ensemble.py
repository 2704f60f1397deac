"""The Ensemble that people use from Python."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sextet.core.errors import ConfigError, RunError
from sextet.core.files import place_for
from sextet.core.forecast import Forecast
from sextet.core.kinds import checked
from sextet.core.panel import Panel
from sextet.core.progress import Progress, Silent
from sextet.core.window import WindowIndex
from sextet.data.fitting import read_to_fit
from sextet.data.frames import Like, convert, forecast_frame, kind_of, stamp_column
from sextet.data.options import DataOptions
from sextet.data.read import read_panel
from sextet.ensemble.options import config_from
from sextet.ensemble.packing import packed, unpacked
from sextet.rules.given_rules import given_rules
from sextet.runtime.reading import columns_of_training, fresh_panel, options_for, trained_columns
from sextet.runtime.run import Run
from sextet.runtime.run_folder import MANIFEST, RunFolder
from sextet.specs.check import whole
from sextet.specs.presets import parse_members
from sextet.specs.run_config import RunConfig

if TYPE_CHECKING:
    from sextet.ensemble.fit import Fit

SILENT = Silent()


class Ensemble:
    """Six members, one forecast: fit, forecast, explain, save.

    Example:
        >>> from sextet import Ensemble
        >>> from sextet.samples import glucose
        >>> model = Ensemble(horizon=12, members="v6").fit(glucose())  # doctest: +SKIP
        >>> model.forecast(levels=(80, 95))  # doctest: +SKIP
    """

    @checked("Ensemble")
    def __init__(
        self,
        horizon: int,
        *,
        members: str | Sequence[Any] = "v6",
        config: RunConfig | None = None,
        rules: str | Path | None = None,
        **options: Any,
    ) -> None:
        """Choose what to train; nothing is read or built yet.

        Args:
            horizon: steps to forecast.
            members: "v5", "v6", a comma list, or a sequence of names, specs and Keras models.
            config: a whole RunConfig of this horizon, instead of `members` and `options`.
            rules: TOML file with the user's rules.
            options: fields of RunConfig by name: `lookback`, `train`, `split`, `compute`, `transform`, `nonnegative`,
                `spike_threshold`, `miss_cost`, `false_alarm_cost`, `quick`.

        Raises:
            ConfigError: a value or a rule is refused, or an option is unknown.
        """
        self.config = config_from(horizon, members, config, options)
        self._rules = given_rules(Path(rules) if rules else None, "rules ")
        self._folder: Path | None = None
        self._run: Run | None = None
        self._updated = False  # the run knows more than its folder
        self._like: Like = "pandas"

    @checked("fit")
    def fit(
        self,
        data: Any,
        *,
        options: DataOptions | None = None,
        out: str | Path | None = None,
        fresh: bool = False,
        device: str = "auto",
        progress: Progress = SILENT,
    ) -> Ensemble:
        """Train on `data` and learn weights and calibration; returns itself.

        With `out` nothing is lost: however a training is stopped, the same call, or `resume`, goes on with it.

        Args:
            data: a long or wide pandas, polars or pyarrow frame, or a file path.
            options: how it is read.
            out: folder of the run; None: a temporary one, gone with this object.
            fresh: forget a training that was stopped at `out`.
            device: "auto" stops where a GPU is here and would be left unused, "gpu" also where there is none; "cpu"
                hides GPUs from TensorFlow, for the rest of the process.
            progress: told how it goes.

        Raises:
            DataError: the data cannot be used as they are.
            ConfigError: another process is training at `out`, or a training of another question was stopped there.
            DependencyError: TensorFlow is not installed.
            HardwareError: a GPU is there, or was asked for, and would be left unused; says why and what mends it.
        """
        from sextet.ensemble.asked import Asked, path_of
        from sextet.ensemble.device import settle, verify
        from sextet.ensemble.keeping import train_at, train_in

        path, options = path_of(data), options or DataOptions()
        asked = Asked(
            config=self.config,
            name=Path(path).name if path else "a data frame",
            data=options,
            path=path,
            rules=self._rules,
            device=device,
        )
        on_gpu = settle(device, members=self.config.members)

        def read() -> Panel:
            panel = read_to_fit(data, options, self.config.split, self.config.horizon)
            if on_gpu:
                verify()
            return panel

        if out is not None:
            self._take(Path(out), train_at(Path(out), asked, read, progress, fresh=fresh))
        else:
            parent = self._own_folder()
            self._take(parent / "run", train_in(parent, asked, read, progress))
        self._like = kind_of(data)
        return self

    @classmethod
    @checked("resume")
    def resume(
        cls, path: str | Path, *, members: Any = (), device: str | None = None, progress: Progress = SILENT
    ) -> Ensemble:
        """Go on with a training that was stopped at `path`, be it of `fit(out=...)` or of the command line.

        Args:
            path: folder of the run that it will be.
            members: models of your own among the members, which no file holds.
            device: on what it goes on, as of `fit`; None: as was asked.
            progress: told how it goes.

        Raises:
            RunError: there is no such training, or it is damaged.
            ConfigError: another process is going on with it, or a model of your own is missing.
            HardwareError: as of `fit`.
        """
        from sextet.ensemble.device import settle, verify
        from sextet.ensemble.keeping import asked_before, resume_at
        from sextet.runtime.unfinished import Unfinished

        unfinished = Unfinished.at(Path(path))
        asked = asked_before(unfinished, parse_members(members) if members else ())
        asked = replace(asked, device=device or asked.device)
        if settle(asked.device, members=asked.config.members):
            verify()
        model = cls(horizon=asked.config.horizon, config=asked.config)
        model._rules = asked.rules
        model._take(unfinished.out, resume_at(unfinished, asked, progress))
        return model

    def _take(self, folder: Path, fitted: Fit) -> None:
        self._folder, self._run, self._updated = folder, fitted.run, False

    @property
    def run(self) -> Run:
        """The trained run.

        Raises:
            RunError: it is not trained yet.
        """
        if self._run is None:
            raise RunError("This ensemble is not trained yet: call fit(data), or Ensemble.load(folder).")
        return self._run

    @checked("predict")
    def predict(self, data: Any = None, *, options: DataOptions | None = None) -> Forecast:
        """Return the forecast with everything that belongs to it: members, weights, alerts.

        Raises:
            ConfigError: `options` without `data`, of which they say how it is read.
        """
        if data is None:
            if options is not None:
                raise ConfigError("options say how data are read, and there are none: give the data too.")
            return self.run.forecast()
        return self.run.forecast(fresh_panel(self.run, data, options=options))

    @checked("forecast")
    def forecast(
        self,
        data: Any = None,
        *,
        levels: Sequence[float] = (80, 95),
        members: bool = False,
        options: DataOptions | None = None,
        like: Like | None = None,
    ) -> Any:
        """Forecast the steps after the end of each series.

        Args:
            data: newer data, or series never seen; None: from the end of the training data.
            levels: central intervals in percent.
            members: add a column for each member's median.
            options: how `data` is read.
            like: kind of frame; None: that of `data`, without it the kind that `fit` was given.

        Returns:
            A frame: unique_id, ds, sextet, sextet-lo-80, sextet-hi-80, ..., sextet-mean, spike_probability, spike_size.
        """
        forecast = self.predict(data, options=options)
        return forecast_frame(forecast, levels, like or self._like_of(data), members=members)

    def leaderboard(self) -> Any:
        """Return the scores on the test part as a frame: ensemble, members, baselines, best MAE first."""
        import pyarrow as pa

        return convert(pa.Table.from_pylist(self._stored("metrics.json")["rows"]), self._like)

    @checked("explain")
    def explain(self, data: Any = None) -> Any:
        """Return what each member said and weighed for the forecast, as a frame; `unique_id` and `ds` are as there."""
        import pyarrow as pa

        from sextet.combine.explain import explain

        told = explain(self.predict(data))
        return convert(pa.table({**told.columns(), "ds": stamp_column(told.ds, told.tz)}), self._like_of(data))

    @checked("cross_validation")
    def cross_validation(
        self,
        data: Any,
        windows: int = 5,
        *,
        step: int | None = None,
        levels: Sequence[float] = (80, 95),
        options: DataOptions | None = None,
    ) -> Any:
        """Forecast the last `windows` cutoffs of each series with the trained members, not trained again.

        Args:
            data: the series, with their truth.
            windows: cutoffs a series.
            step: rows between cutoffs; None: the horizon.
            levels: central intervals in percent.
            options: how `data` is read.

        Returns:
            A frame as of `forecast`, with `cutoff` and the truth `y`.

        Raises:
            DataError: no series is long enough.
        """
        import pyarrow as pa

        whole("cross_validation", "windows", windows)
        whole("cross_validation", "step", step)

        panel = self._panel(data, options)
        horizon = self.config.horizon
        index = _last_windows(panel, windows, step or horizon, horizon)
        forecast = self.run.answer(panel, index)
        table = forecast_frame(forecast, levels, "pyarrow")
        truth = panel.y[index.row[:, None] + np.arange(horizon)].ravel()
        table = table.append_column("y", pa.array(truth, from_pandas=True))
        if "cutoff" not in table.column_names:
            table = table.add_column(2, "cutoff", stamp_column(np.repeat(forecast.cutoff, horizon), forecast.tz))
        return convert(table, self._like_of(data))

    @checked("update")
    def update(self, data: Any, *, options: DataOptions | None = None, progress: Progress = SILENT) -> Ensemble:
        """Learn weights and calibration anew on new data, without training a member; returns itself.

        Forecasts then start at the end of the new data. A folder that the run was loaded from changes at `save`.

        Args:
            data: rows after what the run has seen are enough.
            options: how `data` is read; what is not said is as in training.
            progress: told how it goes.

        Raises:
            DataError: too little data came after the run's training.
        """
        from sextet.ensemble.update import update_run

        self._run = update_run(self.run, fresh_panel(self.run, data, options=options), progress).run
        self._updated = True
        return self

    @checked("report")
    def report(self, path: str | Path) -> Path:
        """Write the HTML report of the training and its test to `path`; returns the path.

        Raises:
            ConfigError: its folder is not there.
        """
        from sextet.report.html import write_report

        return write_report(self._stored("view.json"), place_for(path, "the report"))

    @checked("save")
    def save(self, path: str | Path) -> Path:
        """Write the run to a folder, in place of a run that may be there; returns the folder.

        Raises:
            ConfigError: there is something else than a run.
        """
        from sextet.runtime.run_folder import building

        if self._folder is None:
            raise RunError("This ensemble is not trained yet: call fit(data) first.")
        target = Path(path)
        if target.resolve() != self._folder.resolve():
            with building(target) as folder:
                shutil.copytree(self._folder, folder.path, dirs_exist_ok=True)
                self._renew(folder)
        else:
            self._renew(RunFolder(target))
        return target

    @classmethod
    @checked("load")
    def load(cls, path: str | Path) -> Ensemble:
        """Load a run from its folder; TensorFlow is not needed.

        Raises:
            RunError: the run is missing or damaged; the file is named.
        """
        run = Run.load(path)
        model = cls(horizon=run.config.horizon, config=run.config)
        model._run, model._folder = run, Path(path)
        return model

    def __repr__(self) -> str:
        """Say what it is of, and whether it is trained."""
        members = ", ".join(spec.name for spec in self.config.members)
        return f"<Ensemble of {members}, horizon {self.config.horizon}, {'trained' if self._run else 'not trained'}>"

    def __getstate__(self) -> dict[str, Any]:
        """Return what a pickle or a copy holds: the files of the run too, since its folder may be gone by then."""
        return {**self.__dict__, "_folder": None if self._folder is None else packed(self._folder)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take it up, the files in a folder of its own, gone with this object."""
        self.__dict__.update(state)
        if state["_folder"] is not None:
            self._folder = unpacked(state["_folder"], self._own_folder())

    def _own_folder(self) -> Path:
        parent = Path(tempfile.mkdtemp(prefix="sextet-"))
        weakref.finalize(self, shutil.rmtree, parent, ignore_errors=True)
        return parent

    def _like_of(self, data: Any) -> Like:
        return self._like if data is None or isinstance(data, str | Path) else kind_of(data)

    def _panel(self, data: Any, options: DataOptions | None) -> Any:
        settings, trained = self.run.settings, trained_columns(self.run)
        optional = columns_of_training(settings)
        return read_panel(data, options_for(settings, options), optional=optional, trained=trained)

    def _renew(self, folder: RunFolder) -> None:
        """Put what an update learned into a folder."""
        from sextet.runtime.state import state_arrays

        if self._updated:
            names = [name for name in folder.manifest["files"] if name != folder.state]
            folder.seal(names, folder.write_state(state_arrays(self.run)))

    def _stored(self, name: str) -> Any:
        if self._folder is None or not (self._folder / MANIFEST).is_file():
            raise RunError("This ensemble is not trained yet: call fit(data), or Ensemble.load(folder).")
        return RunFolder(self._folder).json(name)


def _last_windows(panel: Any, windows: int, step: int, horizon: int) -> WindowIndex:
    from sextet.core.errors import DataError
    from sextet.data.windows import windows as window_index

    start = panel.known - horizon - (windows - 1) * step
    if int(start.max(initial=-1)) < 1:
        raise DataError(
            f"{windows} cutoffs {step} rows apart with a horizon of {horizon} need at least "
            f"{horizon + (windows - 1) * step + 1} rows; the longest series has {int(panel.known.max(initial=0))}."
        )
    first = np.maximum(start, 1)
    return window_index(panel, first + (start - first) % step, panel.known, horizon, step=step)
