"""A ladder lane in the real window: found, read, said to be a sample, and undone."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QLabel, QPushButton

from blotquant.model.ladder import LadderGuess
from blotquant.model.lane import LaneKind
from blotquant.simulate import write_blot
from blotquant.simulate.scene import MARKER_KDA
from blotquant_app.panels.inspector import Stage


def texts(widget, kind=QLabel):
    return [w.text() for w in widget.findChildren(kind) if w.isVisibleTo(widget)]


def kinds(session):
    return [x.kind for x in session.scene().lanes]


def test_a_ladder_is_found_read_and_given_back(window, settle, simulated, tmp_path, qtbot):
    session = window.session
    settle(lambda: session.open_files([write_blot(simulated("ladder", 1), tmp_path, "blot")]))
    assert kinds(session)[0] is LaneKind.LADDER
    said = [m for m in session.notices.log if "is taken for a ladder" in m.text]
    assert len(said) == 1
    assert said[0].action_text == "It is a sample"

    # The Targets page offers the product whose steps the bands have, and then shows the fit.
    window.show_stage(Stage.TARGETS)
    box = window.inspector.pages[Stage.TARGETS].ladder_fit
    (use,) = [b for b in box.findChildren(QPushButton) if b.text().startswith("Use ")]
    assert "Precision Plus" in use.text()
    settle(use.click)
    qtbot.waitUntil(lambda: any(t.startswith("Lane 1:") for t in texts(box)))
    heading = next(t for t in texts(box) if t.startswith("Lane 1:"))
    assert heading.startswith("Lane 1: 8 of 10 bands matched, leave-one-out error 1.")
    assert texts(box).count("not seen") == 2
    ruler = session.scene().ruler
    assert tuple(mark.kda for mark in ruler) == MARKER_KDA
    first = session.scene().lanes[0]
    assert all(first.nodes[0][1] < mark.y_px < first.nodes[-1][1] for mark in ruler)
    bands = [b for b in session.scene().bands if b.lane == 1 and b.found]
    heights = [first.point_at(b.apex_px)[1] for b in bands]
    assert all(min(abs(y - mark.y_px) for y in heights) < 1.5 for mark in ruler)

    # One click says that it is a sample; undo brings the ladder back; it is not said twice.
    settle(said[0].action)
    assert kinds(session)[0] is LaneKind.SAMPLE
    assert session.analysis.ladder_guesses == ()
    settle(session.document.undo_stack.undo)
    assert kinds(session)[0] is LaneKind.LADDER
    assert len([m for m in session.notices.log if "is taken for a ladder" in m.text]) == 1


def test_a_doubtful_lane_is_asked_about_and_one_click_settles_it(with_results, fake, qtbot):
    session = with_results.session
    guess = LadderGuess(
        membrane="A",
        lane=3,
        image="img1",
        confidence=0.8,
        is_taken=False,
        reason="3 of its 4 bands lie where the other lanes have none",
    )
    session.analysis = replace(fake, ladder_guesses=(guess,))
    session.analysed.emit()
    asked = session.notices.log[-1]
    assert asked.text.startswith("Lane 3 of A may be a ladder: 3 of its 4 bands")
    assert asked.action_text == "It is a ladder"

    with_results.show_stage(Stage.TARGETS)
    box = with_results.inspector.pages[Stage.TARGETS].ladder_fit
    (button,) = [b for b in box.findChildren(QPushButton) if b.text() == "Lane 3 is a ladder"]
    with qtbot.waitSignal(session.document.changed):
        button.click()
    (sample,) = session.document.project.samples
    assert (sample.membrane, sample.lane, sample.kind) == ("A", 3, LaneKind.LADDER)
    assert session.document.undo_stack.undoText() == "Say that lane 3 is a ladder"

    session.analysis = replace(session.analysis, lanes=session.analysis.lanes[:1])
    asked.action()
    assert session.notices.log[-1].text == "This lane is not there any more."


def test_without_a_ladder_the_page_says_how_to_name_one(with_results, qtbot):
    with_results.show_stage(Stage.TARGETS)
    box = with_results.inspector.pages[Stage.TARGETS].ladder_fit
    qtbot.waitUntil(lambda: any("No lane is a ladder" in t for t in texts(box)))
