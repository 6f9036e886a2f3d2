"""What a user decided survives finding lanes and bands again: by place, not by number."""

from dataclasses import replace

import pytest

from blotquant import edits
from blotquant.bands.kept import row_at
from blotquant.cache import StageCache
from blotquant.errors import SettingsError
from blotquant.model.image import Polarity
from blotquant.model.project import AssignedRow, Photograph, PlacedLanes, Project
from blotquant.pipeline import analyse
from blotquant.simulate import RowSpec, Scene, simulate_blot

MEMBRANE = "m"


@pytest.fixture(scope="module")
def images():
    """Give a picture of five lanes with two strong rows and one that is faint."""
    heights = ((0.25, 4e6), (0.5, 6e6), (0.8, 3e4))
    rows = tuple(RowSpec(target="x", form=f"{f}", fraction=f, amounts=(a,) * 5) for f, a in heights)
    made = simulate_blot(
        Scene(
            width_px=460,
            height_px=320,
            n_lanes=5,
            lane_width_px=52.0,
            gap_px=22.0,
            rows=rows,
            seed=11,
        )
    )
    return {"p": made.image}


@pytest.fixture(scope="module")
def cache():
    """Give results that all tests share: they are the same whoever asks."""
    return StageCache()


@pytest.fixture
def project(images):
    photograph = Photograph(
        id="p", file=images["p"].name, membranes=(MEMBRANE,), polarity=Polarity.LIGHT_ON_DARK
    )
    return Project(photographs=(photograph,))


@pytest.fixture
def look(images, cache):
    """Give the function that returns lanes and bands of a project as they are shown."""

    def look_at(project):
        analysis = analyse(project, images, cache=cache)
        lanes = tuple(r.lane for r in analysis.lanes_of("p"))
        return lanes, tuple(m.band for m in analysis.bands_of("p")), analysis

    return look_at


def places(lanes, bands):
    by_number = {x.number: x for x in lanes}
    return [by_number[b.lane].point_at(b.apex_px) for b in bands]


def n_rows(bands):
    return len({b.row for b in bands})


def sensitivities(project):
    return [edits.set_sensitivity(project, s) for s in (2.5, 5.0, 20.0)]


