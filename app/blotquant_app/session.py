"""One experiment at work: its document, its pictures, its latest analysis, and its files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Signal

from blotquant import edits
from blotquant.errors import BlotquantError
from blotquant.model.image import BlotImage
from blotquant.model.lane import Lane
from blotquant.model.project import Photograph, Project
from blotquant.model.results import Analysis
from blotquant.progress import Progress
from blotquant.targets.library import Library, load_library
from blotquant_app.analysing import Analyst, Outcome, picture_key, with_hashes
from blotquant_app.digits import count
from blotquant_app.document import Document
from blotquant_app.exporting import Exporter
from blotquant_app.live import Live
from blotquant_app.notices import Notices
from blotquant_app.runner import Runner
from blotquant_app.selection import Selected, Selection
from blotquant_app.sensitivity import Sensitivity
from blotquant_app.settings import Memory
from blotquant_app.views.following import followed, with_bands
from blotquant_app.views.shown import BlotScene, scene_of

PROJECT_SUFFIXES = (".blot", ".toml")


class Session(QObject):
    """Keeps the analysis up to date with the document and does the file work.

    `analysed` is emitted when new results are there (or are gone), `measured` when those of a lane
    that is being dragged are, `image_read` with the key of a picture when it can be shown,
    `settled` when nothing is left to compute, `crashed` with an exception that nobody expected.
    """

    analysed = Signal()
    measured = Signal()
    image_read = Signal(str)
    settled = Signal()
    path_changed = Signal()
    demo_opened = Signal()
    crashed = Signal(object)
    _read = Signal(str, object)

    def __init__(self, notices: Notices, memory: Memory, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.notices = notices
        self.memory = memory
        self.document = Document(parent=self)
        self.selection = Selection(self)
        self.analysis_runner = Runner("analysis", newest_only=True, parent=self)
        self.task_runner = Runner("files", newest_only=False, parent=self)
        self.path: Path | None = None
        self.analysis: Analysis | None = None
        self._analysed_project: Project | None = None
        self._images: dict[str, BlotImage] = {}
        self.unreadable: dict[str, str] = {}
        self._analyst = Analyst()
        self._n_below: dict[str, int] = {}
        self.sensitivity = Sensitivity(self, self._analyst)
        self.live = Live(self, self._analyst)
        self.exporter = Exporter(self)
        self.keeps_other_lanes = False
        self._scene = BlotScene()
        self._scene_parts: tuple[object, ...] = ()
        self._looked_at: set[str] = set()
        self._is_behind = False
        self._read.connect(self._keep_image)
        self.selection.entry = self._entry
        self.document.changed.connect(self._follow)
        for runner in (self.analysis_runner, self.task_runner):
            runner.failed.connect(self._failed)

    # -- what is known ------------------------------------------------------------------------

    @property
    def library(self) -> Library:
        """All targets, panels and ladders."""
        return load_library()

    def use_library_again(self) -> None:
        """Analyse anew after the user's own targets have changed."""
        self.document.changed.emit(self.document.shown, self.document.shown)
        self.analyse_again()

    @property
    def is_settled(self) -> bool:
        """Whether the analysis belongs to the project as it is now."""
        return self._analysed_project is self.document.shown and not self.analysis_runner.is_busy

    def image(self, photograph: str) -> BlotImage | None:
        """Return a photograph's picture (merged, of exposures), None when it was not read."""
        if self.analysis is not None and any(s.lead == photograph for s in self.analysis.exposures):
            return self.analysis.image(photograph).image
        for p in self.document.shown.photographs:
            if p.id == photograph:
                return self._images.get(picture_key(p))
        return None

    def problem(self, photograph: Photograph) -> str:
        """Return why a photograph cannot be read and what to do, empty when it can."""
        return self.unreadable.get(picture_key(photograph), "")

    def read_again(self, photographs: Iterable[Photograph]) -> None:
        """Forget pictures: the next analysis reads their files again."""
        for photograph in photographs:
            self._images.pop(picture_key(photograph), None)

    def n_below(self, photograph: str) -> int:
        """Return how many bands of a photograph only a higher sensitivity would show."""
        return self._n_below.get(photograph, 0)

    def scene(self) -> BlotScene:
        """Return what is drawn over the selected photograph."""
        project, analysis, image = self.document.shown, self.analysis, self.selection.now.image
        preview = self.sensitivity.preview
        parts = (project, analysis, image, preview)
        if len(self._scene_parts) != len(parts) or any(
            a is not b for a, b in zip(parts, self._scene_parts, strict=True)
        ):
            self._scene_parts = parts
            self._scene = scene_of(project, analysis, image, self.library)
            if preview is not None and preview.image == image:
                self._scene = with_bands(self._scene, preview.bands)
        return self._scene

    def before_lane_edit(self, lanes: tuple[Lane, ...], project: Project | None = None) -> Project:
        """Return the project that an edit of a lane begins from; the others are kept if wanted.

        `project` is the document's unless other edits come first.
        """
        project = project or self.document.project
        return edits.place_lanes(project, lanes) if self.keeps_other_lanes and lanes else project

    # -- opening ------------------------------------------------------------------------------

    def open_files(self, files: Sequence[Path]) -> None:
        """Open a project or an experiment, or add photographs to the present experiment."""
        projects = [f for f in files if f.suffix.lower() in PROJECT_SUFFIXES]
        if projects:
            self.open_project(projects[0])
            if len(files) > 1:
                self.notices.info(
                    f"Opened {projects[0].name} alone. Open one project at a time, or add "
                    "photographs to it afterwards."
                )
            return
        self.add_photographs(files)

    def open_project(self, path: Path) -> None:
        """Open a project or an experiment file."""

        def job(_: Progress) -> Project:
            from blotquant.io.open_project import (  # noqa: PLC0415 - slow import
                open_project,
            )

            return open_project(path)

        self.task_runner.submit(job, lambda project: self._opened(project, path))

    def add_photographs(self, files: Sequence[Path]) -> None:
        """Add pictures to the experiment."""
        before = self.document.project
        new = edits.add_photographs(before, files)
        added = len(new.photographs) - len(before.photographs)
        if not added:
            if files:
                self.notices.info("These photographs are in the experiment already.")
            return
        for file in files:
            self._images.pop(file.absolute().as_posix(), None)
        if before.photographs:
            self.document.edit(f"Add {count(added, 'photograph')}", new)
        else:
            name = files[0].stem if len(files) == 1 else "Untitled"
            self.path = None
            self.document.open(edits.rename(new, name))
            self.path_changed.emit()
        self.selection.select(Selected(image=new.photographs[len(before.photographs)].id))

    def open_demo(self) -> None:
        """Write the simulated demo experiment into the user's data folder and open it."""
        base = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppDataLocation)
        folder = Path(base) / "demo"

        def job(_: Progress) -> tuple[Project, Path]:
            from blotquant.io.open_project import (  # noqa: PLC0415 - slow import
                open_project,
            )
            from blotquant.simulate import write_demo  # noqa: PLC0415 - slow import

            folder.mkdir(parents=True, exist_ok=True)
            path = write_demo(folder)
            return open_project(path), path

        def opened(done: tuple[Project, Path]) -> None:
            self._opened(*done)
            self.demo_opened.emit()

        self.task_runner.submit(job, opened)

    def new(self) -> None:
        """Start with an empty experiment."""
        self._forget()
        self.path = None
        self.document.open(Project())
        self.path_changed.emit()

    def restore(self, project: Project, path: Path | None) -> None:
        """Show a project that was kept aside, as unsaved changes of its file."""
        self._opened(project, path)
        self.document.mark_unsaved()

    def _opened(self, project: Project, path: Path | None) -> None:
        self._forget()
        self.path = path
        if path is not None:
            self.memory.add_recent(path)
        first = project.photographs[0].id if project.photographs else ""
        self.document.open(project)
        self.selection.select(Selected(image=first))
        self.path_changed.emit()

    def _forget(self) -> None:
        self._images.clear()
        self.unreadable.clear()
        self._looked_at.clear()
        self.analysis = None
        self._analysed_project = None
        self.sensitivity.drop()
        self.selection.select(Selected())

    # -- saving -------------------------------------------------------------------------------

    def save_to(self, path: Path) -> bool:
        """Write the project (.blot) or an experiment file (.toml); say whether it was written."""
        from blotquant.io.open_project import save_project  # noqa: PLC0415 - slow import

        try:
            save_project(with_hashes(self.document.project, self._images), path)
        except BlotquantError as error:
            self.notices.error(str(error))
            return False
        self.path = path
        self.document.mark_saved()
        self.memory.add_recent(path)
        self.path_changed.emit()
        return True

    def rescue(self) -> Path | None:
        """Save a copy of the project aside; return where, or None when there is nothing to save."""
        if not self.document.project.photographs:
            return None
        from blotquant.io.open_project import save_project  # noqa: PLC0415 - slow import

        base = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppDataLocation)
        folder = Path(base) / "rescued"
        folder.mkdir(parents=True, exist_ok=True)
        taken = sum(1 for _ in folder.glob("*.blot"))
        path = folder / f"rescued {taken + 1}.blot"
        save_project(self.document.project, path)
        return path

    # -- analysing ----------------------------------------------------------------------------

    def analyse_again(self) -> None:
        """Compute the results of the project as it is now."""
        project = self.document.shown
        if not project.photographs:
            self.analysis_runner.cancel()
            self.analysis = None
            self._analysed_project = project
            self.analysed.emit()
            return
        known = dict(self._images)
        self.analysis_runner.submit(
            lambda progress: self._analyst.analyse(project, known, progress, self._read.emit),
            self._take,
            lambda error: self._analysis_failed(project, error),
        )

    def show_numbers(self, analysis: Analysis) -> None:
        """Show the numbers of a lane that is being dragged; the whole analysis follows later."""
        self.analysis = analysis
        self.measured.emit()

    def shut_down(self) -> None:
        """End the worker threads."""
        self.live.stop()
        self.analysis_runner.shut_down()
        self.task_runner.shut_down()

    def _keep_image(self, key: str, image: BlotImage) -> None:
        self._images[key] = image
        self.image_read.emit(key)

    def _take(self, outcome: Outcome) -> None:
        for key, text in outcome.unreadable.items():
            if self.unreadable.get(key) != text:
                self.notices.error(text)
        self.unreadable = outcome.unreadable
        self._images.update(outcome.images)
        before = self.scene()
        self.analysis = outcome.analysis
        self._analysed_project = outcome.project
        self._n_below = outcome.n_below
        self.sensitivity.drop()
        self._select_something()
        # Lanes and rows may be counted otherwise now: the same thing stays selected.
        self.selection.follow(lambda x: followed(x, before, self.scene()))
        self.analysed.emit()
        self._now_settled()

    def _select_something(self) -> None:
        """Select the first lane when there are numbers for the first time."""
        now = self.selection.now
        if now.image and now.image not in self._looked_at and not (now.lane or now.row):
            self.selection.select(self._entry(now.image))

    def _entry(self, image: str) -> Selected:
        """Return what is selected on a photograph that comes on the screen.

        The same lane where the membrane is the same, else the first one: there is always a profile.
        """
        lanes = [r.lane for r in self.analysis.lanes_of(image)] if self.analysis else []
        if not lanes:
            return Selected(image=image)
        self._looked_at.add(image)
        now = self.selection.now
        same = [n for n in lanes if (n.membrane, n.number) == (now.membrane, now.lane)]
        lane = (same or lanes)[0]
        return Selected(image=image, membrane=lane.membrane, lane=lane.number)

    def _analysis_failed(self, project: Project, error: Exception) -> None:
        self._analysed_project = project
        self._failed(error)
        self._now_settled()

    def _now_settled(self) -> None:
        if self._is_behind:
            self._is_behind = False
            self.analyse_again()
        if not self.is_settled:
            return
        self.settled.emit()

    def _failed(self, error: Exception) -> None:
        if isinstance(error, BlotquantError):
            self.notices.error(str(error))
        else:
            self.crashed.emit(error)

    def _follow(self, old: Project, new: Project) -> None:
        ids = {p.id for p in new.photographs}
        if self.selection.now.image not in ids:
            first = new.photographs[0].id if new.photographs else ""
            self.selection.select(Selected(image=first))
        if old is new and self._analysed_project is new:
            return
        if self.document.is_previewing and self.live.follow():
            return
        self.live.stop()
        # While something is dragged the numbers follow at their own pace: a request that were
        # replaced at every step of the mouse would never be finished.
        self._is_behind = self.document.is_previewing and self.analysis_runner.is_busy
        if not self._is_behind:
            self.analyse_again()
