"""Which background method fits a picture, from what is measured of it, and what to mind of it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blotquant.image.order import median
from blotquant.model.results import BackgroundAdvice, Notice
from blotquant.quantify.lane_setup import band_mask
from blotquant.stages.levels import ROLLING_BALL, Backgrounds
from blotquant.stages.measuring import Measured
from blotquant.stages.placed import PlacedLane, by_place, widest_band_px

BASELINE = "lane-baseline"
CROWDED = 0.5  # share of bands without a free place above or below from which lanes are crowded
WIDE_GAP = 0.2  # of a lane's width: a ball finds the level between the lanes
WORTH_SAYING = 0.005  # of a typical band: less hides behind the limits that one draws by hand
REACH = 0.75  # of a band's height: what lies beside it
FEWEST_FREE = 8
# Of the widest band's height: a ball of just that still sinks into it by its curvature.
LEAST_BALL = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the ground of one membrane on one photograph looks like.

    `slope` and `blotch` are shares of a typical band: what a constant level, and what a straight
    line along the lane would be wrong by under a band. `free` is the share of the lanes without a
    band, `crowded` that of the bands without a free place on either side, `gap` the median distance
    between lanes in lane widths.
    """

    slope: float
    blotch: float
    free: float
    crowded: float
    gap: float


def background_advice(
    placed: Sequence[PlacedLane], measured: Measured, backgrounds: Backgrounds
) -> tuple[BackgroundAdvice, ...]:
    """Return one sentence for each membrane of each photograph that has bands."""
    volumes = {m.band.key: m.volume for m in measured.bands if m.detected}
    out = []
    for (image, membrane), mine in by_place(placed).items():
        ground = ground_of(
            mine, [volumes[b.key] for p in mine for b in p.bands if b.key in volumes]
        )
        if ground is None:
            continue
        method, text = advise(ground)
        out.append(
            BackgroundAdvice(
                image=image,
                membrane=membrane,
                method=method,
                used=backgrounds.name_for(membrane),
                text=text,
            )
        )
    return tuple(out)


def ground_of(placed: Sequence[PlacedLane], volumes: Sequence[float]) -> Ground | None:
    """Return what the ground of these lanes looks like; None without a band to compare it with."""
    found = [b for p in placed for b in p.bands if b.found]
    typical = float(np.median(volumes)) if volumes else 0.0
    if not found or not typical > 0:
        return None
    height = float(np.median([b.stop_px - b.start_px for b in found]))
    slopes, blotches, free, lonely = [], [], [], []
    for p in placed:
        there = [b for b in p.bands if b.found]
        is_free = ~band_mask(p.profile, there)
        free.append(float(is_free.mean()))
        for b in there:
            beside = _is_free_beside(is_free, b.start_px, b.stop_px)
            lonely.append(not beside)
        if int(is_free.sum()) >= FEWEST_FREE:
            slope, blotch = _unevenness(p.profile.signal, is_free, height)
            area = height * p.lane.width_px / typical
            slopes.append(slope * area)
            blotches.append(blotch * area)
    return Ground(
        slope=float(np.median(slopes)) if slopes else math.nan,
        blotch=float(np.median(blotches)) if blotches else math.nan,
        free=float(np.mean(free)),
        crowded=float(np.mean(lonely)),
        gap=_gap(placed),
    )


