"""sextet: a six-member time-series ensemble that forecasts and warns of spikes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sextet.app.backtest import backtest_data as backtest
    from sextet.app.doctor import diagnose
    from sextet.app.plan import plan
    from sextet.app.watch import watch
    from sextet.ensemble.ensemble import Ensemble

__version__ = "0.1.0"
__all__ = ["Ensemble", "__version__", "backtest", "diagnose", "plan", "watch"]


def __getattr__(name: str) -> Any:
    """Load the public names when they are first asked for, so that `import sextet` costs nothing."""
    if name == "Ensemble":
        from sextet.ensemble.ensemble import Ensemble

        return Ensemble
    if name == "backtest":
        from sextet.app.backtest import backtest_data

        return backtest_data
    if name == "diagnose":
        from sextet.app.doctor import diagnose

        return diagnose
    if name == "plan":
        from sextet.app.plan import plan

        return plan
    if name == "watch":
        from sextet.app.watch import watch

        return watch
    raise AttributeError(f"module 'sextet' has no attribute {name!r}")
