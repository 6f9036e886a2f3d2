"""What a figure shows by choice: weights, brackets, left out lanes, resolution, sources."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PIL import Image

from blotquant.errors import SettingsError
from blotquant.export.figure import figure_png, write_figure
from blotquant.export.figure_blots import _apart, panel_of
from blotquant.export.figure_lanes import Cuts, cuts_of, lane_labels, runs
from blotquant.model.figure import FigureOptions
from blotquant.model.ladder import LadderFit
from blotquant.model.lane import LaneKind
from blotquant.model.sample import Sample


def size(path):
    with Image.open(path) as picture:
        return picture.size


def with_samples(project, *conditions):
    samples = tuple(
        Sample(membrane="A", lane=i + 1, condition=name, dose=dose, dose_unit="µM")
        for i, (name, dose) in enumerate(conditions)
    )
    return replace(project, samples=samples)


def test_doses_stand_over_lanes_and_brackets_over_what_they_share(project, analysis):
    image = analysis.images[0].photograph.id
    said = with_samples(project, ("vehicle", 0.0), ("VK2 5 µM", 5.0), ("VK2 10 µM", 10.0))
    labels = lane_labels(said, analysis, image, conditions=True)
    doses = [x.text for x in labels if x.lane.number <= 3 and x.text != "M"]
    assert doses == [t for t in ("0", "5", "10") if t in doses]
    groups = [(run[0].group, len(run)) for run in runs(labels)]
    assert all(name in {"vehicle", "VK2 (µM)"} for name, _ in groups)
    plain = lane_labels(said, analysis, image, conditions=False)
    assert not runs(plain)


def test_left_out_lanes_leave_seams(analysis):
    image = analysis.images[0].photograph.id
    lanes = [r.lane for r in analysis.lanes_of(image)]
    width = float(analysis.images[0].image.width)
    assert cuts_of(analysis, image, width, spliced=False).pieces == ((0.0, width),)
    kinds = {n.number: LaneKind.SAMPLE for n in lanes} | {lanes[1].number: LaneKind.BLANK}
    blank = replace(
        analysis,
        bands=(),
        lanes=tuple(
            replace(r, lane=replace(r.lane, kind=kinds[r.lane.number])) for r in analysis.lanes
        ),
    )
    cuts = cuts_of(blank, image, width, spliced=True)
    assert len(cuts.pieces) == 2
    assert len(cuts.seams) == 1
    assert cuts.width < width
    assert cuts.drawn(lanes[1].nodes[0][0]) is None


def test_places_move_together_over_a_seam():
    cuts = Cuts(pieces=((0.0, 40.0), (70.0, 100.0)))
    assert cuts.drawn(10.0) == 10.0
    assert cuts.drawn(80.0) == 50.0
    assert cuts.drawn(55.0) is None
    assert (cuts.width, cuts.seams) == (70.0, (40.0,))


def test_close_labels_part_about_their_middle():
    assert _apart([10.0, 50.0], 8.0) == [10.0, 50.0]
    assert _apart([10.0, 12.0], 8.0) == [7.0, 15.0]
    assert _apart([0.0, 1.0, 2.0, 40.0], 10.0) == [-9.0, 1.0, 11.0, 40.0]


def test_resolution_is_what_was_asked_for(project, analysis, tmp_path):
    sizes = [
        size(write_figure(project, analysis, tmp_path / f"{dpi}.png", FigureOptions(dpi=dpi)))
        for dpi in (100, 200)
    ]
    assert sizes[1][0] == pytest.approx(2 * sizes[0][0], abs=2)
    with pytest.raises(SettingsError, match="5000 dpi"):
        FigureOptions(dpi=5000)


def test_sources_stand_below_and_ratios_can_go(project, analysis, tmp_path):
    plain = size(write_figure(project, analysis, tmp_path / "a.png", FigureOptions(dpi=100)))
    more = size(
        write_figure(project, analysis, tmp_path / "b.png", FigureOptions(dpi=100, sources=True))
    )
    assert more[1] > plain[1] + 100
    alone = size(
        write_figure(project, analysis, tmp_path / "c.png", FigureOptions(dpi=100, ratios=False))
    )
    assert alone[0] < plain[0]


def test_every_choice_can_be_drawn(project, analysis, tmp_path):
    image = analysis.images[0].photograph.id
    fit = LadderFit(
        ladder="x",
        membrane="A",
        image=image,
        lane=1,
        position_px=(20.0, 21.0, 60.0),
        mw_kda=(100.0, 95.0, 25.0),
        rms_ln=0.02,
    )
    said = with_samples(project, ("vehicle", 0.0), ("VK2 5 µM", 5.0), ("VK2 10 µM", 10.0))
    measured = replace(analysis, ladder_fits=(fit,))
    for options in (
        FigureOptions(spliced=True, sources=True),
        FigureOptions(weights=False, conditions=False, border=False, ratios=False),
    ):
        path = write_figure(said, measured, tmp_path / "all.svg", options)
        assert path.stat().st_size > 0
        assert panel_of(said, measured, measured.images[0], options).labels


def test_a_preview_has_the_width_that_was_asked_for(project, analysis, tmp_path):
    path = tmp_path / "preview.png"
    path.write_bytes(figure_png(project, analysis, FigureOptions(), 720))
    assert size(path)[0] == pytest.approx(720, abs=3)
