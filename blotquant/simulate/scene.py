"""What is simulated, and the truth that comes with it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blotquant.errors import SettingsError
from blotquant.model.geometry import Point
from blotquant.model.image import BlotImage, Polarity
from blotquant.model.lane import Lane, LaneKind

# A common unstained marker; its bands stand evenly enough to be told apart on any simulated gel.
MARKER_KDA = (150.0, 100.0, 75.0, 50.0, 37.0, 25.0, 20.0, 15.0)


def _require(holds: bool, what_is_wrong: str, what_to_do: str) -> None:  # noqa: FBT001 - a condition
    if not holds:
        raise SettingsError(what_is_wrong, what_to_do)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSpec:
    """One row of bands: a form of a protein in every sample lane.

    Parameters
    ----------
    target, form
        What the row is, for the truth table.
    amounts
        Volume in counts x px at exposure 1, one per sample lane from left to right; 0 where the
        band is absent.
    kda, fraction
        Where it runs: a molecular weight, or a share of the membrane's height from the top.
        Exactly one of the two is given.
    sigma_px, tail_px
        Standard deviation of the Gaussian part along migration, and mean of the exponential tail
        towards the wells.
    """

    target: str
    form: str
    amounts: tuple[float, ...]
    kda: float | None = None
    fraction: float | None = None
    sigma_px: float = 4.0
    tail_px: float = 2.0

    def __post_init__(self) -> None:
        _require(
            (self.kda is None) != (self.fraction is None),
            f"The row {self.target} {self.form} has no clear place",
            "Give either kda or fraction, not both",
        )
        _require(
            self.sigma_px > 0 and self.tail_px >= 0,
            f"The row {self.target} {self.form} has an impossible shape",
            "Give a positive sigma_px and a tail_px of 0 or more",
        )
        _require(
            all(math.isfinite(a) and a >= 0 for a in self.amounts),
            f"The row {self.target} {self.form} has a negative amount",
            "Give 0 where a band is absent",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One photograph of one membrane.

    Parameters
    ----------
    width_px, height_px
        Of the picture.
    n_lanes
        All lanes, the ladder's included.
    lane_width_px, gap_px
        Across a lane, and between two lanes.
    lane_shifts_px
        How far each lane stands from its regular place; empty means nowhere.
    offset_px
        How far the membrane is shifted (right, down) against the centre of the picture.
    tilt_deg
        By how much lanes lean while rows stay level; positive: the lower end lies to the right.
    rotation_deg
        By how much the membrane is turned on the photograph, with the same sign.
    smile_px, bow_px, curl_px
        By how much bands run lower at the picture's sides than in its middle; how far lanes
        bulge to the right at mid-height; how much lower a band's own ends lie than its middle.
    edge_px
        Standard deviation of the blur at a band's sides.
    ladder_lane
        Whether lane 1 holds a marker instead of a sample.
    kda_range
        The molecular weights at the top and at the bottom of the membrane.
    exposure
        Multiplies all light, background included; high values saturate.
    background, gradient, blotch, smear
        Level in counts; its relative change across the picture; relative standard deviation of
        its unevenness; haze along the lanes as a share of the level.
    gain, read_noise
        Counts per photo-electron and standard deviation of the read-out in counts: the variance
        of a pixel is ``read_noise ** 2 + gain * signal``.
    specks
        Mean number of bright dust specks.
    full_scale, bits
        Largest count of the detector, bits of a stored pixel (8 or 16).
    polarity
        How counts are stored; dark-on-light files hold ``full_scale - counts``.
    membrane_edge
        Whether the membrane's border lies inside the picture.
    seed
        Decides everything random.
    """

    width_px: int = 720
    height_px: int = 540
    n_lanes: int = 8
    lane_width_px: float = 52.0
    gap_px: float = 22.0
    lane_shifts_px: tuple[float, ...] = ()
    offset_px: tuple[float, float] = (0.0, 0.0)
    tilt_deg: float = 0.0
    rotation_deg: float = 0.0
    smile_px: float = 0.0
    bow_px: float = 0.0
    curl_px: float = 0.0
    edge_px: float = 2.5
    rows: tuple[RowSpec, ...] = ()
    ladder_lane: bool = False
    kda_range: tuple[float, float] = (200.0, 10.0)
    exposure: float = 1.0
    background: float = 1500.0
    gradient: float = 0.0
    blotch: float = 0.0
    smear: float = 0.0
    gain: float = 0.3
    read_noise: float = 15.0
    specks: float = 0.0
    full_scale: int = 65535
    bits: int = 16
    polarity: Polarity = Polarity.LIGHT_ON_DARK
    membrane_edge: bool = False
    seed: int = 1

    def __post_init__(self) -> None:
        _require(
            self.width_px >= 16 and self.height_px >= 16 and self.n_lanes >= 1,
            f"A scene of {self.width_px} x {self.height_px} px with {self.n_lanes} lanes is empty",
            "Give at least 16 x 16 px and one lane",
        )
        _require(
            self.lane_width_px > 0 and self.edge_px > 0 and self.gain > 0 and self.read_noise >= 0,
            "A width, a gain or a noise of the scene is not positive",
            "Give positive numbers",
        )
        _require(
            self.lanes_width_px <= self.membrane_size_px[0],
            f"{self.n_lanes} lanes need {self.lanes_width_px:.0f} px but the membrane is"
            f" {self.membrane_size_px[0]:.0f} px wide",
            "Give fewer or narrower lanes, or a wider picture",
        )
        _require(
            len(self.lane_shifts_px) in (0, self.n_lanes),
            f"lane_shifts_px has {len(self.lane_shifts_px)} entries for {self.n_lanes} lanes",
            "Give one shift per lane or none",
        )
        _require(
            all(len(row.amounts) == self.n_samples for row in self.rows),
            f"A row does not have one amount for each of the {self.n_samples} sample lanes",
            "Give one amount per sample lane, 0 where the band is absent",
        )
        _require(
            self.bits in (8, 16) and 0 < self.full_scale < 2**self.bits,
            f"A full scale of {self.full_scale} does not fit into {self.bits} bits",
            "Give 8 or 16 bits and a full scale that fits",
        )
        _require(
            self.kda_range[0] > self.kda_range[1] > 0,
            "The membrane's molecular weights do not fall from top to bottom",
            "Give kda_range as (largest, smallest)",
        )

    @property
    def n_samples(self) -> int:
        """Sample lanes."""
        return self.n_lanes - int(self.ladder_lane)

    @property
    def lanes_width_px(self) -> float:
        """From the left side of the first lane to the right side of the last."""
        return self.n_lanes * self.lane_width_px + (self.n_lanes - 1) * self.gap_px

    @property
    def membrane_size_px(self) -> tuple[float, float]:
        """Width and height of the membrane: the whole picture unless its border is in view."""
        if self.membrane_edge:
            return 0.86 * self.width_px, 0.78 * self.height_px
        return float(self.width_px), float(self.height_px)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedLane:
    """Where a lane truly is: (x, y) nodes in file pixels from the membrane's top to its bottom."""

    number: int
    nodes: tuple[Point, ...]
    width_px: float
    kind: LaneKind

    def as_lane(self, image: str, membrane: str) -> Lane:
        """Return it as the lane that a perfect detection would find."""
        return Lane(
            image=image,
            membrane=membrane,
            number=self.number,
            nodes=self.nodes,
            width_px=self.width_px,
            kind=self.kind,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedBand:
    """What a band truly is.

    Parameters
    ----------
    lane, row
        Lane number; row from 1, top to bottom (0 for the marker's bands).
    x_px, y_px
        Apex in file pixels.
    volume
        Exact sum over the picture of the band's own noise-free counts, before saturation.
    peak
        Its highest noise-free pixel, in counts.
    saturated_fraction
        Share of its area (pixels above 5 % of its peak) at the detector's limit.
    """

    lane: int
    row: int
    target: str
    form: str
    kda: float
    x_px: float
    y_px: float
    volume: float
    peak: float
    saturated_fraction: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SimulatedBlot:
    """A photograph with its truth.

    `signal` holds the noise-free counts of all bands and `background` those of everything under
    them, both (rows, columns) ``float64``, read-only, before saturation and inversion.
    """

    scene: Scene
    image: BlotImage
    polarity: Polarity
    lanes: tuple[SimulatedLane, ...]
    bands: tuple[SimulatedBand, ...]
    signal: NDArray[np.float64]
    background: NDArray[np.float64]

    def __post_init__(self) -> None:
        self.signal.flags.writeable = False
        self.background.flags.writeable = False

    def lane(self, number: int) -> SimulatedLane:
        """Return the lane with this number; raise KeyError if there is none."""
        for lane in self.lanes:
            if lane.number == number:
                return lane
        raise KeyError(number)

    def band(self, lane: int, row: int) -> SimulatedBand:
        """Return the band of a lane and row; raise KeyError if there is none."""
        for band in self.bands:
            if (band.lane, band.row) == (lane, row):
                return band
        raise KeyError((lane, row))

    def counts(self) -> NDArray[np.float64]:
        """Return the photograph as counts: bands positive whatever the stored polarity is."""
        stored = self.image.pixels.astype(np.float64)
        if self.polarity is Polarity.LIGHT_ON_DARK:
            return stored
        return self.scene.full_scale - stored
