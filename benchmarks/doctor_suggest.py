"""Whether each set that `sextet doctor --suggest` gives resolves today: pip's own resolver, in a dry run.

    python benchmarks/doctor_suggest.py [--only "Tesla P40;A100"] [--json]

Rigs whose sets are the same are resolved once. pip may download the wheels to read what they need (some 4 GB a set),
and keeps nothing. Exit code 1 where a set does not resolve, or cuDNN comes out as another version than the set says.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from sextet.app.doctor import suggestion
from sextet.doctor.suggest import Suggestion

RIGS = ("Tesla P40", "Tesla V100", "Tesla P100", "Tesla T4", "GTX 1080 Ti", "A100", "H100", "Tesla P40,Tesla V100")
CUDNN = "nvidia-cudnn-cu12"


def main() -> int:
    """Resolve every set, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", metavar="RIGS", help="some rigs, with semicolons")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    chosen = parser.parse_args()
    rigs = chosen.only.split(";") if chosen.only else RIGS
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    rows = []
    for rig in rigs:
        made = suggestion([rig])
        if made.requirements not in found:
            found[made.requirements] = resolved(made)
        rows.append({"rig": rig, **found[made.requirements]})
        if not chosen.json:
            show(rows[-1])
    if chosen.json:
        print(json.dumps(rows, indent=2))
    return 0 if all(row["resolves"] for row in rows) else 1


def resolved(made: Suggestion) -> dict[str, Any]:
    """Resolve one set; return what pip would install."""
    with tempfile.TemporaryDirectory(prefix="sextet-suggest-") as name:
        wanted, report = Path(name) / "requirements.txt", Path(name) / "report.json"
        wanted.write_text(str(made), encoding="utf-8")
        command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--dry-run"]
        command += ["--ignore-installed", "--only-binary", ":all:", "--report", str(report), "-r", str(wanted)]
        start = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        seconds = time.perf_counter() - start
        installs = json.loads(report.read_text(encoding="utf-8"))["install"] if report.is_file() else []
    versions = {one["metadata"]["name"].lower(): one["metadata"]["version"] for one in installs}
    pinned = next((line.partition("==")[2] for line in made.requirements if line.startswith(CUDNN)), None)
    as_said = pinned is None or versions.get(CUDNN) == pinned
    return {
        "resolves": done.returncode == 0 and bool(versions) and as_said,
        "packages": len(versions),
        "tensorflow": versions.get("tensorflow"),
        "keras": versions.get("keras"),
        "cudnn": versions.get(CUDNN),
        "seconds": round(seconds, 1),
        "error": "" if done.returncode == 0 else done.stderr.strip()[-400:],
    }


def show(row: dict[str, Any]) -> None:
    """Print one rig."""
    said = "resolves" if row["resolves"] else f"DOES NOT RESOLVE: {row['error']}"
    what = f"TensorFlow {row['tensorflow']}, Keras {row['keras']}, cuDNN {row['cudnn']}"
    print(f"{row['rig']:<24}{said}: {row['packages']} packages, {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
