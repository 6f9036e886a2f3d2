"""Background methods: the level under a band, and its standard error.

Importing this package enters the built-in methods in `BACKGROUNDS`.
"""

from blotquant.background.base import BACKGROUNDS, Background, BackgroundMethod, LaneView
from blotquant.background.constant import ConstantRegion, NoBackground
from blotquant.background.lane_baseline import LaneBaseline
from blotquant.background.local import LocalSurround
from blotquant.background.rolling_ball import RollingBall
from blotquant.background.valley import ValleyToValley

__all__ = [
    "BACKGROUNDS",
    "Background",
    "BackgroundMethod",
    "ConstantRegion",
    "LaneBaseline",
    "LaneView",
    "LocalSurround",
    "NoBackground",
    "RollingBall",
    "ValleyToValley",
]
