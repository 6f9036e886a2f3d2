"""Asks which page is what when a file with several was opened, and shows its pages."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from blotquant import edits
from blotquant.errors import BlotquantError
from blotquant.model.project import Photograph
from blotquant.progress import Progress
from blotquant_app.analysing import picture_key
from blotquant_app.dialogs.pages import PagesDialog, Together
from blotquant_app.panels.picture_facts import has_pages
from blotquant_app.session import Session

_PICTURES_AT_MOST = 24  # pages with a thumbnail; a long stack shows its first ones


class PageAsker(QObject):
    """Opens `PagesDialog` for photographs whose page nobody chose, each file once."""

    _page_read = Signal(str, int, object, object)

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._window = window
        self._asked: set[str] = set()
        self.dialog: PagesDialog | None = None
        session.image_read.connect(self._look)
        self._page_read.connect(self._show_page)

    def ask(self, photograph: Photograph) -> None:
        """Ask which pages of a photograph's file are measured."""
        from blotquant.io.images import page_names  # noqa: PLC0415 - slow import

        def show(names: tuple[str, ...]) -> None:
            if self.dialog is None and self._is_there(photograph):
                self._open(photograph, names)

        self._session.task_runner.submit(lambda _: page_names(photograph.file), show)

    def _is_there(self, photograph: Photograph) -> bool:
        photographs = self._session.document.project.photographs
        return any((p.id, p.file) == (photograph.id, photograph.file) for p in photographs)

    def _look(self, key: str) -> None:
        """Ask when a picture that was read is one of several and nobody said which."""
        for photograph in self._session.document.project.photographs:
            is_it = picture_key(photograph) == key and not photograph.page
            if is_it and key not in self._asked and has_pages(self._session.image(photograph.id)):
                self._asked.add(key)
                self.ask(photograph)

    def _open(self, photograph: Photograph, names: tuple[str, ...]) -> None:
        dialog = PagesDialog(photograph, names, self._window)
        self.dialog = dialog
        dialog.chosen.connect(lambda pages, how: self._choose(photograph, pages, how))
        dialog.finished.connect(self._closed)
        dialog.open()
        self._session.task_runner.submit(
            lambda progress: self._read(photograph.file, len(names), progress), lambda _: None
        )

    def _choose(
        self, photograph: Photograph, pages: tuple[edits.PageChoice, ...], how: Together
    ) -> None:
        document = self._session.document
        if not self._is_there(photograph):
            return
        new = edits.choose_pages(
            document.project, photograph.id, pages, one_membrane=how is not Together.APART
        )
        if how is Together.EXPOSURES:
            numbers = {choice.page for choice in pages}
            same = [p for p in new.photographs if p.file == photograph.file]
            new = edits.merge_photographs(new, [p.id for p in same if p.page in numbers])
        document.edit("Choose the pages of a file", new)

    def _closed(self) -> None:
        self.dialog = None

    def _read(self, file: str, n: int, progress: Progress) -> None:
        """Read pages one by one, in the worker, while the dialog is open."""
        from blotquant.image.contrast import contrasts, work_copy  # noqa: PLC0415 - slow import
        from blotquant.image.polarity import guess_polarity  # noqa: PLC0415 - slow import
        from blotquant.io.images import read_image  # noqa: PLC0415 - slow import

        n_read = min(n, _PICTURES_AT_MOST)
        for number in range(1, n_read + 1):
            if self.dialog is None:
                return
            progress((number - 1) / n_read, f"Reading page {number}")
            try:
                image = read_image(file, number)
            except BlotquantError as error:
                self._page_read.emit(file, number, None, str(error))
                continue
            copy = work_copy(image.pixels)
            guess = guess_polarity(copy, contrasts(copy))
            self._page_read.emit(file, number, image, guess.polarity)

    def _show_page(self, _file: str, number: int, image: object, said: object) -> None:
        from blotquant.model.image import BlotImage, Polarity  # noqa: PLC0415 - for the check

        if self.dialog is None:
            return
        if isinstance(image, BlotImage) and isinstance(said, Polarity):
            self.dialog.show_page(number, image, said)
        else:
            self.dialog.say(number, str(said))
