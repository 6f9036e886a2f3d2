"""The usable range of a dilution series: where a volume stands for an amount.

Definitions: `docs/measurement.md`, section 8.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from blotquant.model.linearity import DilutionPoint, DilutionSeries, PointState
from blotquant.statistics.lines import Line, fit_line, lack_of_fit, straight, stray_point

FEWEST_AMOUNTS = 4
FEWEST_IN_RANGE = 3
SLOPES = (0.9, 1.1)
_LEAST_CV = 1e-6  # a volume without any error would outweigh all others

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One standard lane: its point and its limits, in counts x px."""

    point: DilutionPoint
    lod: float
    loq: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Cloud:
    """Measurable points: ln amount, ln volume and its variance, (n,) each."""

    points: tuple[DilutionPoint, ...]
    x: Floats
    y: Floats
    variance: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Run:
    """Neighbouring amounts whose volumes are proportional to them."""

    levels: Floats
    response_ln: float
    offset: Line
    worst: float

    @property
    def rank(self) -> tuple[float, float]:
        """Wider is better, then closer to the line."""
        return float(round(self.levels[-1] - self.levels[0], 9)), -self.worst


def analyse_series(
    blank: DilutionSeries, readings: Sequence[Reading], tolerance: float, level: float
) -> DilutionSeries:
    """Return `blank` filled with the line, the limits and the usable range of its readings.

    Parameters
    ----------
    blank
        Says which row it is and in which unit the amounts are.
    readings
        All standard lanes. A state of NOT_DETECTED, SATURATED, BELOW_LOQ, NOTHING_LOADED or
        EXCLUDED keeps a lane out of every fit.
    tolerance
        How far back-calculated amounts may lie off, 0.2 for 20 %.
    level
        Confidence level of the intervals.

    Below four measurable amounts nothing is fitted and `reason` says what is missing. Cost: a
    quadratic number of small fits in the number of amounts, about 10 ms for ten.
    """
    readings = sorted(readings, key=lambda r: (r.point.amount, r.point.lane))
    series = replace(blank, points=tuple(r.point for r in readings))
    cloud = _measurable(series.points)
    n_amounts = len(np.unique(cloud.x))
    if n_amounts < FEWEST_AMOUNTS:
        return replace(series, reason=_too_few(n_amounts, series.points))
    stray = stray_point(cloud.x, cloud.y, cloud.variance, math.log1p(tolerance))
    if stray is not None:
        series = _marked(series, cloud.points[stray].lane)
        cloud = _measurable(series.points)
    series = _with_line(series, cloud, level)
    run = _widest_run(series.points, cloud, tolerance, level)
    if run is None:
        series = _with_limits(series, readings, series.slope, series.intercept)
        return _back_calculated(replace(series, reason=_no_range(series)))
    series = _with_limits(series, readings, 1.0, run.response_ln)
    return _back_calculated(_with_range(series, cloud, run, level))


def _measurable(points: Sequence[DilutionPoint]) -> _Cloud:
    used = tuple(p for p in points if p.state is PointState.MEASURABLE)
    volume = np.array([p.volume for p in used], dtype=np.float64)
    cv = np.array([p.volume_se for p in used], dtype=np.float64) / volume
    return _Cloud(
        points=used,
        # By the same function as the stretches: another one may round the other way.
        x=np.array([math.log(p.amount) for p in used], dtype=np.float64),
        y=np.log(volume),
        variance=np.maximum(cv, _LEAST_CV) ** 2,
    )


def _too_few(n_amounts: int, points: Sequence[DilutionPoint]) -> str:
    have = {0: "no amount is", 1: "one amount is"}.get(n_amounts, f"{n_amounts} amounts are")
    lost = [
        f"{n} {'lane is' if n == 1 else 'lanes are'} {state.value}"
        for state in PointState
        if state is not PointState.MEASURABLE and (n := sum(p.state is state for p in points))
    ]
    why = f" ({', '.join(lost)})" if lost else ""
    return f"{have} measurable{why}, and a line needs at least {FEWEST_AMOUNTS}"


def _marked(series: DilutionSeries, lane: int) -> DilutionSeries:
    points = (replace(p, state=PointState.OFF_LINE) if p.lane == lane else p for p in series.points)
    return replace(series, points=tuple(points))


def _with_line(series: DilutionSeries, cloud: _Cloud, level: float) -> DilutionSeries:
    """Fill in the ln-ln line over all measurable points."""
    line = fit_line(straight(cloud.x), cloud.y, cloud.variance)
    low, high = line.interval(1, level)
    weight = 1.0 / (cloud.variance + line.scatter)
    spread = np.sum(weight * (cloud.y - np.average(cloud.y, weights=weight)) ** 2)
    left = np.sum(weight * (cloud.y - straight(cloud.x) @ line.coefficients) ** 2)
    p, test = lack_of_fit(cloud.x, cloud.y, cloud.variance)
    return replace(
        series,
        slope=float(line.coefficients[1]),
        slope_low=low,
        slope_high=high,
        intercept=float(line.coefficients[0]),
        r_squared=float(1 - left / spread) if spread > 0 else math.nan,
        lack_of_fit_p=p,
        lack_of_fit_test=test,
    )


def _widest_run(
    points: Sequence[DilutionPoint], cloud: _Cloud, tolerance: float, level: float
) -> _Run | None:
    """Return the widest stretch of amounts that is proportional, the closest of equal ones."""
    runs = (
        run
        for levels in _stretches(points)
        if (run := _proportional(levels, cloud, tolerance, level)) is not None
    )
    return max(runs, key=lambda r: r.rank, default=None)


