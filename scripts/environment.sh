#!/bin/sh
# Makes .venv and installs sextet into it with the extras named, at the versions of constraints.txt:
#
#     scripts/environment.sh train,samples
#
# uv does the work where it is present, else venv and pip. An environment that fits is kept and only topped up.
set -eu
cd "$(dirname "$0")/.."
extras=$1
python=.venv/bin/python

# Prints nothing, succeeds where $1 runs and is a Python that sextet supports. A name on the PATH is not enough:
# version managers leave names there that do not run.
fits() {
  "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' > /dev/null 2>&1
}

find_python() {
  for name in python3.11 python3.12 python3.13 python3 python; do
    if fits "$name" && { [ "$1" = any ] || "$name" -c 'import ensurepip' > /dev/null 2>&1; }; then
      echo "$name"
      return
    fi
  done
}

with_uv() {
  command -v uv > /dev/null 2>&1 || return 1
  fits $python || uv venv --quiet --clear --python "$(found=$(find_python any); echo "${found:-3.11}")" .venv || return 1
  uv pip install --quiet --python $python --constraints constraints.txt hatchling editables || return 1
  uv pip install --quiet --python $python --constraints constraints.txt --no-build-isolation --editable ".[$extras]"
}

with_pip() {
  if ! { fits $python && $python -m pip --version > /dev/null 2>&1; }; then
    found=$(find_python with_pip)
    if [ -z "$found" ]; then
      echo "Expected Python 3.11, 3.12 or 3.13 with venv and pip; found none that runs." \
        "Install one (Debian: apt-get install python3 python3-venv) and run again." >&2
      return 1
    fi
    "$found" -m venv --clear .venv || return 1
  fi
  pip="$python -m pip --disable-pip-version-check --quiet"
  $pip install --constraint constraints.txt hatchling editables || return 1
  $pip install --constraint constraints.txt --no-build-isolation --editable ".[$extras]"
}

echo "Installing sextet[$extras] into .venv (the first time this fetches TensorFlow and takes a few minutes)"
with_uv || with_pip
