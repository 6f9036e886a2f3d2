"""What measuring a lane needs to know of its bands, whatever the background method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from blotquant.background.base import Background, BackgroundMethod, LaneView
from blotquant.background.lane_baseline import LaneBaseline
from blotquant.bands.lane_family import LaneFamily, LaneShapes
from blotquant.bands.shapes import BandShape
from blotquant.lanes.profile import StraightLane
from blotquant.model.band import Band
from blotquant.model.lane import LaneProfile
from blotquant.quantify.extract import LaneBands

ELSEWHERE = 1.0  # in sigma: a band as far from where its row has it was seen elsewhere
APART = 1.0  # in sigma: nearer to another band nothing hides that could be told from it
MASK_RIM = 0.08  # of a band's height, kept out of the background on either side


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LaneSetup:
    """Where the bands of a lane lie, how far they reach and what they look like.

    `baseline` is the level that was fitted together with the bands' shapes.
    """

    view: LaneView
    known: LaneBands
    baseline: Background

    @classmethod
    def of(
        cls,
        straight: StraightLane,
        profile: LaneProfile,
        bands: Sequence[Band],
        shapes: Mapping[int, BandShape],
    ) -> LaneSetup:
        """Return what is known of a lane's bands, sorted by row.

        A row that is missing from `shapes` is taken as a Gaussian that fills its limits; each band
        may then differ from its row as this lane says (`background.joint`).
        """
        view = lane_view(straight, profile, bands, shapes)
        group = _group_numbers(bands, shapes)
        baseline = LaneBaseline().estimate(view)
        volume_se = (np.nan,) * len(bands)
        if baseline.bands is not None:
            found = baseline.bands
            view = replace(view, shapes=found.shapes, family=view.family.at(found.values))
            volume_se = tuple(
                se if group.count(g) > 1 else np.nan
                for se, g in zip(found.volume_se, group, strict=True)
            )
        known = LaneBands(
            reach=_reach(profile, bands),
            group=group,
            found=tuple(b.found for b in bands),
            volume_se=volume_se,
        )
        return cls(view=view, known=known, baseline=baseline)

    def level_by(self, method: BackgroundMethod) -> Background:
        """Return the level by a method; what was fitted already is not fitted again."""
        return self.baseline if method == LaneBaseline() else method.estimate(self.view)


def lane_view(
    straight: StraightLane,
    profile: LaneProfile,
    bands: Sequence[Band],
    shapes: Mapping[int, BandShape],
) -> LaneView:
    """Return what a background method may look at."""
    apexes = _apexes(bands, shapes)
    present = _present(bands, shapes, apexes)
    rows = _rows(bands, shapes, apexes)
    return LaneView(
        straight=straight,
        profile=profile,
        limits=tuple((b.start_px, b.stop_px) for b in bands),
        masked=band_mask(profile, [b for b in bands if b.found]),
        shapes=rows.densities(profile.position_px) / profile.area_px,
        present=present,
        family=_family(profile, bands, shapes, apexes, present),
    )


def bare_view(straight: StraightLane, profile: LaneProfile, bands: Sequence[Band]) -> LaneView:
    """Return what can be said of a lane before the shapes of its bands are known.

    Places where no peak was found are masked as well: the weak partner of a band may be there.
    """
    nothing = np.zeros((0, profile.signal.size))
    return LaneView(
        straight=straight,
        profile=profile,
        limits=tuple((b.start_px, b.stop_px) for b in bands),
        masked=band_mask(profile, bands),
        shapes=nothing,
        present=(),
        family=_family(profile, (), {}, (), ()),
    )


def _family(
    profile: LaneProfile,
    bands: Sequence[Band],
    shapes: Mapping[int, BandShape],
    apexes: Sequence[float],
    present: Sequence[bool],
) -> LaneFamily:
    """Return how far the present bands may differ from their rows; those a user placed do not."""
    group = _group_numbers(bands, shapes)
    placed = {g for g, b in zip(group, bands, strict=True) if b.edited}
    there = [k for k, p in enumerate(present) if p]
    return LaneFamily.of(
        profile.position_px,
        profile.area_px,
        _rows([bands[k] for k in there], shapes, [apexes[k] for k in there]),
        tuple(group[k] for k in there),
        tuple(group[k] in placed for k in there),
    )


def _rows(
    bands: Sequence[Band], shapes: Mapping[int, BandShape], apexes: Sequence[float]
) -> LaneShapes:
    """Return what the bands of a lane look like if they are as their rows are."""
    kinds = [_shape_of(b, shapes) for b in bands]
    return LaneShapes(
        apex_px=np.array(apexes, dtype=float),
        sigma_px=np.array([kind.sigma_px for kind in kinds], dtype=float),
        tail_px=np.array([kind.tail_px for kind in kinds], dtype=float),
    )


def _present(
    bands: Sequence[Band], shapes: Mapping[int, BandShape], apexes: Sequence[float]
) -> tuple[bool, ...]:
    """Tell which bands are there, or could hide on the flank of one that is.

    What would lie on another band's top cannot be told from it: there is nothing to fit.
    """
    groups = _group_numbers(bands, shapes)
    lively = {g for g, b in zip(groups, bands, strict=True) if b.found}
    present = [b.found for b in bands]
    for k, band in enumerate(bands):
        if band.found or groups[k] not in lively:
            continue
        apart = APART * _shape_of(band, shapes).sigma_px
        there = (apexes[i] for i, p in enumerate(present) if p)
        present[k] = all(abs(apexes[k] - other) > apart for other in there)
    return tuple(present)


def _shape_of(band: Band, shapes: Mapping[int, BandShape]) -> BandShape:
    known = shapes.get(band.row)
    if known is not None:
        return known
    return BandShape(sigma_px=(band.stop_px - band.start_px) / 6, tail_px=0.0, group=(band.row,))


def _apexes(bands: Sequence[Band], shapes: Mapping[int, BandShape]) -> list[float]:
    """Return where each shape sits: overlapping bands keep their spacing from the clearest.

    A band that is seen elsewhere stays there: far along a lane the spacing of its row may not hold.
    One that is not seen keeps its spacing from the nearest that is.
    """
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

        def away(other: Band, offset: float = shape.offset_px) -> float:
            return offset - (_shape_of(other, shapes).offset_px or 0.0)

        clearest = max(mine, key=lambda b: b.confidence)
        lead = clearest if band.found else min(mine, key=lambda b: abs(away(b)))
        expected = lead.apex_px + away(lead)
        elsewhere = band.found and abs(band.apex_px - expected) > ELSEWHERE * shape.sigma_px
        out.append(band.apex_px if elsewhere else expected)
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