def _stretches(points: Sequence[DilutionPoint]) -> Iterator[Floats]:
    """Yield every stretch of neighbouring amounts (ln) that are measurable in all their lanes.

    An amount whose only lane lies off the line is stepped over.
    """
    by_amount: dict[float, list[PointState]] = {}
    for p in points:
        if p.amount > 0 and p.state is not PointState.EXCLUDED:
            by_amount.setdefault(p.amount, []).append(p.state)
    blocks: list[list[float]] = [[]]
    for amount in sorted(by_amount):
        states = set(by_amount[amount])
        if states <= {PointState.MEASURABLE, PointState.OFF_LINE}:
            if PointState.MEASURABLE in states:
                blocks[-1].append(math.log(amount))
        else:
            blocks.append([])
    for block in blocks:
        for first in range(len(block)):
            for last in range(first + FEWEST_IN_RANGE, len(block) + 1):
                yield np.array(block[first:last])


def _proportional(levels: Floats, cloud: _Cloud, tolerance: float, level: float) -> _Run | None:
    """Return a stretch with its response if its volumes are proportional to the amounts."""
    inside = (cloud.x >= levels[0]) & (cloud.x <= levels[-1])
    x, y, variance = cloud.x[inside], cloud.y[inside], cloud.variance[inside]
    response = fit_line(np.ones((len(x), 1)), y - x, variance)
    b = float(response.coefficients[0])
    off = [_deviation(x == at, x, y, variance + response.scatter, b) for at in levels]
    worst = max(abs(d) for d in off)
    slope = float(fit_line(straight(x), y, variance).coefficients[1])
    if worst > tolerance or not SLOPES[0] <= slope <= SLOPES[1]:
        return None
    volume = np.exp(y)
    # Errors are relative, so the straight line is fitted to relative volumes: y/y = a/y + b x/y.
    relative = straight(np.exp(x)) / volume[:, None]
    offset = fit_line(relative, np.ones_like(x), variance)
    low, high = offset.interval(0, level)
    floor = tolerance * math.exp(b + levels[0])
    if not low <= 0 <= high and abs(offset.coefficients[0]) > floor:
        return None
    return _Run(levels=levels, response_ln=b, offset=offset, worst=worst)


def _deviation(here: NDArray[np.bool_], x: Floats, y: Floats, variance: Floats, b: float) -> float:
    """Return by how much the mean of one amount's lanes is off, as a share of the amount."""
    mean = float(np.average((y - x)[here], weights=1.0 / variance[here]))
    return math.expm1(mean - b)


def _with_limits(
    series: DilutionSeries, readings: Sequence[Reading], slope: float, intercept: float
) -> DilutionSeries:
    """Say what the limits are in amounts: those of the lanes of the smallest amount.

    Limits of strong bands are wider, for part of their error is a share of their volume.
    """
    smallest = min(r.point.amount for r in readings if r.point.amount > 0)
    faint = [r for r in readings if r.point.amount == smallest]
    if slope <= 0:
        return series
    lod, loq = (
        _amount_of(float(np.median([getattr(r, name) for r in faint])), slope, intercept)
        for name in ("lod", "loq")
    )
    return replace(series, lod_amount=lod, loq_amount=loq)


def _amount_of(volume: float, slope: float, intercept: float) -> float:
    """Return the amount that a volume stands for; NaN where there is no such thing."""
    if not volume > 0 or slope <= 0:
        return math.nan
    return math.exp((math.log(volume) - intercept) / slope)


def _with_range(series: DilutionSeries, cloud: _Cloud, run: _Run, level: float) -> DilutionSeries:
    inside = (cloud.x >= run.levels[0]) & (cloud.x <= run.levels[-1])
    lanes = {p.lane for p, is_in in zip(cloud.points, inside, strict=True) if is_in}
    ends = np.exp(run.response_ln + run.levels[[0, -1]])
    # As they were measured: rounding in their logarithms would put the outermost outside.
    own = [p.volume for p, is_in in zip(cloud.points, inside, strict=True) if is_in]
    volumes = np.append(own, ends)
    low, high = run.offset.interval(0, level)
    amounts = [p.amount for p in cloud.points if p.lane in lanes]
    return replace(
        series,
        points=tuple(
            replace(p, state=PointState.IN_RANGE if p.lane in lanes else PointState.OUTSIDE)
            if p.state is PointState.MEASURABLE
            else p
            for p in series.points
        ),
        response=math.exp(run.response_ln),
        offset=float(run.offset.coefficients[0]),
        offset_low=low,
        offset_high=high,
        range_low=min(amounts),
        range_high=max(amounts),
        volume_low=float(volumes.min()),
        volume_high=float(volumes.max()),
    )


def _no_range(series: DilutionSeries) -> str:
    bend = ""
    if series.slope < SLOPES[0]:
        bend = ": volumes rise more slowly than the amounts"
    elif series.slope > SLOPES[1]:
        bend = ": volumes rise faster than the amounts"
    return f"no {FEWEST_IN_RANGE} neighbouring amounts have volumes proportional to them{bend}"


def amount_of(series: DilutionSeries, volume: float) -> float:
    """Return the amount that a volume stands for: by the usable range, else by the ln-ln line.

    NaN for a volume that is not positive, and where there is no line.
    """
    if series.has_range:
        return _amount_of(volume, 1.0, math.log(series.response))
    if series.has_line:
        return _amount_of(volume, series.slope, series.intercept)
    return math.nan


def _back_calculated(series: DilutionSeries) -> DilutionSeries:
    points = []
    for p in series.points:
        back = amount_of(series, p.volume)
        off = back / p.amount - 1 if p.amount > 0 else math.nan
        points.append(replace(p, back_calculated=back, deviation=off))
    return replace(series, points=tuple(points))
