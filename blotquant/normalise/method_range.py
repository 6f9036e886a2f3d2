"""How far each ratio moves when the background is estimated in another way."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from blotquant.model.results import Ratio


def with_method_range(
    ratios: tuple[Ratio, ...], alternatives: Iterable[tuple[Ratio, ...]]
) -> tuple[Ratio, ...]:
    """Return the ratios with `method_low` and `method_high` over all background methods.

    Parameters
    ----------
    ratios
        Those of the chosen method; their values belong to the range.
    alternatives
        The same ratios under each other applicable method. Bounds and missing values are left
        out; a ratio that no other method could give keeps NaN.
    """
    others: dict[tuple[str, int, str, str], list[float]] = {}
    for alternative in alternatives:
        for r in alternative:
            if math.isfinite(r.value) and not r.bound:
                others.setdefault(_key(r), []).append(r.value)
    return tuple(_with_range(r, others.get(_key(r), [])) for r in ratios)


def _key(ratio: Ratio) -> tuple[str, int, str, str]:
    return ratio.membrane, ratio.lane, ratio.target, ratio.ratio


def _with_range(ratio: Ratio, others: list[float]) -> Ratio:
    if not others or ratio.bound or not math.isfinite(ratio.value):
        return ratio
    values = (ratio.value, *others)
    return replace(ratio, method_low=min(values), method_high=max(values))
