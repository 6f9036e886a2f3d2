"""The crests of a photograph as pieces that may be bands, looked at again where they are faint.

A faint band is broken up by the noise, and along its whole length it still stands out clearly. So
faint crests are looked at again on a picture that is smoothed further across the lanes: by a part
of a lane where some bands are clear and tell how wide lanes are, else by a part of the picture.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from blotquant.image.contrast import ScaleContrast, WorkCopy, contrasts
from blotquant.lanes.choose import without_satellites
from blotquant.lanes.decoys import CLEAR_SNR, beyond_decoys
from blotquant.lanes.ridges import SEED_SNR, Piece, find_pieces, ridge_map
from blotquant.lanes.trust import Ground, believable
from blotquant.lanes.widths import SPECK, typical_width, without_lines
from blotquant.model.image import Polarity

FAINT_SNR = 12.0  # crests below this may be broken up by noise ...
FAINT_SHARE = 0.7  # ... and are all looked at anew where they are so much of the evidence
WIDER = 0.008  # of the picture's width: smoothing across of that look
WIDE_SEED_SNR = 4.0  # there: smoothed noise has far fewer places at which it may reach this
BLURRED = 3.0  # times that smoothing: what is no wider there is a speck, or noise at the frame ...
GAIN = 2.0  # ... and so is what is clearer by more than smoothing can make a band
WIDER_OF_LANE = 0.1  # of a lane's width: smoothing across of the look at single fragments


def lane_pieces(
    copy: WorkCopy,
    scales: Sequence[ScaleContrast],
    polarity: Polarity,
    letters: NDArray[np.bool_] | None = None,
) -> tuple[Piece, ...]:
    """Return the pieces of crests on the whole photograph, without satellites.

    `letters` marks the lettering on the copy, where it is known already.

    Where nearly all crests are faint, a wider look takes their place if it explains more; where
    some are, its longer pieces take the place of fragments. Each look costs about as much as the
    crests themselves.
    """
    ground = Ground.of(copy, polarity, letters)
    room = float(copy.pixels.shape[1])
    pieces = without_lines(_seen(ground, scales, polarity, SEED_SNR), room)
    faint = [p for p in pieces if p.snr < FAINT_SNR]
    if sum(p.weight for p in faint) >= FAINT_SHARE * sum(p.weight for p in pieces):
        return without_lines(_seen_anew(pieces, copy, ground, polarity), room)
    width = typical_width(pieces)
    if sum(p.width < 0.75 * width for p in faint) < 2:
        return pieces
    wide = _seen(ground, contrasts(copy, WIDER_OF_LANE * width), polarity, SEED_SNR)
    return without_lines(_mended(pieces, wide, width), room)


def _seen(
    ground: Ground, scales: Sequence[ScaleContrast], polarity: Polarity, seed_snr: float
) -> tuple[Piece, ...]:
    """Return what may be bands, and where nothing is clear no more than rises above the ground."""
    pieces = _believed(ground, scales, polarity, seed_snr)
    specks = [p for p in pieces if p.width <= SPECK * ground.bright.shape[1]]
    wide = tuple(p for p in pieces if p not in specks)
    if not wide or max(p.snr for p in wide) >= CLEAR_SNR:
        return pieces
    decoys = _believed(ground.inverted(), scales, polarity.other, seed_snr)
    beyond = beyond_decoys(wide, decoys)
    return pieces if beyond == wide else tuple(sorted((*specks, *beyond), key=lambda p: -p.weight))


def _believed(
    ground: Ground, scales: Sequence[ScaleContrast], polarity: Polarity, seed_snr: float
) -> tuple[Piece, ...]:
    ridges = ridge_map(scales, polarity, ground.bright)
    return believable(ground, without_satellites(find_pieces(ridges, seed_snr)))


def _seen_anew(
    pieces: tuple[Piece, ...], copy: WorkCopy, ground: Ground, polarity: Polarity
) -> tuple[Piece, ...]:
    """Return the clear pieces, and in place of the faint ones what a wider look shows."""
    across = WIDER * copy.pixels.shape[1]
    wide = _seen(ground.smoothed_across(across), contrasts(copy, across), polarity, WIDE_SEED_SNR)
    clear = [p for p in pieces if p.snr >= FAINT_SNR]
    new = [w for w in wide if w.width > BLURRED * across and w.snr < GAIN * FAINT_SNR]
    new = [w for w in new if not any(_covers(w, p) for p in clear)]
    if _explained(new) < _explained([p for p in pieces if p.snr < FAINT_SNR]):
        return pieces
    return tuple(sorted((*clear, *new), key=lambda p: -p.weight))


def _explained(pieces: Sequence[Piece]) -> float:
    """Return the evidence along the crests: two fragments of a band are no more than the band."""
    return sum(p.weight * p.width for p in pieces)


def _mended(pieces: tuple[Piece, ...], wide: tuple[Piece, ...], width: float) -> tuple[Piece, ...]:
    """Put the wide pass's pieces where the first pass saw only fragments or nothing."""
    kept = list(pieces)
    for w in wide:
        if not 0.6 * width < w.width < 1.6 * width:
            continue
        near = [p for p in kept if _covers(w, p)]
        if any(p.snr >= FAINT_SNR or p.width > 0.75 * w.width for p in near):
            continue
        kept = [p for p in kept if p not in near]
        kept.append(w)
    return tuple(sorted(kept, key=lambda p: -p.weight))


def _covers(w: Piece, p: Piece) -> bool:
    """Tell whether p lies at the height of w and shares some of its extent."""
    over = min(w.right, p.right) - max(w.left, p.left)
    return abs(w.y - p.y) < 1.5 * (w.thickness + p.thickness) and over > 0.3 * min(p.width, w.width)
