"""All sensible ways to name the rows of one photograph, each with its likelihood.

A hypothesis says for every probed form which row it is, or that it is not seen. Forms keep their
order along migration. Its likelihood is built from

- strength: probed forms carry most of the blot, rows of no target are weak, and rows left from
  another probing of the membrane may have any strength,
- weight, where there is a ladder,
- what is missing: a pro form is hardly ever absent, a cleaved one may be.

The constants are judgements about blots, in natural-log units; tests hold their consequences.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from blotquant.model.target import FormRole
from blotquant.targets.evidence import Probed, ProbedForm, RowEvidence

MOST_FORMS_WITHOUT_WEIGHT = 6
_MOST_ROWS = 10
_MOST_PARTIAL = 2000
_KEPT = 30
_KEPT_WITHIN = 10.0

# ln(strength) relative to the strongest assigned row: (share, mean, sd) of normal distributions.
# A row of no target is weak, but now and then an antibody sees a strong band of its own.
_ASSIGNED = ((1.0, -1.3, 1.5),)
_NO_TARGET = ((0.96, -3.3, 1.1), (0.04, -0.5, 1.2))
_SPECK = -0.7  # for each row of no target: most blots show few
_LEFTOVER = ((1.0, -1.0, 1.6),)
_NOTHING_SEEN = ((1.0, -1.0, 1.3),)
_SCALE = -math.log(1.3 * math.sqrt(2 * math.pi))  # the strongest row sets the scale

_MISSING_PRO = 3.0
_MISSING_CLEAVED = 2.0
_UNRESOLVED = 1.0  # one row where a doublet may be
_OPTIONAL = 1.0
_ABSENT_STATED = 4.0
_ABSENT_CLEAVED_ONLY = 3.5
_ABSENT_UNSTATED = 0.3
_RANGE_LN = 3.2
_FREE_ORDER_LN = 0.08
_Mixture = tuple[tuple[float, float, float], ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One photograph: its rows from top to bottom, what was probed, and the user's word.

    `fixed` maps the index of a row to the form it is, or to None for "none of the targets".
    `is_weighed` says whether all rows have a weight.
    """

    rows: tuple[RowEvidence, ...]
    probed: Probed
    is_weighed: bool
    fixed: Mapping[int, ProbedForm | None] = field(default_factory=dict)

    @property
    def free_forms(self) -> tuple[ProbedForm, ...]:
        """The forms about which the user said nothing, largest first."""
        taken = {form.key for form in self.fixed.values() if form is not None}
        return tuple(p for p in self.probed.forms if p.key not in taken)

    @property
    def is_hopeless(self) -> bool:
        """Whether nothing but a ladder or the user can tell the forms apart.

        Without weights a guess needs to know which protein was probed, and few forms.
        """
        if self.is_weighed:
            return False
        unnamed = not self.probed.is_stated and len(self.probed.targets) > 1
        return unnamed or len(self.free_forms) > MOST_FORMS_WITHOUT_WEIGHT


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """(row index, form) pairs, the user's included, and the likelihood but for the strengths."""

    pairs: tuple[tuple[int, ProbedForm], ...]
    plain: float


def hypotheses(problem: Problem, may_be_leftover: frozenset[int]) -> tuple[Hypothesis, ...]:
    """Return the likeliest hypotheses of one photograph, best first, at least one.

    `may_be_leftover` are the rows that some other photograph of the membrane could explain.
    """
    user = tuple((i, form) for i, form in problem.fixed.items() if form is not None)
    if problem.is_hopeless:
        return (Hypothesis(user, 0.0),)
    scored = []
    for pairs in _enumerate(problem):
        every = (*user, *pairs)
        plain = _weights(problem, pairs) - _missing(problem, every)
        likelihood = plain + strengths_score(problem, every, may_be_leftover)
        scored.append((likelihood, Hypothesis(every, plain)))
    scored.sort(key=lambda s: -s[0])
    return tuple(h for score, h in scored[:_KEPT] if score >= scored[0][0] - _KEPT_WITHIN)


def strengths_score(
    problem: Problem, pairs: tuple[tuple[int, ProbedForm], ...], leftover: frozenset[int]
) -> float:
    """Return the log likelihood of the rows' strengths, relative to the strongest assigned one."""
    assigned = {i for i, _ in pairs}
    rows = [i for i in range(len(problem.rows)) if problem.fixed.get(i, ...) is not None]
    if not rows:
        return 0.0
    ln = {i: problem.rows[i].ln_strength for i in rows}
    nothing = not assigned
    top = max(assigned or set(rows) - leftover or rows, key=lambda i: ln[i])
    score = 0.0
    for i in rows:
        if i == top:
            score += _SCALE
        elif i in assigned:
            score += _log_mixture(ln[i] - ln[top], _ASSIGNED)
        elif i in leftover:
            score += _log_no_target(ln[i] - ln[top], _LEFTOVER)
        else:
            density = _NOTHING_SEEN if nothing else _NO_TARGET
            score += _SPECK + _log_no_target(ln[i] - ln[top], density)
    return score


