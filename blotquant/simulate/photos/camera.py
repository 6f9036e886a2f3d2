"""From light to grey values: film or sensor, noise, clipping, gamma."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from blotquant.model.image import Polarity
from blotquant.simulate.photos.canvas import Canvas
from blotquant.simulate.shapes import Array


class Medium(StrEnum):
    """What a photograph shows: something that shines, or something that takes light away."""

    LIGHT = "light"
    DENSITY = "density"


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """An X-ray film: light blackens it until all of its grains are used.

    `fog` is the density of unexposed film, `largest` what can be added to it, `half` the light
    that adds half of it, `contrast` the steepness of the curve in between.
    """

    fog: float
    largest: float
    half: float
    contrast: float

    def density(self, light: Array) -> Array:
        """Return how black the film becomes."""
        x = (np.maximum(light, 0.0) / self.half) ** self.contrast
        return np.asarray(self.fog + self.largest * x / (1 + x))


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """How a view becomes a file.

    Parameters
    ----------
    medium, film
        Whether the canvas holds light or density; a film turns light into density first.
    polarity
        How it is stored.
    electrons
        At full scale; they set the shot noise.
    read_noise
        Standard deviation as a share of full scale.
    black, white
        Intensities that are stored as the two ends of the range; beyond them it clips.
    gamma
        Above 1 lifts the dark end, as cameras do that save for a screen.
    bits
        8 or 16.
    """

    medium: Medium = Medium.LIGHT
    film: Film | None = None
    polarity: Polarity = Polarity.LIGHT_ON_DARK
    electrons: float = 20000.0
    read_noise: float = 0.001
    black: float = 0.0
    white: float = 1.0
    gamma: float = 1.0
    bits: int = 16

    @property
    def full_scale(self) -> int:
        """Return the largest value that a pixel can have."""
        return 255 if self.bits == 8 else 65535

    def intensity(self, light: Array, lamp: Array, veil: Array) -> Array:
        """Return what falls on the sensor, 1 at its full scale (more is possible)."""
        if self.film is not None:
            light = self.film.density(light)
        shining = light if self._shines else 10.0**-light
        return np.asarray(lamp * shining + veil)

    def noise(self, intensity: Array) -> Array:
        """Return the standard deviation of an intensity."""
        return np.sqrt(np.maximum(intensity, 0) / self.electrons + self.read_noise**2)

    def expose(self, canvas: Canvas, rng: np.random.Generator) -> Array:
        """Return the grey values 0 to 1 as they are stored, with noise, before rounding."""
        intensity = np.maximum(self.intensity(canvas.light, canvas.lamp, canvas.veil), 0.0)
        # Rounding makes the noise independent of the last digit of a platform's exponential.
        shot = rng.poisson(np.round(intensity * self.electrons, 6)) / self.electrons
        return self.grey(shot + self.read_noise * rng.standard_normal(intensity.shape))

    def grey(self, intensity: Array) -> Array:
        """Return the stored grey value, 0 to 1, of an intensity."""
        share = (np.minimum(intensity, 1.0) - self.black) / (self.white - self.black)
        stored = np.clip(share, 0.0, 1.0) ** (1 / self.gamma)
        bright = self.polarity is Polarity.LIGHT_ON_DARK
        return np.asarray(stored if bright is self._shines else 1.0 - stored)

    def clearness(self, canvas: Canvas, window: tuple[slice, slice], band: Array) -> float:
        """Return the signal-to-noise ratio of a band that is part of the canvas's light.

        The best linear test for a known change `a` of the grey values, in noise of variance `v`,
        has the ratio ``sqrt(sum(a**2 / v))``; clipping, film and rounding all count.
        """
        light, lamp, veil = canvas.light[window], canvas.lamp[window], canvas.veil[window]
        full = self.intensity(light, lamp, veil)
        empty = self.intensity(np.maximum(light - band, 0.0), lamp, veil)
        change = self.grey(full) - self.grey(empty)
        spread = self.noise(full)
        grey_sd = np.abs(self.grey(full + spread) - self.grey(full - spread)) / 2
        variance = grey_sd**2 + 1 / (12 * self.full_scale**2)
        return float(np.sqrt(np.sum(change**2 / variance)))

    @property
    def _shines(self) -> bool:
        return self.medium is Medium.LIGHT and self.film is None
