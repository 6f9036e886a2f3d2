"""What measuring a lane needs to know of its bands, whatever the background method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from blotquant.background.base import LaneView
from blotquant.background.lane_baseline import FEWEST_POSITIONS, LaneBaseline, smooth_between
from blotquant.bands.lane_fit import GroupFit, GroupShapes, fit_group
from blotquant.bands.shapes import BandShape
from blotquant.lanes.profile import StraightLane
from blotquant.model.band import Band
from blotquant.model.lane import LaneProfile
from blotquant.quantify.extract import LaneBands

ROUNDS = 2
NOTHING = 1e-100  # 1/px
MASK_RIM = 0.08  # of a band's height, kept out of the background on either side


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LaneSetup:
    """Where the bands of a lane lie, how far they reach and what they look like."""

    view: LaneView
    known: LaneBands

    @classmethod
    def of(
        cls,
        straight: StraightLane,
        profile: LaneProfile,
        bands: Sequence[Band],
        shapes: Mapping[int, BandShape],
    ) -> LaneSetup:
        """Return what is known of a lane's bands, sorted by row.

        A row that is missing from `shapes` is taken as a Gaussian that fills its limits.
        """
        view = lane_view(straight, profile, bands, shapes)
        group = _group_numbers(bands, shapes)
        view, volume_se = _refined(view, bands, shapes, group)
        known = LaneBands(
            reach=_reach(profile, bands),
            group=group,
            found=tuple(b.found for b in bands),
            volume_se=volume_se,
        )
        return cls(view=view, known=known)


def _refined(
    view: LaneView,
    bands: Sequence[Band],
    shapes: Mapping[int, BandShape],
    group: tuple[int, ...],
) -> tuple[LaneView, tuple[float, ...]]:
    """Let overlapping bands differ from their rows as this lane says; see `bands.lane_fit`."""
    errors = np.full(len(bands), np.nan)
    together = [
        [k for k, g in enumerate(group) if g == first and view.present[k]]
        for first in sorted(set(group))
    ]
    together = [m for m in together if len(m) > 1 and not any(bands[k].edited for k in m)]
    signal = view.profile.signal
    if not together or int((~view.masked).sum()) < FEWEST_POSITIONS:
        return view, tuple(errors)
    expected = _row_shapes(bands, shapes)
    view, method = replace(view, smooth=smooth_between(signal, view.masked)), LaneBaseline()
    area = float(view.profile.area_px.mean())
    # The level follows from the shapes and they from the level.
    for _ in range(ROUNDS):
        rest = signal - method.estimate(view).level
        rows = view.shapes.copy()
        for members in together:
            found = _fitted(view.profile, rest, expected, members)
            rows[members] = _drawn(found.shapes, view.profile)
            errors[members] = np.sqrt(np.diag(found.covariance)) * area
        view = replace(view, shapes=rows)
    return view, tuple(float(e) for e in errors)


def _row_shapes(bands: Sequence[Band], shapes: Mapping[int, BandShape]) -> GroupShapes:
    """Return where the bands of a lane are expected and what those of their rows look like."""
    kinds = [_shape_of(b, shapes) for b in bands]
    return GroupShapes(
        apex_px=np.array(_apexes(bands, shapes)),
        sigma_px=np.array([kind.sigma_px for kind in kinds]),
        tail_px=np.array([kind.tail_px for kind in kinds]),
    )


def _fitted(
    profile: LaneProfile, rest: NDArray[np.float64], expected: GroupShapes, members: Sequence[int]
) -> GroupFit:
    mine = np.array(members)
    row = GroupShapes(
        apex_px=expected.apex_px[mine],
        sigma_px=expected.sigma_px[mine],
        tail_px=expected.tail_px[mine],
    )
    return fit_group(profile.position_px, rest, profile.variance, row)


def lane_view(
    straight: StraightLane,
    profile: LaneProfile,
    bands: Sequence[Band],
    shapes: Mapping[int, BandShape],
) -> LaneView:
    """Return what a background method may look at."""
    bare = bare_view(straight, profile, bands)
    if not bands:
        return bare
    expected = _row_shapes(bands, shapes)
    return replace(
        bare,
        shapes=_drawn(expected, profile),
        present=_present(bands, shapes),
    )


def _drawn(shapes: GroupShapes, profile: LaneProfile) -> NDArray[np.float64]:
    """Return what bands of volume 1 add to the profile, (bands, positions)."""
    density = shapes.densities(profile.position_px)
    # Products of what is left far from a band would be too small for fast arithmetic.
    density[density < NOTHING] = 0.0
    return np.asarray(density / profile.area_px)


def bare_view(straight: StraightLane, profile: LaneProfile, bands: Sequence[Band]) -> LaneView:
    """Return what can be said of a lane before the shapes of its bands are known."""
    return LaneView(
        straight=straight,
        profile=profile,
        limits=tuple((b.start_px, b.stop_px) for b in bands),
        masked=band_mask(profile, [b for b in bands if b.found]),
        shapes=np.zeros((0, profile.signal.size)),
        present=(),
    )


def _present(bands: Sequence[Band], shapes: Mapping[int, BandShape]) -> tuple[bool, ...]:
    """Tell which bands are there, or could hide on the flank of one that is."""
    groups = _group_numbers(bands, shapes)
    lively = {g for g, b in zip(groups, bands, strict=True) if b.found}
    return tuple(g in lively for g in groups)


def _shape_of(band: Band, shapes: Mapping[int, BandShape]) -> BandShape:
    known = shapes.get(band.row)
    if known is not None:
        return known
    return BandShape(sigma_px=(band.stop_px - band.start_px) / 6, tail_px=0.0, group=(band.row,))


def _apexes(bands: Sequence[Band], shapes: Mapping[int, BandShape]) -> list[float]:
    """Return where each shape sits: overlapping bands keep their spacing from the clearest."""
    place = {b.row: b for b in bands}
    out = []
    for band in bands:
        shape = _shape_of(band, shapes)
        if shape.offset_px is None or band.edited:
            out.append(band.apex_px)
            continue
        mine = [place[r] for r in shape.group if r in place and place[r].found]
        if not mine:
            out.append(band.apex_px)
            continue
        lead = max(mine, key=lambda b: b.confidence)
        lead_offset = _shape_of(lead, shapes).offset_px or 0.0
        out.append(lead.apex_px + shape.offset_px - lead_offset)
    return out


def _group_numbers(bands: Sequence[Band], shapes: Mapping[int, BandShape]) -> tuple[int, ...]:
    return tuple(min(_shape_of(b, shapes).group) for b in bands)


def _reach(profile: LaneProfile, bands: Sequence[Band]) -> NDArray[np.float64]:
    if not bands:
        return np.zeros((0, profile.signal.size))
    return np.array([_coverage(profile.position_px, b.start_px, b.stop_px) for b in bands])


def band_mask(profile: LaneProfile, found: Sequence[Band]) -> NDArray[np.bool_]:
    """Mark the places that hold signal of a band, with a rim for its tails."""
    masked = np.zeros(profile.signal.size, dtype=bool)
    position = profile.position_px
    for b in found:
        rim = 1 + MASK_RIM * (b.stop_px - b.start_px)
        masked |= (position >= b.start_px - rim) & (position <= b.stop_px + rim)
    return masked


def _coverage(position: NDArray[np.float64], start: float, stop: float) -> NDArray[np.float64]:
    """Return how much of each 1-px step lies between start and stop (0 to 1)."""
    low = np.maximum(position - 0.5, start)
    high = np.minimum(position + 0.5, stop)
    return np.asarray(np.clip(high - low, 0.0, 1.0))
