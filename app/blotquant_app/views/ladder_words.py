"""What the window says of ladders: the fit band by band, and lanes that look like one. No Qt."""

from __future__ import annotations

import math
from dataclasses import dataclass

from blotquant.model.ladder import LadderFit, LadderGuess
from blotquant.targets.library import Library
from blotquant_app.digits import DASH, MINUS, count

NOT_SEEN = "not seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class FitLine:
    """One band of the product: its weight, its height, and how far it is off, as text."""

    kda: str
    height: str
    off: str
    left_out: str
    is_seen: bool


def product_name(library: Library, product: str) -> str:
    """Return how a ladder is called; one that was typed as numbers is called so."""
    return next((x.name for x in library.ladders if x.id == product), product)


def fit_heading(fit: LadderFit) -> str:
    """Return ``Lane 1: 8 of 10 bands matched, leave-one-out error 1.8 %``."""
    of = len(fit.mw_kda) + len(fit.missing_kda)
    error = f"{100 * fit.rms_ln:.1f} %"
    return f"Lane {fit.lane}: {len(fit.mw_kda)} of {of} bands matched, leave-one-out error {error}"


def fit_lines(fit: LadderFit) -> tuple[FitLine, ...]:
    """Return a line for each band of the product, the heaviest first, seen or not."""
    n = len(fit.mw_kda)
    residuals = fit.residual_ln or (math.nan,) * n
    left_out = fit.left_out_ln or (math.nan,) * n
    lines = {
        kda: FitLine(
            kda=f"{kda:g}",
            height=f"{y:.0f} px",
            off=_percent(residual),
            left_out=_percent(without),
            is_seen=True,
        )
        for kda, y, residual, without in zip(
            fit.mw_kda, fit.position_px, residuals, left_out, strict=True
        )
    }
    for kda in fit.missing_kda:
        lines[kda] = FitLine(
            kda=f"{kda:g}", height=NOT_SEEN, off=DASH, left_out=DASH, is_seen=False
        )
    return tuple(lines[kda] for kda in sorted(lines, reverse=True))


def fit_remark(fit: LadderFit) -> str:
    """Return a sentence about bands of the lane that belong to no band of the product, or ""."""
    n = len(fit.unmatched_px)
    if not n:
        return ""
    at = ", ".join(f"{y:.0f}" for y in fit.unmatched_px)
    return f"{count(n, 'more band')} of the lane ({at} px) not matched."


def guess_text(guess: LadderGuess) -> str:
    """Return what is seen of a lane that was taken for a ladder or may be one."""
    verb = "is taken for" if guess.is_taken else "may be"
    return f"Lane {guess.lane} of {guess.membrane} {verb} a ladder: {guess.reason}."


def _percent(difference_ln: float) -> str:
    if not math.isfinite(difference_ln):
        return DASH
    value = round(100 * math.expm1(difference_ln), 1)
    sign = MINUS if value < 0 else "+" if value > 0 else ""
    return f"{sign}{abs(value):.1f} %"
