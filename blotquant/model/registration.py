"""How one photograph of a membrane lies against another one of the same membrane."""

from __future__ import annotations

import cmath
import math
from collections.abc import Iterable
from dataclasses import dataclass

from blotquant.model.geometry import Point

SURE = 0.8  # confidence from which a registration needs no look


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """Where the places of one photograph, the lead, lie on another photograph.

    Parameters
    ----------
    membrane, image, to
        The physical membrane, the photograph that was registered, and the lead that it was
        registered on (ids).
    centre
        Middle of the membrane on the lead, in file pixels: the shift is that of this place, and
        turning and zooming leave it alone.
    shift_x_px, shift_y_px
        How much further right and further down it lies on this photograph.
    rotation_deg
        By how much the membrane is turned; positive when lower ends lie further to the right.
    scale
        Pixels of this photograph per pixel of the lead.
    shift_x_se_px, shift_y_se_px, rotation_se_deg, scale_se
        Standard errors; infinite where the photographs do not tell, and the value is then what
        the outlines suggest.
    confidence
        Between 0 and 1, that this is the right place and not, say, one lane beside it.
    reason
        What it rests on, in words; `doubt` says what speaks against it, empty where nothing does.
    same_frame
        Whether the two photographs share one frame: nothing moved between them.
    """

    membrane: str
    image: str
    to: str
    centre: Point
    shift_x_px: float = 0.0
    shift_y_px: float = 0.0
    rotation_deg: float = 0.0
    scale: float = 1.0
    shift_x_se_px: float = math.inf
    shift_y_se_px: float = math.inf
    rotation_se_deg: float = math.inf
    scale_se: float = math.inf
    confidence: float = 0.0
    reason: str = ""
    doubt: str = ""
    same_frame: bool = False

    def __post_init__(self) -> None:
        if not self.scale > 0:
            raise ValueError("a scale must be positive")

    @property
    def is_sure(self) -> bool:
        """Whether nobody needs to check it."""
        return self.confidence >= SURE

    @property
    def is_height_known(self) -> bool:
        """Whether the photographs tell how far the membrane moved up or down."""
        return math.isfinite(self.shift_y_se_px)

    def place(self, point: Point) -> Point:
        """Return where a place of the lead lies on this photograph."""
        centre = complex(*self.centre)
        there = centre + self._shift + self._turn * (complex(*point) - centre)
        return there.real, there.imag

    def back(self, point: Point) -> Point:
        """Return where a place of this photograph lies on the lead."""
        centre = complex(*self.centre)
        there = centre + (complex(*point) - centre - self._shift) / self._turn
        return there.real, there.imag

    @property
    def _shift(self) -> complex:
        return complex(self.shift_x_px, self.shift_y_px)

    @property
    def _turn(self) -> complex:
        # With y downwards, lower ends go right when the angle of a complex number falls.
        return cmath.rect(self.scale, -math.radians(self.rotation_deg))


def carry(
    known: Iterable[Registration], membrane: str, here: str, there: str, at: Point
) -> Point | None:
    """Return where a place of one photograph of a membrane lies on another one of it.

    None where the two are not registered on the same lead.
    """
    if here == there:
        return at
    mine = {r.image: r for r in known if r.membrane == membrane}
    lead = next((r.to for i in (here, there) if (r := mine.get(i)) is not None), None)
    if lead is None or any(i not in mine and i != lead for i in (here, there)):
        return None
    on_lead = mine[here].back(at) if here in mine else at
    return mine[there].place(on_lead) if there in mine else on_lead
