"""What happens when something unexpected fails: nothing is lost, the details can be copied."""

from __future__ import annotations

import platform
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

import blotquant


def details_of(error: BaseException) -> str:
    """Return the versions and the trace, as they help a developer."""
    import PySide6  # noqa: PLC0415 - its version is asked for here alone

    head = (
        f"blotquant {blotquant.__version__}, Python {platform.python_version()}, "
        f"Qt {PySide6.__version__}, {platform.platform()}"
    )
    return head + "\n\n" + "".join(traceback.format_exception(error))


class CrashDialog(QDialog):
    """Says what failed and where the work was saved; the details can be copied."""

    def __init__(self, error: BaseException, rescued: Path | None, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Something went wrong")
        self.resize(640, 420)
        text = "A step failed that should not have. Your project is still open."
        if rescued is not None:
            text += f" A copy of it was saved as {rescued}."
        label = QLabel(text + " Please send the details below to the developers.")
        label.setWordWrap(True)
        details = QPlainTextEdit(details_of(error))
        details.setReadOnly(True)
        details.setAccessibleName("Details of the error")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton("Copy details", QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(details.toPlainText()))
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(label)
        column.addWidget(details, 1)
        column.addWidget(buttons)


class CrashHook(QObject):
    """Catches every uncaught exception, saves a copy of the project and shows the details.

    Parameters
    ----------
    rescue
        Saves a copy of the project and returns where, or None when there was nothing to save.
    window
        What the dialog belongs to.
    """

    caught = Signal(object)

    def __init__(self, rescue: Callable[[], Path | None], window: QWidget) -> None:
        super().__init__(window)
        self._rescue = rescue
        self._window = window
        self._is_showing = False
        self.caught.connect(self._show)

    def install(self) -> None:
        """Become the hook of this interpreter and of its threads."""
        sys.excepthook = self._catch
        threading.excepthook = lambda args: self._catch(
            args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback
        )

    def uninstall(self) -> None:
        """Give the hooks back to the interpreter."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__

    def _catch(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        self.caught.emit(error)

    def _show(self, error: BaseException) -> None:
        # One dialog at a time: an error inside a repaint would otherwise open one per repaint.
        if self._is_showing:
            return
        self._is_showing = True
        traceback.print_exception(error)
        try:
            rescued = self._rescue()
        except Exception:  # noqa: BLE001 - the rescue itself may fail; the dialog must still come
            traceback.print_exc()
            rescued = None
        dialog = CrashDialog(error, rescued, self._window)
        dialog.finished.connect(self._done)
        dialog.open()

    def _done(self) -> None:
        self._is_showing = False
