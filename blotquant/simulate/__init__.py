"""Blots whose truth is known: the measure of every method, and the demo experiment.

A `Scene` says what is on the membrane and how it was photographed; `simulate_blot` turns it into
pixels and keeps the exact lanes, bands and volumes. Every shape is evaluated at the pixel where it
falls, so rotation, lean and smile add no interpolation. The same scene gives the same pixels.

>>> blot = simulate_blot(scene("doublets", seed=1))
>>> round(float(blot.signal.sum()) / sum(band.volume for band in blot.bands), 6)
1.0
"""

from __future__ import annotations

from blotquant.simulate.demo import DEMO_DOSES_UM, write_demo
from blotquant.simulate.files import write_blot
from blotquant.simulate.render import simulate_blot
from blotquant.simulate.scenarios import scenarios, scene
from blotquant.simulate.scene import (
    RowSpec,
    Scene,
    SimulatedBand,
    SimulatedBlot,
    SimulatedLane,
)

__all__ = [
    "DEMO_DOSES_UM",
    "RowSpec",
    "Scene",
    "SimulatedBand",
    "SimulatedBlot",
    "SimulatedLane",
    "scenarios",
    "scene",
    "simulate_blot",
    "write_blot",
    "write_demo",
]
