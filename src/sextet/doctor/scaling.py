"""Whether a log shows that more GPUs were slower than one: epochs timed by Keras under a told number of devices."""

from __future__ import annotations

import re
import statistics

_DEVICES = re.compile(r"(?:Number of devices|num_replicas_in_sync|replicas in sync)\s*[:=]\s*(\d+)", re.IGNORECASE)
_MIRRORED = re.compile(r"Using MirroredStrategy with devices \(([^)]*)\)")
_EPOCH = re.compile(r"(\d+)/\1\s+\S*\s*-?\s*(\d+)s\s+\d+(?:ms|us|s)/(?:step|epoch)")


class Scaling:
    """Seconds of every epoch by the number of devices it ran on."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._devices = 0
        self._seconds: dict[int, list[float]] = {}

    def take(self, line: str) -> None:
        """Read a line."""
        told, mirrored = _DEVICES.search(line), _MIRRORED.search(line)
        if told:
            self._devices = int(told[1])
        elif mirrored:
            self._devices = len([name for name in mirrored[1].split(",") if name.strip()])
        epoch = _EPOCH.search(line)
        if epoch and self._devices:
            self._seconds.setdefault(self._devices, []).append(float(epoch[2]))

    def verdict(self) -> str:
        """Say which number of devices was slower than one; nothing where that is not shown."""
        one = self._seconds.get(1)
        if not one:
            return ""
        alone = statistics.median(one)
        for devices, seconds in sorted(self._seconds.items()):
            several = statistics.median(seconds)
            if devices > 1 and several > alone:
                return f"an epoch took {several:g} s on {devices} devices and {alone:g} s on 1"
        return ""
