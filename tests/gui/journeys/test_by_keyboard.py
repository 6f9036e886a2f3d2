"""Everything in the window can be reached by Tab, in a sensible order, and has a name."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QLabel, QWidget

from blotquant.simulate import scene, simulate_blot
from blotquant_app.panels.inspector import Stage


@pytest.fixture(scope="module")
def blot():
    return simulate_blot(scene("easy"))


def stops(window):
    """Return the widgets that Tab visits, in this order, from the first stage on."""
    start = window.stages.buttons[Stage.IMAGES]
    found, widget = [start], start.nextInFocusChain()
    while widget is not start:
        is_stop = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None
        if is_stop and widget.isVisible() and widget.isEnabled():
            found.append(widget)
        widget = widget.nextInFocusChain()
    return found


def name_of(window, widget):
    own = widget.accessibleName() or (widget.text() if hasattr(widget, "text") else "")
    labels = [x.text() for x in window.findChildren(QLabel) if x.buddy() is widget]
    return own or next(iter(labels), "")


@pytest.mark.parametrize("stage", list(Stage))
def test_what_tab_stops_at_has_a_name(opened, qtbot, stage):
    opened.session.selection.select_band(opened.session.scene().membranes[0].name, 2, 1)
    opened.show_stage(stage)
    qtbot.waitUntil(lambda: not opened.tab_order._soon.isActive())
    nameless = [
        f"{type(w).__name__} in {type(w.parent()).__name__}"
        for w in stops(opened)
        if not name_of(opened, w)
    ]
    assert nameless == []


def test_tab_goes_from_stages_over_the_blot_to_inspector_and_tables(opened, qtbot):
    opened.session.selection.select_lane(opened.session.scene().membranes[0].name, 2)
    opened.show_stage(Stage.LANES)
    qtbot.waitUntil(lambda: not opened.tab_order._soon.isActive())
    order = stops(opened)
    page = opened.inspector.pages[Stage.LANES]
    pieces = (
        opened.stages.buttons[Stage.RESULTS],
        opened.experiment.tree,
        opened.centre.view.graphics,
        page.width_box,
        opened.results.bands,
    )
    places = [order.index(w) for w in pieces]
    assert places == sorted(places)
    inside = [i for i, w in enumerate(order) if page.isAncestorOf(w)]
    assert inside == list(range(inside[0], inside[-1] + 1))


def test_everything_that_is_clicked_can_be_reached(opened, qtbot):
    opened.show_stage(Stage.LANES)
    qtbot.waitUntil(lambda: not opened.tab_order._soon.isActive())
    reached = set(stops(opened))
    passive = (QLabel, QAbstractScrollArea)
    missed = [
        w
        for w in opened.findChildren(QWidget)
        if w.isVisible()
        and w.isEnabled()
        and w.focusPolicy() & Qt.FocusPolicy.ClickFocus
        and w.focusProxy() is None
        and not isinstance(w, passive)
        and w not in reached
    ]
    assert [type(w).__name__ for w in missed] == []


def test_f6_leads_from_part_to_part_and_round(opened, qtbot):
    opened.show_stage(Stage.LANES)
    opened.activateWindow()
    opened.centre.view.setFocus()
    qtbot.waitUntil(opened.centre.view.graphics.hasFocus)
    visited = []
    for _ in range(8):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6)
        visited.append(QApplication.focusWidget())
    parts = (opened.inspector, opened.results, opened.stages, opened.experiment, opened.centre.bar)
    reached = [next(i for i, p in enumerate(parts) if p.isAncestorOf(w)) for w in visited[:5]]
    assert reached == [0, 1, 2, 3, 4]
    assert visited[5] is opened.centre.view.graphics
    assert opened.inspector.isAncestorOf(visited[6])
