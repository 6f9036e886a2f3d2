"""Is a faint crest more than the unevenness of its ground? Counter-crests tell.

Blotches and noise rise as often as they sink, bands only rise. So the crests of the inverted
picture are decoys: whatever finds them finds about as many of the same kind among the crests that
may be bands (target-decoy counting, Elias & Gygi 2007, doi:10.1038/nmeth1019). What lies between
two bands sinks as well, and counts for nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from blotquant.lanes.ridges import Piece
from blotquant.lanes.strips import Table

CLEAR_SNR = 25.0  # where a crest is as clear the ground's unevenness decides nothing
FALSE_SHARE = 0.2  # of the crests that are kept may be false
MARGIN = 1.25  # decoys count from the signal-to-noise ratio of a crest over this
ALIKE = 1.6  # ratio of the thicknesses of two crests of one kind
BEYOND = 2.0  # times the clearest decoy: such a crest needs no others beside it ...
ALONE_SNR = 7.5  # ... and this much where there is no decoy
ALONG = 0.5  # of a decoy's width that runs along a band
REAL_SHARE = 0.5  # of the evidence
NEAR = 4.0  # thicknesses from a decoy to the bands that it may lie between


def beyond_decoys(pieces: tuple[Piece, ...], decoys: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Return the pieces that stand out more, or are more, than decoys of about their thickness.

    `decoys` are the crests of the inverted picture, found in the same way.
    """
    if not pieces:
        return pieces
    snr, thickness = (np.array([getattr(p, n) for p in pieces]) for n in ("snr", "thickness"))
    loose = [d for d in decoys if not _beside(d, pieces)]
    decoy_snr, decoy_thickness = (
        np.array([getattr(d, n) for d in loose], dtype=float) for n in ("snr", "thickness")
    )
    rivals = _alike(thickness, decoy_thickness)
    false = 1 + (rivals & (decoy_snr[None] >= snr[:, None] / MARGIN)).sum(axis=1)
    kept = (_alike(thickness, thickness) & (snr[None] >= snr[:, None])).sum(axis=1)
    clearest = np.where(rivals, decoy_snr[None], 0.0).max(axis=1, initial=0.0)
    level = _levels(snr, thickness, false <= FALSE_SHARE * kept)
    alone = snr >= np.maximum(BEYOND * clearest, ALONE_SNR)
    real = (snr >= level) | alone
    weight = np.array([p.weight for p in pieces])
    if weight[real].sum() >= REAL_SHARE * weight.sum():
        return pieces
    return tuple(p for p, k in zip(pieces, real.tolist(), strict=True) if k)


def _levels(
    snr: NDArray[np.float64], thickness: NDArray[np.float64], passes: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return the lowest ratio at which crests of each one's kind pass: what is above passes too."""
    among = _alike(thickness, thickness) & passes[None]
    return np.asarray(np.where(among, snr[None], np.inf).min(axis=1))


def _alike(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.asarray(np.abs(np.log(a)[:, None] - np.log(b)[None]) < np.log(ALIKE))


def _beside(decoy: Piece, bands: tuple[Piece, ...]) -> bool:
    """Tell whether a decoy is what bands leave beside them: between two, or along a clearer one."""
    table, snr = Table.of(bands), np.array([b.snr for b in bands])
    over = np.minimum(table.right, decoy.right) - np.maximum(table.left, decoy.left)
    down = table.y - decoy.y
    near = (over > 0) & (np.abs(down) < NEAR * (table.thickness + decoy.thickness))
    along = near & (over > ALONG * decoy.width) & (snr >= decoy.snr)
    return bool(((near & (down > 0)).any() and (near & (down < 0)).any()) or along.any())
