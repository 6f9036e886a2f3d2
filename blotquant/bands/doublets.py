"""Rows that are two: pairs of bands so close that no lane, or hardly one, shows a valley.

One lane cannot tell a broad band from two narrow ones. All lanes together can: the bands of a
membrane resemble each other in width and tail, and the spacing of a pair is the same in every lane
while its proportion changes. A row is split where two bands of the membrane's shape, at one spacing
for all lanes, explain the lanes much better than one band of the row's own shape.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from blotquant.bands.emg import emg_density
from blotquant.bands.shapes import CLEAR_SNR, PAIR, BandShape, Profiles, learn_shapes, usual_shape
from blotquant.flags import Flag
from blotquant.model.band import Band

Floats = NDArray[np.float64]

BROADER = 1.2  # than the other rows, from which on a row may be two: single ones reach 1.15
OTHER_TAIL = 0.5  # by how much its tail may differ instead, in sigma
MISFIT = 0.02  # of the peak: how well single bands follow their family of shapes
FACTORS = (0.94, 1.0, 1.06)  # by which the width of a band may differ from its row
SAME_SPACING = 0.3  # of sigma: a lane's own apexes agree with the spacing of all
GRID = 0.2  # of sigma: places that are tried
NEAREST, FURTHEST = 1.6, 4.0  # spacings of a pair that shows as one peak, in sigma
LEAST_SPACING = 2.0  # in sigma: nearer than this, no pair of Gaussians shows more than one top
EVIDENCE = 10.0  # in natural logarithms, for each lane that shows the row
EACH_LANE = 2.0  # the same, for four lanes of five
WORST_PAIR = 1.0  # misfit of pairs, in units of `MISFIT`: what follows no shape is not split
WORST_KNOWN_PAIR = 2.0  # where a valley was seen
FEWEST_LANES = 3
LEAST_PARTNER = 0.04  # of the pair's volume


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Pair:
    """Two bands of one lane: their apexes (px) and volumes."""

    apexes: tuple[float, float]
    volumes: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Split:
    """The pairs of each clear lane, by its index; how far apart they are and one band's sigma."""

    pairs: Mapping[int, _Pair]
    spacing_px: float
    sigma_px: float


def split_doublets(
    bands: Sequence[Band],
    profiles: Profiles,
    levels: Profiles,
    noise: Sequence[float],
    wander: Sequence[float],
    clipped: Profiles,
    shapes: Mapping[int, BandShape] | None = None,
) -> tuple[Band, ...]:
    """Return the bands of one membrane with every row split that is two; rows are renumbered.

    Parameters
    ----------
    bands
        Lane by lane, every lane with every row.
    profiles, levels
        Of each lane in the order of their numbers: signal and a first background, counts per pixel.
    noise
        Of each lane: standard deviation of one position of the profile, counts.
    wander
        Of each lane: by how much the level under a band may be wrong, counts.
    clipped
        Of each lane: share of the width that is saturated. Flat tops look like pairs.
    shapes
        Of the rows, where `learn_shapes` was asked before.

    Takes about 1 ms for a row, and as much more for each lane of a row that may be two.
    """
    numbers = sorted({b.lane for b in bands})
    lanes = [sorted((b for b in bands if b.lane == n), key=lambda b: b.row) for n in numbers]
    if shapes is None:
        shapes = learn_shapes(profiles, levels, np.hypot(noise, wander).tolist(), lanes)
    rests = [p - level for p, level in zip(profiles, levels, strict=True)]
    split: dict[int, _Split] = {}
    for rows in sorted({s.group for s in shapes.values()}):
        own, usual = shapes[rows[0]], usual_shape(shapes, rows, lanes)
        spacing = (shapes[rows[-1]].offset_px or 0.0) if len(rows) > 1 else 0.0
        if usual is None or len(rows) > PAIR:
            continue
        if spacing > FURTHEST * usual[0] or (len(rows) == 1 and not _odd(own, usual)):
            continue
        sds = list(zip(noise, wander, strict=True))
        whole = _clear(lanes, rests, sds, clipped, rows)
        found = _pairs(whole, rests, sds, own, usual, known=len(rows) == PAIR)
        if found is not None:
            split.update(dict.fromkeys(rows, found))
    if not split:
        return tuple(bands)
    return tuple(b for k, mine in enumerate(lanes) for b in _renumbered(mine, k, split))


def _odd(own: BandShape, usual: tuple[float, float]) -> bool:
    sigma, tail = usual
    other_tail = abs(own.tail_px / own.sigma_px - tail) > OTHER_TAIL
    return own.sigma_px > BROADER * sigma or other_tail


