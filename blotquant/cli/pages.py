"""Images on the command line: what they are called, and which of a file's pages are meant."""

from __future__ import annotations

from pathlib import Path

from blotquant import edits
from blotquant.errors import SettingsError
from blotquant.io.images import page_names
from blotquant.io.problems import instead
from blotquant.io.reader import listed
from blotquant.model.project import Photograph, Project

_ALL = "all"


def with_pages(project: Project, texts: tuple[str, ...], *, one_membrane: bool) -> Project:
    """Return the project with the pages that ``--page [FILE=]PAGES`` chooses.

    PAGES is ``all``, or numbers from 1 or names of pages, parted by commas. Several pages of one
    file become photographs one after the other. Raises `SettingsError` with the pages that there
    are, and `ReadError` where a file cannot be read.
    """
    for text in texts:
        file, equals, value = text.rpartition("=")
        photographs = images_called(project, file) if equals else project.photographs
        if not photographs:
            raise no_such_image(project, file, "--page")
        for photograph in photographs:
            pages = _chosen(photograph, value)
            project = edits.choose_pages(project, photograph.id, pages, one_membrane=one_membrane)
    return project


def image_name(project: Project, image: str) -> str:
    """Return the file name of a photograph, with its page or else its id where several share it."""
    names = {p.id: Path(p.file).name for p in project.photographs}
    if list(names.values()).count(names[image]) == 1:
        return names[image]
    photograph = project.photograph(image)
    in_file = sum(Path(p.file).name == names[image] for p in project.photographs)
    same_file = sum(p.file == photograph.file for p in project.photographs)
    return f"{names[image]}#{max(1, photograph.page)}" if in_file == same_file else image


def images_called(project: Project, name: str) -> tuple[Photograph, ...]:
    """Return the photographs that a path, an id, a file name or its stem stands for.

    ``two.tif#2`` is the second page of a file.
    """
    file, _, page = name.rpartition("#")
    if file and page.isdecimal():
        pages = tuple(p for p in images_called(project, file) if max(1, p.page) == int(page))
        if pages:
            return pages
    path = Path.cwd() / name
    for same in (
        lambda p: Path(p.file) == path or p.id == name,
        lambda p: Path(p.file).name == Path(name).name,
        lambda p: Path(p.file).stem == name,
    ):
        found = tuple(p for p in project.photographs if same(p))
        if found:
            return found
    return ()


def no_such_image(project: Project, name: str, option: str) -> SettingsError:
    """Return the error for a name that no photograph has."""
    names = [Path(p.file).name for p in project.photographs]
    return SettingsError(f"{option}: {name!r} is not among the images", instead(name, names))


def _chosen(photograph: Photograph, value: str) -> tuple[edits.PageChoice, ...]:
    names = page_names(photograph.file)
    if value.strip().casefold() == _ALL:
        numbers = list(range(1, len(names) + 1))
    else:
        words = [w.strip() for w in value.split(",") if w.strip()]
        numbers = [_number(photograph, word, names) for word in words]
    if not numbers:
        raise SettingsError("--page names no page", "Write --page FILE=2 or --page FILE=all")
    return tuple(edits.PageChoice(page=n, name=names[n - 1]) for n in dict.fromkeys(numbers))


def _number(photograph: Photograph, word: str, names: tuple[str, ...]) -> int:
    """Return the number of a page that is given by its number or its name."""
    if word.isdecimal() and 1 <= int(word) <= len(names):
        return int(word)
    same = [n for n, name in enumerate(names, start=1) if name.casefold() == word.casefold()]
    if len(same) == 1:
        return same[0]
    file = Path(photograph.file).name
    held = "one page alone" if len(names) == 1 else f"{len(names)} pages"
    raise SettingsError(
        f"--page: {file} has {held}; there is no page {word!r}",
        f"Choose among {listed(names)}" if len(names) > 1 else "Leave --page out",
    )
