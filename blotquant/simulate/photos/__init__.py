"""Photographs as they are taken: several blots, cut pieces, labels, dirt, crops, no blot at all.

A `PhotoScene` places any number of pieces on one picture and spoils it layer by layer;
`simulate_photo` turns it into a file's pixels and keeps where membranes, lanes and bands are. Use
`blotquant.simulate.scene` where volumes must be known: here only places and clearness are.

>>> photo = simulate_photo(photo_scene("cut-pieces", seed=1))
>>> len(photo.membranes) >= 2
True
"""

from __future__ import annotations

from blotquant.simulate.photos.catalogue import photo_scene, photo_scenes
from blotquant.simulate.photos.compose import (
    PhotoBand,
    PhotoScene,
    SimulatedMembrane,
    SimulatedPhoto,
    simulate_photo,
)
from blotquant.simulate.photos.files import photo_truth, write_photo
from blotquant.simulate.photos.parts import BandKind, BandSpec, LaneSpec, Piece

__all__ = [
    "BandKind",
    "BandSpec",
    "LaneSpec",
    "PhotoBand",
    "PhotoScene",
    "Piece",
    "SimulatedMembrane",
    "SimulatedPhoto",
    "photo_scene",
    "photo_scenes",
    "photo_truth",
    "simulate_photo",
    "write_photo",
]