def advise(ground: Ground) -> tuple[str, str]:
    """Return the method that fits and a sentence that says why."""
    free = f"{ground.free:.0%} of the lanes is free of bands"
    if ground.crowded >= CROWDED:
        if ground.gap >= WIDE_GAP:
            return ROLLING_BALL, (
                f"A rolling ball fits: {ground.crowded:.0%} of the bands have no free place above"
                " or below them, and the gaps between the lanes show the level"
            )
        return BASELINE, (
            f"Nothing shows the level well: {ground.crowded:.0%} of the bands have no free place"
            " beside them and the lanes nearly touch; the lane baseline says so in its errors, and"
            " the range over the methods tells how much hangs on it"
        )
    if not math.isfinite(ground.slope):
        return BASELINE, "The lane baseline fits: the lanes are too short to tell the methods apart"
    if max(ground.blotch, ground.slope) < WORTH_SAYING:
        return BASELINE, (
            "The lane baseline fits, and a local surround or a constant level would do too: the"
            f" ground is even to {max(ground.slope, ground.blotch, 0.001):.1%} of a typical band,"
            f" and {free}"
        )
    if ground.blotch >= ground.slope:
        return BASELINE, (
            f"The lane baseline fits: the ground is uneven, by {ground.blotch:.1%} of a typical"
            " band (blotches, or bands that are not marked), and it follows what is longer than a"
            f" band; {free}"
        )
    return BASELINE, (
        "The lane baseline fits: the ground slopes along the lanes, and a constant level would be"
        f" wrong by {ground.slope:.1%} of a typical band; {free}"
    )


def ball_notices(placed: Sequence[PlacedLane], backgrounds: Backgrounds) -> tuple[Notice, ...]:
    """Return a notice for every membrane whose ball, as the user chose it, is too small."""
    radius = backgrounds.ball_radius_px
    out = []
    for (image, membrane), mine in by_place(placed).items():
        widest = widest_band_px(mine)
        enough = 10 * math.ceil(LEAST_BALL * widest / 10)
        if not radius or backgrounds.name_for(membrane) != ROLLING_BALL or radius >= widest:
            continue
        out.append(
            Notice(
                text=(
                    f"A ball of {radius:g} px sinks into the bands of {membrane} on"
                    f" {mine[0].report.image.name}, which are up to {widest:.0f} px high"
                ),
                advice=f"Choose a radius of at least {enough} px",
                image=image,
                membrane=membrane,
            )
        )
    return tuple(out)


def _is_free_beside(free: NDArray[np.bool_], start: float, stop: float) -> bool:
    """Return whether there is a free place just above or just below a band."""
    reach = REACH * (stop - start)
    above = free[max(math.ceil(start - reach), 0) : max(math.ceil(start), 0)]
    below = free[max(math.floor(stop) + 1, 0) : max(math.floor(stop + reach) + 1, 0)]
    return bool(above.any() or below.any())


def _unevenness(
    signal: NDArray[np.float64], free: NDArray[np.bool_], length: float
) -> tuple[float, float]:
    """Return the spread of the free places' straight line, and of what it leaves, counts.

    The latter between stretches of a band's length, without what noise alone makes.
    """
    x = np.flatnonzero(free)
    from_middle, rest = x - x.mean(), signal[x] - signal[x].mean()
    tilt = float(from_middle @ rest) / float(from_middle @ from_middle)
    rest -= tilt * from_middle
    slope = abs(tilt) * math.sqrt((signal.size**2 - 1) / 12)  # the spread of 0 ... n - 1
    block = max(1, min(round(length), x.size // 3))
    means = rest[: x.size // block * block].reshape(-1, block).mean(axis=1)
    white = median(np.abs(np.diff(rest))) * 1.4826 / math.sqrt(2)
    # A band that nobody marked is no blotch: it must not stand for the rest of the lane.
    spread = 1.4826 * median(np.abs(means - median(means)))
    return slope, math.sqrt(max(spread**2 - white**2 / block, 0.0))


def _gap(placed: Sequence[PlacedLane]) -> float:
    """Return the median gap between neighbouring lanes in lane widths, 0 for a single lane."""
    centres = sorted((p.lane.point_at(p.lane.length_px / 2)[0], p.lane.width_px) for p in placed)
    gaps = [(b - a - (u + v) / 2) / ((u + v) / 2) for (a, u), (b, v) in itertools.pairwise(centres)]
    return float(np.median(gaps)) if gaps else 0.0
