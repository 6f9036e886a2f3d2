"""From volumes to comparable numbers: loadings, activation indices, and checks of the control."""

from __future__ import annotations

from blotquant.normalise.control_checks import control_notices
from blotquant.normalise.design_checks import design_notices
from blotquant.normalise.loading_control import lane_loadings
from blotquant.normalise.method_range import with_method_range
from blotquant.normalise.ratios import activation_ratios

__all__ = [
    "activation_ratios",
    "control_notices",
    "design_notices",
    "lane_loadings",
    "with_method_range",
]
