"""Strips that only strays speak for: wells, gel edges, scratches, blanks between pencil marks."""

from __future__ import annotations

import numpy as np

from blotquant.lanes.ridges import Piece
from blotquant.lanes.strips import Strip, Table, overlap_of

OWN = 0.6  # overlap (intersection over union) from which a crest belongs to a strip
SHARE = 0.15  # of the other lanes' signal-to-noise ratio that a lane reaches somewhere, ...
LADDER_OVERLAP = 0.75
LADDER_BANDS = 4  # ... or so many bands of its own width, ...
ALIKE = 2.0  # ratio of the thicknesses of two bands of one row
SHARED_ROW = 2  # ... or a band at the height of the strongest bands of so many sure lanes


def without_strays(strips: tuple[Strip, ...], pieces: tuple[Piece, ...]) -> tuple[Strip, ...]:
    """Return the strips whose crests are strong, many, or where other lanes have theirs."""
    if not strips:
        return ()
    left, right = (np.array([getattr(s, end) for s in strips]) for end in ("left", "right"))
    overlap = overlap_of(left, right, *Table.of(pieces).sheared(strips[0].lean))
    snr = np.array([p.snr for p in pieces])
    mine = overlap > OWN
    best = np.where(mine, snr[None], 0.0).max(axis=1)
    order = np.argsort(best)
    strength = np.cumsum(np.array([s.gain for s in strips])[order])
    typical = float(best[order][np.searchsorted(strength, strength[-1] / 2)])
    many = (overlap > LADDER_OVERLAP).sum(axis=1) >= LADDER_BANDS
    sure = (best >= SHARE * typical) | many
    main = {int(i): pieces[int(np.where(mine[i], snr, 0.0).argmax())] for i in np.flatnonzero(sure)}

    def shares_a_row(i: int) -> bool:
        own = [pieces[k] for k in np.flatnonzero(mine[i])]
        return any(sum(same_row(p, q) for q in main.values()) >= SHARED_ROW for p in own)

    return tuple(s for i, s in enumerate(strips) if sure[i] or shares_a_row(i))


def same_row(p: Piece, q: Piece) -> bool:
    """Tell whether two crests are about as thick and at one height, but for a smile."""
    alike = 1 / ALIKE < p.thickness / q.thickness < ALIKE
    return alike and abs(p.y - q.y) < 2 * (p.thickness + q.thickness)
