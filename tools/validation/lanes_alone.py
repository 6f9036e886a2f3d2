"""Lanes alone, without bands and numbers: fast enough to look at every photograph many times."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import blotquant as bq
from blotquant.cache import StageCache
from blotquant.io.images import read_images
from blotquant.model.image import BlotImage
from blotquant.model.lane import Lane
from blotquant.model.project import Project
from blotquant.simulate.photos import SimulatedPhoto, photo_scene, simulate_photo, write_photo
from blotquant.stages.locating import locate
from validation.hand_truth import Picture
from validation.ideas import ALL, EVERY_IDEA
from validation.markdown import markdown, number
from validation.matching import f1, share
from validation.photographs import count_lanes
from validation.scenes import count_scene_lanes

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneCount:
    """How many lanes there are, how many of them were found, and how many found ones are none."""

    true: int
    hit: int
    invented: int

    @property
    def mistakes(self) -> int:
        """Lanes that were missed or invented."""
        return self.true - self.hit + self.invented


class _Sharing(StageCache):
    """Takes the results of some steps from another cache."""

    def __init__(self, other: StageCache, steps: tuple[str, ...]) -> None:
        super().__init__()
        self._other, self._steps = other, steps

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the entry under `key`, whose first part names the step."""
        shared = isinstance(key, tuple) and key[0] in self._steps
        return self._other.get(key, make) if shared else super().get(key, make)


def lanes_by_idea(project: Project, image: BlotImage) -> Iterator[tuple[Lane, ...]]:
    """Yield the lanes of a project's only photograph with all ideas, then without each of them."""
    known = StageCache()
    for idea in EVERY_IDEA:
        with idea.switched_off():
            cache = known if idea is ALL else _Sharing(known, idea.shares)
            yield find_lanes(project, image, cache)


def find_lanes(project: Project, image: BlotImage, cache: StageCache) -> tuple[Lane, ...]:
    """Return the lanes of a project's only photograph, found without any help."""
    (photograph,) = project.photographs
    located = locate(project, photograph, image, cache)
    return tuple(lane for seen in located.seen for lane in seen.lanes)


def read_photo(photo: SimulatedPhoto, name: str) -> tuple[Project, BlotImage]:
    """Return a simulated photograph as a project and a picture, read from its file."""
    with tempfile.TemporaryDirectory() as folder:
        project = bq.open_project(write_photo(photo, folder, name))
        (image,) = read_images(project).values()
    return project, image


def score_scene_by_idea(place: tuple[str, int]) -> tuple[LaneCount, ...]:
    """Simulate a photograph (name, seed); return its counts with all ideas, then without each."""
    photo = simulate_photo(photo_scene(*place))
    project, image = read_photo(photo, place[0])
    return tuple(_count(*count_scene_lanes(photo, k)) for k in lanes_by_idea(project, image))


def score_picture_by_idea(picture: Picture) -> tuple[LaneCount, ...]:
    """Return the counts of a real photograph with all ideas, then without each of them."""
    project = bq.open_project(picture.path)
    (image,) = read_images(project).values()
    return tuple(_count(*count_lanes(picture, k)) for k in lanes_by_idea(project, image))


def _count(true: int, hit: int, invented: int) -> LaneCount:
    return LaneCount(true=true, hit=hit, invented=invented)


def idea_table(sets: Sequence[tuple[str, Sequence[tuple[LaneCount, ...]]]]) -> str:
    """Return precision, recall and F1 without each idea, for named sets of photographs.

    The last column counts the photographs, of all sets, on which there are more mistakes without
    the idea, and those with fewer.
    """
    head = ["without", *(f"{name}: {x}" for name, _ in sets for x in ("P", "R", "F1"))]
    every = [counts for _, photographs in sets for counts in photographs]
    rows = []
    for k, idea in enumerate(EVERY_IDEA):
        row = [idea.what]
        for _, photographs in sets:
            row += _pooled([counts[k] for counts in photographs])
        change = [counts[k].mistakes - counts[0].mistakes for counts in every]
        helped, hurt = sum(c > 0 for c in change), sum(c < 0 for c in change)
        rows.append([*row, f"{helped} / {hurt}" if idea is not ALL else ""])
    return markdown([*head, "helps / hurts"], rows)


def _pooled(counts: Sequence[LaneCount]) -> list[str]:
    true = sum(c.true for c in counts)
    hit, invented = sum(c.hit for c in counts), sum(c.invented for c in counts)
    figures = (share(hit, hit + invented), share(hit, true), f1(hit, true, invented))
    return [number(x, 3) for x in figures]
