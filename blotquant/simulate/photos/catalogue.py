"""Named photographs: each is about one thing that makes detection hard."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import numpy as np

from blotquant.errors import SettingsError
from blotquant.simulate.photos import blots_together, crops, one_blot, printed, spoilt
from blotquant.simulate.photos.compose import PhotoScene
from blotquant.simulate.photos.zoom import zoomed

# Cameras and scanners differ in how many pixels they give a lane; crops keep their own.
_ZOOM = (0.75, 2.2)
_SMALL = ("crop-row", "crop-tight", "crop-small", "crop-jpeg")


def photo_scenes() -> tuple[str, ...]:
    """Return the names that `photo_scene` knows."""
    return tuple(_SCENES)


def photo_scene(name: str, seed: int = 1) -> PhotoScene:
    """Return the photograph of a name; every seed gives another one of the same kind.

    Raises `SettingsError` for an unknown name.
    """
    if name not in _SCENES:
        raise SettingsError(
            f"There is no photograph called {name!r}", f"Choose one of: {', '.join(_SCENES)}"
        )
    # The name's checksum keeps two photographs of one seed from sharing their lanes.
    rng = np.random.default_rng([zlib.crc32(name.encode()), seed])
    scene = _SCENES[name](rng, seed)
    if name in _SMALL:
        return scene
    return zoomed(scene, float(np.exp(rng.uniform(*np.log(_ZOOM)))))


_SCENES: dict[str, Callable[[np.random.Generator, int], PhotoScene]] = {
    "gels-above": blots_together.gels_above,
    "gels-beside": blots_together.gels_beside,
    "gels-joined": blots_together.gels_joined,
    "cut-pieces": blots_together.cut_pieces,
    "strips": blots_together.strips,
    "labels": printed.labels,
    "figure-panels": printed.figure_panels,
    "pencil": printed.pencil,
    "crop-row": crops.crop_row,
    "crop-tight": crops.crop_tight,
    "crop-small": crops.crop_small,
    "crop-jpeg": crops.crop_jpeg,
    "padded": printed.padded,
    "glare": spoilt.glare,
    "vignette": spoilt.vignette,
    "rims": spoilt.rims,
    "dim": spoilt.dim,
    "fingerprints": spoilt.fingerprints,
    "bubbles": spoilt.bubbles,
    "scratched": spoilt.scratched,
    "wells-and-front": one_blot.wells_and_front,
    "askew": one_blot.askew,
    "fanned": one_blot.fanned,
    "touching": one_blot.touching,
    "many-lanes": one_blot.many_lanes,
    "far-apart": one_blot.far_apart,
    "unequal": one_blot.unequal,
    "u-bands": one_blot.u_bands,
    "dark-ends": one_blot.dark_ends,
    "streaked": one_blot.streaked,
    "two-ladders": one_blot.two_ladders,
    "empty-lanes": one_blot.empty_lanes,
    "burnt": one_blot.burnt,
    "reprobed": one_blot.reprobed,
    "film-fog": one_blot.film_fog,
    "gamma": one_blot.gamma,
    "dots": spoilt.dots,
    "slots": spoilt.slots,
    "no-blot": spoilt.no_blot,
}
