"""What each idea of the detector buys: lanes are sought with one idea at a time switched off.

An idea is switched off by putting something plainer in the place of the function or constant that
holds it, in this process alone; the program itself has no such switch.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from types import ModuleType
from typing import Any
from unittest.mock import patch

import numpy as np

from blotquant.image import contrast, membranes, outlines
from blotquant.lanes import choose, closer, combs, crests, detect, ridges, trust
from blotquant.lanes.fan import Fan
from blotquant.stages import locating

_SIDES: Callable[..., Any] = vars(contrast)["_smooth_and_sides"]
_CURVE: Callable[..., Any] = vars(contrast)["_curve"]
_EVERYTHING = -1e30  # a level that all crests lie above

ALWAYS = ("clipped", "noise")  # steps that have nothing to do with lanes
COPY = (*ALWAYS, "work")
CONTRAST = (*COPY, "contrast", "polarity")
PIECES = (*CONTRAST, "pieces", "closer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Idea:
    """One idea in words, and what stands in its place: (module, name, something plainer).

    `shares` are the steps before the one that it changes: their results hold without it too.
    """

    what: str
    without: tuple[tuple[ModuleType, str, Any], ...] = ()
    shares: tuple[str, ...] = ALWAYS

    def switched_off(self) -> ExitStack:
        """Return a context in which the idea is switched off.

        Entering raises `AttributeError` when the program no longer has what is replaced.
        """
        stack = ExitStack()
        for module, name, plainer in self.without:
            stack.enter_context(patch.object(module, name, plainer))
        return stack


def _mean_of_sides(smooth_across: Any, scale_px: float) -> Any:
    smooth, above, below = _SIDES(smooth_across, scale_px)
    mean = (above + below) / 2
    return smooth, mean, mean


def _from_first_differences(sampled: Any, tones: Any) -> Any:
    lag = tones.lag
    d = np.abs(sampled[:, 2 * lag :] - sampled[:, lag:-lag])[tones.usable]
    return np.asarray(_CURVE(d, tones), dtype=np.float32)


def _heights(beside: Any, crests: Any, _bright: Any) -> Any:
    return beside.smoothed(np.concatenate([crest.height for crest in crests]))


def _deep_cuts(at: Any, depth: Any, ends: tuple[int, int], _least_width: float) -> Any:
    inside = (at > ends[0]) & (at < ends[1]) & (depth >= combs.CLEAR)
    return tuple(int(k) for k in at[inside])


ALL = Idea(what="**all ideas**")
IDEAS = (
    Idea(
        what="the larger of both sides is subtracted, not their mean",
        without=((contrast, "_smooth_and_sides", _mean_of_sides),),
        shares=COPY,
    ),
    Idea(
        what="small pictures are enlarged",
        without=((contrast, "LARGEST_ZOOM", 1),),
        shares=ALWAYS,
    ),
    Idea(
        what="noise from second differences too",
        without=((contrast, "_noise_curve", _from_first_differences),),
        shares=COPY,
    ),
    Idea(
        what="noise at each grey level",
        without=((contrast, "MIN_CURVE_SAMPLES", math.inf),),
        shares=COPY,
    ),
    Idea(
        what="lettering is known",
        without=tuple(
            (m, "lettering", lambda pixels: np.zeros(pixels.shape, dtype=bool))
            for m in (trust, locating)
        ),
        shares=CONTRAST,
    ),
    Idea(
        what="a band's edges run across",
        without=((trust, "ALONG", 2.0), (trust, "ACROSS", 3.0)),
        shares=CONTRAST,
    ),
    Idea(
        what="a band lies above the ground around",
        without=((trust, "_level", lambda bright: np.full_like(bright, _EVERYTHING)),),
        shares=CONTRAST,
    ),
    Idea(
        what="dots are no bands",
        without=((ridges, "ROUND", -1.0), (trust, "ROUND", -1.0), (trust, "WIDE", 0.0)),
        shares=CONTRAST,
    ),
    Idea(
        what="drawn lines are no bands",
        without=((trust, "RULED", ()),),
        shares=CONTRAST,
    ),
    Idea(
        what="lines wider than half of the room are no bands",
        without=tuple((m, "without_lines", lambda pieces, _: pieces) for m in (crests, detect)),
        shares=CONTRAST,
    ),
    Idea(
        what="what runs along a membrane's rim is no band",
        without=((detect, "RIM", 0.0),),
        shares=PIECES,
    ),
    Idea(
        what="crests are cut at even notches too, not deep ones alone",
        without=((combs, "_best_cuts", _deep_cuts),),
        shares=CONTRAST,
    ),
    Idea(
        what="... at the notches of whole bands, not of the crest's height",
        without=((ridges, "_bodies", _heights), (ridges, "BODY_NOISE", 1.0)),
        shares=CONTRAST,
    ),
    Idea(
        what="crests are parted where they step down",
        without=((ridges, "PLATEAU", 0.0),),
        shares=CONTRAST,
    ),
    Idea(
        what="specks on bands are passed over",
        without=((combs, "SPECK", 0.0),),
        shares=CONTRAST,
    ),
    Idea(
        what="crests on the flank of stronger ones are dropped",
        without=((crests, "without_satellites", lambda pieces: pieces),),
        shares=CONTRAST,
    ),
    Idea(
        what="a second, wider look at faint bands",
        without=((crests, "FAINT_SNR", 0.0),),
        shares=CONTRAST,
    ),
    Idea(
        what="... at all of them where hardly any band is clear",
        without=((crests, "FAINT_SHARE", math.inf),),
        shares=CONTRAST,
    ),
    Idea(
        what="one membrane or several, not the whole frame",
        without=((membranes, "_outlines", lambda *_: []),),
        shares=PIECES,
    ),
    Idea(
        what="boxes are known: panels and their frames",
        without=((outlines, "BOXED", math.inf),),
        shares=PIECES,
    ),
    Idea(
        what="membranes are widened to whole rows",
        without=((membranes, "_with_whole_rows", lambda chosen, _: [r.quad for r in chosen]),),
        shares=PIECES,
    ),
    Idea(
        what="a closer look at small membranes",
        without=((closer, "SMALL", 0.0),),
        shares=PIECES,
    ),
    Idea(
        what="membranes that look alike are siblings",
        without=((membranes, "_with_siblings", lambda chosen, _: chosen),),
        shares=PIECES,
    ),
    Idea(
        what="thin strips with straight edges are membranes",
        without=((outlines, "LEAST_STRIP", outlines.LEAST_HEIGHT),),
        shares=PIECES,
    ),
    Idea(
        what="a common lean",
        without=((detect, "common_lean", lambda _: 0.0),),
        shares=PIECES,
    ),
    Idea(
        what="a fan",
        without=((detect, "find_fan", lambda *_: Fan.parallel()),),
        shares=PIECES,
    ),
    Idea(
        what="lanes are about as wide as most",
        without=((choose, "WIDTH_SCATTER", math.inf),),
        shares=PIECES,
    ),
    Idea(
        what="... as wide as the others of their row",
        without=((choose, "row_widths", lambda table, typical: np.full(table.left.size, typical)),),
        shares=PIECES,
    ),
    Idea(
        what="halves of bands may be joined",
        without=((choose, "joined_halves", lambda *_: ()),),
        shares=PIECES,
    ),
    Idea(
        what="strays are no lanes",
        without=((choose, "without_strays", lambda strips, _: strips),),
        shares=PIECES,
    ),
    Idea(
        what="blank lanes are inferred from the pitch",
        without=((detect, "_with_inferred", lambda strips: strips),),
        shares=PIECES,
    ),
    Idea(
        what="columns beside the crests of short crops",
        without=((detect, "column_pieces", lambda *_: ()),),
        shares=PIECES,
    ),
    Idea(
        what="columns where crests show nothing",
        without=((detect, "column_strips", lambda *_: ()),),
        shares=PIECES,
    ),
)
EVERY_IDEA = (ALL, *IDEAS)
