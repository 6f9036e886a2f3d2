"""What stands above the lanes of a blot in a figure, and which lanes are left out."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from blotquant.model.lane import Lane, LaneKind
from blotquant.model.project import Project
from blotquant.model.results import Analysis
from blotquant.model.sample import Sample
from blotquant.normalise.design import lane_kinds, sample_of

_MOST_LEAN = 0.5  # of a lane's width: what leans more is not cut by an upright line


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneLabel:
    """A lane and what stands above it: `text` by itself, `group` over lanes in a row."""

    lane: Lane
    text: str
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cuts:
    """A blot with upright pieces left out: `pieces` are (left, right) in pixels, left to right."""

    pieces: tuple[tuple[float, float], ...]

    @property
    def width(self) -> float:
        """The width of what is left."""
        return sum(right - left for left, right in self.pieces)

    @property
    def seams(self) -> tuple[float, ...]:
        """Where pieces meet, as drawn."""
        ends = itertools.accumulate(right - left for left, right in self.pieces)
        return tuple(ends)[:-1]

    def drawn(self, x: float) -> float | None:
        """Return where a pixel of the photograph is drawn, None for one that was left out."""
        done = 0.0
        for left, right in self.pieces:
            if left <= x <= right:
                return done + x - left
            done += right - left
        return None


def lane_labels(
    project: Project, analysis: Analysis, image: str, *, conditions: bool
) -> tuple[LaneLabel, ...]:
    """Return the labels of the lanes on a photograph, left to right on each membrane."""
    kinds = lane_kinds(project, analysis.lanes)
    labels = []
    for lane in (r.lane for r in analysis.lanes_of(image)):
        kind = kinds[lane.membrane, lane.number]
        sample = sample_of(project, (lane.membrane, lane.number))
        if kind is LaneKind.LADDER:
            labels.append(LaneLabel(lane=lane, text="M"))
        elif conditions and sample is not None and (sample.condition or sample.dose is not None):
            labels.append(_of_sample(lane, sample))
        else:
            labels.append(LaneLabel(lane=lane, text=str(lane.number)))
    return tuple(labels)


def _of_sample(lane: Lane, sample: Sample) -> LaneLabel:
    if sample.dose is None:
        hours = "" if sample.time_h is None else f"{sample.time_h:g}"
        unit = " (h)" if hours else ""
        return LaneLabel(
            lane=lane, text=hours or str(lane.number), group=f"{sample.condition}{unit}"
        )
    dose = f"{sample.dose:g}"
    # A condition often repeats its dose: `VK2 25 µM` is VK2 at 25.
    name = sample.condition.replace(f"{dose} {sample.dose_unit}", "").strip(" ,")
    unit = f" ({sample.dose_unit})" if sample.dose_unit and sample.dose else ""
    return LaneLabel(lane=lane, text=dose, group=f"{name}{unit}")


def runs(labels: Sequence[LaneLabel]) -> tuple[tuple[LaneLabel, ...], ...]:
    """Return the lanes that stand side by side under one group."""
    named = itertools.groupby(labels, key=lambda x: (x.lane.membrane, x.group))
    return tuple(tuple(lanes) for (_, group), lanes in named if group)


def cuts_of(analysis: Analysis, image: str, width: float, *, spliced: bool) -> Cuts:
    """Return what is drawn of a photograph's width: all of it, or the lanes that count.

    Photographs with several membranes, and lanes that lean far, are not cut.
    """
    whole = Cuts(pieces=((0.0, width),))
    lanes = sorted((r.lane for r in analysis.lanes_of(image)), key=_middle)
    is_one = len({x.membrane for x in lanes}) == 1
    if not spliced or not is_one or any(_lean(x) > _MOST_LEAN * x.width_px for x in lanes):
        return whole
    is_kept = _kept(analysis, image)
    edges = [(_middle(a) + _middle(b)) / 2 for a, b in itertools.pairwise(lanes)]
    starts, stops = [0.0, *edges], [*edges, width]
    pieces: list[tuple[float, float]] = []
    for lane, start, stop in zip(lanes, starts, stops, strict=True):
        if not is_kept(lane):
            continue
        if pieces and pieces[-1][1] == start:
            pieces[-1] = (pieces[-1][0], stop)
        else:
            pieces.append((start, stop))
    return Cuts(pieces=tuple(pieces)) if pieces else whole


def _kept(analysis: Analysis, image: str) -> Callable[[Lane], bool]:
    def is_kept(lane: Lane) -> bool:
        bands = analysis.bands_of(image, lane.membrane, lane.number)
        is_out = bool(bands) and all(m.band.excluded for m in bands)
        return lane.kind is not LaneKind.BLANK and not is_out

    return is_kept


def _middle(lane: Lane) -> float:
    return (lane.nodes[0][0] + lane.nodes[-1][0]) / 2


def _lean(lane: Lane) -> float:
    return abs(lane.nodes[-1][0] - lane.nodes[0][0])