def _clear(
    lanes: Sequence[Sequence[Band]],
    rests: Profiles,
    sds: Sequence[tuple[float, float]],
    clipped: Profiles,
    rows: tuple[int, ...],
) -> dict[int, tuple[float, float]]:
    """Return from where to where the rows reach in lanes that show them clear of the noise."""
    out = {}
    for k, lane in enumerate(lanes):
        mine = [b for b in lane if b.row in rows]
        if not any(b.found for b in mine):
            continue
        start, stop = min(b.start_px for b in mine), max(b.stop_px for b in mine)
        part = slice(max(0, int(start)), max(0, int(stop)) + 1)
        whole = rests[k][part].size > 0 and not clipped[k][part].any()
        if whole and rests[k][part].max() > 2 * CLEAR_SNR * np.hypot(*sds[k]):
            out[k] = (start, stop)
    return out


def _pairs(
    lanes: Mapping[int, tuple[float, float]],
    rests: Profiles,
    sds: Sequence[tuple[float, float]],
    own: BandShape,
    usual: tuple[float, float],
    *,
    known: bool,
) -> _Split | None:
    """Return the pairs of the clear lanes, None where one band explains them as well.

    Where some lanes show a valley two bands are `known` to be there, and only their places count.
    """
    if len(lanes) < FEWEST_LANES:
        return None
    sigma, tail = usual
    spacings = np.arange(NEAREST, FURTHEST + GRID / 2, GRID)
    tried = [_Tried.of(rests[k], x, sds[k], sigma, tail, own, spacings) for k, x in lanes.items()]
    gain = np.sum([t.gain for t in tried], axis=0)
    best = int(gain.argmax())
    each = np.array([t.gain[best] for t in tried])
    left = float(np.median([t.unexplained[best] for t in tried]))
    if left > (WORST_KNOWN_PAIR if known else WORST_PAIR):
        return None
    pairs = {k: t.pairs[best] for k, t in zip(lanes, tried, strict=True)}
    weaker = [min(p.volumes) / max(sum(p.volumes), 1e-300) for p in pairs.values()]
    sure = each.mean() >= EVIDENCE and np.percentile(each, 20) >= EACH_LANE
    parted = spacings[best] >= LEAST_SPACING and float(np.median(weaker)) >= LEAST_PARTNER
    if not known and not (sure and parted):
        return None
    return _Split(pairs=pairs, spacing_px=float(spacings[best] * sigma), sigma_px=sigma)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Tried:
    """One lane's bands taken as one and as two: the gain in ln(likelihood) at each spacing.

    `unexplained` is what two bands leave, in units of the misfit that single bands have.
    """

    gain: Floats
    unexplained: Floats
    pairs: tuple[_Pair, ...]

    @classmethod
    def of(
        cls,
        rest: Floats,
        limits: tuple[float, float],
        sds: tuple[float, float],
        sigma: float,
        tail: float,
        own: BandShape,
        spacings: Floats,
    ) -> _Tried:
        """Try all places on a grid; volumes follow by least squares and may not be negative."""
        first = max(0, int(np.floor(limits[0])))
        stop = min(rest.size, int(np.ceil(limits[1])) + 1)
        x = np.arange(first, stop, dtype=float)
        top = float(rest[first:stop].max())
        # A level that is wrong, or tilted, must not pass for a partner.
        sloping = np.linalg.qr(np.stack([np.ones_like(x), x - x.mean()], axis=1))[0]
        y = rest[first:stop] - sloping @ (sloping.T @ rest[first:stop])
        # Neighbouring places see the same part of a band: one in each sigma speaks for itself.
        noise, wander = sds
        scale = sigma * (noise**2 / sigma + wander**2 + (MISFIT * top) ** 2)
        places = np.arange(*limits, GRID * sigma)
        steps = np.rint(spacings / GRID).astype(int)
        factors = np.array(FACTORS)
        alone = _single(
            y, _above(x, places, own.sigma_px * factors, own.tail_px * factors, sloping)
        )
        shapes = _above(x, places, sigma * factors, tail * sigma * factors, sloping)
        double = _double(y, shapes, steps)
        misfit, which = double.misfit.min(axis=0), double.misfit.argmin(axis=0)
        gain = (alone - misfit) / (2 * scale)
        pairs = tuple(double.pair(places, int(w), n, int(steps[n])) for n, w in enumerate(which))
        # Where the fit is perfect, rounding leaves a misfit a little below nothing.
        left = np.sqrt(np.maximum(misfit, 0.0) / x.size / (scale / sigma))
        return cls(gain=gain, unexplained=left, pairs=pairs)


def _above(x: Floats, places: Floats, sigmas: Floats, tails: Floats, sloping: Floats) -> Floats:
    """Return shapes of unit area above the line that best follows them.

    (sizes, places, positions) for sizes (sizes,) at every place.
    """
    distance = (x[None] - places[:, None])[None]
    shapes = emg_density(distance, sigmas[:, None, None], tails[:, None, None])
    return np.asarray(shapes - (shapes @ sloping) @ sloping.T)


