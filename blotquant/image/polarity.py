"""Are bands bright or dark in this file? Decided from the picture, never from the tag alone."""

from __future__ import annotations

import cv2
import numpy as np

from blotquant.image.contrast import (
    SCALES_PX,
    FloatArray,
    WorkCopy,
    noise_of,
    two_sided,
    work_copy,
)
from blotquant.model.image import BlotImage, Polarity, PolarityGuess

THRESHOLD = 4.0  # contrast in standard deviations from which a place counts as a ridge


def guess_polarity(image: BlotImage, work: WorkCopy | None = None) -> PolarityGuess:
    """Return the polarity that the picture itself shows, with a confidence and the reason.

    Two cues are weighed. Ridges: how much stands out from both sides (above and below), bright
    against dark, over all scales. Tails: whether the high-passed grey values reach further up or
    further down, since bands are rare and background is common.
    """
    copy = work or work_copy(image.pixels)
    bright, dark = _ridge_sums(copy)
    total = bright + dark
    ridges = (bright - dark) / total if total > 0 else 0.0
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
    share = max(bright, dark) / total if (bright >= dark) == (score >= 0) else min(bright, dark) / total
    agree = "agree" if (tails >= 0) == (score >= 0) else "disagree"
    return PolarityGuess(
        polarity=polarity,
        confidence=float(min(1.0, 2.5 * abs(score))),
        reason=(
            f"{share:.0%} of what stands out is {word}er than the places above and below it, "
            f"{1 - share:.0%} is {other}er; the tails of the grey values {agree}"
        ),
    )


def _ridge_sums(copy: WorkCopy) -> tuple[float, float]:
    bright_sum = dark_sum = 0.0
    for scale in SCALES_PX[:-1]:
        if copy.pixels.shape[0] < 6 * scale:
            break
        bright, dark = two_sided(copy.pixels, scale)
        noise = noise_of(bright, copy.pixels, copy.live)
        for contrast, sign in ((bright, 1), (dark, -1)):
            above = np.log1p(np.maximum(contrast / noise - THRESHOLD, 0))
            found = float(above[copy.live].sum())
            if sign > 0:
                bright_sum += found
            else:
                dark_sum += found
    return bright_sum, dark_sum


def _tail_balance(copy: WorkCopy) -> float:
    """Return +1 when only the upper tail is long, -1 when only the lower one is."""
    rows, columns = copy.pixels.shape
    low = cv2.blur(copy.pixels, (columns // 4 * 2 + 1, rows // 3 * 2 + 1))
    high_passed: FloatArray = (copy.pixels - low)[copy.live]
    a, middle, b = np.quantile(high_passed[:: max(1, high_passed.size // 100_000)], [0.005, 0.5, 0.995])
    span = b - a
    return float(((b - middle) - (middle - a)) / span) if span > 0 else 0.0
