"""A shift, a turn and a zoom between two photographs, and what is known of them."""

from __future__ import annotations

import cmath
import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from blotquant.model.geometry import Point

Array = NDArray[np.float64]

N_PARAMETERS = 4
BLIND = 0.2  # of the radius: what is known no better than that is not known


@dataclass(frozen=True, slots=True, kw_only=True)
class Pose:
    """Where the places of a lead lie on another photograph: file pixels to file pixels.

    The place `centre` moves by `shift`; around it everything turns by `rotation_rad` (positive:
    lower ends go to the right) and grows by `scale`. `radius_px` is half the membrane's extent: it
    makes turning and zooming comparable with shifting, as what they move at that distance.
    """

    centre: complex
    radius_px: float
    shift: complex = 0j
    rotation_rad: float = 0.0
    scale: float = 1.0

    @property
    def turn(self) -> complex:
        """The factor that turns and zooms a difference of places."""
        return cmath.rect(self.scale, -self.rotation_rad)

    def place(self, point: Point) -> Point:
        """Return where a place of the lead lies on the other photograph."""
        there = self.centre + self.shift + self.turn * (complex(*point) - self.centre)
        return there.real, there.imag

    def matrix(self) -> Array:
        """Return the same as a (2, 3) affine matrix."""
        a, b = self.turn.real, self.turn.imag
        rest = self.centre + self.shift - self.turn * self.centre
        return np.array([[a, -b, rest.real], [b, a, rest.imag]])

    def moved(self, step: Array) -> Pose:
        """Return the pose after a step: right, down, turn x radius, zoom x radius, all in px."""
        x, y, turn, zoom = (float(v) for v in step)
        return replace(
            self,
            shift=self.shift + complex(x, y),
            rotation_rad=self.rotation_rad + turn / self.radius_px,
            scale=self.scale * math.exp(zoom / self.radius_px),
        )

    def step_to(self, other: Pose) -> Array:
        """Return the step that leads from here to another pose of the same centre."""
        shift = other.shift - self.shift
        return np.array(
            [
                shift.real,
                shift.imag,
                (other.rotation_rad - self.rotation_rad) * self.radius_px,
                math.log(other.scale / self.scale) * self.radius_px,
            ]
        )

    def jacobian(self, points: Array) -> Array:
        """Return what the parameters move at places of the lead, (n, 2) -> (n, 2, 4)."""
        arm = self.turn * (points[:, 0] + 1j * points[:, 1] - self.centre) / self.radius_px
        out = np.zeros((points.shape[0], 2, N_PARAMETERS))
        out[:, 0, 0] = out[:, 1, 1] = 1.0
        out[:, 0, 2], out[:, 1, 2] = arm.imag, -arm.real
        out[:, 0, 3], out[:, 1, 3] = arm.real, arm.imag
        return out


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Estimate:
    """A pose with the information (inverse covariance, 4 x 4, px) that one kind of evidence gives.

    Directions that the evidence does not see have no information; `words` names the evidence.
    """

    pose: Pose
    information: Array
    words: str

    def distance_to(self, pose: Pose) -> float:
        """Return by how many standard errors a pose differs, over what this evidence sees."""
        step = self.pose.step_to(pose)
        return math.sqrt(max(float(step @ self.information @ step), 0.0))

    def standard_errors(self) -> Array:
        """Return the standard errors of the four parameters in px; infinite where unknown."""
        values, vectors = np.linalg.eigh(self.information)
        known = values > least_information(self.pose)
        variance = (vectors[:, known] ** 2 / values[known]).sum(axis=1)
        hidden = (vectors[:, ~known] ** 2).sum(axis=1) > 1e-6
        return np.where(hidden, np.inf, np.sqrt(variance))


def least_information(pose: Pose) -> float:
    """Return the information (1/px²) from which a direction counts as known."""
    return (BLIND * pose.radius_px * pose.scale) ** -2


def combined(estimates: tuple[Estimate, ...], about: Pose) -> Estimate:
    """Return the mean of estimates weighted by what each knows; `about` fills what none knows."""
    information = sum((e.information for e in estimates), np.zeros((N_PARAMETERS, N_PARAMETERS)))
    pull = sum((e.information @ about.step_to(e.pose) for e in estimates), np.zeros(N_PARAMETERS))
    values, vectors = np.linalg.eigh(information)
    least = least_information(about)
    inverse = np.where(values > least, 1 / np.maximum(values, least), 0.0)
    step = vectors @ (inverse * (vectors.T @ pull))
    names = [e.words for e in estimates]
    words = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    return Estimate(pose=about.moved(step), information=information, words=words)
