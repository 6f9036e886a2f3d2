"""An exposure laid onto the frame of another one, where the blot moved between the two."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from blotquant.quantify.exposure_line import Frame

LEAST_SHIFT_PX = 0.3  # a smaller one cannot be told from none, and resampling blurs noise
CLEARLY_BETTER = 0.5  # times the disagreement without a shift


class Laid(NamedTuple):
    """A frame on the places of the lead, and by how much it was shifted (right, down)."""

    frame: Frame
    dx_px: float = 0.0
    dy_px: float = 0.0


def laid_onto(lead: Frame, frame: Frame) -> Laid:
    """Return the frame laid onto the lead; resampled only where it moved."""
    dx, dy = (0.0, 0.0) if frame is lead else _shift(lead, frame)
    if not (dx or dy):
        return Laid(frame)
    unknown = _moved_back(frame.saturated.astype(np.float32), dx, dy, outside=1.0)
    shifted = replace(
        frame, signal=_moved_back(frame.signal, dx, dy), saturated=np.asarray(unknown > 0)
    )
    return Laid(shifted, dx, dy)


def _moved_back(
    picture: NDArray[np.float32], dx: float, dy: float, outside: float | None = None
) -> NDArray[np.float32]:
    """Return a picture with what lies at (x + dx, y + dy) brought to (x, y)."""
    back = np.array([[1.0, 0.0, dx], [0.0, 1.0, dy]])
    size = (picture.shape[1], picture.shape[0])
    border = cv2.BORDER_REPLICATE if outside is None else cv2.BORDER_CONSTANT
    moved = cv2.warpAffine(
        picture,
        back,
        size,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=border,
        borderValue=outside or 0.0,
    )
    return np.asarray(moved, dtype=np.float32)


def _shift(lead: Frame, frame: Frame) -> tuple[float, float]:
    """Return where the lead's places lie on the frame; (0, 0) unless a move is plain to see.

    Imagers do not move between exposures, and lanes look alike one pitch further: a shift must make
    the two pictures agree far better than none.
    """
    clipped = max(float(f.saturated.mean()) for f in (lead, frame))
    top = 1 - clipped - 0.002
    a, b = (_flattened(f, max(top, 0.6)) for f in (lead, frame))
    window = cv2.createHanningWindow((a.shape[1], a.shape[0]), cv2.CV_32F)
    (dx, dy), _ = cv2.phaseCorrelate(a, b, window)
    if math.hypot(dx, dy) < LEAST_SHIFT_PX:
        return 0.0, 0.0
    still = _disagreement(a, b)
    moved = _disagreement(a, _moved_back(b, dx, dy))
    return (dx, dy) if moved < CLEARLY_BETTER * still else (0.0, 0.0)


def _disagreement(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """Return by how much two pictures differ, away from their margins."""
    m = max(1, min(a.shape) // 20)
    inner = np.s_[m:-m, m:-m]
    return float(np.mean((a[inner] - b[inner]) ** 2))


def _flattened(frame: Frame, top: float) -> NDArray[np.float32]:
    """Return the signal between two shares of its pixels, so that exposures look alike."""
    smooth = cv2.blur(frame.signal, (3, 3))
    low, high = np.quantile(smooth[::3, ::3], [0.5, top])
    share = np.clip((smooth - low) / max(float(high - low), 1e-6), 0.0, 1.0)
    return np.asarray(share, dtype=np.float32)
