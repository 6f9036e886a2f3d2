"""Pictures that store numbers of colours in a table instead of counts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_STRIP_ROWS = 256


def through_palette(
    indices: NDArray[Any], colours: NDArray[Any], *, is_display_only: bool = False
) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Return the samples that a palette picture stands for, and warnings.

    Parameters
    ----------
    indices
        (rows, columns) stored numbers of colours, uint8 or uint16.
    colours
        (entries, 3) table of red, green, blue; uint8, or uint16 as TIFF stores it.
    is_display_only
        Whether the program that wrote the file keeps counts in the indices and uses the table for
        the screen alone, as ImageJ does.

    Returns
    -------
    samples
        (rows, columns) counts, or (rows, columns, 3) uint8 colours.
    """
    if is_display_only or _is_even_ramp(colours, indices.dtype):
        return indices, _ramp_warning(colours)
    table = (colours // 257 if colours.dtype == np.uint16 else colours).astype(np.uint8)
    if int(indices.max()) >= len(table):
        raise ValueError("a pixel has a colour that is not in its table")
    return _looked_up(table, indices), ()


def _looked_up(table: NDArray[np.uint8], indices: NDArray[Any]) -> NDArray[np.uint8]:
    """Return (rows, columns, 3) colours; in strips, since looking up takes 8 bytes a pixel."""
    colours = np.empty((*indices.shape, 3), dtype=np.uint8)
    for start in range(0, indices.shape[0], _STRIP_ROWS):
        strip = slice(start, start + _STRIP_ROWS)
        colours[strip] = table[indices[strip]]
    return colours


def _is_even_ramp(colours: NDArray[Any], dtype: np.dtype[Any]) -> bool:
    """Return whether the table runs in even grey steps from black to white or back."""
    n_levels = len(colours)
    if n_levels != int(np.iinfo(dtype).max) + 1 or np.any(np.ptp(colours, axis=1) != 0):
        return False
    grey = colours[:, 0].astype(np.int64)
    steps = np.diff(grey)
    return bool(np.all(steps == steps[0])) and steps[0] != 0


def _ramp_warning(colours: NDArray[Any]) -> tuple[str, ...]:
    """Return a warning where viewers show the stored values in another way."""
    grey = colours.astype(np.int64).sum(axis=1)
    if np.any(np.ptp(colours, axis=1) != 0):
        shown = "in colours"
    elif grey[0] > grey[-1]:
        shown = "inverted"
    else:
        return ()
    return (
        (
            f"The file carries a colour table that shows it {shown}; the stored values are used as "
            "they are. Check the polarity."
        ),
    )
