"""How wide a lane is: over the picture, and at the height of each band."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from blotquant.lanes.ridges import Piece
from blotquant.lanes.strips import Table, agreement

ROW_PRIOR = 5.0  # evidence that the typical width of the picture counts for in a row
SPECK = 0.015  # of the room: what is no wider is a speck, unless there are many
HALF = 0.5  # of the room: of two lanes, one is narrower
ALIKE = 1.6  # ratio of the widths of two bands of one row


def without_lines(pieces: tuple[Piece, ...], room: float) -> tuple[Piece, ...]:
    """Drop what is wider than half of the room if bands side by side are more: rims and frames.

    There is one lane as wide, or none. The blank between two strips, the rim of a membrane and the
    frame of a panel stand out along their whole length, and strongly, but they have no neighbours.
    """
    wide = [p for p in pieces if p.width > HALF * room]
    if not wide:
        return pieces
    narrow = Table.of(tuple(p for p in pieces if p.width <= HALF * room))
    beside = float(narrow.weight[_has_neighbour(narrow)].sum())
    if beside <= sum(p.weight for p in wide):
        return pieces
    return tuple(p for p in pieces if p.width <= HALF * room)


def _has_neighbour(table: Table) -> NDArray[np.bool_]:
    """Tell which pieces have another one of about their width beside them, at their height."""
    width = table.right - table.left
    level = np.abs(table.y[:, None] - table.y) < 2 * (table.thickness[:, None] + table.thickness)
    alike = np.abs(np.log(width[:, None] / width)) < np.log(ALIKE)
    apart = np.maximum(table.left[:, None], table.left) > np.minimum(
        table.right[:, None], table.right
    )
    return np.asarray((level & alike & apart).any(axis=1))


def typical_width(pieces: tuple[Piece, ...]) -> float:
    """Return the width that most of the evidence has, 0 without pieces."""
    return _typical(Table.of(pieces))


def with_typical_width(crests: Table) -> Table:
    """Return the crests that are about as wide as most; all of them where none is wide."""
    alike = _about_typical(crests)
    return crests.only(alike) if alike.any() else crests


def of_typical_width(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Return the pieces that are about as wide as most: no specks, no lines across the lanes."""
    alike = _about_typical(Table.of(pieces))
    return (
        tuple(p for p, is_alike in zip(pieces, alike.tolist(), strict=True) if is_alike) or pieces
    )


def _about_typical(crests: Table) -> NDArray[np.bool_]:
    typical = _typical(crests)
    return np.asarray((crests.width > 0.5 * typical) & (crests.width < 2 * typical))


def _typical(crests: Table) -> float:
    wide = crests.only(crests.width > 12)
    return mode_of(wide.width, wide.weight * wide.width) if wide.y.size else 0.0


def row_widths(table: Table, typical: float) -> NDArray[np.float64]:
    """Return the width that a band has at the height of each piece, by the other pieces there.

    Samples and ladders may be loaded into combs of other widths; the bands of one row are alike.
    Where a row has few pieces the typical width of the picture holds.
    """
    width = np.log(table.right - table.left)
    near = (table.y[:, None] - table.y[None]) / (2 * (table.thickness[:, None] + table.thickness))
    weight = np.exp(-0.5 * near**2) * table.weight[None]
    np.fill_diagonal(weight, 0.0)
    grid = np.log(typical) + np.linspace(-0.8, 0.8, 33)
    kernel = np.exp(-0.5 * ((grid[:, None] - width[None]) / 0.15) ** 2)
    prior = ROW_PRIOR * np.exp(-0.5 * ((grid - np.log(typical)) / 0.15) ** 2)
    density = weight @ kernel.T + prior[None]
    return np.asarray(np.exp(grid[density.argmax(axis=1)]))


def lane_width(left: NDArray[np.float64], right: NDArray[np.float64], table: Table) -> float:
    """Return the width that most evidence agrees on: the mode of ln(width), weighted."""
    width = right - left
    support = (agreement(left, right) * table.weight[None]).sum(axis=1)
    # Letters and specks are many, bands are wide.
    weight = table.weight * (0.3 + support) * width
    return mode_of(width, weight)


def mode_of(width: NDArray[np.float64], weight: NDArray[np.float64]) -> float:
    """Return the width that most of the weight is near to, on a logarithmic scale."""
    grid = np.log(width)
    density = (np.exp(-0.5 * ((grid[:, None] - grid[None]) / 0.15) ** 2) * weight[None]).sum(axis=1)
    best = grid[int(density.argmax())]
    near = np.abs(grid - best) < 0.3
    return float(np.exp(np.average(grid[near], weights=weight[near])))
