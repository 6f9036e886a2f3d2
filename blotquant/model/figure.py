"""What a figure shows."""

from __future__ import annotations

from dataclasses import dataclass

from blotquant.errors import SettingsError

RESOLUTIONS = (300, 600, 1200)
LEAST_DPI, MOST_DPI = 72, 1200


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureOptions:
    """The choices for one figure; raises `SettingsError` for a resolution out of reach.

    Parameters
    ----------
    dpi
        Of pixel formats and of the photographs inside the others.
    weights
        Whether the ladder's kDa stand beside the blots.
    conditions
        Whether doses and brackets over conditions stand above the lanes, else their numbers.
    border
        Whether a line runs around each blot.
    spliced
        Whether lanes that hold nothing, or are excluded altogether, are left out; each place where
        that brings other lanes together is marked by a line.
    ratios
        Whether the ratios stand beside the blots.
    sources
        Whether the photographs stand uncropped below, with what is shown above marked on them.
    """

    dpi: int = RESOLUTIONS[0]
    weights: bool = True
    conditions: bool = True
    border: bool = True
    spliced: bool = False
    ratios: bool = True
    sources: bool = False

    def __post_init__(self) -> None:
        if not LEAST_DPI <= self.dpi <= MOST_DPI:
            raise SettingsError(
                f"A figure cannot have {self.dpi} dpi",
                f"Choose a resolution between {LEAST_DPI} and {MOST_DPI} dpi",
            )
