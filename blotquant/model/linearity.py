"""What a dilution series says about how far volumes follow the amount that was loaded."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

NAN = float("nan")


class PointState(StrEnum):
    """What became of one lane of a dilution series."""

    MEASURABLE = "measurable"
    IN_RANGE = "in range"
    OUTSIDE = "outside the range"
    OFF_LINE = "off the line"
    BELOW_LOQ = "below LOQ"
    SATURATED = "saturated"
    NOT_DETECTED = "not detected"
    NOTHING_LOADED = "nothing loaded"
    EXCLUDED = "excluded"


def amount_text(amount: float) -> str:
    """Return an amount with three digits or all before the point: ``0.125``, ``8000``."""
    return f"{amount:.0f}" if 1000 <= amount < 1e7 else f"{amount:.3g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DilutionPoint:
    """One lane of a series: what was loaded and what was measured.

    `amount` and `back_calculated` are in the series' unit, volumes in counts x px. `deviation` is
    ``back_calculated / amount - 1``, NaN where no line could be drawn.
    """

    lane: int
    amount: float
    volume: float
    volume_se: float
    sample: str = ""
    state: PointState = PointState.MEASURABLE
    back_calculated: float = NAN
    deviation: float = NAN


@dataclass(frozen=True, slots=True, kw_only=True)
class DilutionSeries:
    """One row of bands over the standard lanes of one membrane on one photograph.

    Parameters
    ----------
    image, membrane, row
        Which row on which photograph.
    target, form
        What it is; empty where the row is not assigned.
    unit
        Of all amounts, as the sample sheet has it.
    points
        All standard lanes, the smallest amount first.
    reason
        Why there is no line, or no usable range; empty where there are both.
    slope, slope_low, slope_high
        Of ``ln volume`` against ``ln amount`` over all measurable points, with its interval.
        1 is proportional.
    intercept
        ``ln volume`` of that line at the amount 1.
    r_squared
        Of that line; shown, decides nothing.
    lack_of_fit_p, lack_of_fit_test
        Whether the points bend away from that line, and how it was tested.
    response
        Volume per amount inside the usable range (counts x px per unit).
    offset, offset_low, offset_high
        Intercept of the straight line ``volume = offset + b * amount`` inside the usable range.
    lod_amount, loq_amount
        What the limits of detection and of quantification are in amounts.
    range_low, range_high
        The usable range in amounts; NaN where there is none.
    volume_low, volume_high
        The volumes that it spans.
    """

    image: str
    membrane: str
    row: int
    target: str = ""
    form: str = ""
    unit: str = ""
    points: tuple[DilutionPoint, ...] = ()
    reason: str = ""
    slope: float = NAN
    slope_low: float = NAN
    slope_high: float = NAN
    intercept: float = NAN
    r_squared: float = NAN
    lack_of_fit_p: float = NAN
    lack_of_fit_test: str = ""
    response: float = NAN
    offset: float = NAN
    offset_low: float = NAN
    offset_high: float = NAN
    lod_amount: float = NAN
    loq_amount: float = NAN
    range_low: float = NAN
    range_high: float = NAN
    volume_low: float = NAN
    volume_high: float = NAN

    @property
    def has_line(self) -> bool:
        """Whether a line could be drawn at all."""
        return math.isfinite(self.slope)

    @property
    def has_range(self) -> bool:
        """Whether a part of the series is usable."""
        return math.isfinite(self.range_low)

    @property
    def range_text(self) -> str:
        """The usable range in words: ``1.2-20 µg``, or nothing."""
        if not self.has_range:
            return ""
        low, high = amount_text(self.range_low), amount_text(self.range_high)
        return f"{low}-{high} {self.unit}".rstrip()


@dataclass(frozen=True, slots=True, kw_only=True)
class BandAmount:
    """A band read off a dilution series of the same target.

    Parameters
    ----------
    image, membrane, lane, row
        The band.
    amount, unit
        What its volume stands for; an extrapolation outside the range.
    range_factor
        1 inside the usable range; 1.4 for a volume 1.4 times that of its top, 0.5 for half of
        that of its lower end.
    range_text
        The range that it was held against, in words.
    """

    image: str
    membrane: str
    lane: int
    row: int
    amount: float
    unit: str
    range_factor: float
    range_text: str

    @property
    def key(self) -> tuple[str, str, int, int]:
        """(image, membrane, lane, row): that of the band."""
        return self.image, self.membrane, self.lane, self.row

    @property
    def is_outside(self) -> bool:
        """Whether the band lies outside the range."""
        return self.range_factor != 1.0
