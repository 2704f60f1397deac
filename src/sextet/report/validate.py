"""Whether a dict is the view of a report: its shape, and lists whose lengths belong together."""

from __future__ import annotations

from typing import Any

from sextet.report.check import check_shape, require
from sextet.report.view import SCHEMA, Absent, Calibration, Fan, Line, Quality, ReportView, Spikes, count


def validate(view: object) -> ReportView:
    """Check that `view` is a report's view: keys, types, finite numbers, lengths that belong together.

    Returns:
        The same object, typed.

    Raises:
        RunError: it is not; the message names the place, what was expected and what came.
    """
    check_shape(view, ReportView, "report view")
    checked: ReportView = view  # type: ignore[assignment]
    require(checked["schema"] == SCHEMA, "report view.schema", f"{SCHEMA}", checked["schema"])
    if (zone := checked.get("zone")) is not None:
        _same("zone", len(zone["changes"]) + 1, ahead=zone["ahead"], short=zone["short"])
    known = {entry["name"] for entry in checked["names"]}
    _check_fan(checked["fan"], known)
    _check_lines(checked, known)
    _check_calibration(checked["calibration"])
    _check_spikes(checked["spikes"])
    _check_quality(checked["quality"])
    return checked


def _same(place: str, length: int, **lists: list[Any] | None) -> None:
    for name, values in lists.items():
        if values is not None:
            require(len(values) == length, f"{place}.{name}", f"{length} values", f"{len(values)} values")


def _check_fan(fan: Fan | Absent, known: set[str]) -> None:
    if "absent" in fan:
        return
    windows = fan["windows"]
    require(0 <= fan["first"] < len(windows), "fan.first", f"an index below {len(windows)}", fan["first"])
    for number, window in enumerate(windows):
        place = f"fan.windows[{number}]"
        steps = count(window["times"])
        require(0 <= window["series"] < len(fan["series"]), f"{place}.series", "an index", window["series"])
        _same(place, count(window["before"]), history=window["history"])
        _same(place, steps, truth=window["truth"], median=window["median"])
        for band in [*window["static"], *(window["online"] or [])]:
            _same(f"{place} band {band['level']:g}", steps, low=band["low"], high=band["high"])
        _check_named(place, window["lines"], known, steps)


def _check_lines(view: ReportView, known: set[str]) -> None:
    weights, skill, training = view["weights"], view["skill"], view["training"]
    if "absent" not in weights:
        for group in weights["sets"]:
            _check_named(f"weights ({group['regime']})", group["lines"], known, None)
    if "absent" not in skill:
        _check_named("skill.by_step", skill["by_step"], known, None)
        _check_named("skill.mae_by_step", skill["mae_by_step"], known, None)
        for bar in skill["bars"]:
            require(bar["name"] in known, "skill.bars", "a name in `names`", bar["name"])
    if "absent" not in training:
        for curve in training["curves"]:
            require(curve["name"] in known, "training.curves", "a name in `names`", curve["name"])
            _same(f"training of {curve['name']}", len(curve["loss"]), select=curve["select"])


def _check_named(place: str, lines: list[Line], known: set[str], length: int | None) -> None:
    for line in lines:
        require(line["name"] in known, place, "a name in `names`", line["name"])
        length = len(line["values"]) if length is None else length
        _same(f"{place}, {line['name']}", length, values=line["values"])


def _check_calibration(part: Calibration | Absent) -> None:
    if "absent" in part:
        return
    _same(
        "calibration",
        len(part["nominal"]),
        static=part["static"],
        online=part["online"],
        static_width=part["static_width"],
        online_width=part["online_width"],
    )
    for row in part["by_step"]:
        _same(f"calibration.by_step {row['level']:g}", len(row["static"]), online=row["online"])


def _check_spikes(part: Spikes | Absent) -> None:
    if "absent" in part:
        return
    if told := part.get("reliability"):
        _same("spikes.reliability", len(told["steps"]), said=told["said"], seen=told["seen"])
    for number, track in enumerate(part["tracks"]):
        place, length = f"spikes.tracks[{number}]", count(track["times"])
        _same(place, length, y=track["y"], probability=track["probability"])
        for index in [*track["hits"], *track["misses"], *track["false_alarms"]]:
            require(0 <= index < length, place, f"an index below {length}", index)


def _check_quality(part: Quality | Absent) -> None:
    if "absent" in part:
        return
    for strip in part["strips"]:
        _same(f"quality.strips of {strip['name']}", count(part["buckets"]), observed=strip["observed"])
