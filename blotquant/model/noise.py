"""How much a pixel scatters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseModel:
    """``variance(signal) = read_variance + gain * signal`` in counts, from the picture itself.

    `curve` holds (signal, variance) points for a picture that is merged from several: the variance
    runs straight between them and the line above does not count. Empty for a plain photograph.
    """

    read_variance: float
    gain: float
    curve: tuple[tuple[float, float], ...] = ()

    def variance(self, signal: NDArray[Any]) -> NDArray[np.float64]:
        """Return the variance of pixels with this signal, counts squared, in the same shape."""
        if self.curve:
            levels, variances = zip(*self.curve, strict=True)
            return np.asarray(np.interp(signal, levels, variances))
        return np.asarray(self.read_variance + self.gain * np.maximum(signal, 0.0))
