"""The shapes that a blot is made of, each a function of position.

Across a lane a band is a box with blurred sides, along migration an exponentially modified
Gaussian (doi:10.1021/ac60319a011) with its tail towards the wells.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blotquant.model.geometry import Point

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The membrane's own axes on the photograph.

    u runs across the lanes, v along migration, both in px; (u, v) = (0, 0) is `centre`. Turning
    by `rotation_deg` moves the lower ends of the lanes to the right.
    """

    centre: Point
    rotation_deg: float

    def to_membrane(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Return (u, v) of file coordinates."""
        c, s = self._cos_sin()
        dx, dy = x - self.centre[0], y - self.centre[1]
        return c * dx - s * dy, s * dx + c * dy

    def to_file(self, u: float, v: float) -> Point:
        """Return (x, y) of a place on the membrane."""
        c, s = self._cos_sin()
        return self.centre[0] + c * u + s * v, self.centre[1] - s * u + c * v

    def _cos_sin(self) -> tuple[float, float]:
        angle = math.radians(self.rotation_deg)
        return math.cos(angle), math.sin(angle)


def pixels_around(places: Sequence[Point], shape: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return top, bottom, left, right of the pixels around places; `shape` is (rows, columns)."""
    xs, ys = zip(*places, strict=True)
    rows, columns = shape
    left = min(max(math.floor(min(xs)), 0), columns)
    right = max(min(math.ceil(max(xs)) + 1, columns), left)
    top = min(max(math.floor(min(ys)), 0), rows)
    bottom = max(min(math.ceil(max(ys)) + 1, rows), top)
    return top, bottom, left, right


def across(s_px: Array, width_px: float, edge_px: float) -> Array:
    """Return a band's lateral profile: 1 on its flat top, area `width_px`."""
    from scipy.special import erf  # noqa: PLC0415 - slow import

    scale = math.sqrt(2.0) * edge_px
    rise = erf((s_px + width_px / 2) / scale)
    fall = erf((s_px - width_px / 2) / scale)
    return np.asarray((rise - fall) / 2, dtype=np.float64)


def exponential_gaussian(t_px: Array, sigma_px: float, tail_px: float) -> Array:
    """Return an exponentially modified Gaussian of unit area, tail towards positive `t_px`.

    Its Gaussian part is centred on 0. Both branches are the same function, each written so that it
    neither overflows nor loses digits where it is used. A tail below a thousandth of `sigma_px`
    makes no difference that a pixel could show and counts as none.
    """
    from scipy.special import erfc, erfcx  # noqa: PLC0415 - slow import

    if tail_px < 1e-3 * sigma_px:
        z = t_px / sigma_px
        return np.asarray(np.exp(-0.5 * z * z) / (sigma_px * math.sqrt(2 * math.pi)))
    ratio = sigma_px / tail_px
    z = (ratio - t_px / sigma_px) / math.sqrt(2.0)
    rising = z >= 0
    # Each branch sees the place where they meet (z = 0) instead of the other's pixels.
    meet = ratio * sigma_px
    z_up, t_up = np.where(rising, z, 0.0), np.where(rising, t_px, meet)
    z_down, t_down = np.where(rising, 0.0, z), np.where(rising, meet, t_px)
    up = np.exp(-0.5 * (t_up / sigma_px) ** 2) * erfcx(z_up)
    down = np.exp(0.5 * ratio * ratio - t_down / tail_px) * erfc(z_down)
    return np.asarray(np.where(rising, up, down) / (2 * tail_px), dtype=np.float64)


def apex_of(sigma_px: float, tail_px: float) -> float:
    """Return where `exponential_gaussian` is highest, to about 1e-4 sigma."""
    if tail_px < 1e-3 * sigma_px:
        return 0.0
    low, high = 0.0, sigma_px + tail_px
    for _ in range(3):
        grid = np.linspace(low, high, 201)
        best = int(np.argmax(exponential_gaussian(grid, sigma_px, tail_px)))
        low, high = float(grid[max(best - 1, 0)]), float(grid[min(best + 1, 200)])
    return (low + high) / 2


def along(t_px: Array, sigma_px: float, tail_px: float) -> Array:
    """Return a band's profile along migration: unit area, apex at 0, tail towards the wells."""
    return exponential_gaussian(apex_of(sigma_px, tail_px) - t_px, sigma_px, tail_px)


def amount_of_peak(
    peak: float, *, width_px: float, edge_px: float, sigma_px: float, tail_px: float
) -> float:
    """Return the volume of a band whose apex is `peak` counts high."""
    zero = np.zeros(1)
    height = across(zero, width_px, edge_px)[0] * along(zero, sigma_px, tail_px)[0] / width_px
    return float(peak / height)


def unevenness(shape: tuple[int, int], rng: np.random.Generator) -> Array:
    """Return a smooth field of about unit standard deviation: eight waves of random direction.

    A wave is an outer product of sines, which costs far less than a cosine per pixel.
    """
    rows, columns = shape
    field = np.zeros(shape)
    n_waves = 8
    for _ in range(n_waves):
        length = rng.uniform(0.35, 1.3) * min(shape)
        direction, phase = rng.uniform(0, 2 * math.pi, size=2)
        kx, ky = math.cos(direction) / length, math.sin(direction) / length
        x = 2 * math.pi * kx * np.arange(columns)
        y = 2 * math.pi * ky * np.arange(rows) + phase
        field += np.outer(np.cos(y), np.cos(x)) - np.outer(np.sin(y), np.sin(x))
    return field * math.sqrt(2.0 / n_waves)


def texture(shape: tuple[int, int], size_px: float, rng: np.random.Generator) -> Array:
    """Return a rough field of unit standard deviation, correlated over `size_px`."""
    from scipy.ndimage import gaussian_filter  # noqa: PLC0415 - slow import

    field = gaussian_filter(rng.standard_normal(shape), size_px, mode="wrap")
    # The filter's own norm, not the sample's: a strip of few pixels must not be blown up.
    return np.asarray(field * (2 * math.sqrt(math.pi) * size_px))


def step(t_px: Array, blur_px: float) -> Array:
    """Return a blurred step from 0 to 1 at 0."""
    from scipy.special import erf  # noqa: PLC0415 - slow import

    return np.asarray(0.5 + 0.5 * erf(t_px / (math.sqrt(2.0) * blur_px)), dtype=np.float64)
