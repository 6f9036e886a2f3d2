"""Settings, samples and assigned rows: each decision is a new project."""

from __future__ import annotations

import pytest

from blotquant import edits
from blotquant.errors import SettingsError
from blotquant.model.sample import Sample

from .shown_parts import IMAGE, MEMBRANE, sheet


class TestSettingsAndSamples:
    def test_settings(self, project):
        p = edits.set_panel(project, "vitamin-k2")
        p = edits.set_loading_control(p, ("beta-actin",))
        p = edits.set_background(p, "local")
        p = edits.set_sensitivity(p, 5.0)
        p = edits.set_ladder(p, "x", "mes")
        s = p.settings
        assert (s.panel, s.loading_control, s.background) == (
            "vitamin-k2",
            ("beta-actin",),
            "local",
        )
        assert (s.sensitivity, s.ladder, s.chemistry) == (5.0, "x", "mes")
        with pytest.raises(SettingsError):
            edits.set_sensitivity(p, 0.0)

    def test_one_sample_is_changed_or_made(self, project):
        p = edits.set_sample(project, MEMBRANE, 2, condition="vehicle")
        p = edits.set_sample(p, MEMBRANE, 2, dose=5.0)
        assert p.samples == (Sample(membrane=MEMBRANE, lane=2, condition="vehicle", dose=5.0),)
        with pytest.raises(SettingsError):
            edits.set_sample(p, MEMBRANE, 0, dose=1.0)

    def test_a_line_of_its_own_begins_as_what_held_so_far(self, project):
        p = edits.set_sample(project, "parp", 1, condition="vehicle")
        p = edits.set_sample(p, "parp.2", 1, dose=5.0)
        assert p.samples[1] == Sample(membrane="parp.2", lane=1, condition="vehicle", dose=5.0)

    def test_a_lane_stands_in_the_sheet_once(self, project):
        with pytest.raises(SettingsError, match="twice"):
            edits.set_samples(project, (*sheet(2), *sheet(1)))

    def test_rows_are_assigned_and_taken_back(self, project):
        p = edits.assign_row(project, IMAGE, MEMBRANE, 2, "parp", "pro")
        p = edits.assign_row(p, IMAGE, MEMBRANE, 2, "parp", "p89")
        assert [(r.row, r.form) for r in p.rows] == [(2, "p89")]
        none = edits.assign_row(p, IMAGE, MEMBRANE, 2, "", "p89")
        assert [(r.target, r.form) for r in none.rows] == [("", "")]
        assert edits.unassign_row(p, IMAGE, MEMBRANE, 2) == project

    def test_names_and_notes(self, project):
        assert edits.rename(project, "  ").name == "Untitled"
        assert edits.set_note(edits.rename(project, "VK2"), "n").note == "n"
