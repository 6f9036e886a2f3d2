"""A small picture of one membrane in which its texture shows whatever the contrast was.

Tones are compressed, slow changes are taken away and what is left is measured against its own
surroundings: dirt, creases and the membrane's rim then look alike on a long and a short exposure.
Bands are masked in `texture`, since another antibody puts them elsewhere; `everything` keeps them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from blotquant.image.contrast import FloatArray, WorkCopy
from blotquant.lanes.ridges import Piece
from blotquant.model.geometry import Membrane
from blotquant.model.image import Polarity

SIZE_PX = 256  # longest side: a tenth of one of its pixels is a third of one at 900 px
MARGIN = 0.06  # of the membrane's size: its rim belongs to it
RIM = 0.03  # of the membrane's size
SLOW_PX = 17  # what changes more slowly is light, not texture
AROUND_PX = 41  # over which texture is called strong or weak
STRONGEST = 3.0  # typical texture has strength 1 or less
BEYOND = 0.02  # of the bands' span: how much further a rim reaches
NARROW = 0.5  # of the membrane's width, or of all bands': a single band is narrower
OUTERMOST = 0.05  # share of the bands that may be something else at either side
BAND_SHAPE = 3.0  # a crest this much wider than thick is a band, else it may be dirt


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Glimpse:
    """One membrane at a small size: float32 (rows, columns), about zero, 0 where nothing is known.

    `to_file` is the (2, 3) affine matrix from its pixels to file pixels.
    """

    texture: FloatArray
    texture_known: NDArray[np.bool_]
    everything: FloatArray
    everything_known: NDArray[np.bool_]
    to_file: NDArray[np.float64]

    def layer(self, *, with_bands: bool) -> tuple[FloatArray, NDArray[np.bool_]]:
        """Return the picture with or without the bands, and where it is known."""
        if with_bands:
            return self.everything, self.everything_known
        return self.texture, self.texture_known


def glimpse(
    copy: WorkCopy, pieces: Sequence[Piece], membrane: Membrane, polarity: Polarity
) -> Glimpse:
    """Return the small picture of a membrane; about 5 ms.

    `pieces` are the crests of the whole photograph; `polarity` tells whether bands are bright.
    """
    left, top, right, bottom = _box(copy, membrane)
    part, live = copy.pixels[top:bottom, left:right], copy.live[top:bottom, left:right]
    factor = max(1.0, max(part.shape) / SIZE_PX)
    size = (max(8, round(part.shape[1] / factor)), max(8, round(part.shape[0] / factor)))
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    small = np.asarray(cv2.medianBlur(small, 3), dtype=np.float32)  # hot pixels stay in place
    known = cv2.resize(live.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.99
    fx, fy = part.shape[1] / size[0], part.shape[0] / size[1]
    bands = known.astype(np.uint8)
    span = _span(copy, pieces, membrane)
    inner = _shrunk(membrane)
    for p in pieces:
        if p.width < BAND_SHAPE * p.thickness or _runs_beyond(p, span):
            continue
        if not inner.contains((float(copy.to_file(p.centre)), float(copy.to_file(p.y)))):
            continue  # part of the rim, or beside the membrane
        across = p.width / 2 + p.thickness
        along = 2.5 * p.thickness + abs(p.slope) * p.width / 2
        x, y = (p.centre + 0.5 - left) / fx - 0.5, (p.y + 0.5 - top) / fy - 0.5
        a = (math.floor(x - across / fx), math.floor(y - along / fy - 1))
        b = (math.ceil(x + across / fx), math.ceil(y + along / fy + 1))
        cv2.rectangle(bands, a, b, 0, -1)
    without = bands.astype(bool)
    s = copy.scale
    to_file = np.array(
        [
            [fx * s, 0.0, (0.5 * fx + left) * s - 0.5],
            [0.0, fy * s, (0.5 * fy + top) * s - 0.5],
        ]
    )
    texture = _texture(small, without)
    return Glimpse(
        texture=_without_stripes(texture, without, *((v - left) / fx for v in span)),
        texture_known=without,
        # Bands are positive whatever the file's polarity: they must agree in sign, dirt need not.
        everything=_texture(small if polarity is Polarity.LIGHT_ON_DARK else -small, known),
        everything_known=known,
        to_file=to_file,
    )


def _shrunk(membrane: Membrane) -> Membrane:
    """Return the membrane without its rim."""
    xs, ys = zip(*membrane.corners, strict=True)
    x, y = sum(xs) / 4, sum(ys) / 4
    a, b, c, d = (
        (x + (1 - 2 * RIM) * (px - x), y + (1 - 2 * RIM) * (py - y)) for px, py in membrane.corners
    )
    return replace(membrane, corners=(a, b, c, d))


def _span(copy: WorkCopy, pieces: Sequence[Piece], membrane: Membrane) -> tuple[float, float]:
    """Return from where to where (working pixels) there are bands; all across where there are none.

    Judged by crests that are far narrower than the membrane, for it must hold before lanes are
    known and where they are wrong.
    """
    left, top, right, bottom = (float(copy.from_file(v)) for v in membrane.bounds)
    bands = [
        p
        for p in pieces
        if BAND_SHAPE * p.thickness <= p.width < NARROW * (right - left)
        and left < p.centre < right
        and top < p.y < bottom
    ]
    if not bands:
        return left, right
    first = float(np.quantile([p.left for p in bands], OUTERMOST))
    return first, float(np.quantile([p.right for p in bands], 1 - OUTERMOST))


def _runs_beyond(piece: Piece, span: tuple[float, float]) -> bool:
    """Tell whether a long crest goes on beside all bands: a rim or a crease, no row.

    Bands that touch make one crest from the first of them to the last, and no further.
    """
    long = span[1] - span[0]
    ahead = max(span[0] - piece.left, piece.right - span[1])
    return piece.width > NARROW * long and ahead > BEYOND * long


def _without_stripes(
    texture: FloatArray, known: NDArray[np.bool_], left: float, right: float
) -> FloatArray:
    """Take away what runs down along the lanes.

    Haze under a lane is as strong as its bands, so it differs from antibody to antibody; it repeats
    from lane to lane, and it says nothing of the height.
    """
    weight = known.astype(np.float32)
    size = (1, max(3, texture.shape[0] // 3))
    total = cv2.blur(texture * weight, size, borderType=cv2.BORDER_REPLICATE)
    share = cv2.blur(weight, size, borderType=cv2.BORDER_REPLICATE)
    x = np.arange(texture.shape[1])
    under = (x >= left) & (x <= right)
    flat = texture - np.where(under, total / np.maximum(share, 1e-3), 0)
    return np.asarray(flat * weight, dtype=np.float32)


def _box(copy: WorkCopy, membrane: Membrane) -> tuple[int, int, int, int]:
    """Return the membrane's upright box and a margin in working pixels, within the picture."""
    left, top, right, bottom = membrane.bounds
    margin = MARGIN * max(right - left, bottom - top)
    rows, columns = copy.pixels.shape
    x0, y0 = (float(copy.from_file(v - margin)) for v in (left, top))
    x1, y1 = (float(copy.from_file(v + margin)) for v in (right, bottom))
    left_px = min(max(0, math.floor(x0 + 0.5)), columns - 1)
    top_px = min(max(0, math.floor(y0 + 0.5)), rows - 1)
    right_px = max(min(columns, math.ceil(x1 + 0.5)), left_px + 1)
    bottom_px = max(min(rows, math.ceil(y1 + 0.5)), top_px + 1)
    return left_px, top_px, right_px, bottom_px


