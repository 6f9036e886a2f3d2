"""Photographs are added, removed and described; nothing else changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from blotquant import edits
from blotquant.model.image import Polarity
from blotquant.model.project import ImageRole

from .shown_parts import IMAGE, MEMBRANE, bands_shown, lanes_shown, sheet


class TestPhotographs:
    def test_ids_and_membranes_are_new_and_files_absolute(self, project):
        a, b = project.photographs
        assert (a.id, b.id) == ("img1", "img2")
        assert (a.membranes, b.membranes) == (("parp",), ("actin",))
        assert Path(a.file).is_absolute()

    def test_same_stem_in_another_folder_is_another_membrane(self, project):
        more = edits.add_photographs(project, ["other/parp.tif"])
        assert more.photographs[-1].membranes == ("parp 2",)

    def test_a_file_is_not_added_twice(self, project):
        assert edits.add_photographs(project, ["parp.tif"]) == project

    def test_an_id_in_use_is_never_given_again(self, project):
        rest = edits.remove_photograph(project, "img1")
        assert edits.add_photographs(rest, ["x.tif"]).photographs[-1].id == "img3"

    def test_removing_takes_everything_placed_on_it(self, project):
        p = edits.move_lane(project, lanes_shown(), 2, 3.0)
        p = edits.move_band(p, bands_shown(), 1, 1, 2.0)
        p = edits.assign_row(p, IMAGE, MEMBRANE, 1, "parp", "pro")
        p = edits.set_samples(p, (*sheet(2), *sheet(2, "actin")))
        p = edits.remove_photograph(p, IMAGE)
        assert p.lanes == p.bands == p.rows == ()
        assert {s.membrane for s in p.samples} == {"actin"}

    def test_samples_stay_while_another_photograph_shows_the_membrane(self, together):
        p = edits.set_samples(together, sheet(2))
        assert edits.remove_photograph(p, IMAGE).samples == p.samples

    def test_a_background_goes_with_the_last_photograph_of_its_membrane(self, project, together):
        p = edits.set_background(edits.set_background(project, "local", "parp"), "none", "actin")
        assert [b.membrane for b in edits.remove_photograph(p, IMAGE).backgrounds] == ["actin"]
        p = edits.set_background(together, "local", MEMBRANE)
        assert edits.remove_photograph(p, IMAGE).backgrounds == p.backgrounds

    def test_what_is_said_of_a_photograph(self, project):
        p = edits.set_polarity(project, IMAGE, Polarity.DARK_ON_LIGHT)
        p = edits.set_role(p, IMAGE, ImageRole.LOADING)
        p = edits.set_photograph_targets(p, IMAGE, ("parp",))
        p = edits.set_exposure(p, IMAGE, 12.5)
        p = edits.set_ladder(p, "some-ladder", "mes", image=IMAGE)
        said = p.photograph(IMAGE)
        assert said.polarity is Polarity.DARK_ON_LIGHT
        assert said.role is ImageRole.LOADING
        assert said.targets == ("parp",)
        assert said.exposure_s == 12.5
        assert (said.ladder, said.chemistry) == ("some-ladder", "mes")
        assert p.photograph("img2") == project.photograph("img2")

    def test_unknown_photograph_is_a_key_error(self, project):
        with pytest.raises(KeyError):
            edits.set_polarity(project, "img9", None)

    def test_an_id_cannot_change(self, project):
        with pytest.raises(ValueError, match="id is fixed"):
            edits.set_photograph(project, IMAGE, id="x")
