"""What a user can decide: pure functions from one `Project` to the next, named as users speak.

Nothing is changed in place, so undo is keeping the old project. Where detection is corrected, all
lanes (bands, membranes) of that membrane on that photograph become "placed", starting from what is
shown: these functions therefore take the lanes, bands or membranes as the analysis shows them.

Conventions
-----------
- `lanes` and `bands` are those of *one* membrane on *one* photograph, as shown
  (``tuple(r.lane for r in analysis.lanes_of(image, membrane))``,
  ``tuple(m.band for m in analysis.bands_of(image, membrane))``); a mixture raises `ValueError`.
- A lane, band or photograph that does not exist raises `KeyError`: it is the caller's mistake.
- A decision that the user cannot take (two membranes of one name) raises `SettingsError`.
"""

from __future__ import annotations

from blotquant.edits.bands import (
    accept_band,
    add_band,
    add_row,
    delete_band,
    delete_row,
    detect_bands_again,
    exclude_band,
    exclude_lane,
    include_band,
    move_band,
    move_row,
    set_band_limits,
)
from blotquant.edits.joining import merge_lanes, merge_rows, split_lane, split_row
from blotquant.edits.lane_words import (
    detect_lanes_again,
    find_lanes_around,
    place_lanes,
    set_lane_count,
)
from blotquant.edits.lanes import (
    accept_lane,
    add_lane,
    add_lane_node,
    bend_lane,
    delete_lane,
    delete_lane_node,
    move_lane,
    set_all_lane_widths,
    set_lane_edges,
    set_lane_kind,
    set_lane_width,
)
from blotquant.edits.membranes import (
    add_membrane,
    delete_membrane,
    detect_membranes_again,
    draw_membrane,
    move_membrane,
    rename_membrane,
    set_membrane_corner,
    set_membrane_corners,
    set_photograph_membranes,
    straighten_membrane,
)
from blotquant.edits.pages import PageChoice, choose_pages
from blotquant.edits.photographs import (
    add_photographs,
    keep_pictures_inside,
    merge_photographs,
    part_exposures,
    remove_photograph,
    set_exposure,
    set_photograph,
    set_photograph_targets,
    set_polarity,
    set_role,
)
from blotquant.edits.samples import set_sample, set_samples
from blotquant.edits.settings import (
    change_settings,
    rename,
    set_background,
    set_control,
    set_ladder,
    set_loading_control,
    set_note,
    set_panel,
    set_sensitivity,
)
from blotquant.edits.spaced import space_lanes
from blotquant.edits.targets import assign_row, unassign_row
from blotquant.edits.templates import SampleTemplate, apply_template, sample_templates
from blotquant.edits.weights import SAME_PX, forget_weights, give_weight

__all__ = [
    "SAME_PX",
    "PageChoice",
    "SampleTemplate",
    "accept_band",
    "accept_lane",
    "add_band",
    "add_lane",
    "add_lane_node",
    "add_membrane",
    "add_photographs",
    "add_row",
    "apply_template",
    "assign_row",
    "bend_lane",
    "change_settings",
    "choose_pages",
    "delete_band",
    "delete_lane",
    "delete_lane_node",
    "delete_membrane",
    "delete_row",
    "detect_bands_again",
    "detect_lanes_again",
    "detect_membranes_again",
    "draw_membrane",
    "exclude_band",
    "exclude_lane",
    "find_lanes_around",
    "forget_weights",
    "give_weight",
    "include_band",
    "keep_pictures_inside",
    "merge_lanes",
    "merge_photographs",
    "merge_rows",
    "move_band",
    "move_lane",
    "move_membrane",
    "move_row",
    "part_exposures",
    "place_lanes",
    "remove_photograph",
    "rename",
    "rename_membrane",
    "sample_templates",
    "set_all_lane_widths",
    "set_background",
    "set_band_limits",
    "set_control",
    "set_exposure",
    "set_ladder",
    "set_lane_count",
    "set_lane_edges",
    "set_lane_kind",
    "set_lane_width",
    "set_loading_control",
    "set_membrane_corner",
    "set_membrane_corners",
    "set_note",
    "set_panel",
    "set_photograph",
    "set_photograph_membranes",
    "set_photograph_targets",
    "set_polarity",
    "set_role",
    "set_sample",
    "set_samples",
    "set_sensitivity",
    "space_lanes",
    "split_lane",
    "split_row",
    "straighten_membrane",
    "unassign_row",
]