def _texture(small: FloatArray, known: NDArray[np.bool_]) -> FloatArray:
    if known.sum() < 16:
        return np.zeros_like(small)
    weight = known.astype(np.float32)
    values = small[known]
    low, middle = (float(v) for v in np.quantile(values, [0.01, 0.5]))
    spread = max(middle - low, 0.05 * float(values.std()), 1e-6)
    tone = np.asarray(np.arcsinh((small - low) / spread), dtype=np.float32)
    fine = (tone - _mean_around(tone, weight, SLOW_PX)) * weight
    fine = np.asarray(cv2.GaussianBlur(fine, (0, 0), 0.8), dtype=np.float32) * weight
    strength = np.sqrt(np.maximum(_mean_around(fine * fine, weight, AROUND_PX), 0.0))
    typical = max(float(np.median(strength[known])), 1e-6)
    level = np.clip(2 * fine / (strength + typical), -STRONGEST, STRONGEST)
    level -= float(level[known].mean())
    return np.asarray(level * weight, dtype=np.float32)


def _mean_around(values: FloatArray, weight: FloatArray, size_px: int) -> FloatArray:
    """Return the mean of what is known around each pixel; two boxes are nearly a Gaussian."""
    total, share = (_twice_blurred(v, size_px) for v in (values * weight, weight))
    return np.asarray(total / np.maximum(share, 1e-3), dtype=np.float32)


def _twice_blurred(values: FloatArray, size_px: int) -> FloatArray:
    size = (size_px, size_px)
    once = cv2.blur(values, size, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.blur(once, size, borderType=cv2.BORDER_REPLICATE), dtype=np.float32)
