"""What the detector saw along a lane: the raw picture sampled on the lane's own grid."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from blotquant.model.image import Polarity
from blotquant.model.lane import Lane, LaneProfile
from blotquant.model.noise import NoiseModel


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StraightLane:
    """A lane laid out straight: `signal` (positions along, places across), counts, bands positive.

    Steps are 1 px along the axis and `step_px` across it, so that each place stands for `step_px`
    square pixels. `saturated` has the same shape. `inside` is the share of places within the photo
    for each position, `mean` the mean signal of the places there.
    """

    signal: NDArray[np.float32]
    saturated: NDArray[np.bool_]
    step_px: float
    inside: NDArray[np.float64]
    mean: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "mean", _mean_across(self.signal))

    def saturated_share(self) -> NDArray[np.float64]:
        """Return the share of saturated places at every position."""
        if not self.saturated.any():
            return np.zeros(self.saturated.shape[0])
        return _mean_across(self.saturated.view(np.uint8))


def _mean_across(values: NDArray[Any]) -> NDArray[np.float64]:
    """Return row means of a picture, summed in double precision."""
    mean = cv2.reduce(values, 1, cv2.REDUCE_AVG, dtype=cv2.CV_64F)
    return np.asarray(mean, dtype=np.float64)[:, 0]


def straighten(
    pixels: NDArray[Any],
    saturated: NDArray[np.bool_] | None,
    full_scale: float,
    polarity: Polarity,
    lane: Lane,
) -> StraightLane:
    """Sample the raw picture along the lane with linear interpolation on a unit grid.

    On a grid of unit area, sums over the samples estimate sums over pixels, so volumes survive
    tilt. Costs less than 1 ms for a lane of 12 MP photographs, three times as much if it bends.
    """
    grid = _Grid.of(lane)
    rows, columns = pixels.shape
    x, y = ends = grid.ends()
    a, b = max(math.floor(x.min()) - 1, 0), max(math.floor(y.min()) - 1, 0)
    c, d = min(math.ceil(x.max()) + 2, columns), min(math.ceil(y.max()) + 2, rows)
    if c <= a or d <= b:
        return StraightLane(
            signal=np.zeros(grid.shape, np.float32),
            saturated=np.zeros(grid.shape, bool),
            step_px=grid.step_px,
            inside=np.zeros(grid.shape[0]),
        )
    signal = grid.sampled(pixels[b:d, a:c].astype(np.float32), a, b)
    if polarity is Polarity.DARK_ON_LIGHT:
        np.subtract(np.float32(full_scale), signal, out=signal)
    clipped = np.zeros(grid.shape, dtype=bool)
    if saturated is not None and saturated[b:d, a:c].any():
        x, y = grid.places()
        # Half-way places are rounded up throughout: rounding to even would leave out every second
        # row of a lane that starts at the frame's edge, half a pixel outside the first row.
        column = np.clip(np.floor(x + 0.5).astype(np.int64), 0, columns - 1)
        row = np.clip(np.floor(y + 0.5).astype(np.int64), 0, rows - 1)
        clipped = saturated[row, column]
    inside = np.ones(grid.shape[0])
    crossing = np.flatnonzero(~_within(*ends, pixels.shape).all(axis=0))
    if crossing.size:
        within = _within(*grid.places(crossing), pixels.shape)
        clipped[crossing] &= within
        inside[crossing] = within.mean(axis=1)
    return StraightLane(signal=signal, saturated=clipped, step_px=grid.step_px, inside=inside)


def _within(x: NDArray[Any], y: NDArray[Any], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Tell which places lie on the picture; pixels are 1 px wide about their centres."""
    rows, columns = shape
    return (x >= -0.5) & (x <= columns - 0.5) & (y >= -0.5) & (y <= rows - 0.5)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Grid:
    """Where the samples of a lane lie, (x, y) in px: ``axis[:, i] + offsets[j] * normal[:, i]``."""

    axis: NDArray[np.float64]
    normal: NDArray[np.float64]
    offsets: NDArray[np.float64]
    step_px: float
    is_straight: bool

    @classmethod
    def of(cls, lane: Lane) -> _Grid:
        along = np.arange(max(2, math.floor(lane.length_px) + 1))
        is_straight = len(lane.nodes) == 2
        if is_straight:
            first, last = np.array(lane.nodes)
            tangent = ((last - first) / math.dist(first, last))[:, None]
            axis = first[:, None] + tangent * along
            tangent = np.broadcast_to(tangent, axis.shape)
        else:
            steps = [math.dist(a, b) for a, b in itertools.pairwise(lane.nodes)]
            knots = np.concatenate([[0.0], np.cumsum(steps)])
            axis = np.array([np.interp(along, knots, [n[k] for n in lane.nodes]) for k in (0, 1)])
            tangent = np.gradient(axis, axis=1)
            tangent /= np.hypot(tangent[0], tangent[1])
        across = max(1, round(lane.width_px))
        step = lane.width_px / across
        return cls(
            axis=axis,
            normal=np.stack([tangent[1], -tangent[0]]),
            offsets=np.asarray((np.arange(across) - (across - 1) / 2) * step),
            step_px=step,
            is_straight=is_straight,
        )

    @property
    def shape(self) -> tuple[int, int]:
        """Positions along, places across."""
        return self.axis.shape[1], self.offsets.size

    def ends(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return x and y of the first and of the last place of every position, (2, positions)."""
        outermost = self.offsets[[0, -1], None]
        return self.axis[0] + outermost * self.normal[0], self.axis[1] + outermost * self.normal[1]

    def places(self, which: Any = slice(None)) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return x and y of the samples at some positions, (positions, places)."""
        axis, normal = self.axis[:, which, None], self.normal[:, which, None]
        return axis[0] + self.offsets * normal[0], axis[1] + self.offsets * normal[1]

    def sampled(self, part: NDArray[np.float32], left: int, top: int) -> NDArray[np.float32]:
        """Return the interpolated values of a picture's part whose first pixel is (left, top)."""
        count, across = self.shape
        if self.is_straight:
            # One map for the whole lane: from (place, position) to (x, y) of the part.
            along = (self.axis[:, -1] - self.axis[:, 0]) / (count - 1)
            first = self.axis[:, 0] + self.offsets[0] * self.normal[:, 0] - (left, top)
            affine = np.stack([self.step_px * self.normal[:, 0], along, first], axis=1)
            flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            found = cv2.warpAffine(
                part, affine, (across, count), flags=flags, borderMode=cv2.BORDER_REPLICATE
            )
        else:
            x, y = self.places()
            found = cv2.remap(
                part,
                (x - left).astype(np.float32),
                (y - top).astype(np.float32),
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REPLICATE,
            )
        return np.asarray(found, dtype=np.float32)


def lane_profile(straight: StraightLane, noise: NoiseModel) -> LaneProfile:
    """Average a straightened lane across its width."""
    count, across = straight.signal.shape
    signal = straight.mean
    pixel_variance = noise.variance(signal)
    return LaneProfile(
        position_px=np.arange(count, dtype=np.float64),
        signal=signal,
        area_px=np.full(count, across * straight.step_px),
        variance=pixel_variance / (across * straight.step_px),
        saturated=straight.saturated_share(),
    )
