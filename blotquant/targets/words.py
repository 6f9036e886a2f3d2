"""The reasons that a user reads beside each row."""

from __future__ import annotations

from collections.abc import Sequence

from blotquant.model.project import ImageRole
from blotquant.model.target import Target
from blotquant.targets.evidence import ProbedForm
from blotquant.targets.hypotheses import MOST_FORMS_WITHOUT_WEIGHT, Problem
from blotquant.targets.joint import Verdict


def assigned(
    problem: Problem,
    i: int,
    form: ProbedForm,
    verdict: Verdict,
    *,
    is_clear: bool,
    others: Sequence[tuple[str, str]],
) -> str:
    """Say why a row was given a form, and how sure that is."""
    row = problem.rows[i]
    if problem.is_weighed and row.mw is not None:
        reason = f"{row.mw[0]:.1f} kDa fits {_named(form)}"
    else:
        reason = _by_order(problem, i, form, verdict)
    if is_clear:
        return reason
    if others:
        return f"{reason}; {_listed([' '.join(o) for o in others])} is possible: confirm the form"
    return f"{reason}; another row, or none, is possible: confirm the form"


def _by_order(problem: Problem, i: int, form: ProbedForm, verdict: Verdict) -> str:
    """Say what decided where there is no ladder: strength, and spacing where two forms are seen."""
    row = problem.rows[i]
    left = {k for image, k in verdict.leftover if image == row.image}
    stronger = [
        k
        for k, r in enumerate(problem.rows)
        if k not in left
        and r.ln_strength > row.ln_strength
        and problem.fixed.get(k, ...) is not None
    ]
    parts = []
    if not stronger:
        parts.append("strongest row that is not left over" if left else "strongest row")
    here = [
        form if k == i else f
        for k, f in verdict.best[row.image].pairs
        if f.target.id == form.target.id
    ]
    elsewhere = [f for image, h in verdict.best.items() if image != row.image for _, f in h.pairs]
    if len(here) > 1:
        weights = "/".join(f"{f.form.kda:g}" for f in sorted(here, key=lambda f: -f.form.kda))
        parts.append(f"order and spacing fit {weights} kDa")
    elif elsewhere:
        parts.append(f"its place fits {form.form.kda:g} kDa beside the membrane's other targets")
    elif len(problem.rows) == 1:
        parts = ["the only row"]
    return "; ".join(parts) or f"its place among the rows fits {form.form.kda:g} kDa"


def unresolved(
    reason: str, taken: ProbedForm, members: Sequence[ProbedForm], *, by_weight: bool
) -> str:
    """Add that a doublet was seen as one row."""
    names = "/".join(m.form.name for m in members)
    how = "by its weight" if by_weight else "by convention"
    return f"{reason}; {names} were not resolved: the row counts as {taken.form.name} {how}"


def ambiguous(
    problem: Problem,
    i: int,
    possible: Sequence[ProbedForm],
    better: tuple[int, ProbedForm] | None,
) -> str:
    """Say what a row could be when nothing decides, or which row fits better."""
    row = problem.rows[i]
    if better is not None and better[0] != row.row:
        return f"row {better[0]} fits {_named(better[1])} better: say so if it is this one"
    what = _listed([_named(f) for f in possible])
    if row.mw is not None and len({f.target.id for f in possible}) > 1:
        return f"{row.mw[0]:.1f} kDa fits {what}: say which protein was probed"
    return f"could be {what}, but that is not certain: say what it is"


def hopeless(problem: Problem) -> str:
    """Say why nothing was tried."""
    if not problem.probed.is_stated:
        return (
            "which protein was probed here is not known and there is no ladder: "
            "name the photograph's targets"
        )
    return (
        f"more than {MOST_FORMS_WITHOUT_WEIGHT} forms were probed here and there is no ladder: "
        "say what the rows are"
    )


def nothing_probed(role: ImageRole) -> str:
    """Say that a photograph shows no target."""
    what = {ImageRole.MARKER: "a marker photograph", ImageRole.TOTAL_PROTEIN: "a stain"}.get(role)
    return f"{what} shows no target" if what else "no target was probed on this photograph"


def leftover(target: Target, file: str) -> str:
    """Say that a row was there before this probing."""
    return f"left from another probing: {target.name} runs here on {file}"


def _named(form: ProbedForm) -> str:
    return f"{form.target.name} {form.form.name} ({form.form.kda:g})"


def _listed(names: Sequence[str]) -> str:
    return " or ".join(names)
