from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QModelIndex, Qt

from blotquant_app.tables.columns import BandRow, band_columns, ratio_columns
from blotquant_app.tables.rows_model import Column, RowsModel

COLUMNS = (
    Column(title="Name", text=lambda r: r[0]),
    Column(title="Value (px)", text=lambda r: str(r[1]), key=lambda r: r[1], is_number=True),
)


@pytest.fixture
def model(qtmodeltester):
    made = RowsModel(COLUMNS)
    made.set_rows((("b", 2.0), ("a", math.nan), ("c", 1.0)))
    qtmodeltester.check(made)
    return made


def test_missing_values_come_last_in_both_directions(model):
    model.sort(1, Qt.SortOrder.AscendingOrder)
    assert [r[0] for r in model.rows] == ["c", "b", "a"]
    model.sort(1, Qt.SortOrder.DescendingOrder)
    assert [r[0] for r in model.rows] == ["b", "c", "a"]
    model.sort(-1)
    assert [r[0] for r in model.rows] == ["b", "a", "c"]


def test_order_survives_new_rows(model):
    model.sort(0)
    model.set_rows((("z", 1.0), ("y", 2.0)))
    assert [r[0] for r in model.rows] == ["y", "z"]


def test_header_and_alignment(model):
    assert model.headerData(1, Qt.Orientation.Horizontal) == "Value (px)"
    role = Qt.ItemDataRole.TextAlignmentRole
    assert model.data(model.index(0, 1), role) & Qt.AlignmentFlag.AlignRight
    assert model.data(model.index(0, 0), role) & Qt.AlignmentFlag.AlignLeft
    assert model.data(QModelIndex()) is None


def test_copied_text_is_tab_separated_as_sorted(model):
    model.sort(0)
    assert model.as_text().splitlines()[:2] == ["Name\tValue (px)", "a\tnan"]


def test_band_cells(fake):
    row = BandRow(
        measured=fake.bands[0],
        assignment=fake.assignments[0],
        sample=None,
        target_name="PARP",
    )
    cells = {c.title: c.text(row) for c in band_columns()}
    assert cells["Volume ± SE (counts × px)"] == "18\u2009100 ± 320"
    assert cells["MW (kDa)"] == "–"
    assert cells["Target"] == "PARP"
    assert cells["Form"] == "pro"
    assert cells["Seen"] == "yes"
    for column in band_columns():
        if column.tip is not None:
            assert isinstance(column.tip(row), str)


def test_ratio_cells(fake):
    cells = {c.title: c.text(fake.ratios[0]) for c in ratio_columns(str.upper)}
    assert cells["Value"] == "0.414"
    assert cells["Target"] == "PARP"
    assert cells["Normalised by"] == "–"
    assert cells["Interval"] == "0.350 – 0.480"
    assert cells["Ratio"] == "cleaved / (cleaved + pro)"
