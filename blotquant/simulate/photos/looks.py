"""The usual ways to photograph a blot: chemiluminescence, stained gels, film."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from blotquant.model.image import Polarity
from blotquant.simulate.photos.camera import Camera, Film, Medium

LOOKS = ("chemi", "inverted", "stain", "film")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How blots are photographed: the camera, the usual levels and the usual bands.

    `level` is a membrane's own light or density, `surround` what lies beside it, `peaks` the
    range of bands' apices, all in the camera's unit.
    """

    name: str
    camera: Camera
    level: float
    surround: float
    peaks: tuple[float, float]


def look(rng: np.random.Generator, names: Sequence[str] = LOOKS) -> Look:
    """Return one of the usual ways to photograph a blot, with its own noise and levels."""
    name = str(rng.choice(list(names)))
    electrons = float(10 ** rng.uniform(3.2, 4.8))
    read_noise = float(rng.uniform(0.0004, 0.0015))
    if name == "stain":
        camera = Camera(
            medium=Medium.DENSITY,
            polarity=Polarity.DARK_ON_LIGHT,
            electrons=electrons,
            read_noise=read_noise,
            white=float(rng.uniform(1.0, 1.1)),
            bits=8,
        )
        level = float(rng.uniform(0.06, 0.2))
        bright = rng.random() < 0.6
        surround = 0.01 if bright else float(rng.uniform(0.5, 1.3))
        return Look(name=name, camera=camera, level=level, surround=surround, peaks=(0.06, 1.0))
    level = float(rng.uniform(0.01, 0.05))
    if name == "film":
        film = Film(
            fog=float(rng.uniform(0.12, 0.3)),
            largest=float(rng.uniform(1.6, 2.4)),
            half=float(rng.uniform(0.2, 0.35)),
            contrast=float(rng.uniform(1.2, 1.7)),
        )
        camera = Camera(
            film=film,
            polarity=Polarity.DARK_ON_LIGHT,
            electrons=electrons,
            read_noise=2 * read_noise,
            bits=8,
        )
        return Look(name=name, camera=camera, level=level, surround=level, peaks=(0.06, 0.9))
    inverted = name == "inverted"
    camera = Camera(
        polarity=Polarity.DARK_ON_LIGHT if inverted else Polarity.LIGHT_ON_DARK,
        electrons=electrons,
        read_noise=read_noise,
        white=float(rng.uniform(0.5, 1.0)) if inverted else 1.0,
        bits=8 if inverted and rng.random() < 0.6 else 16,
    )
    surround = level * float(rng.uniform(0.15, 0.6))
    return Look(name=name, camera=camera, level=level, surround=surround, peaks=(0.02, 0.7))
