from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit

from blotquant import edits
from blotquant.errors import SettingsError
from blotquant.model.lane import LaneKind
from blotquant.model.sample import Sample
from blotquant_app.panels.inspector import Stage
from blotquant_app.selection import Selected
from blotquant_app.tables.sample_cells import CELLS, block_of
from blotquant_app.tables.samples_model import PLACES

KIND, SAMPLE, CONDITION, DOSE, UNIT, TIME, REPLICATE = (len(PLACES) + i for i in range(len(CELLS)))


@pytest.fixture
def panel(with_results):
    with_results.show_stage(Stage.NORMALISE)
    return with_results.results.samples


@pytest.fixture
def project(with_results):
    return lambda: with_results.session.document.project


def choose(panel, *cells):
    model = panel.table.selectionModel()
    panel.table.setCurrentIndex(panel.rows.index(*cells[0]))
    for line, column in cells:
        model.select(panel.rows.index(line, column), model.SelectionFlag.Select)


def test_every_lane_has_a_line_before_anything_was_said(panel):
    assert [(s.membrane, s.lane, s.kind) for s in panel.rows.lines] == [
        ("A", n, LaneKind.SAMPLE) for n in (1, 2, 3)
    ]


def test_typing_is_one_step_that_can_be_undone(panel, project, with_results):
    panel.rows.setData(panel.rows.index(1, CONDITION), "VK2")
    assert project().samples == (Sample(membrane="A", lane=2, condition="VK2"),)
    stack = with_results.session.document.undo_stack
    assert stack.undoText() == "Change the sample sheet"
    stack.undo()
    assert project().samples == ()
    assert panel.rows.lines[1].condition == ""


def test_what_is_no_number_is_refused_with_a_word(panel, project, with_results):
    assert not panel.rows.setData(panel.rows.index(0, DOSE), "much")
    assert project().samples == ()
    assert "'much' is no number" in with_results.notice_area.texts[-1]


def test_a_block_from_a_spreadsheet_is_pasted_with_its_keys(panel, project, qtbot):
    QGuiApplication.clipboard().setText("vehicle\t0\tµM\t24\nVK2\t12,5\tµM\t24\n")
    choose(panel, (0, CONDITION))
    qtbot.keyClick(panel.table, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert [(s.lane, s.condition, s.dose, s.dose_unit, s.time_h) for s in project().samples] == [
        (1, "vehicle", 0.0, "µM", 24.0),
        (2, "VK2", 12.5, "µM", 24.0),
    ]


def test_pasted_headers_name_the_columns(panel, project):
    QGuiApplication.clipboard().setText("Lane\tReplicate\tCondition\n1\tr1\tvehicle\n2\tr1\tVK2")
    choose(panel, (0, KIND))
    panel.paste()
    assert [(s.condition, s.replicate) for s in project().samples] == [
        ("vehicle", "r1"),
        ("VK2", "r1"),
    ]


def test_pasting_beyond_the_sheet_says_what_was_left_out(panel, project, with_results):
    QGuiApplication.clipboard().setText("a\nb\nc")
    choose(panel, (1, SAMPLE))
    panel.paste()
    assert [s.sample for s in project().samples] == ["a", "b"]
    assert "1 cell lay outside" in with_results.notice_area.texts[-1]


def test_one_bad_cell_pastes_nothing(panel, project):
    QGuiApplication.clipboard().setText("1\n-2")
    choose(panel, (0, DOSE))
    panel.paste()
    assert project().samples == ()


def test_fill_down_and_clear(panel, project, qtbot):
    panel.rows.setData(panel.rows.index(0, CONDITION), "VK2")
    choose(panel, (0, CONDITION))
    qtbot.keyClick(panel.table, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert [s.condition for s in project().samples] == ["VK2"] * 3
    panel.table.clearSelection()
    choose(panel, (1, CONDITION), (2, CONDITION))
    panel.table.setFocus()
    qtbot.keyClick(panel.table, Qt.Key.Key_Delete)
    assert [s.condition for s in project().samples] == ["VK2", "", ""]


def test_template_fills_the_membrane_and_its_conditions_can_be_the_control(
    panel, project, with_results
):
    panel.apply_template("dose")
    assert [s.kind for s in project().samples] == [LaneKind.LADDER, *[LaneKind.SAMPLE] * 2]
    page = with_results.inspector.pages[Stage.NORMALISE]
    page.refresh()
    box = page.form.boxes["control"]
    assert "vehicle" in [box.itemText(i) for i in range(box.count())]
    assert "2 conditions" in page.samples.text()


def test_sheet_and_picture_follow_each_other(panel, with_results):
    selection = with_results.session.selection
    selection.select(Selected(image="img1", membrane="A", lane=3))
    assert panel.table.currentIndex().row() == 2
    panel.table.setCurrentIndex(panel.rows.index(1, CONDITION))
    assert selection.now.lane == 2


def test_a_sheet_for_lanes_that_were_not_found_is_kept(panel, with_results):
    document = with_results.session.document
    sheet = (Sample(membrane="A", lane=7, condition="VK2"),)
    document.edit("sheet", edits.set_samples(document.project, sheet))
    assert [s.lane for s in panel.rows.lines] == [1, 2, 3, 7]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\tb\nc\td", (None, [["a", "b"], ["c", "d"]])),
        ("Dose\tUnit\n25\tµM", ((3, 4), [["25", "µM"]])),
        ("lane\tcondition\r\n1\tx\r\n", ((2,), [["x"]])),
        ("condition", (None, [["condition"]])),
    ],
)
def test_blocks_with_and_without_headers(text, expected):
    assert block_of(text) == expected


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("kind", "M", LaneKind.LADDER),
        ("kind", "", LaneKind.SAMPLE),
        ("kind", "Standard", LaneKind.STANDARD),
        ("dose", "", None),
        ("time_h", "0.5", 0.5),
        ("condition", "  VK2 ", "VK2"),
    ],
)
def test_cells_are_read(field, text, value):
    cell = next(c for c in CELLS if c.field == field)
    assert cell.read(text) == value


@pytest.mark.parametrize(("field", "text"), [("kind", "gel"), ("dose", "-1"), ("time_h", "nan")])
def test_impossible_cells_are_refused(field, text):
    cell = next(c for c in CELLS if c.field == field)
    with pytest.raises(SettingsError):
        cell.read(text)


def test_letters_go_into_the_cell_and_not_to_the_tools(with_results, panel, project, qtbot):
    panel.table.setFocus()
    panel.table.setCurrentIndex(panel.rows.index(0, CONDITION))
    text = "Control LBMRTJWZCAXISPN"
    qtbot.keyClick(panel.table, text[0])
    editor = panel.table.findChild(QLineEdit)
    qtbot.keyClicks(editor, text[1:])
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(project().samples))
    assert project().samples[0].condition == text
    checked = ("add_lane", "add_band", "draw_membrane", "straighten", "give_weight", "lens")
    assert not any(with_results.actions_[name].isChecked() for name in checked)
    assert not with_results.centre.compare.isVisible()
    # The keys with Ctrl still belong to the window and to the sheet.
    panel.table.setCurrentIndex(panel.rows.index(0, CONDITION))
    qtbot.keyClick(panel.table, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert project().samples[1].condition == text
