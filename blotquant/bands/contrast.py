"""Contrast of lanes at every scale, against the noise that the lanes themselves show.

Noise is judged sideways: a lane is cut into five strips, and what differs between neighbouring
strips is noise, whereas bands run across all of them. That works in a tight crop too, where the
scatter along the lane is nothing but bands.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from blotquant.background.leaps import on_the_blot
from blotquant.image.order import medians
from blotquant.lanes.profile import StraightLane

Floats = NDArray[np.float32]

STRIPS = 5
SCALES = (1.2, 1.8, 2.7, 4.0, 6.0, 9.0, 13.5)
REACH = 2.4
RIM_UNITS = 8  # within which the level leaps at the rim of a blot
EVEN = 0.35  # share of the lane's contrast that most of its strips must have


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlainContrast:
    """Two-sided contrast at every scale: centre minus the larger of both sides.

    `contrast` is (scales, positions), counts.
    """

    scales_px: tuple[float, ...]
    contrast: Floats

    def nearest_scale(self, scale_px: float) -> int:
        """Return the index of the scale nearest to another one."""
        return min(range(len(self.scales_px)), key=lambda k: abs(self.scales_px[k] - scale_px))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LaneContrast(PlainContrast):
    """Contrast of one lane against its noise: all arrays are (scales, positions).

    `snr` is that of the contrast. `bend_snr` is how sharply the profile bends downwards, in units
    of its noise: it also shows the weak partner of a doublet, which has no valley of its own.
    `strips` is the share of strips that show the contrast, `bend_strips` the same for the bend.
    """

    snr: Floats
    strips: Floats
    bend_snr: Floats
    bend_strips: Floats


def lane_contrasts(
    straight: Sequence[StraightLane], unit_px: float = 1.0
) -> tuple[LaneContrast, ...]:
    """Return two-sided contrast against sideways noise for scales from 1.2 to 13.5 units.

    Lanes of one length are worked on together. About 1 ms for a lane of 1000 units.
    """
    found: dict[int, LaneContrast] = {}
    step = _step(unit_px)
    for members in _alike(straight, step, STRIPS):
        strips = np.array([_within_rims(_strips(straight[i], step, STRIPS)) for i in members])
        tables = _tables(_levelled(strips), unit_px / step)
        counts = [straight[i].signal.shape[0] for i in members]
        found.update(zip(members, _by_lane(tables, step, counts), strict=True))
    return tuple(found[i] for i in range(len(straight)))


def plain_contrasts(
    straight: Sequence[StraightLane], unit_px: float = 1.0
) -> tuple[PlainContrast, ...]:
    """Return the contrasts of `lane_contrasts` alone, for places that need no noise."""
    found: dict[int, PlainContrast] = {}
    step = _step(unit_px)
    for members in _alike(straight, step, 1):
        profiles = np.array([_by_units(straight[i].mean, step) for i in members], np.float32)
        profiles = _levelled(profiles[:, None])[:, 0]
        scales = _scales(unit_px / step, profiles.shape[1])
        tables = [_two_sided(_filtered(profiles, _gaussian(0.75 * s)), s) for s in scales]
        counts = [straight[i].signal.shape[0] for i in members]
        for i, contrast in zip(members, _spread(np.array(tables), step, counts), strict=True):
            found[i] = PlainContrast(scales_px=tuple(s * step for s in scales), contrast=contrast)
    return tuple(found[i] for i in range(len(straight)))


def _step(unit_px: float) -> int:
    """Large pictures hold no finer bands: contrast is taken on means of whole units."""
    return max(1, int(unit_px))


def _alike(straight: Sequence[StraightLane], step: int, most: int) -> list[list[int]]:
    """Group lanes that have as many units and strips: they are worked on together."""
    groups: dict[tuple[int, int], list[int]] = {}
    for i, s in enumerate(straight):
        count, across = s.signal.shape
        groups.setdefault((max(1, count // step), min(most, across)), []).append(i)
    return list(groups.values())


def _strips(straight: StraightLane, step: int, most: int) -> Floats:
    """Return the means of whole units in each strip of a lane, (strips, units)."""
    across = straight.signal.shape[1]
    edges = np.linspace(0, across, min(most, across) + 1).round().astype(int)
    sums = np.add.reduceat(_by_units(straight.signal, step), edges[:-1], axis=1)
    return np.asarray((sums / np.diff(edges)).T, dtype=np.float32)


def _by_units(values: NDArray[Any], step: int) -> NDArray[Any]:
    """Return the means of so many positions along the first axis; a rest is left out."""
    step = min(step, len(values))
    stop = len(values) // step * step
    total = values[:stop:step].copy()
    for k in range(1, step):
        total += values[k:stop:step]
    total /= step
    return total


def _within_rims(strips: Floats) -> Floats:
    """Let a lane end at the rim of its blot: beside a dark table every rim looks like a band."""
    first, stop = on_the_blot(strips.mean(axis=0, dtype=np.float64), RIM_UNITS)
    if stop - first == strips.shape[1]:
        return strips
    inner = strips[:, first:stop]
    return np.pad(inner, ((0, 0), (first, strips.shape[1] - stop)), mode="edge")


def _levelled(strips: Floats) -> Floats:
    """Take out each lane's common level: filters then lose nothing of the differences."""
    return np.asarray(strips - medians(strips.reshape(len(strips), -1))[:, None, None])


def _scales(unit: float, count: int) -> list[float]:
    """Return the scales (units) that fit into a lane of `count` units, at least one."""
    fitting = [s * unit for s in SCALES if count >= 4 * s * unit]
    return fitting or [SCALES[0] * unit]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Scale:
    """What lanes show at one scale (units): arrays of (lanes, units), as in `LaneContrast`."""

    scale: float
    snr: Floats
    contrast: Floats
    strips: Floats
    bend_snr: Floats
    bend_strips: Floats


