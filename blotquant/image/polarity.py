"""Are bands bright or dark in this file? Decided from the picture, never from the tag alone."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from blotquant.image.contrast import ScaleContrast, WorkCopy
from blotquant.image.order import quantile
from blotquant.model.image import Polarity, PolarityGuess

THRESHOLD = 4.0  # contrast in standard deviations from which a place counts as a ridge
LARGEST_SCALE_PX = 11.0  # larger ones see smears and shadows as well
CHANCE = 300.0  # evidence that noise alone stays well below (it reaches 50, one faint row 10,000)


def guess_polarity(copy: WorkCopy, scales: Sequence[ScaleContrast]) -> PolarityGuess:
    """Return the polarity that the picture itself shows, with a confidence and the reason.

    Two cues are weighed. Ridges: how much stands out from both sides (above and below), bright
    against dark, over all scales. Tails: whether the high-passed grey values reach further up or
    further down, since bands are rare and background is common.
    """
    bright, dark = _ridge_sums(scales)
    total = bright + dark
    ridges = (bright - dark) / (total + CHANCE)
    tails = _tail_balance(copy)
    score = 0.75 * ridges + 0.25 * tails
    polarity = Polarity.LIGHT_ON_DARK if score >= 0 else Polarity.DARK_ON_LIGHT
    word, other = ("bright", "dark") if score >= 0 else ("dark", "bright")
    if total == 0:
        return PolarityGuess(
            polarity=polarity,
            confidence=0.0,
            reason="nothing stands out from its surroundings in this picture",
        )
    share = (bright if score >= 0 else dark) / total
    agree = "agree" if (tails >= 0) == (score >= 0) else "disagree"
    return PolarityGuess(
        polarity=polarity,
        confidence=float(min(1.0, 2.5 * abs(score))),
        reason=(
            f"{share:.0%} of what stands out is {word}er than the places above and below it, "
            f"{1 - share:.0%} is {other}er; the tails of the grey values {agree}"
        ),
    )


def _ridge_sums(scales: Sequence[ScaleContrast]) -> tuple[float, float]:
    bright = dark = 0.0
    for scale in scales:
        if scale.scale_px > LARGEST_SCALE_PX:
            break
        ratio = scale.ratio.ravel()
        above, below = (np.flatnonzero(m) for m in (ratio > THRESHOLD, ratio < -THRESHOLD))
        bright += scale.column_px * float(np.log1p(ratio[above] - THRESHOLD).sum())
        dark += scale.column_px * float(np.log1p(-ratio[below] - THRESHOLD).sum())
    return bright, dark


def _tail_balance(copy: WorkCopy) -> float:
    """Return +1 when only the upper tail is long, -1 when only the lower one is."""
    rows, columns = copy.pixels.shape
    low = cv2.blur(copy.pixels, (columns // 4 * 2 + 1, rows // 3 * 2 + 1))
    step = max(1, int(np.count_nonzero(copy.live)) // 100_000)
    some = slice(None, None, step) if copy.live.all() else np.flatnonzero(copy.live)[::step]
    sample = copy.pixels.ravel()[some] - np.asarray(low).ravel()[some]
    a, middle, b = (quantile(sample, share) for share in (0.005, 0.5, 0.995))
    span = b - a
    return ((b - middle) - (middle - a)) / span if span > 0 else 0.0
