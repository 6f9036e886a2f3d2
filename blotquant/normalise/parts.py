"""Which bands a ratio is built from."""

from __future__ import annotations

from blotquant.model.band import BandMeasurement
from blotquant.model.results import Analysis, Ratio

LOADING = "loading"  # in place of a form: the loading control as a whole


def bands_behind(
    analysis: Analysis, ratio: Ratio, target: str, form: str
) -> tuple[BandMeasurement, ...]:
    """Return the bands of one term of a ratio, in table order.

    `target` and `form` are those of the term; ``p19+p17`` names two forms that were added.
    """
    forms = set(form.split("+"))
    rows = {
        (a.image, a.row)
        for a in analysis.assignments
        if (a.membrane, a.target) == (ratio.membrane, target)
        and (form == LOADING or a.form in forms)
    }
    return tuple(
        m
        for m in analysis.bands
        if (m.band.membrane, m.band.lane) == (ratio.membrane, ratio.lane)
        and (m.band.image, m.band.row) in rows
    )
