"""What can be said of one picture before anything is measured: the text of `blotquant info`."""

from __future__ import annotations

from blotquant.image.saturation import count_saturated_pixels
from blotquant.model.image import BlotImage, Polarity, PolarityGuess


def describe(
    image: BlotImage, polarity: PolarityGuess | None = None
) -> tuple[tuple[str, str], ...]:
    """Return (label, text) pairs, in reading order.

    Parameters
    ----------
    image
        From `blotquant.io.images.read_image`.
    polarity
        The guess or the user's word; without it saturation is counted for both polarities.
    """
    smallest, largest = image.pixels.min(), image.pixels.max()
    pairs = [
        ("File", image.name),
        ("Size", f"{image.width} x {image.height} px"),
        ("Depth", _depth(image)),
        ("Values", f"{smallest:g} to {largest:g}"),
        ("Full scale", f"{image.full_scale:g} ({image.full_scale_reason})"),
        *_polarity_pairs(image, polarity),
    ]
    pairs += [("Warning", warning) for warning in image.warnings]
    pairs += [(f"Metadata: {key}", text) for key, text in image.metadata]
    pairs.append(("SHA-256", image.sha256))
    return tuple(pairs)


def _depth(image: BlotImage) -> str:
    """Return the bits and number format in words."""
    bits = "1 bit" if image.bits == 1 else f"{image.bits} bits"
    held = {"uint8": "8-bit integers", "uint16": "16-bit integers", "float32": "32-bit floats"}
    lossy = ", counts were rounded or altered" if image.lossy else ""
    return f"{bits}, kept as {held[str(image.pixels.dtype)]}{lossy}"


def _polarity_pairs(
    image: BlotImage, polarity: PolarityGuess | None
) -> tuple[tuple[str, str], ...]:
    """Return the polarity and the saturation that goes with it."""
    if polarity is None:
        return tuple(
            (f"Saturated if {choice.value}", _saturated_count(image, choice)[1])
            for choice in Polarity
        )
    sure = "" if polarity.is_sure else "; not sure, please confirm it"
    return (
        (
            "Polarity",
            (
                f"{polarity.polarity.value}, confidence {polarity.confidence:.2f} "
                f"({polarity.reason}{sure})"
            ),
        ),
        ("Saturated", _saturation(image, polarity.polarity)),
    )


def _saturation(image: BlotImage, polarity: Polarity) -> str:
    """Return how many pixels are saturated, with advice."""
    n, text = _saturated_count(image, polarity)
    return f"{text}; use a shorter exposure for the bands that hold them" if n else text


def _saturated_count(image: BlotImage, polarity: Polarity) -> tuple[int, str]:
    """Return how many pixels are saturated, as a number and in words."""
    n = count_saturated_pixels(image, polarity)
    if n == 0:
        return 0, "no pixel"
    pixels = "1 pixel" if n == 1 else f"{n} pixels"
    return n, f"{pixels} ({100 * n / image.pixels.size:.2g} %)"
