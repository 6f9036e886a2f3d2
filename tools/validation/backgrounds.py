"""Score every background method on the same simulated blots."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import blotquant as bq
from blotquant import edits
from blotquant.background import BACKGROUNDS
from blotquant.cache import StageCache
from blotquant.io.images import read_images
from blotquant.simulate import scene, simulate_blot, write_blot
from validation.markdown import markdown, share_of, spread
from validation.simulated import BlotScore, compare, probed_for

ALL = "**all**"


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodScores:
    """One blot's score under each background method, by the method's name."""

    scenario: str
    by_method: Mapping[str, BlotScore]


def score_methods(scenario: str, seed: int) -> MethodScores:
    """Simulate a blot and measure it with every method; lanes and bands are found once."""
    blot = simulate_blot(scene(scenario, seed))
    with tempfile.TemporaryDirectory() as folder:
        project = bq.open_project(write_blot(blot, folder, scenario))
        project = probed_for(project, (row.target for row in blot.scene.rows))
        images, cache = read_images(project), StageCache()
    found = {}
    for name in sorted(BACKGROUNDS.names()):
        asked = edits.set_background(project, name)
        analysis = bq.analyse(asked, images, cache=cache)
        found[name] = compare(scenario, seed, blot, analysis)
    return MethodScores(scenario=scenario, by_method=found)


def method_table(scores: Sequence[MethodScores]) -> str:
    """Return each method's volume errors, scenario by scenario, and how often its interval holds.

    Errors are those of bands that the method lets be seen; ``none`` changes what that is.
    """
    methods = tuple(scores[0].by_method) if scores else ()
    groups: dict[str, list[MethodScores]] = {}
    for score in scores:
        groups.setdefault(score.scenario, []).append(score)
    rows = [
        (name, *(_errors(group, method) for method in methods)) for name, group in groups.items()
    ]
    rows.append((ALL, *(_errors(scores, method) for method in methods)))
    rows.append(("95 % holds (blot)", *(_holds(scores, method) for method in methods)))
    return markdown(("volume error, %", *(f"`{m}`" for m in methods)), rows)


def _errors(scores: Sequence[MethodScores], method: str) -> str:
    errors = [e for s in scores for e in s.by_method[method].volume_errors]
    return spread(errors, digits=2)


def _holds(scores: Sequence[MethodScores], method: str) -> str:
    return share_of([c for s in scores for c in s.by_method[method].covered_by_image])
