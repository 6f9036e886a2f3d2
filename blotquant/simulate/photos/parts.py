"""What lies on a photograph: pieces of membrane or gel, each with its own lanes and bands.

Light is given as a share of the detector's full scale, density as an absorbance. Whichever of the
two a photograph shows, a band always *adds* to what is under it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from blotquant.errors import SettingsError
from blotquant.model.geometry import Point
from blotquant.model.lane import LaneKind
from blotquant.simulate.shapes import Frame

Corners = tuple[Point, Point, Point, Point]


class BandKind(StrEnum):
    """What a band is; only samples' bands are what a program is asked for."""

    SAMPLE = "sample"
    LADDER = "ladder"
    GHOST = "ghost"


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneSpec:
    """One lane of a piece.

    Parameters
    ----------
    u_px
        Its axis at mid-height, to the right of the piece's centre.
    width_px
        Across the lane.
    kind
        What was loaded.
    streak
        Light of its vertical smear just below the wells, 0 for none.
    """

    u_px: float
    width_px: float
    kind: LaneKind = LaneKind.SAMPLE
    streak: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BandSpec:
    """One band.

    Parameters
    ----------
    lane, row
        Both from 1; bands of one protein share the row, ladder bands have row 0.
    v_px
        Below the piece's centre, where the row crosses the piece's middle.
    peak
        Light or density that it adds at its apex.
    sigma_px, tail_px
        Standard deviation along migration and mean of the tail towards the wells.
    width_share
        Its width as a share of the lane's.
    curl_px
        By how much its ends lie lower than its middle; negative for a U.
    dark_ends
        By which share its ends are stronger than its middle.
    ragged
        Relative standard deviation of its strength across the lane.
    kind
        Sample, ladder or ghost (what is left of an earlier antibody).
    """

    lane: int
    row: int
    v_px: float
    peak: float
    sigma_px: float
    tail_px: float = 0.0
    width_share: float = 0.94
    curl_px: float = 0.0
    dark_ends: float = 0.0
    ragged: float = 0.05
    kind: BandKind = BandKind.SAMPLE


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotSpec:
    """A sample that was filtered onto the membrane: a round dot or, with `is_slot`, a slot."""

    u_px: float
    v_px: float
    half_width_px: float
    half_height_px: float
    peak: float
    is_slot: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A membrane, a gel or a part cut out of one.

    Parameters
    ----------
    centre
        (x, y) on the photograph.
    corners
        (u, v) of top left, top right, bottom right and bottom left, from the centre.
    rotation_deg
        Positive when the lower ends of the lanes lie to the right.
    lanes, bands, spots
        What is on it; the spots of dot and slot blots belong to no lane.
    slope, fan, bow_px, smile_px
        Lean of the lanes (right per down); by which share they stand further apart at the bottom
        than in the middle; how far they bulge; how much lower rows run at the sides.
    edge_px
        Blur at a band's sides.
    level, gradient, blotch, grain
        Its own light, and relative: change across it, large and small unevenness.
    rim, rim_px
        Relative strength of its cut edge (negative: a shadow) and how far that reaches.
    burn
        Light of bands from which on the substrate is used up and they turn pale; 0 for never.
    wells_px, front
        Height of the gel's wells, light of the dye front; 0 for none.
    outline_px
        Blur of the cut edge.
    """

    centre: Point
    corners: Corners
    rotation_deg: float = 0.0
    lanes: tuple[LaneSpec, ...] = ()
    bands: tuple[BandSpec, ...] = ()
    spots: tuple[SpotSpec, ...] = ()
    slope: float = 0.0
    fan: float = 0.0
    bow_px: float = 0.0
    smile_px: float = 0.0
    edge_px: float = 2.0
    level: float = 0.03
    gradient: float = 0.0
    blotch: float = 0.02
    grain: float = 0.01
    rim: float = 0.0
    rim_px: float = 3.0
    burn: float = 0.0
    wells_px: float = 0.0
    front: float = 0.0
    outline_px: float = 1.2

    def __post_init__(self) -> None:
        for band in self.bands:
            if not 1 <= band.lane <= len(self.lanes) or band.sigma_px <= 0 or band.peak < 0:
                raise SettingsError(
                    f"A band of lane {band.lane} cannot be on a piece with {len(self.lanes)} lanes",
                    "Give a lane that exists, a positive sigma_px and a peak of 0 or more",
                )

    @property
    def frame(self) -> Frame:
        """Its own axes on the photograph."""
        return Frame(centre=self.centre, rotation_deg=self.rotation_deg)

    @property
    def half_width_px(self) -> float:
        """Half the mean of its upper and its lower side."""
        tl, tr, br, bl = self.corners
        return (math.dist(tl, tr) + math.dist(bl, br)) / 4

    @property
    def half_height_px(self) -> float:
        """Half the mean of its left and its right side."""
        tl, tr, br, bl = self.corners
        return (math.dist(tl, bl) + math.dist(tr, br)) / 4

    @property
    def file_corners(self) -> Corners:
        """Its corners as (x, y) of the photograph."""
        a, b, c, d = (self.frame.to_file(u, v) for u, v in self.corners)
        return a, b, c, d

    @property
    def box(self) -> tuple[float, float, float, float]:
        """(left, top, right, bottom) around it on the photograph."""
        xs, ys = zip(*self.file_corners, strict=True)
        return min(xs), min(ys), max(xs), max(ys)

    def axis_u(self, lane: LaneSpec, v: float) -> float:
        """Return where the axis of a lane runs at height v."""
        share = v / self.half_height_px
        return lane.u_px * (1 + self.fan * share) + self.slope * v + self.bow_px * (1 - share**2)

    def bend(self, u: float) -> float:
        """Return how much lower a row runs at u than in the middle."""
        return self.smile_px * (u / self.half_width_px) ** 2

    def apex(self, band: BandSpec) -> Point:
        """Return the (u, v) of a band's highest place."""
        lane = self.lanes[band.lane - 1]
        v = band.v_px
        for _ in range(4):  # the axis leans by little, so this settles at once
            u = self.axis_u(lane, v)
            v = band.v_px + self.bend(u)
        return u, v
