"""Fits a run so that nothing is lost: beside its place, in a folder from which a training that was stopped goes on."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from sextet.core.errors import ConfigError, RunError
from sextet.core.panel import Panel
from sextet.core.progress import Progress
from sextet.data.fingerprint import fingerprint
from sextet.data.fitting import read_to_fit
from sextet.ensemble.asked import Asked
from sextet.ensemble.differing import differing
from sextet.ensemble.fit import Fit, fit_run
from sextet.ensemble.recruiting import IN_TURN, Hands
from sextet.ensemble.writing import VIEW
from sextet.hardware.host import ThisHost
from sextet.hardware.site import survey
from sextet.report.html import write_report
from sextet.runtime.run_folder import RunFolder, replaced
from sextet.runtime.unfinished import RUN, TRAINING, Unfinished
from sextet.specs.presets import MemberSpec

REPORT = "report.html"


def train_at(
    out: Path,
    asked: Asked,
    read: Callable[[], Panel],
    progress: Progress,
    *,
    fresh: bool = False,
    hands: Hands | None = None,
) -> Fit:
    """Train a run and put it at `out`; a run that was there is replaced only when the new one is whole.

    Where a training of the same question was stopped, it is gone on with.

    Args:
        out: folder of the run.
        asked: the question.
        read: gives the data.
        progress: told how it goes.
        fresh: forget a training that was stopped.
        hands: who trains the members; None: see `own_hands`.

    Raises:
        ConfigError: another process is training there, `out` is something else than a run, or a training of another
            question was stopped there.
        SextetError: as of `fit_run`.
    """
    unfinished = Unfinished(out)
    with unfinished.held():
        known = None if fresh else unfinished.request()
        if known is None:
            unfinished.begin(asked.to_plain())
        else:
            _refuse_other(unfinished, differing(known["question"], asked.question()))
            unfinished.renew(asked.to_plain())
        progress.stage("reading the data")
        panel = read()
        if known is None or "data" not in known:
            unfinished.store(panel)
        elif known["data"]["fingerprint"] != fingerprint(panel):
            _refuse_other(unfinished, ["the data"])
        return _fit(unfinished, asked, panel, progress, hands)


def train_in(folder: Path, asked: Asked, read: Callable[[], Panel], progress: Progress) -> Fit:
    """Train a run and put it at `folder/run`, in a folder of its own that nobody goes on with.

    Raises:
        SextetError: as of `fit_run`.
    """
    run, work = RunFolder(folder / RUN), folder / TRAINING
    run.path.mkdir(parents=True)
    panel = read()
    fitted = fit_run(panel, asked.config, run, asked.source(panel), progress, work=work, hands=own_hands(asked))
    shutil.rmtree(work)
    return fitted


def resume_at(unfinished: Unfinished, asked: Asked, progress: Progress, hands: Hands | None = None) -> Fit:
    """Go on with a training that was stopped, and put the run at its place.

    Args:
        unfinished: its folder.
        asked: what was asked, as `asked_before` gives it; devices and the like may have changed.
        progress: told how it goes.
        hands: who trains the members; None: see `own_hands`.

    Raises:
        ConfigError: another process is going on with it.
        RunError: what is there is damaged, or was stopped before its data were kept and they cannot be read again.
        SextetError: as of `fit_run`.
    """
    with unfinished.held():
        panel = unfinished.panel()
        unfinished.renew(asked.to_plain())
        if panel is None:
            if not asked.readable:
                raise RunError(
                    f"The training of {unfinished.out} was stopped before its data, which are no file, were kept: "
                    "call what began it again."
                )
            progress.stage("reading the data")
            panel = read_to_fit(asked.path, asked.data, asked.config.split, asked.config.horizon)
            unfinished.store(panel)
        return _fit(unfinished, asked, panel, progress, hands)


def asked_before(unfinished: Unfinished, models: Sequence[MemberSpec] = ()) -> Asked:
    """Return what was asked of a training that was stopped.

    Raises:
        RunError: there is none, or it is damaged.
        ConfigError: it is of another version of sextet, or of a model of the user that is not among `models`.
    """
    if not unfinished.exists:
        raise RunError(
            f"There is no unfinished training of {unfinished.out}: "
            + ("the run is whole." if (unfinished.out / "manifest.json").is_file() else "nothing was begun there.")
        )
    known = unfinished.request()
    if known is None:
        raise RunError(
            f"The training of {unfinished.out} was stopped before it was written down what was asked. Nothing is "
            "lost: begin it again with the same command."
        )
    return Asked.from_plain(known).with_models(models)


def _fit(unfinished: Unfinished, asked: Asked, panel: Panel, progress: Progress, hands: Hands | None) -> Fit:
    for note in panel.notes:
        progress.note(note)
    if text := replaced(unfinished.out):
        progress.note(text)
    if unfinished.begun:
        progress.note(f"Going on with the training of {unfinished.out} that was stopped.")
    folder = unfinished.new_run()
    source, work = asked.source(panel), unfinished.training
    fitted = fit_run(panel, asked.config, folder, source, progress, work=work, hands=hands or own_hands(asked))
    progress.stage("writing the report")
    write_report(folder.json(VIEW), folder.path / REPORT)
    unfinished.finish()
    return fitted


def own_hands(asked: Asked) -> Hands:
    """Return who trains the members of a call from Python: other processes only where they were asked for."""
    if asked.config.compute.placement != "member":
        return IN_TURN
    from sextet.ensemble.placing import Placed

    return Placed(survey(ThisHost(), asked.device))


def _refuse_other(unfinished: Unfinished, differ: Sequence[str]) -> None:
    if differ:
        raise ConfigError(
            f"A training of {unfinished.out} that differs in {', '.join(differ)} was stopped. Go on with it: sextet "
            f"train --resume {unfinished.out}; or give it up and begin this one: the same command with --fresh."
        )
