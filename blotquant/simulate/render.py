"""From a scene to pixels and truth."""

from __future__ import annotations

import hashlib

import numpy as np

from blotquant.model.image import BlotImage, Polarity
from blotquant.model.lane import LaneKind
from blotquant.simulate.files import tiff_bytes
from blotquant.simulate.layout import Layout, Patch, Spot
from blotquant.simulate.light import background as background_of
from blotquant.simulate.scene import Scene, SimulatedBand, SimulatedBlot
from blotquant.simulate.shapes import Array
from blotquant.simulate.spots import band_patch, spots_of

# Each source of randomness has its own stream, so that adding specks leaves the noise as it was.
_BLOTCH, _SPECKS, _SHOT, _READ = range(4)


def simulate_blot(scene: Scene) -> SimulatedBlot:
    """Return the photograph of a scene together with its exact lanes, bands and volumes.

    Costs about 0.1 s for one megapixel. Poisson noise of the photo-electrons, Gaussian noise of
    the read-out, then specks, then the detector's limit, then the polarity.
    """
    layout = Layout(scene)
    spots = spots_of(scene, layout)
    signal = np.zeros((scene.height_px, scene.width_px))
    patches = []
    for spot in spots:
        patch = band_patch(layout, spot)
        patch.of(signal)[...] += patch.values
        patches.append(patch)
    background = background_of(layout, np.random.default_rng([scene.seed, _BLOTCH]))
    counts = _detect(scene, signal + background)
    return SimulatedBlot(
        scene=scene,
        image=_photograph(scene, counts),
        polarity=scene.polarity,
        lanes=tuple(layout.lane(n, _kind(scene, n)) for n in range(1, scene.n_lanes + 1)),
        bands=tuple(
            _truth(layout, spot, patch, counts) for spot, patch in zip(spots, patches, strict=True)
        ),
        signal=signal,
        background=background,
    )


def _kind(scene: Scene, number: int) -> LaneKind:
    if scene.ladder_lane and number == 1:
        return LaneKind.LADDER
    index = number - 1 - int(scene.ladder_lane)
    loaded = any(row.amounts[index] > 0 for row in scene.rows)
    return LaneKind.SAMPLE if loaded else LaneKind.BLANK


def _detect(scene: Scene, expected: Array) -> Array:
    """Return what the detector counts: noise, specks and its limit; whole numbers."""
    # Rounding makes the noise independent of the last digit of a platform's exponential function.
    electrons = np.round(expected / scene.gain, 6)
    shot = np.random.default_rng([scene.seed, _SHOT]).poisson(electrons) * scene.gain
    read = np.random.default_rng([scene.seed, _READ]).standard_normal(expected.shape)
    counts = shot + scene.read_noise * read
    _add_specks(scene, counts)
    return np.clip(np.rint(counts), 0, scene.full_scale)


def _add_specks(scene: Scene, counts: Array) -> None:
    """Add bright dust: a few pixels each, of any strength."""
    rng = np.random.default_rng([scene.seed, _SPECKS])
    y, x = np.mgrid[-6:7, -6:7].astype(np.float64)
    for _ in range(int(rng.poisson(scene.specks))):
        row = int(rng.integers(6, scene.height_px - 6))
        column = int(rng.integers(6, scene.width_px - 6))
        size = rng.uniform(0.6, 1.7)
        peak = scene.full_scale * float(np.exp(rng.normal(-2.0, 0.8)))
        counts[row - 6 : row + 7, column - 6 : column + 7] += np.round(
            peak * np.exp(-0.5 * (x * x + y * y) / size**2), 6
        )


def _photograph(scene: Scene, counts: Array) -> BlotImage:
    """Return the counts as the image that reading the TIFF file of this scene gives."""
    light = scene.polarity is Polarity.LIGHT_ON_DARK
    stored = counts if light else scene.full_scale - counts
    pixels = np.ascontiguousarray(stored, dtype=np.uint8 if scene.bits == 8 else np.uint16)
    return BlotImage(
        name="simulated.tif",
        pixels=pixels,
        sha256=hashlib.sha256(tiff_bytes(pixels)).hexdigest(),
        bits=scene.bits,
        full_scale=float(scene.full_scale),
        full_scale_reason="known, the picture is simulated",
        lossy=scene.bits == 8,
    )


def _truth(layout: Layout, spot: Spot, patch: Patch, counts: Array) -> SimulatedBand:
    x, y = layout.frame.to_file(*layout.apex(spot))
    peak = float(patch.values.max(initial=0.0))
    own = patch.values > 0.05 * peak
    area = int(np.count_nonzero(own))
    clipped = int(np.count_nonzero(patch.of(counts)[own] >= layout.scene.full_scale))
    return SimulatedBand(
        lane=spot.lane,
        row=spot.row,
        target=spot.target,
        form=spot.form,
        kda=spot.kda,
        x_px=x,
        y_px=y,
        volume=float(patch.values.sum()),
        peak=peak,
        saturated_fraction=clipped / area if area else 0.0,
    )
