"""The user's own targets and panels: made, changed and taken away; saved all at once."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from blotquant.errors import BlotquantError, SettingsError
from blotquant.targets.own import own_file
from blotquant_app.dialogs.panel_editor import PanelEditor
from blotquant_app.dialogs.target_editor import TargetEditor
from blotquant_app.panels.widgets import body, caption, warning
from blotquant_app.session import Session

_SIZE = (640, 520)


class OwnTargetsDialog(QDialog):
    """Two tabs, targets and panels; nothing is written before Save."""

    def __init__(self, window: QWidget, session: Session) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Own targets and panels")
        self._session = session
        library = session.library
        self.targets = TargetEditor(library.own_targets)
        self.panels = PanelEditor(library.own_panels, self._all_targets)
        tabs = QTabWidget()
        tabs.setDocumentMode(True)
        tabs.addTab(self.targets, "Targets")
        tabs.addTab(self.panels, "Panels")
        tabs.currentChanged.connect(lambda _: self.panels.refresh())
        self.problem = warning(library.own_problem)
        self.problem.setVisible(bool(library.own_problem))
        box = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(box.Save | box.Cancel)
        self.save = buttons.button(box.Save)
        self.save.setProperty("primary", "true")
        buttons.accepted.connect(self._save)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(
            body(
                "Weights are those of the bands as your antibody shows them, not predicted masses."
            )
        )
        column.addWidget(tabs, 1)
        column.addWidget(self.problem)
        column.addWidget(
            caption(
                f"Kept in {own_file()}. A project that uses them needs this file on another "
                "computer, too."
            )
        )
        column.addWidget(buttons)
        self.resize(*_SIZE)

    def _all_targets(self) -> list[tuple[str, str, bool]]:
        """Return (id, name, whether it is a loading control) of every target, own ones first."""
        own = [(d.id, d.name, d.is_loading_control) for d in self.targets.drafts() if d.id]
        shipped = [t for t in self._session.library.targets if t not in self._own()]
        return [*own, *((t.id, t.name, t.is_loading_control) for t in shipped)]

    def _check_used(self, targets: set[str], panels: set[str]) -> None:
        """Refuse to take away what the open experiment needs."""
        library, project = self._session.library, self._session.document.project
        probed = {t for p in project.photographs for t in p.targets}
        used = probed | {r.target for r in project.rows} | set(project.settings.loading_control)
        gone = [t for t in library.own_targets if t.id not in targets and t.id in used]
        if gone:
            raise SettingsError(
                f"{gone[0].name} is used by the open experiment",
                "Untick it on the Targets page and name its rows otherwise first",
            )
        chosen = project.settings.panel
        lost = [p for p in library.own_panels if p.id not in panels and p.id == chosen]
        if lost:
            raise SettingsError(
                f"The panel {lost[0].name} is chosen in the open experiment",
                "Choose another panel on the Targets page first",
            )

    def _own(self) -> tuple[object, ...]:
        return self._session.library.own_targets

    def _save(self) -> None:
        from blotquant.io.own_targets import write_own_targets  # noqa: PLC0415 - slow import

        try:
            targets, panels = self.targets.made(), self.panels.made()
            self._check_used({t.id for t in targets}, {p.id for p in panels})
            write_own_targets(targets, panels)
        except BlotquantError as error:
            self.problem.setText(str(error))
            self.problem.show()
            return
        self._session.use_library_again()
        self.accept()
