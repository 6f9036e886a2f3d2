"""What marker bands weigh, where the user said so: band by band, without a product."""

from __future__ import annotations

from dataclasses import replace

from blotquant.errors import SettingsError
from blotquant.model.geometry import Point
from blotquant.model.project import GivenWeight, Project

SAME_PX = 3.0  # as high as another one: it is said anew


def give_weight(project: Project, image: str, membrane: str, at: Point, kda: float) -> Project:
    """Say what the marker band at a place weighs; one at the same height is replaced.

    Raises `SettingsError` where it contradicts the others: lighter bands run further down.
    """
    if not kda > 0:
        raise SettingsError(
            f"A band cannot weigh {kda:g} kDa", "Type the weight that stands beside the ladder"
        )
    project.photograph(image)
    others = [
        w
        for w in project.weights
        if (w.image, w.membrane) != (image, membrane) or abs(w.at[1] - at[1]) > SAME_PX
    ]
    for w in others:
        if (w.image, w.membrane) == (image, membrane) and (w.at[1] < at[1]) != (w.kda > kda):
            place = "below" if w.at[1] < at[1] else "above"
            raise SettingsError(
                f"{kda:g} kDa cannot stand {place} {w.kda:g} kDa",
                "Lighter bands run further down: check both",
            )
    new = GivenWeight(image=image, membrane=membrane, at=at, kda=kda)
    weights = sorted((*others, new), key=lambda w: (w.image, w.membrane, w.at[1]))
    return replace(project, weights=tuple(weights))


def forget_weights(project: Project, image: str, membrane: str) -> Project:
    """Take back what was said of the marker bands of a membrane on a photograph."""
    kept = tuple(w for w in project.weights if (w.image, w.membrane) != (image, membrane))
    return replace(project, weights=kept)
