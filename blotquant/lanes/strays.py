"""Strips that only strays speak for: wells, gel edges, scratches, blanks between pencil marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from blotquant.lanes.ridges import Piece

if TYPE_CHECKING:
    from blotquant.lanes.choose import Strip

OWN = 0.6  # overlap (intersection over union) from which a crest belongs to a strip
SHARE = 0.15  # of the other lanes' signal-to-noise ratio that a lane reaches somewhere, ...
LADDER_OVERLAP = 0.75
LADDER_BANDS = 4  # ... or so many bands of its own width, ...
SHARED_ROW = 2  # ... or a band at the height of the strongest bands of so many sure lanes


def without_strays(strips: tuple[Strip, ...], pieces: tuple[Piece, ...]) -> tuple[Strip, ...]:
    """Return the strips whose crests are strong, many, or where other lanes have theirs."""
    if not strips:
        return ()
    lean = strips[0].lean
    snr = np.array([p.snr for p in pieces])
    overlap = _overlap(strips, pieces, lean)
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
    """Tell whether two crests lie at about the same height, within what a smile bends a row."""
    return abs(p.y - q.y) < 2 * (p.thickness + q.thickness)


def _overlap(strips: tuple[Strip, ...], pieces: tuple[Piece, ...], lean: float) -> np.ndarray:
    """Intersection over union of every strip (rows) with every crest (columns)."""
    a, b = (np.array([getattr(s, n) for s in strips])[:, None] for n in ("left", "right"))
    c, d = (np.array([getattr(p, n) - lean * p.y for p in pieces])[None] for n in ("left", "right"))
    both = np.clip(np.minimum(b, d) - np.maximum(a, c), 0, None)
    return np.asarray(both / np.maximum(np.maximum(b, d) - np.minimum(a, c), 1e-9))
