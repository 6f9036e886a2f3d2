"""What the tests of the window share: a memory of its own, a session, a window, fake results."""

from __future__ import annotations

import gc
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QSettings

from blotquant.flags import Flag
from blotquant.model.band import Band, BandMeasurement
from blotquant.model.geometry import Membrane
from blotquant.model.image import Polarity, PolarityGuess
from blotquant.model.lane import Baseline, Lane, LaneProfile
from blotquant.model.project import Photograph, Project
from blotquant.model.results import (
    Analysis,
    ImageReport,
    LaneResult,
    NoiseModel,
    Notice,
    Ratio,
    RowAssignment,
)


def _corners(image):
    w, h = image.width - 1.0, image.height - 1.0
    return (0.0, 0.0), (w, 0.0), (w, h), (0.0, h)


def _lane_result(lane):
    n = int(lane.length_px)
    position = np.arange(n, dtype=float)
    signal = 100 + 50 * np.sin(position / 30)
    ones = np.ones(n)
    return LaneResult(
        lane=lane,
        profile=LaneProfile(
            position_px=position,
            signal=signal,
            area_px=ones * lane.width_px,
            variance=ones,
            saturated=ones * 0,
        ),
        baseline=Baseline(level=ones * 80, level_se=ones),
    )


def _measured(band, lane):
    x, y = lane.point_at(band.apex_px)
    return BandMeasurement(
        band=band,
        x_px=x,
        y_px=y,
        box=(x - 5, y - 5, x + 5, y + 5),
        area_px=100.0,
        raw_volume=20000.0 + 100 * band.lane,
        background_volume=2000.0,
        volume=18000.0 + 100 * band.lane,
        volume_se=320.0,
        lod=500.0,
        loq=1500.0,
        snr=40.0,
        rf=0.5,
        saturated_fraction=0.0,
        detected=True,
        flags=Flag.NONE,
    )


def fake_analysis(blot, n_lanes=3, rows=(100.0, 200.0)):
    """Give a project with one photograph and results of even lanes and rows on it."""
    photograph = Photograph(id="img1", file="/nowhere/blot.tif", membranes=("A",))
    project = Project(name="fake", photographs=(photograph,))
    image = blot.image
    membrane = Membrane(image="img1", name="A", corners=_corners(image))
    step = image.width / (n_lanes + 1)
    lanes = tuple(
        Lane(
            image="img1",
            membrane="A",
            number=i + 1,
            nodes=((step * (i + 1), 10.0), (step * (i + 1), image.height - 10.0)),
            width_px=40.0,
        )
        for i in range(n_lanes)
    )
    bands = tuple(
        Band(
            image="img1",
            membrane="A",
            lane=lane.number,
            row=r + 1,
            apex_px=apex,
            start_px=apex - 12,
            stop_px=apex + 12,
        )
        for r, apex in enumerate(rows)
        for lane in lanes
    )
    assignments = (
        RowAssignment(
            image="img1", membrane="A", row=1, target="parp", form="pro", reason="strongest row"
        ),
        RowAssignment(
            image="img1",
            membrane="A",
            row=2,
            target="",
            form="",
            reason="two forms are possible",
            candidates=(("parp", "p89"), ("caspase-3", "pro")),
        ),
    )
    ratio = Ratio(
        membrane="A",
        lane=2,
        target="parp",
        ratio="cleaved_fraction",
        value=0.4137,
        ci_low=0.35,
        ci_high=0.48,
        terms=(("parp", "p89", 400.0, 20.0), ("parp", "pro", 600.0, 20.0)),
    )
    guess = PolarityGuess(polarity=Polarity.LIGHT_ON_DARK, confidence=0.9, reason="bright bands")
    report = ImageReport(
        photograph=photograph,
        image=image,
        polarity=guess,
        n_saturated=0,
        noise=NoiseModel(read_variance=4.0, gain=0.3),
        membranes=(membrane,),
    )
    by_number = {lane.number: lane for lane in lanes}
    return Analysis(
        project=project,
        images=(report,),
        lanes=tuple(_lane_result(lane) for lane in lanes),
        bands=tuple(_measured(b, by_number[b.lane]) for b in bands),
        ladder_fits=(),
        assignments=assignments,
        loadings=(),
        ratios=(ratio, replace(ratio, lane=1, value=0.1, ci_low=0.08, ci_high=0.12)),
        summary=(),
        notices=(
            Notice(text="Lane 2 leans", advice="Check it", image="img1", membrane="A", lane=2),
        ),
    )


@pytest.fixture(autouse=True)
def application(qapp):
    """Give every test of this folder a Qt application.

    Widgets are freed in this thread alone, as in the program: here, between two tests.
    """
    gc.disable()
    yield qapp
    gc.collect()


@pytest.fixture
def fake(easy_blot):
    """Give a fake analysis of an easy blot."""
    return fake_analysis(easy_blot)


@pytest.fixture
def memory(tmp_path):
    """Give a memory that writes into a file of the test."""
    from blotquant_app.settings import Memory

    return Memory(QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat))


@pytest.fixture
def session(memory):
    """Give a session without a window."""
    from blotquant_app.notices import Notices
    from blotquant_app.session import Session

    made = Session(Notices(), memory)
    yield made
    made.shut_down()


@pytest.fixture
def window(qtbot, qapp, memory):
    """Give the real main window; it is closed and its threads are ended after the test."""
    from blotquant_app.notices import Notices
    from blotquant_app.session import Session
    from blotquant_app.theme import Theme
    from blotquant_app.windows.main_window import MainWindow

    made = MainWindow(Session(Notices(), memory), Theme(qapp, "light"), remembers=False)
    # Nothing may ask whether to save when the test is over.
    qtbot.addWidget(made, before_close_func=lambda w: w.session.document.mark_saved())
    made.resize(1440, 900)
    made.show()
    with qtbot.waitExposed(made):
        pass
    return made


@pytest.fixture
def with_results(window, fake):
    """Give the window with the fake results shown, without running an analysis."""
    session = window.session
    session.analyse_again = lambda: None
    session.document.changed.disconnect(session._follow)
    report = fake.images[0]
    session._images[report.photograph.file] = report.image
    session.analysis = fake
    session._analysed_project = fake.project
    session.document.open(fake.project)
    session.selection.select_image("img1")
    session.analysed.emit()
    return window
