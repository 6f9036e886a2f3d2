"""Turning a picture as its camera says, without touching a stored value.

EXIF and TIFF number eight ways to hold a camera. The picture is turned while it is read, as every
viewer does, and positions refer to the turned picture: what is seen is what is measured.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_WORDS = {
    2: "mirrored left to right",
    3: "turned by half a turn",
    4: "mirrored top to bottom",
    5: "mirrored along its diagonal",
    6: "turned a quarter clockwise",
    7: "mirrored along its other diagonal",
    8: "turned a quarter anticlockwise",
}


def oriented(samples: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Return the picture upright: rows and columns exchanged or reversed, values as they are.

    Parameters
    ----------
    samples
        (rows, columns) or (rows, columns, channels).
    orientation
        1 to 8 as EXIF tag 274 numbers them; other numbers mean nothing and change nothing.
    """
    if orientation not in _WORDS:
        return samples
    # 5 to 8 stand on their side: the first stored row is a column of the upright picture.
    upright = np.swapaxes(samples, 0, 1) if orientation >= 5 else samples
    if orientation in {3, 4, 7, 8}:
        upright = upright[::-1]
    if orientation in {2, 3, 6, 7}:
        upright = upright[:, ::-1]
    return np.ascontiguousarray(upright)


def in_words(orientation: int) -> tuple[tuple[str, str], ...]:
    """Return the metadata that says what was done, nothing where nothing was."""
    if orientation not in _WORDS:
        return ()
    text = f"{_WORDS[orientation]} as the file asks (EXIF {orientation}); positions refer to that"
    return (("orientation", text),)
