"""Tests of the limit on what cuDNN may take to try convolutions."""

from __future__ import annotations

import os

from sextet.hardware.cudnn_workspace import limit_workspace

NAME = "TF_CUDNN_WORKSPACE_LIMIT_IN_MB"


def test_it_is_limited_unless_the_user_has(monkeypatch):
    monkeypatch.delenv(NAME, raising=False)
    limit_workspace()
    assert os.environ[NAME] == "256"
    monkeypatch.setenv(NAME, "1024")
    limit_workspace()
    assert os.environ[NAME] == "1024"
