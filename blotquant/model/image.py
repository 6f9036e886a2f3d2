"""A photograph as it was read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from blotquant.model.noise import NoiseModel


class Polarity(StrEnum):
    """Whether bands have the higher or the lower stored values."""

    LIGHT_ON_DARK = "light-on-dark"
    DARK_ON_LIGHT = "dark-on-light"

    @property
    def other(self) -> Polarity:
        """The opposite polarity."""
        return Polarity.DARK_ON_LIGHT if self is Polarity.LIGHT_ON_DARK else Polarity.LIGHT_ON_DARK


@dataclass(frozen=True, slots=True, kw_only=True)
class PolarityGuess:
    """A polarity with a confidence between 0 (a coin) and 1 (sure) and the reason in words."""

    polarity: Polarity
    confidence: float
    reason: str

    @property
    def is_sure(self) -> bool:
        """Whether the user need not be asked."""
        return self.confidence >= 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look at all bytes and pixels of a file tells; see `BlotImage` for each."""

    sha256: str
    full_scale: float
    full_scale_reason: str
    lossy: bool
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BlotImage:
    """The pixels of one photograph, unaltered and read-only.

    Parameters
    ----------
    name
        File name without its folder; what the tables call ``image``.
    pixels
        (rows, columns); ``uint8``, ``uint16`` or ``float32``; made read-only here.
    sha256
        Of the file's bytes, hexadecimal. Two images with the same hash are the same picture.
    bits
        Bits per pixel that the file stores (a 12-bit camera in a 16-bit file has 16).
    full_scale
        The detector's largest count: what an inverted picture is subtracted from, and where it
        saturates.
    full_scale_reason
        How it was found, in words.
    lossy
        Whether counts were rounded or altered before the file was written (8-bit, JPEG).
    metadata
        (key, value) pairs that the file states of itself.
    warnings
        Sentences with advice about the file.
    saturated
        (rows, columns) of booleans where that is known beforehand, made read-only here; None: the
        values tell. A merged picture has no single limit.
    noise
        How its pixels scatter where that is known beforehand; None: the picture tells.
    look
        Not to be given: `not_looked_at` keeps here what will find the rest.
    """

    name: str
    pixels: NDArray[Any]
    sha256: str
    bits: int
    full_scale: float
    full_scale_reason: str
    lossy: bool = False
    metadata: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = field(default=())
    saturated: NDArray[np.bool_] | None = None
    noise: NoiseModel | None = None
    look: Callable[[], Look] | None = field(default=None, repr=False)

    @classmethod
    def not_looked_at(
        cls,
        *,
        name: str,
        pixels: NDArray[Any],
        bits: int,
        metadata: tuple[tuple[str, str], ...],
        look: Callable[[], Look],
    ) -> Self:
        """Return a picture whose hash, full scale and warnings are found when first asked for.

        Hashing and judging a picture takes ten times longer than reading it. `look` is called once,
        whichever of them is asked for, and then let go.
        """
        image = object.__new__(cls)
        known = {"name": name, "pixels": pixels, "bits": bits, "metadata": metadata, "look": look}
        for key, value in {**known, "saturated": None, "noise": None}.items():
            object.__setattr__(image, key, value)
        image.__post_init__()
        return image

    if not TYPE_CHECKING:  # for a type checker every attribute is there

        def __getattr__(self, name: str) -> Any:
            """Return what only a look at the picture tells; Python asks here for unset slots."""
            if name not in Look.__slots__:
                raise AttributeError(f"a picture has no {name!r}")
            look = self.look
            if look is not None:  # else another thread was faster
                found = look()
                for key in Look.__slots__:
                    object.__setattr__(self, key, getattr(found, key))
                object.__setattr__(self, "look", None)
            return object.__getattribute__(self, name)

    def __post_init__(self) -> None:
        if self.pixels.ndim != 2 or 0 in self.pixels.shape:
            raise ValueError("pixels must be a non-empty (rows, columns) array")
        if self.pixels.dtype not in (np.uint8, np.uint16, np.float32):
            raise ValueError(f"pixels must be uint8, uint16 or float32, not {self.pixels.dtype}")
        self.pixels.flags.writeable = False
        if self.saturated is not None:
            if self.saturated.shape != self.pixels.shape:
                raise ValueError("the saturated pixels must have the picture's shape")
            self.saturated.flags.writeable = False

    @property
    def height(self) -> int:
        """Rows."""
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        """Columns."""
        return int(self.pixels.shape[1])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BlotImage) and other.sha256 == self.sha256

    def __hash__(self) -> int:
        return hash(self.sha256)