class TestBands:
    def test_a_changed_band_stays_at_any_sensitivity(self, project, look):
        lanes, bands, _ = look(project)
        new = edits.move_band(project, bands, 2, 2, 3.0, lanes)
        target = places(lanes, [replace(b, apex_px=b.apex_px + 3) for b in bands if b.lane == 2])
        for other in sensitivities(new):
            lanes_now, bands_now, _ = look(other)
            kept = [b for b in bands_now if b.edited]
            assert [b.lane for b in kept] == [2]
            assert places(lanes_now, kept) == [pytest.approx(target[1], abs=0.5)]

    def test_sensitivity_still_finds_and_loses_the_other_rows(self, project, look):
        lanes, bands, _ = look(project)
        new = edits.exclude_band(project, bands, 1, 1, "bubble", lanes)
        counts = [n_rows(look(p)[1]) for p in sensitivities(new)]
        assert counts[0] >= 3 > counts[-1] >= 2

    def test_a_row_that_was_added_stays_and_one_that_was_deleted_stays_away(self, project, look):
        lanes, bands, _ = look(project)
        middle = (bands[0].apex_px + next(b for b in bands if b.row == 2).apex_px) / 2
        new = edits.add_row(project, lanes, bands, 1, middle)
        lanes, bands, _ = look(new)
        added = next(b for b in bands if b.edited and b.found)
        place = lanes[0].point_at(added.apex_px)
        gone = places(lanes, [b for b in bands if (b.lane, b.row) == (1, 3)])[0]
        new = edits.delete_row(new, bands, 3, lanes)
        for other in sensitivities(new):
            lanes_now, bands_now, _ = look(other)
            assert row_at(place, lanes_now, bands_now) is not None
            assert row_at(gone, lanes_now, bands_now) is None

    def test_a_row_is_put_back_where_it_was_deleted(self, project, look):
        lanes, bands, _ = look(project)
        apex = next(b for b in bands if (b.lane, b.row) == (1, 2)).apex_px
        new = edits.delete_row(project, bands, 2, lanes)
        lanes, bands, _ = look(new)
        new = edits.add_row(new, lanes, bands, 1, apex)
        _, bands, _ = look(new)
        assert any(abs(b.apex_px - apex) < 2 and b.found for b in bands if b.lane == 1)
        assert new.bands[0].absent == ()

    def test_another_corner_of_the_membrane_shifts_no_band_on_the_picture(self, project, look):
        lanes, bands, analysis = look(project)
        new = edits.move_band(project, bands, 3, 1, 4.0, lanes)
        lanes_then, bands_then, _ = look(new)
        before = places(lanes_then, [b for b in bands_then if b.edited])
        membranes = analysis.image("p").membranes
        (ax, ay), (bx, by), c, d = membranes[0].corners
        corners = ((ax, ay + 20), (bx, by + 20), c, d)
        moved = edits.set_membrane_corners(new, membranes, membranes[0].name, corners)
        lanes_now, bands_now, _ = look(moved)
        assert lanes_now[0].nodes[0][1] == pytest.approx(lanes[0].nodes[0][1] + 20, abs=1)
        after = places(lanes_now, [b for b in bands_now if b.edited])
        assert after == [pytest.approx(before[0], abs=0.5)]

    def test_bands_survive_other_lanes(self, project, look):
        lanes, bands, _ = look(project)
        new = edits.move_band(project, bands, 4, 2, 3.0, lanes)
        lanes_now, bands_now, _ = look(new)
        before = places(lanes_now, [b for b in bands_now if b.edited])
        new = edits.delete_lane(new, lanes_now, 2)
        lanes_now, bands_now, _ = look(new)
        kept = [b for b in bands_now if b.edited]
        assert [b.lane for b in kept] == [3]
        assert places(lanes_now, kept) == [pytest.approx(before[0], abs=0.5)]

    def test_the_wrong_polarity_and_back_loses_nothing(self, project, look):
        lanes, bands, _ = look(project)
        new = edits.move_band(project, bands, 2, 2, 3.0, lanes)
        wrong = edits.set_polarity(new, "p", Polarity.DARK_ON_LIGHT)
        look(wrong)
        back = edits.set_polarity(wrong, "p", Polarity.LIGHT_ON_DARK)
        assert look(back)[1] == look(new)[1]


class TestRows:
    def test_a_row_keeps_its_name_however_rows_are_counted(self, project, look):
        lanes, bands, _ = look(project)
        new = edits.assign_row(project, "p", MEMBRANE, 2, "parp", "p89", lanes, bands)
        place = new.rows[0].at
        for other in sensitivities(new):
            lanes_now, bands_now, analysis = look(other)
            row = row_at(place, lanes_now, bands_now)
            said = analysis.assignment("p", MEMBRANE, row)
            assert (said.target, said.form) == ("parp", "p89")

    def test_a_row_that_is_not_there_is_told_and_comes_back(self, project, look):
        lanes, bands, _ = look(project)
        faint = max(b.row for b in bands)
        new = edits.assign_row(project, "p", MEMBRANE, faint, "parp", "p89", lanes, bands)
        blunt = edits.set_sensitivity(new, 20.0)
        assert any("was said to be parp p89" in n.text for n in look(blunt)[2].notices)
        back = look(edits.set_sensitivity(blunt, 3.5))[2]
        assert back.assignment("p", MEMBRANE, faint).form == "p89"
        assert not any("was said to be" in n.text for n in back.notices)

    def test_a_name_is_taken_back_by_place(self, project, look):
        lanes, bands, _ = look(project)
        new = edits.assign_row(project, "p", MEMBRANE, 2, "parp", "p89", lanes, bands)
        stale = replace(new, rows=(replace(new.rows[0], row=7),))
        assert edits.unassign_row(stale, "p", MEMBRANE, 2, lanes, bands).rows == ()
        assert edits.unassign_row(stale, "p", MEMBRANE, 1, lanes, bands) == stale
        again = edits.assign_row(stale, "p", MEMBRANE, 2, "", "", lanes, bands)
        assert [r.target for r in again.rows] == [""]

    def test_a_word_of_an_older_file_holds_by_its_number(self, project, look):
        word = AssignedRow(image="p", membrane=MEMBRANE, row=2, target="parp", form="p89")
        said = look(replace(project, rows=(word,)))[2].assignment("p", MEMBRANE, 2)
        assert said.form == "p89"

    def test_finding_bands_again_keeps_names(self, project, look):
        lanes, bands, _ = look(project)
        new = edits.move_band(project, bands, 1, 1, 2.0, lanes)
        new = edits.assign_row(new, "p", MEMBRANE, 2, "parp", "p89", lanes, bands)
        again = edits.detect_bands_again(new, "p", MEMBRANE)
        assert (again.bands, again.rows) == ((), new.rows)