def _log_no_target(value: float, parts: _Mixture) -> float:
    """Return the log density for a row of no target: none is too weak for that."""
    return _log_mixture(max(value, parts[0][1]), parts)


def _log_mixture(value: float, parts: _Mixture) -> float:
    """Return the log density of a mixture of normal distributions."""
    logs = [math.log(share) + _log_normal(value, mean, sd) for share, mean, sd in parts]
    top = max(logs)
    return top + math.log(sum(math.exp(x - top) for x in logs))


def _log_normal(value: float, mean: float, sd: float) -> float:
    return -0.5 * ((value - mean) / sd) ** 2 - math.log(sd * math.sqrt(2 * math.pi))


def _enumerate(problem: Problem) -> Iterator[tuple[tuple[int, ProbedForm], ...]]:
    """Yield every way to place the free forms on the free rows that keeps their order."""
    free = [i for i in range(len(problem.rows)) if i not in problem.fixed]
    if not problem.is_weighed:
        free = sorted(free, key=lambda i: -problem.rows[i].ln_strength)[:_MOST_ROWS]
    user = tuple((i, form) for i, form in problem.fixed.items() if form is not None)
    partial: list[tuple[tuple[int, ProbedForm], ...]] = [()]
    for form in problem.free_forms:
        fitting = [i for i in sorted(free) if _fits(problem, i, form)]
        grown = [
            (*pairs, (i, form))
            for pairs in partial
            for i in fitting
            if all(_keeps_order(problem, i, form, *other) for other in (*user, *pairs))
        ]
        partial = partial + grown
        if len(partial) > _MOST_PARTIAL:
            partial.sort(key=lambda pairs: -_promise(problem, pairs))
            del partial[_MOST_PARTIAL:]
    yield from partial


def _promise(problem: Problem, pairs: tuple[tuple[int, ProbedForm], ...]) -> float:
    """Return a quick score by which unfinished hypotheses are kept or dropped."""
    strengths = sum(problem.rows[i].ln_strength for i, _ in pairs)
    return _weights(problem, pairs) + 0.5 * strengths


def _fits(problem: Problem, row: int, form: ProbedForm) -> bool:
    """Return whether a row's weight, where there is one, allows the form."""
    mw = problem.rows[row].mw
    if not problem.is_weighed or mw is None:
        return True
    return abs(math.log(mw[0]) - form.ln_mw) <= form.tolerance


def _keeps_order(
    problem: Problem, row: int, form: ProbedForm, other_row: int, other: ProbedForm
) -> bool:
    """Return whether two forms on two rows run in the order of their weights."""
    if row == other_row:
        return False
    apart_ln = other.ln_mw - form.ln_mw
    if form.target.id != other.target.id and (problem.is_weighed or abs(apart_ln) < _FREE_ORDER_LN):
        return True
    return (row > other_row) == (apart_ln > 0)


def _weights(problem: Problem, pairs: tuple[tuple[int, ProbedForm], ...]) -> float:
    """Return the log likelihood of the rows' weights, against weights scattered evenly."""
    if not problem.is_weighed:
        return 0.0
    score = 0.0
    for i, form in pairs:
        mw = problem.rows[i].mw
        if mw is not None:
            off = math.log(mw[0]) - form.ln_mw
            score += _log_normal(off, 0.0, form.tolerance / 2) + math.log(_RANGE_LN)
    return score


def _missing(problem: Problem, pairs: tuple[tuple[int, ProbedForm], ...]) -> float:
    """Return the cost of probed forms that are not among the pairs."""
    seen = {form.key for _, form in pairs}
    cost = 0.0
    for target in problem.probed.targets:
        forms = [p for p in problem.probed.forms if p.target.id == target.id]
        if not any(p.key in seen for p in forms):
            cost += _absent(forms, is_stated=problem.probed.is_stated)
            continue
        cost += sum(_OPTIONAL for p in forms if p.form.optional and p.key in seen)
        for family in dict.fromkeys(p.family for p in forms if not p.form.optional):
            members = [p for p in forms if p.family == family and not p.form.optional]
            n_seen = sum(p.key in seen for p in members)
            if n_seen == 0:
                cost += _MISSING_CLEAVED if _is_cleaved(members[0]) else _MISSING_PRO
            elif n_seen < len(members):
                cost += _UNRESOLVED
    return cost


def _absent(forms: list[ProbedForm], *, is_stated: bool) -> float:
    if not is_stated:
        return _ABSENT_UNSTATED
    return _ABSENT_CLEAVED_ONLY if all(map(_is_cleaved, forms)) else _ABSENT_STATED


def _is_cleaved(form: ProbedForm) -> bool:
    return form.form.role in (FormRole.CLEAVED, FormRole.INTERMEDIATE)