def _single(y: Floats, shapes: Floats) -> float:
    """Return the least sum of squares with one band, of any size and at any place."""
    along = np.maximum(shapes @ y, 0.0)
    return float((y @ y) - (along**2 / np.maximum((shapes**2).sum(axis=2), 1e-300)).max())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Double:
    """The best two bands of each size at each spacing: arrays are (sizes, spacings).

    `misfit` is the sum of squares that they leave, infinite where a spacing does not fit;
    `upper` the index of the upper one's place, `one` and `two` are their volumes.
    """

    misfit: Floats
    upper: NDArray[np.intp]
    one: Floats
    two: Floats

    def pair(self, places: Floats, size: int, n: int, step: int) -> _Pair:
        """Return the bands of one size at spacing number `n`, `step` places apart."""
        if not np.isfinite(self.misfit[size, n]):
            return _Pair(apexes=(0.0, 0.0), volumes=(0.0, 0.0))
        k = int(self.upper[size, n])
        return _Pair(
            apexes=(float(places[k]), float(places[k + step])),
            volumes=(float(self.one[size, n]), float(self.two[size, n])),
        )


def _double(y: Floats, shapes: Floats, steps: NDArray[np.int_]) -> _Double:
    """Try two bands of each size at every place and spacing at once, by least squares."""
    gram, along = shapes @ shapes.swapaxes(1, 2), shapes @ y
    upper = np.arange(shapes.shape[1])
    lower = upper + steps[:, None]
    fits = lower < upper.size
    lower = np.minimum(lower, upper.size - 1)
    own = gram[:, upper, upper]
    a, b, c = own[:, None], own[:, lower], gram[:, upper, lower]
    p, q = along[:, None], along[:, lower]
    det = np.maximum(a * b - c**2, np.maximum(1e-9 * a * b, 1e-300))
    one, two = (b * p - c * q) / det, (a * q - c * p) / det
    tiny = 1e-300  # a shape may lie outside of what is looked at
    # With one of them negative the other stands alone.
    one, two = (
        np.where(two < 0, np.maximum(p / np.maximum(a, tiny), 0.0), np.maximum(one, 0.0)),
        np.where(one < 0, np.maximum(q / np.maximum(b, tiny), 0.0), np.maximum(two, 0.0)),
    )
    misfit = y @ y - 2 * (one * p + two * q) + one**2 * a + two**2 * b + 2 * one * two * c
    misfit = np.where(fits, misfit, np.inf)
    best = misfit.argmin(axis=2)

    def chosen(values: Floats) -> Floats:
        return np.asarray(np.take_along_axis(values, best[:, :, None], axis=2)[:, :, 0])

    return _Double(misfit=chosen(misfit), upper=best, one=chosen(one), two=chosen(two))


def _renumbered(mine: Sequence[Band], lane: int, split: Mapping[int, _Split]) -> list[Band]:
    """Return one lane's bands with pairs in place of what they were."""
    out: list[Band] = []
    done: list[_Split] = []
    for band in mine:
        pair = split.get(band.row)
        if pair is None:
            out.append(replace(band, row=len(out) + 1))
        elif pair not in done:
            done.append(pair)
            members = [b for b in mine if split.get(b.row) is pair]
            upper, lower = _placed(members, pair, lane)
            out += [replace(upper, row=len(out) + 1), replace(lower, row=len(out) + 2)]
    return out


def _placed(members: Sequence[Band], split: _Split, lane: int) -> tuple[Band, Band]:
    """Return one lane's pair; what the lane itself shows of two bands as far apart stays."""
    first, last = members[0], members[-1]
    apart = last.apex_px - first.apex_px
    clear = first is not last and first.found and last.found
    if clear and abs(apart - split.spacing_px) < SAME_SPACING * split.sigma_px:
        return first, last
    pair = split.pairs.get(lane) or _expected(members, split)
    least = 0.5
    a = float(np.clip(pair.apexes[0], first.start_px + least, last.stop_px - 3 * least))
    b = float(np.clip(pair.apexes[1], a + 2 * least, last.stop_px - least))
    cut = (a + b) / 2
    flags = first.flags | last.flags | Flag.UNRESOLVED
    seen = any(m.found for m in members) and lane in split.pairs
    above, below = (v > LEAST_PARTNER * sum(pair.volumes) for v in pair.volumes)
    upper = replace(first, apex_px=a, stop_px=cut, flags=flags)
    lower = replace(last, apex_px=b, start_px=cut, flags=flags)
    if not seen:
        return upper, lower
    sure = max(first.confidence, last.confidence)
    return (
        replace(upper, found=above, confidence=sure, reason=""),
        replace(lower, found=below, confidence=sure, reason=""),
    )


def _expected(members: Sequence[Band], split: _Split) -> _Pair:
    """Return where the pair of a faint lane is, by its clearer band or in the middle of the row."""
    first, last = members[0], members[-1]
    if first is last:
        a = first.apex_px - split.spacing_px / 2
    elif first.confidence >= last.confidence:
        a = first.apex_px
    else:
        a = last.apex_px - split.spacing_px
    return _Pair(apexes=(a, a + split.spacing_px), volumes=(1.0, 1.0))