def _tables(strips: Floats, unit: float) -> list[_Scale]:
    """Return what shows at every scale; `strips` are (lanes, strips, units)."""
    out: list[_Scale] = []
    n_strips, count = strips.shape[1:]
    for s in _scales(unit, count):
        smooth = _filtered(strips, _gaussian(0.75 * s))
        each = _two_sided(smooth, s)
        mean = _two_sided(smooth.mean(axis=1, keepdims=True), s)[:, 0]
        noise = _noise(each)
        # A speck is strong in one strip; a band is about as strong in most of them.
        even = (each > EVEN * mean[:, None]).sum(axis=1) > n_strips / 2
        bend = _filtered(strips, _bend(0.75 * s))
        bend_noise = _noise(bend)
        out.append(
            _Scale(
                scale=s,
                snr=mean / (noise / math.sqrt(n_strips))[:, None],
                contrast=mean,
                strips=_share(each, noise) * even,
                bend_snr=bend.mean(axis=1) / (bend_noise / math.sqrt(n_strips))[:, None],
                bend_strips=_share(bend, bend_noise),
            )
        )
    return out


def _share(each: Floats, noise: Floats) -> Floats:
    """Return the share of strips that stand out."""
    shows = (each > noise[:, None, None]).sum(axis=1)
    return np.asarray(shows / each.shape[1], dtype=np.float32)


def _by_lane(tables: Sequence[_Scale], step: int, counts: Sequence[int]) -> Iterator[LaneContrast]:
    """Yield what each lane shows at each of its positions, of which there are `counts`."""
    names = ("snr", "contrast", "strips", "bend_snr", "bend_strips")
    spread = [_spread(np.array([getattr(t, name) for t in tables]), step, counts) for name in names]
    for mine in zip(*spread, strict=True):
        yield LaneContrast(
            scales_px=tuple(t.scale * step for t in tables), **dict(zip(names, mine, strict=True))
        )


def _spread(values: Floats, step: int, counts: Sequence[int]) -> Iterator[Floats]:
    """Yield values of whole units, (scales, lanes, units), at every position lane by lane.

    They are straight in between, and level beyond the last whole unit.
    """
    scales, lanes, units = values.shape
    by_lane = np.ascontiguousarray(values.swapaxes(0, 1), dtype=np.float32)
    fine = by_lane.reshape(lanes * scales, units)
    if step > 1:
        whole, longest = units * step, max(units * step, *counts)
        spread = np.empty((len(fine), longest), dtype=np.float32)
        spread[:, :whole] = cv2.resize(fine, (whole, len(fine)), interpolation=cv2.INTER_LINEAR)
        spread[:, whole:] = spread[:, whole - 1 : whole]
        fine = spread
    for mine, count in zip(fine.reshape(lanes, scales, -1), counts, strict=True):
        yield mine[:, :count]


def _gaussian(sigma: float) -> NDArray[np.float64]:
    """Return a sampled Gaussian of sum 1, to 4 sigma on either side."""
    reach = np.arange(-int(4 * sigma + 0.5), int(4 * sigma + 0.5) + 1)
    kernel = np.exp(-0.5 * (reach / sigma) ** 2)
    return np.asarray(kernel / kernel.sum())


def _bend(sigma: float) -> NDArray[np.float64]:
    """Return the kernel of the downward curvature: minus a Gaussian's second derivative."""
    kernel = _gaussian(sigma)
    reach = np.arange(kernel.size) - kernel.size // 2
    return np.asarray((1 - (reach / sigma) ** 2) / sigma**2 * kernel)


def _filtered(profiles: Floats, kernel: NDArray[np.float64]) -> Floats:
    """Filter along the last axis; beyond the ends is what lies at the ends."""
    flat = profiles.reshape(-1, profiles.shape[-1])
    one = np.ones(1)
    found = cv2.sepFilter2D(flat, cv2.CV_32F, kernel, one, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(found, dtype=np.float32).reshape(profiles.shape)


def _two_sided(smooth: Floats, scale: float) -> Floats:
    flat = smooth.reshape(-1, smooth.shape[-1])
    reach = max(2, round(REACH * scale))
    padded = cv2.copyMakeBorder(flat, 0, 0, reach, reach, cv2.BORDER_REPLICATE)
    sides = cv2.max(padded[:, : -2 * reach], padded[:, 2 * reach :])
    return np.asarray(flat - sides, dtype=np.float32).reshape(smooth.shape)


def _noise(each: Floats) -> Floats:
    """Return the noise of one strip's contrast in each lane; `each` is (lanes, strips, units)."""
    n_lanes, n_strips = each.shape[:2]
    if n_strips < 3:
        d = np.diff(each[:, 0], axis=1)
        if not d.size:
            return np.ones(n_lanes, dtype=np.float32)
        scatter = medians(np.abs(d - medians(d)[:, None]))
        return np.asarray(np.maximum(1.4826 * scatter, 1e-6), dtype=np.float32)
    # Second differences across strips: a lean or a cup of the band cancels, noise stays.
    second = np.abs(each[:, :-2] - 2 * each[:, 1:-1] + each[:, 2:])
    scatter = medians(second.reshape(n_lanes, -1))
    largest = np.maximum(each.max(axis=(1, 2)), -each.min(axis=(1, 2)))
    scatter = np.maximum(1.4826 / math.sqrt(6) * scatter, 1e-3 * largest)
    return np.asarray(np.maximum(scatter, 1e-6), dtype=np.float32)
