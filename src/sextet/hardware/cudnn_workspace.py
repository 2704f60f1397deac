"""How much memory cuDNN may take to try out convolutions."""

from __future__ import annotations

import os

_NAME = "TF_CUDNN_WORKSPACE_LIMIT_IN_MB"
_MEBIBYTES = "256"


def limit_workspace() -> None:
    """Limit it, unless the user has; to be called before TensorFlow is imported.

    TensorFlow's own limit is 4 GiB. CNN-LSTM took all of it on an H200, 4.3 GiB instead of 0.12, and its steps were no
    shorter for it: a card of 8 GiB would have been full.
    """
    os.environ.setdefault(_NAME, _MEBIBYTES)
