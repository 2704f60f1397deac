#!/bin/sh
# Writes constraints.txt anew: one version of every package that any extra brings, for Python 3.11 to 3.13 on every
# platform (markers tell them apart). Keeps the versions that still fit; `scripts/lock.sh --upgrade` moves on. Needs uv.
set -eu
cd "$(dirname "$0")/.."

# hatchling and editables build the package itself; pip calls them through pyproject.toml.
printf 'hatchling\neditables\n' | uv pip compile --quiet --universal --python-version 3.11 \
  --extra dev --extra gpu --extra ray --no-annotate --no-header --no-emit-index-url --no-emit-find-links \
  --output-file constraints.txt "$@" pyproject.toml - > /dev/null

line='# The exact versions that sextet is tested with. Written by scripts/lock.sh from pyproject.toml; do not edit.'
printf '%s\n%s\n' "$line" "$(cat constraints.txt)" > constraints.txt.new
mv constraints.txt.new constraints.txt
