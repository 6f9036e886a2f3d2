"""The sample sheet: type, paste from a spreadsheet, fill down, or begin with a template."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QMenu,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from blotquant import edits
from blotquant.errors import BlotquantError
from blotquant.model.lane import LaneKind
from blotquant.model.project import Project
from blotquant_app.digits import count
from blotquant_app.panels.widgets import button, caption
from blotquant_app.selection import Selected
from blotquant_app.session import Session
from blotquant_app.tables.sample_cells import CELLS, block_of, sheet_of
from blotquant_app.tables.samples_model import PLACES, Change, SamplesModel

_KIND_COLUMN = len(PLACES)


class _KindDelegate(QStyledItemDelegate):
    """Offers the kinds of lanes."""

    def createEditor(  # noqa: N802 - Qt's name
        self, parent: QWidget, _: QStyleOptionViewItem, __: QModelIndex | QPersistentModelIndex
    ) -> QWidget:
        """Return a list of the kinds."""
        box = QComboBox(parent)
        box.addItems([kind.value for kind in LaneKind])
        box.activated.connect(lambda: self.commitData.emit(box))
        return box


def _is_for_cells(event: QKeyEvent) -> bool:
    """Whether a key means something in a cell: a letter, or fill down."""
    plain = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
    if event.text().isprintable() and event.text():
        return not event.modifiers() & ~plain or _fills(event)
    return _fills(event)


def _fills(event: QKeyEvent) -> bool:
    control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
    return control and event.key() == Qt.Key.Key_D


class SamplesTable(QTableView):
    """The sheet's cells; keys copy, paste, clear and fill down."""

    pasted = Signal()
    filled = Signal()
    cleared = Signal()

    def event(self, event: QEvent) -> bool:
        """Keep letters, and the keys of the sheet, from the window's tools."""
        is_asked = event.type() is QEvent.Type.ShortcutOverride
        if is_asked and isinstance(event, QKeyEvent) and _is_for_cells(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Answer the keys of a spreadsheet."""
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.selected_text())
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.pasted.emit()
        elif _fills(event):
            self.filled.emit()
        elif event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self.cleared.emit()
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def selected_cells(self) -> list[tuple[int, int]]:
        """Return the (line, column) of the selected cells, line by line."""
        return sorted((i.row(), i.column()) for i in self.selectedIndexes())

    def selected_text(self) -> str:
        """Return the selected cells as tab-separated text."""
        cells = self.selected_cells()
        columns = sorted({c for _, c in cells})
        model = self.model()
        return "\n".join(
            "\t".join(str(model.index(line, c).data()) for c in columns)
            for line in sorted({r for r, _ in cells})
        )


class SamplesPanel(QWidget):
    """Shows and changes the sample sheet; each change is one step of the history."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._is_following = False
        self.rows = SamplesModel(self.write)
        self.table = SamplesTable()
        self.table.setModel(self.rows)
        self.table.setItemDelegateForColumn(_KIND_COLUMN, _KindDelegate(self.table))
        self._dress_table()
        self.templates = QPushButton("Begin with a template")
        menu = QMenu(self.templates)
        menu.setToolTipsVisible(True)
        for design in edits.sample_templates():
            action = menu.addAction(design.name)
            action.setToolTip(design.about)
            action.triggered.connect(lambda _=False, d=design.id: self.apply_template(d))
        self.templates.setMenu(menu)
        self.fill_button = button("Fill down", self.fill_down, tip="Ctrl+D: copy the top cell down")
        self.paste_button = button("Paste", self.paste, tip="Ctrl+V: cells from a spreadsheet")
        bar = QHBoxLayout()
        bar.setContentsMargins(8, 6, 8, 6)
        bar.setSpacing(8)
        hint = caption("Type into the cells, or copy them from a spreadsheet and paste them here.")
        hint.setWordWrap(False)
        for widget in (self.templates, self.paste_button, self.fill_button):
            bar.addWidget(widget)
        bar.addSpacing(12)
        bar.addWidget(hint, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self.table, 1)
        self.table.pasted.connect(self.paste)
        self.table.filled.connect(self.fill_down)
        self.table.cleared.connect(self.clear_cells)
        self.table.selectionModel().currentChanged.connect(self._pick)
        session.analysed.connect(self.refresh)
        session.document.changed.connect(self._follow_document)
        session.selection.changed.connect(self._follow)

    def _dress_table(self) -> None:
        table = self.table
        table.setAccessibleName("Sample sheet")
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setAlternatingRowColors(True)
        table.setWordWrap(False)
        table.setTabKeyNavigation(True)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(24)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for i, width in enumerate((90, 56, 90, 220, 220, 80, 70, 80)):
            table.setColumnWidth(i, width)

    # -- showing ------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the sheet of the document for the lanes that are there."""
        document, analysis = self._session.document, self._session.analysis
        lines = sheet_of(document.shown, analysis)
        if lines != self.rows.lines:
            self.rows.set_lines(lines)
        one = len({s.membrane for s in lines}) <= 1
        self.table.setColumnHidden(0, one)
        for widget in (self.templates, self.fill_button, self.paste_button):
            widget.setEnabled(bool(lines))
        self._follow(self._session.selection.now)

    def _follow_document(self, old: Project, new: Project) -> None:
        if old.samples is not new.samples or old.photographs is not new.photographs:
            self.refresh()

    def _follow(self, now: Selected) -> None:
        """Mark the lane that is selected in the picture, unless the sheet is being worked on."""
        if self.table.hasFocus() or not now.lane:
            return
        places = [(s.membrane, s.lane) for s in self.rows.lines]
        if (now.membrane, now.lane) in places:
            self._is_following = True
            column = max(self.table.currentIndex().column(), _KIND_COLUMN)
            line = places.index((now.membrane, now.lane))
            self.table.setCurrentIndex(self.rows.index(line, column))
            self._is_following = False

    def _pick(self, index: QModelIndex, _: QModelIndex) -> None:
        if self._is_following or not index.isValid():
            return
        sample = self.rows.lines[index.row()]
        scene = self._session.scene()
        if scene.lane(sample.membrane, sample.lane) is not None:
            self._session.selection.select_lane(sample.membrane, sample.lane)

    def as_text(self) -> str:
        """Return the sheet as tab-separated text with its header."""
        columns = range(self.rows.columnCount())
        head = [str(self.rows.headerData(c, Qt.Orientation.Horizontal)) for c in columns]
        lines = [[self.rows.text(i, c) for c in columns] for i in range(self.rows.rowCount())]
        return "\n".join("\t".join(cells) for cells in (head, *lines))

    # -- changing -----------------------------------------------------------------------------

    def write(self, changes: Sequence[Change], text: str = "Change the sample sheet") -> bool:
        """Write cells, all of them or (when one cannot be read) none; say whether it was done."""
        values: dict[int, dict[str, object]] = {}
        project = self._session.document.project
        try:
            for line, field, typed in changes:
                cell = CELLS[field]
                values.setdefault(line, {})[cell.field] = cell.read(typed)
            for line, new in values.items():
                sample = self.rows.lines[line]
                project = edits.set_sample(project, sample.membrane, sample.lane, **new)
        except BlotquantError as error:
            self._session.notices.error(str(error))
            return False
        self._session.document.edit(text, project)
        return True

    def apply_template(self, template: str) -> None:
        """Fill the sheet of the selected membrane (else of the first) from a template."""
        lines = self.rows.lines
        if not lines:
            return
        now = self._session.selection.now.membrane
        names = {s.membrane for s in lines}
        membrane = now if now in names else lines[0].membrane
        n = max(s.lane for s in lines if s.membrane == membrane)
        new = edits.apply_template(self._session.document.project, membrane, n, template)
        self._session.document.edit(f"Fill membrane {membrane} from a template", new)

    def paste(self) -> None:
        """Write tab-separated text from the clipboard, from the current cell on."""
        text = QGuiApplication.clipboard().text()
        start = self.table.currentIndex()
        if not text.strip() or not self.rows.lines:
            return
        columns, block = block_of(text)
        first_line = max(start.row(), 0)
        first = max(start.column() - len(PLACES), 0)
        changes = [
            (first_line + i, columns[j] if columns is not None else first + j, cell)
            for i, line in enumerate(block)
            for j, cell in enumerate(line)
        ]
        fits = [c for c in changes if c[0] < len(self.rows.lines) and c[1] < len(CELLS)]
        if fits and self.write(fits, f"Paste {count(len(fits), 'cell')}") and fits != changes:
            self._session.notices.info(
                f"{count(len(changes) - len(fits), 'cell')} lay outside the sheet and were left "
                "out. Select the cell where the first one belongs, then paste again."
            )

    def fill_down(self) -> None:
        """Copy the top cell of the selection down; a single cell goes to its membrane's end."""
        cells = [(r, c) for r, c in self.table.selected_cells() if c >= len(PLACES)]
        if not cells:
            return
        lines = self.rows.lines
        changes: list[Change] = []
        for column in sorted({c for _, c in cells}):
            rows = sorted(r for r, c in cells if c == column)
            top = rows[0]
            if len(rows) == 1:
                membrane = lines[top].membrane
                rows = [i for i in range(top, len(lines)) if lines[i].membrane == membrane]
            text = self.rows.text(top, column)
            changes += [(r, column - len(PLACES), text) for r in rows if r != top]
        if changes:
            self.write(changes, "Fill down")

    def clear_cells(self) -> None:
        """Empty the selected cells."""
        cells = [(r, c) for r, c in self.table.selected_cells() if c >= len(PLACES)]
        if cells:
            self.write([(r, c - len(PLACES), "") for r, c in cells], "Clear cells")
