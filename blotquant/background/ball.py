"""A ball rolled along the underside of a picture (Sternberg 1983, doi 10.1109/MC.1983.1654163).

A grey-scale opening with a ball as its structuring function, by the rules that ImageJ has made the
custom: large balls roll over a picture shrunk by minima, their steep rim is trimmed, one px of the
ball's height is one count, and the result is enlarged bilinearly. At the frame's edge the ball's
centre may lie outside, and only pixels that are there stop it, so that corners need no care.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from blotquant.errors import SettingsError

# Up to which radius a picture is shrunk by what, and the share of the ball's radius trimmed off.
_SHRINK = ((10.0, 1, 0.24), (30.0, 2, 0.24), (100.0, 4, 0.32), (float("inf"), 8, 0.40))
_THREADS = 2
_STRIP_ROWS = 96  # few enough for a strip of a shrunk photograph to stay in the processor's cache

Pixels = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BallSurface:
    """What a ball has left of a picture: the opening of its shrunk copy.

    `small` (rows / shrink, columns / shrink, rounded up) is in counts; `shape` is the picture's.
    """

    small: Pixels
    shrink: int
    shape: tuple[int, int]

    def enlarged(self) -> Pixels:
        """Return the surface at the picture's own size, bilinear, straight on at the edges."""
        if self.shrink == 1:
            return self.small
        (y, v), (x, u) = (
            _between(n, m, self.shrink) for n, m in zip(self.shape, self.small.shape, strict=True)
        )
        along = self.small[:, x] * (1 - u) + self.small[:, np.minimum(x + 1, self.last(1))] * u
        below = np.minimum(y + 1, self.last(0))
        found = along[y] * (1 - v)[:, None] + along[below] * v[:, None]
        return np.asarray(found, dtype=np.float32)

    def last(self, axis: int) -> int:
        """Return the last index of the small surface along an axis."""
        return int(self.small.shape[axis]) - 1


def rolling_ball(
    signal: NDArray[Any], radius_px: float, *, smooth: bool = True, counts_per_px: float = 1.0
) -> BallSurface:
    """Roll a ball under a picture whose bands are its higher values.

    About 0.1 s for 12 megapixels.

    Parameters
    ----------
    signal
        (rows, columns), counts.
    radius_px
        In px of the picture; should exceed the widest band.
    smooth
        Average 3 x 3 px first, so that single low pixels do not stop the ball.
    counts_per_px
        Height of the ball: what one px of its radius is in counts.

    Raises `SettingsError` for a radius that is not positive. The surface lies nowhere above the
    (smoothed) picture when nothing is shrunk; `BallSurface.enlarged` may cross it elsewhere.
    """
    if not radius_px > 0:
        raise SettingsError("The ball's radius must be positive", "Give a radius in px")
    picture = np.asarray(signal, dtype=np.float32)
    if smooth:
        picture = np.asarray(cv2.blur(picture, (3, 3), borderType=cv2.BORDER_REPLICATE))
    shrink, trimmed = next((s, t) for limit, s, t in _SHRINK if radius_px <= limit)
    small = _shrunk(picture, shrink)
    ball = ball_patch(radius_px / shrink, trimmed) * np.float32(counts_per_px)
    return BallSurface(
        small=_opened(small, ball),
        shrink=shrink,
        shape=(int(picture.shape[0]), int(picture.shape[1])),
    )


def ball_patch(radius: float, trimmed: float) -> Pixels:
    """Return the heights of the ball's cap over a square of odd size, 0 beyond the ball."""
    radius = max(radius, 1.0)
    half = round(radius - int(100 * trimmed * radius) / 100)
    square = np.arange(-half, half + 1.0) ** 2
    return np.sqrt(np.maximum(radius**2 - square[:, None] - square, 0.0)).astype(np.float32)


def _shrunk(picture: Pixels, by: int) -> Pixels:
    """Return the minima of square blocks; those at the right and bottom may be cut."""
    if by == 1:
        return picture
    tall = _row_minima(picture, by)
    return np.ascontiguousarray(_row_minima(np.ascontiguousarray(tall.T), by).T)


def _row_minima(picture: Pixels, by: int) -> Pixels:
    """Return the minima of every `by` rows; whole rows at a time, which is much the fastest."""
    least = picture[::by].copy()
    for i in range(1, by):
        rows = picture[i::by]
        np.minimum(least[: len(rows)], rows, out=least[: len(rows)])
    return least


def _opened(picture: Pixels, ball: Pixels) -> Pixels:
    """Lift the ball under every place until it touches, then take the highest it reaches."""
    half = ball.shape[0] // 2
    # No pixel beyond the frame stops the ball, and its centre may lie there.
    lifted = _swept(np.pad(picture, 2 * half, constant_values=np.inf), -ball, np.minimum)
    return _swept(lifted, ball, np.maximum)


def _swept(padded: Pixels, heights: Pixels, best: np.ufunc) -> Pixels:
    """Return the best of value plus height over the patch, for places where it fits.

    The ball is the same up and down, left and right: four places share each height. Strips of rows
    stay in the cache.
    """
    half = heights.shape[0] // 2
    rows, columns = padded.shape[0] - 2 * half, padded.shape[1] - 2 * half
    out = np.empty((rows, columns), dtype=np.float32)

    def sweep(top: int) -> None:
        strip = padded[top : top + _STRIP_ROWS + 2 * half]
        n = strip.shape[0] - 2 * half
        found = out[top : top + n]
        found[:] = strip[half : half + n, half : half + columns] + heights[half, half]
        four = np.empty_like(found)
        for dx in range(half + 1):
            left, right = half - dx, half + dx
            pair = best(strip[:, left : left + columns], strip[:, right : right + columns])
            for dy in range(half + 1):
                best(pair[half - dy : half - dy + n], pair[half + dy : half + dy + n], out=four)
                four += heights[half + dy, half + dx]
                best(found, four, out=found)

    # Whole strips leave the interpreter free for most of the time.
    with ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(sweep, range(0, rows, _STRIP_ROWS)))
    return out


def _between(n: int, n_small: int, by: int) -> tuple[NDArray[np.int64], Pixels]:
    """Return, for each of `n` places, the block before it and the share of the next one."""
    middle = (np.arange(n) + 0.5) / by - 0.5
    first = np.clip((np.arange(n) - by // 2) // by, 0, max(n_small - 2, 0))
    return first, (middle - first).astype(np.float32)
