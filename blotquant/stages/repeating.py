"""The same analysis by another pair of hands: lane edges and band limits moved a little.

Two careful people draw lanes and limits a few per cent apart. Their volumes differ by what lies
between their lines, which is summed here without measuring again.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from blotquant.cache import StageCache
from blotquant.lanes.profile import straighten
from blotquant.model.lane import LaneProfile
from blotquant.model.project import ImageRole
from blotquant.model.results import LaneResult
from blotquant.quantify.lane_setup import band_mask
from blotquant.stages.measuring import Measured
from blotquant.stages.placed import PlacedLane

N_REPEATS = 16
EDGE_SD = 0.03  # by how much a lane's edge is drawn elsewhere, in widths of the lane
LIMIT_SD = 0.03  # by how much a band's limit is, in heights of the band
LEAST_LIMIT_SD_PX = 1.0
MOST_SD = 2.5  # no careful person is further off
SURROUND = 0.75  # length of the free stretches beside a band that tell its level, in heights

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Repeats:
    """One lane's volumes in every repeat, (repeats, bands), and its mean signal and width.

    `signal` is (repeats, positions), counts; `width_px` (repeats,).
    """

    volumes: Floats
    signal: Floats
    width_px: Floats


def repeats(
    placed: Sequence[PlacedLane], measured: Measured, cache: StageCache
) -> tuple[Measured, ...]:
    """Return the measurements of `N_REPEATS` simulated repeats of the analysis.

    Each lane's two edges and each band's two limits are moved by chance: normally distributed, 3 %
    of the lane's width and 3 % of the band's height, at least 1 px. What lies between the old and
    the new lines is added to the volumes, above the level, which follows the free places beside
    the band. The draws hang on the lane's name alone: the same project gives the same repeats.
    Errors and limits of detection stay. About 2 ms for a lane.

    Parameters
    ----------
    placed
        The lanes with their bands.
    measured
        The same lanes, measured with the chosen backgrounds.
    """
    drawn: list[list[LaneResult]] = [[] for _ in range(N_REPEATS)]
    volumes: dict[tuple[str, str, int, int], Floats] = {}
    for p, result in zip(placed, measured.lanes, strict=True):
        found = cache.get(
            (
                "repeats",
                p.report.image.sha256,
                p.report.polarity.polarity,
                p.lane,
                p.bands,
                result.baseline.level.tobytes(),
            ),
            lambda p=p, result=result: _lane(p, result),  # type: ignore[misc]
        )
        is_stain = p.report.photograph.role is ImageRole.TOTAL_PROTEIN
        for i, lanes in enumerate(drawn):
            lanes.append(_stained(result, found, i) if is_stain else result)
        volumes |= {b.key: found.volumes[:, k] for k, b in enumerate(p.bands)}
    return tuple(
        Measured(
            lanes=tuple(lanes),
            bands=tuple(
                replace(m, volume=m.volume + float(volumes[m.band.key][i])) for m in measured.bands
            ),
        )
        for i, lanes in enumerate(drawn)
    )


def _lane(placed: PlacedLane, result: LaneResult) -> _Repeats:
    """Return by how much each band's volume changes in every repeat."""
    lane, bands = placed.lane, placed.bands
    name = f"{lane.image}/{lane.membrane}/{lane.number}"
    rng = np.random.default_rng([N_REPEATS, zlib.crc32(name.encode())])
    edges = _drawn(rng, (2, N_REPEATS)) * EDGE_SD * lane.width_px
    moves = _drawn(rng, (2, N_REPEATS, len(bands)))
    # The first line is the analysis itself, whose edges and limits stay.
    edges = np.concatenate([np.zeros((2, 1)), edges], axis=1)
    moves = np.concatenate([np.zeros((2, 1, len(bands))), moves], axis=1)
    sums = _summed(placed, edges)
    width = lane.width_px + edges[1] - edges[0]
    signal = np.diff(sums, axis=1) / width[:, None]
    level = np.concatenate([[0.0], np.cumsum(result.baseline.level)])
    net = sums - level * width[:, None]
    lifted = (signal - signal[0]) @ _surrounds(placed)
    volumes = np.empty(lifted.shape)
    for k, band in enumerate(bands):
        height = band.stop_px - band.start_px
        # Limits never meet: half the height stays between them.
        step = np.clip(
            max(LIMIT_SD * height, LEAST_LIMIT_SD_PX) * moves[:, :, k], -height / 4, height / 4
        )
        start, stop = band.start_px + step[0], band.stop_px + step[1]
        above = _up_to(net, stop) - _up_to(net, start)
        volumes[:, k] = above - lifted[:, k] * width * (stop - start)
    return _Repeats(volumes=(volumes - volumes[0])[1:], signal=signal[1:], width_px=width[1:])


def _drawn(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    return np.clip(rng.standard_normal(shape), -MOST_SD, MOST_SD)


def _summed(placed: PlacedLane, edges_px: Floats) -> Floats:
    """Return the signal between moved edges, summed from the top to each position, (repeats, n+1).

    `edges_px` (2, repeats): how far the left and the right edge are moved to the right.
    """
    lane, report = placed.lane, placed.report
    wide = replace(lane, width_px=lane.width_px * (1 + 2 * MOST_SD * EDGE_SD) + 2)
    laid = straighten(
        report.image.pixels, None, report.image.full_scale, report.polarity.polarity, wide
    )
    total = cv2.integral(laid.signal, sdepth=cv2.CV_64F).T * laid.step_px

    def up_to(x_px: Floats) -> Floats:
        place = (x_px + wide.width_px / 2) / laid.step_px
        first = np.clip(place.astype(np.int64), 0, total.shape[0] - 2)
        share = (place - first)[:, None]
        return np.asarray(total[first] * (1 - share) + total[first + 1] * share)

    half = lane.width_px / 2
    return up_to(half + edges_px[1]) - up_to(edges_px[0] - half)


def _up_to(summed: Floats, position_px: Floats) -> Floats:
    """Return each line's sum up to a position; the value of a position covers 1 px about it."""
    n = summed.shape[1] - 1
    place = np.clip(position_px + 0.5, 0.0, float(n))
    first = np.minimum(place.astype(np.int64), n - 1)
    share = place - first
    rows = np.arange(summed.shape[0])
    return np.asarray(summed[rows, first] * (1 - share) + summed[rows, first + 1] * share)


def _surrounds(placed: PlacedLane) -> Floats:
    """Return (positions, bands) weights of the free places that tell the level of each band.

    Those just above and below it; all free ones where none is near; none where nothing is free.
    """
    position = placed.profile.position_px
    free = ~band_mask(placed.profile, [b for b in placed.bands if b.found])
    weights = np.zeros((position.size, len(placed.bands)))
    for k, band in enumerate(placed.bands):
        reach = SURROUND * (band.stop_px - band.start_px)
        near = free & (position >= band.start_px - reach) & (position <= band.stop_px + reach)
        chosen = near if near.any() else free
        weights[:, k] = chosen / max(int(chosen.sum()), 1)
    return weights


def _stained(result: LaneResult, found: _Repeats, i: int) -> LaneResult:
    """Return a stained lane, whose whole signal is its loading, as one repeat sees it."""
    profile = result.profile
    seen = LaneProfile(
        position_px=profile.position_px,
        signal=found.signal[i],
        area_px=np.full(profile.signal.size, found.width_px[i]),
        variance=profile.variance,
        saturated=profile.saturated,
    )
    return replace(result, profile=seen)
