"""From colour to one channel of stored values.

A luminance mixes three channels into numbers that no detector counted, so one channel is taken as
it is stored. Which one, and what was lost, is said in a warning.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[Any]

_CHANNELS = ("red", "green", "blue")
_GREEN = 1
_TINT = 0.03  # of the range: camera and JPEG noise, colour profiles
_MAX_OVERLAY = 0.1  # share of a grey picture that marks and labels may cover
_DISPLAY_COPY = (
    "Colour pictures are copies for the screen: use the imager's 16-bit grey export where there "
    "is one."
)


def one_channel(samples: Samples) -> tuple[Samples, tuple[str, ...]]:
    """Return one (rows, columns) channel of a picture, unaltered, and warnings.

    Parameters
    ----------
    samples
        (rows, columns) or (rows, columns, channels) with 1 (grey), 2 (grey, alpha), 3 (RGB) or 4
        (RGB, alpha) channels, all finite.

    Notes
    -----
    Grey-valued RGB gives its grey exactly. A grey picture with coloured marks gives the channel in
    which the marks are most like what surrounds them: a red saturation overlay painted over dark
    bands is dark in green and blue, one painted over bright bands is bright in red. A truly
    coloured picture gives the channel with the most contrast.
    """
    if samples.ndim == 2:
        return samples, ()
    channels = samples.shape[2]
    warnings = _alpha_warning(samples[..., -1]) if channels in {2, 4} else ()
    if channels < 3:
        return np.ascontiguousarray(samples[..., 0]), warnings
    channel, colour_warnings = _choose(samples[..., :3])
    return np.ascontiguousarray(samples[..., channel]), warnings + colour_warnings


def _alpha_warning(alpha: Samples) -> tuple[str, ...]:
    """Return a warning where transparency differs over the picture."""
    opaque = alpha.max()
    n = int(np.count_nonzero(alpha != opaque))
    if n == 0:
        return ()
    return (
        (
            f"{'1 pixel is' if n == 1 else f'{n} pixels are'} marked as transparent; the values "
            "stored there are used. Leave out these places, or export without transparency."
        ),
    )


def _choose(rgb: Samples) -> tuple[int, tuple[str, ...]]:
    """Return the index of the channel to use and why it is not simply grey."""
    spread = _spread(rgb)
    largest = float(spread.max())
    # Integers that differ by 1 are one grey, rounded three times by a colour profile.
    if largest <= (1 if spread.dtype.kind in "ui" else 0):
        return _GREEN, ()
    coloured = spread > _TINT * _range(rgb)
    n = int(np.count_nonzero(coloured))
    if n == 0:
        return _GREEN, (
            (
                f"The picture is tinted: its channels differ by up to {largest:g}. The green "
                f"channel is used. {_DISPLAY_COPY}"
            ),
        )
    if n <= _MAX_OVERLAY * coloured.size:
        channel = _least_painted(rgb, coloured)
        return channel, (
            (
                f"{n} pixels of a grey picture are coloured (saturation marks, labels, lines); the "
                f"{_CHANNELS[channel]} channel is used, and the counts under them are lost. Export "
                "it without marks and overlays."
            ),
        )
    channel = _most_contrast(rgb)
    return channel, (
        (
            f"This is a colour picture: the {_CHANNELS[channel]} channel is used because it has "
            f"the most contrast. {_DISPLAY_COPY}"
        ),
    )


def _range(rgb: Samples) -> float:
    """Return the range that colour differences are compared with."""
    if rgb.dtype.kind in "ui":
        # A 12-bit picture in 16 bits is not "nearly grey" for being small.
        largest = float(rgb.max())
        return 255.0 if largest <= 255 else largest
    return float(rgb.max()) - float(rgb.min())


def _spread(rgb: Samples) -> Samples:
    """Return the difference between the largest and the smallest channel of every pixel."""
    red, green, blue = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    high = np.maximum(np.maximum(red, green), blue)
    low = np.minimum(np.minimum(red, green), blue)
    spread: Samples = high - low
    return spread


def _least_painted(rgb: Samples, coloured: NDArray[np.bool_]) -> int:
    """Return the channel whose coloured pixels are closest to the grey ones around them."""
    import cv2  # noqa: PLC0415 - slow import

    grown = cv2.dilate(coloured.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(np.bool_)
    ring = grown & ~coloured
    if not ring.any():
        return _GREEN
    around = float(rgb[..., _GREEN][ring].mean(dtype=np.float64))
    distances = [
        abs(float(rgb[..., c][coloured].mean(dtype=np.float64)) - around) for c in range(3)
    ]
    closest = min(distances)
    return _GREEN if distances[_GREEN] == closest else distances.index(closest)


def _most_contrast(rgb: Samples) -> int:
    """Return the channel with the largest standard deviation, seen on a grid of pixels."""
    step = max(1, int((rgb.shape[0] * rgb.shape[1] / 250_000) ** 0.5))
    thinned = rgb[::step, ::step].astype(np.float64)
    deviations = thinned.std(axis=(0, 1))
    best = int(np.argmax(deviations))
    return _GREEN if deviations[_GREEN] == deviations[best] else best