class TestLanes:
    def test_a_number_is_kept_and_the_sheet_stays(self, project, look):
        new = edits.set_samples(project, ())
        new = edits.set_sample(new, MEMBRANE, 3, sample="drug")
        lanes, _, _ = look(new)
        more = edits.set_lane_count(new, lanes, "p", MEMBRANE, 6)
        assert len(look(more)[0]) == 6
        assert more.samples == new.samples
        fewer = edits.set_lane_count(more, look(more)[0], "p", MEMBRANE, 4)
        assert len(look(fewer)[0]) == 4

    def test_a_deleted_lane_lowers_the_number_and_an_added_one_raises_it(self, project, look):
        lanes, _, _ = look(project)
        new = edits.set_lane_count(project, lanes, "p", MEMBRANE, 5)
        new = edits.delete_lane(new, look(new)[0], 2)
        assert len(look(new)[0]) == 4
        assert [x.x_at(160) for x in look(new)[0]] == pytest.approx(
            [x.x_at(160) for x in lanes if x.number != 2], abs=2
        )
        gone = lanes[1]
        new = edits.add_lane(new, look(new)[0], "p", MEMBRANE, gone.nodes, gone.width_px)
        assert len(look(new)[0]) == 5
        assert new.lanes[0].absent == ()
        assert look(new)[0][1].nodes == gone.nodes

    def test_a_dragged_lane_stays_and_none_appears_where_it_was(self, project, look):
        lanes, _, _ = look(project)
        new = edits.move_lane(project, lanes, 5, 45.0)
        now, _, _ = look(new)
        assert len(now) == 5
        assert now[4].nodes == new.lanes[0].lanes[4].nodes
        assert [x.edited for x in now] == [False] * 4 + [True]

    def test_an_accepted_lane_is_settled(self, project, look):
        lanes, _, _ = look(project)
        now, _, _ = look(edits.accept_lane(project, lanes, 1))
        assert now[0].edited
        assert (now[0].nodes, now[0].confidence) == (lanes[0].nodes, 1.0)

    def test_the_others_can_be_kept_and_let_go(self, project, look):
        lanes, _, _ = look(project)
        shown = tuple(replace(x, width_px=20.0) for x in lanes)
        kept = edits.move_lane(edits.place_lanes(project, shown), shown, 2, 3.0)
        assert {x.width_px for x in look(kept)[0]} == {20.0}
        free = edits.find_lanes_around(kept, "p", MEMBRANE)
        widths = [x.width_px for x in look(free)[0]]
        assert widths[1] == 20.0
        assert min(widths[:1] + widths[2:]) > 20.0
        assert edits.find_lanes_around(project, "p", MEMBRANE) == project

    def test_an_older_file_keeps_all_its_lanes(self, project, look):
        lanes, _, _ = look(project)
        old = PlacedLanes(image="p", membrane=MEMBRANE, lanes=(replace(lanes[1], number=1),))
        assert look(replace(project, lanes=(old,)))[0] == old.lanes

    def test_a_number_below_the_fixed_lanes_finds_all_anew(self, project, look):
        lanes, _, _ = look(project)
        new = edits.set_all_lane_widths(project, lanes, 40.0)
        new = edits.set_lane_count(new, look(new)[0], "p", MEMBRANE, 3)
        assert len(look(new)[0]) == 3

    @pytest.mark.parametrize("count", [0, 61])
    def test_impossible_numbers_are_refused(self, project, look, count):
        lanes, _, _ = look(project)
        with pytest.raises(SettingsError):
            edits.set_lane_count(project, lanes, "p", MEMBRANE, count)
