"""All photographs of one membrane together.

A row that another photograph explains is left from that probing, and forms found on one photograph
tell how far apart forms run on the next.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from blotquant.targets.evidence import ProbedForm
from blotquant.targets.hypotheses import Hypothesis, Problem, hypotheses, strengths_score
from blotquant.targets.spacing import Placed, spacing_score

_BEAM = 50
_BEAM_WITHIN = 12.0
_LATER_PROBING = 1.0  # a row is seldom left from a photograph that stands later in the list
_REGISTRATION_SHARE = 0.012
_REGISTRATION_PX = 4.0

Choice = tuple[Hypothesis, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the membrane's photographs say together.

    `best` is the likeliest hypothesis of each photograph; `leftover` maps (photograph, row index)
    to the (photograph, target id) that it is left from. `shares` maps (photograph, row index) to
    the probability of each form, over all hypotheses.
    """

    best: Mapping[str, Hypothesis]
    leftover: Mapping[tuple[str, int], tuple[str, str]]
    shares: Mapping[tuple[str, int], Mapping[ProbedForm, float]]


@dataclass(frozen=True, slots=True)
class _Membrane:
    """The problems of one membrane with what joins them.

    `links` maps (photograph, row index) to rows of other photographs at the same height.
    """

    problems: Mapping[str, Problem]
    links: Mapping[tuple[str, int], tuple[tuple[str, int], ...]]
    height_px: float
    registration_px: float
    span_ln: float

    def leftover(self, chosen: Mapping[str, Hypothesis]) -> dict[tuple[str, int], tuple[str, str]]:
        """Return the rows that are explained by a target probed on another photograph alone."""
        forms = {(im, i): form for im, h in chosen.items() for i, form in h.pairs}
        found: dict[tuple[str, int], tuple[str, str]] = {}
        for place, others in self.links.items():
            here = {t.id for t in self.problems[place[0]].probed.targets}
            for other in others:
                form = forms.get(other)
                if place not in forms and form is not None and form.target.id not in here:
                    found.setdefault(place, (other[0], form.target.id))
        return found

    def spacing(self, chosen: Mapping[str, Hypothesis]) -> float:
        """Return how well the heights of all chosen forms follow their weights."""
        if all(p.is_weighed for p in self.problems.values()):
            return 0.0
        placed = [
            Placed(form.ln_mw, self.problems[im].rows[i].reference_y_px, (im, form.target.id))
            for im, h in chosen.items()
            for i, form in h.pairs
        ]
        return spacing_score(placed, self.height_px, self.span_ln, self.registration_px)

    def score(self, chosen: Mapping[str, Hypothesis]) -> float:
        """Return the log likelihood of one hypothesis for every photograph."""
        left = self.leftover(chosen)
        order = list(self.problems)
        total = self.spacing(chosen)
        for image, h in chosen.items():
            rows = frozenset(i for im, i in left if im == image)
            total += h.plain + strengths_score(self.problems[image], h.pairs, rows)
        later = sum(order.index(by) > order.index(im) for (im, _), (by, _) in left.items())
        return total - _LATER_PROBING * later


def judge(problems: Mapping[str, Problem], height_px: float) -> Verdict:
    """Return the joint verdict over all photographs of a membrane, in the order given.

    `height_px` is the membrane's height on its first photograph. A beam search: about 5 ms for two
    photographs of six rows, 0.15 s for four of twelve.
    """
    registration_px = max(_REGISTRATION_PX, _REGISTRATION_SHARE * height_px)
    links = _links(problems, registration_px)
    probed = [p.ln_mw for problem in problems.values() for p in problem.probed.forms]
    span_ln = max(probed) - min(probed) if probed else 0.0
    membrane = _Membrane(problems, links, height_px, registration_px, span_ln)
    beam: list[tuple[float, dict[str, Hypothesis]]] = [(0.0, {})]
    for image, problem in problems.items():
        # Rows that another photograph could explain cost nothing yet: the last step settles it.
        may = frozenset(i for im, i in links if im == image)
        options = [
            (h.plain + strengths_score(problem, h.pairs, may), h) for h in hypotheses(problem, may)
        ]
        grown = [
            (plain + own, {**chosen, image: h}) for plain, chosen in beam for own, h in options
        ]
        promising = max(plain for plain, _ in grown) - _BEAM_WITHIN
        ranked = sorted(
            (
                (plain + membrane.spacing(chosen), plain, chosen)
                for plain, chosen in grown
                if plain >= promising
            ),
            key=lambda g: -g[0],
        )
        least = ranked[0][0] - _BEAM_WITHIN
        beam = [(plain, chosen) for total, plain, chosen in ranked[:_BEAM] if total >= least]
    return _verdict(membrane, [chosen for _, chosen in beam])


def _links(
    problems: Mapping[str, Problem], registration_px: float
) -> dict[tuple[str, int], tuple[tuple[str, int], ...]]:
    """Return for each row the rows of other photographs at the same place, nearest first."""
    places = [
        ((image, i), row.reference_y_px)
        for image, problem in problems.items()
        for i, row in enumerate(problem.rows)
    ]
    links: dict[tuple[str, int], tuple[tuple[str, int], ...]] = {}
    for place, y in places:
        near = [
            (abs(y - other_y), other)
            for other, other_y in places
            if other[0] != place[0] and abs(y - other_y) <= registration_px
        ]
        if near:
            links[place] = tuple(other for _, other in sorted(near))
    return links


def _verdict(membrane: _Membrane, choices: list[dict[str, Hypothesis]]) -> Verdict:
    """Return the best choice and the probability of every row's forms."""
    scores = [membrane.score(chosen) for chosen in choices]
    top = max(scores)
    weights = [math.exp(s - top) for s in scores]
    shares: defaultdict[tuple[str, int], defaultdict[ProbedForm, float]] = defaultdict(
        lambda: defaultdict(float)
    )
    for weight, chosen in zip(weights, choices, strict=True):
        for image, h in chosen.items():
            for i, form in h.pairs:
                shares[image, i][form] += weight / sum(weights)
    best = choices[scores.index(top)]
    return Verdict(best, membrane.leftover(best), shares)
