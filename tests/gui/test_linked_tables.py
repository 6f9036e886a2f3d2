from __future__ import annotations

import pytest

from blotquant_app.panels.inspector import Stage
from blotquant_app.panels.row_menu import assign_row, row_choices, row_menu
from blotquant_app.selection import Selected


def test_picture_and_band_table_follow_each_other(with_results):
    session, table = with_results.session, with_results.results.bands
    session.selection.select_band("A", 2, 1)
    row = table.rows_model.rows[table.currentIndex().row()]
    assert row.measured.band.key == ("img1", "A", 2, 1)
    table.selectRow(table.rows_model.find(lambda r: r.measured.band.key == ("img1", "A", 3, 2)))
    assert session.selection.now == Selected(image="img1", membrane="A", lane=3, row=2)
    session.selection.clear()
    assert not table.selectionModel().hasSelection()


def test_ratio_table_selects_the_lane_and_opens_its_arithmetic(with_results):
    session, table = with_results.session, with_results.results.ratios
    with_results.show_stage(Stage.RESULTS)
    table.selectRow(0)
    assert session.selection.now == Selected(image="img1", membrane="A", lane=2)
    page = with_results.inspector.pages[Stage.RESULTS]
    texts = [label.text() for label in page.parts.children() if hasattr(label, "text")]
    assert any("cleaved PARP: 400 ± 20" in t for t in texts)


def test_sorting_keeps_the_selection_of_the_window(with_results):
    session, table = with_results.session, with_results.results.bands
    session.selection.select_band("A", 2, 1)
    table.sortByColumn(8, table.horizontalHeader().sortIndicatorOrder().DescendingOrder)
    assert session.selection.now == Selected(image="img1", membrane="A", lane=2, row=1)


def test_notice_leads_to_its_place(with_results):
    results = with_results.results
    assert results.tabText(3) == "Quality (1)"
    results.quality.selectRow(0)
    assert with_results.session.selection.now.lane == 2


def test_stage_bar_counts_and_leads_to_the_open_row(with_results):
    bar = with_results.stages
    assert bar.buttons[Stage.TARGETS].count.text() == "1 form, 1?"
    bar.buttons[Stage.TARGETS].click()
    assert with_results.session.selection.now == Selected(image="img1", membrane="A", row=2)
    assert with_results.inspector.currentWidget() is with_results.inspector.pages[Stage.TARGETS]


def test_row_is_assigned_by_one_choice_and_undone(with_results):
    session = with_results.session
    menu = row_menu(session, "A", 2, with_results)
    action = next(a for a in menu.actions() if a.text().startswith("cleaved PARP  89"))
    action.trigger()
    assigned = session.document.project.rows[0]
    assert (assigned.row, assigned.target, assigned.form) == (2, "parp", "p89")
    assert "PARP" in session.scene().label("A", 2).text
    session.document.undo_stack.undo()
    assert session.document.project.rows == ()


def test_row_can_be_none_of_the_targets_or_left_to_the_program(with_results):
    session = with_results.session
    values = [c.value for c in row_choices(session, "img1")]
    assert values[-2:] == [("", ""), None]
    assign_row(session, "A", 1, ("", ""))
    assert session.scene().label("A", 1).text == ""
    assign_row(session, "A", 1, None)
    assert session.document.project.rows == ()


@pytest.mark.parametrize("stage", list(Stage))
def test_every_page_refreshes_with_and_without_selection(with_results, stage):
    session = with_results.session
    with_results.show_stage(stage)
    for lane, row in ((0, 0), (1, 0), (1, 1), (0, 1)):
        session.selection.select(Selected(image="img1", membrane="A", lane=lane, row=row))
        with_results.inspector.pages[stage].refresh()
