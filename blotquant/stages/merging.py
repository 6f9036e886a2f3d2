"""Exposures of one blot: merged before anything else looks at them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from blotquant.cache import StageCache
from blotquant.errors import BlotquantError
from blotquant.image.contrast import contrasts, work_copy
from blotquant.image.noise import estimate_noise
from blotquant.image.polarity import guess_polarity
from blotquant.image.saturation import saturated_pixels
from blotquant.model.exposures import Exposure, ExposureSeries
from blotquant.model.image import BlotImage, Polarity
from blotquant.model.project import Photograph, Project
from blotquant.model.results import Notice
from blotquant.quantify.exposure_line import Frame
from blotquant.quantify.exposures import Merged, merge

LINEAR_WITHIN = 5.0  # %: larger deviations between two exposures are said


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MergedPictures:
    """The photographs that are analysed, with merged pictures in place of series.

    Of every series only the first photograph is left.
    """

    photographs: tuple[Photograph, ...]
    images: Mapping[str, BlotImage]
    series: tuple[ExposureSeries, ...] = ()
    notices: tuple[Notice, ...] = ()


def merge_exposures(
    project: Project, images: Mapping[str, BlotImage], cache: StageCache
) -> MergedPictures:
    """Merge the photographs of each series; those that cannot be merged stand alone, with a notice.

    Photographs without a picture in `images` are left out.
    """
    there = tuple(p for p in project.photographs if p.id in images)
    pictures = dict(images)
    gone: set[str] = set()
    found: list[ExposureSeries] = []
    notices: list[Notice] = []
    for name in dict.fromkeys(p.series for p in there if p.series):
        members = tuple(p for p in there if p.series == name)
        try:
            picture, series = _merged(name, members, images, cache)
        except BlotquantError as error:
            notices.append(
                Notice(
                    text=f"The exposures {name} are analysed one by one: {error.what_is_wrong}",
                    advice=error.what_to_do,
                    image=members[0].id,
                )
            )
            continue
        pictures[members[0].id] = picture
        gone |= {p.id for p in members[1:]}
        found.append(series)
        notices.extend(_notices(series))
    return MergedPictures(
        photographs=tuple(p for p in there if p.id not in gone),
        images={i: picture for i, picture in pictures.items() if i not in gone},
        series=tuple(found),
        notices=tuple(notices),
    )


def _merged(
    name: str,
    members: tuple[Photograph, ...],
    images: Mapping[str, BlotImage],
    cache: StageCache,
) -> tuple[BlotImage, ExposureSeries]:
    polarity = _polarity(members, images, cache)
    key = (
        "merged",
        polarity,
        tuple((p.id, images[p.id].sha256, p.exposure_s) for p in members),
    )
    merged = cache.get(key, lambda: merge([_frame(p, images[p.id], polarity) for p in members]))
    series = ExposureSeries(
        name=name, lead=members[0].id, exposures=merged.exposures, came_from=merged.came_from
    )
    picture = cache.get(
        ("picture", *key), lambda: _picture([images[p.id] for p in members], merged, polarity)
    )
    return picture, series


def _polarity(
    members: tuple[Photograph, ...], images: Mapping[str, BlotImage], cache: StageCache
) -> Polarity:
    """Return the user's word on the first that has one, or the surest guess."""
    said = next((p.polarity for p in members if p.polarity is not None), None)
    if said is not None:
        return said
    guesses = []
    for p in members:
        image = images[p.id]
        sha = image.sha256
        copy = cache.get(("work", sha), lambda image=image: work_copy(image.pixels))  # type: ignore[misc]
        scales = cache.get(("contrast", sha), lambda copy=copy: contrasts(copy))  # type: ignore[misc]
        guesses.append(
            cache.get(
                ("polarity", sha),
                lambda copy=copy, scales=scales: guess_polarity(copy, scales),  # type: ignore[misc]
            )
        )
    return max(guesses, key=lambda g: g.confidence).polarity


def _frame(photograph: Photograph, image: BlotImage, polarity: Polarity) -> Frame:
    signal = image.pixels.astype(np.float32)
    if polarity is Polarity.DARK_ON_LIGHT:
        signal = np.float32(image.full_scale) - signal
    return Frame(
        image=photograph.id,
        name=image.name,
        signal=signal,
        saturated=saturated_pixels(image, polarity),
        full_scale=image.full_scale,
        noise=estimate_noise(image.pixels, image.full_scale, polarity),
        exposure_s=photograph.exposure_s,
    )


def _picture(images: list[BlotImage], merged: Merged, polarity: Polarity) -> BlotImage:
    """Return the merged picture, stored as the first file is: dark bands stay dark."""
    signal = merged.signal
    limit = np.float32(merged.limit)
    pixels = signal if polarity is Polarity.LIGHT_ON_DARK else limit - signal
    names = [image.name for image in images]
    digest = hashlib.sha256(" ".join((polarity, *(i.sha256 for i in images))).encode())
    return BlotImage(
        name=names[0],
        pixels=np.ascontiguousarray(pixels, dtype=np.float32),
        sha256=digest.hexdigest(),
        bits=32,
        full_scale=float(limit),
        full_scale_reason=(
            f"{len(images)} exposures merged: the limit of the shortest in counts of the longest"
        ),
        lossy=any(image.lossy for image in images),
        metadata=(("merged from", ", ".join(names)), *images[0].metadata),
        warnings=tuple(dict.fromkeys(f"{i.name}: {w}" for i in images for w in i.warnings)),
        saturated=merged.saturated,
        noise=merged.noise,
    )


def _notices(series: ExposureSeries) -> list[Notice]:
    out = []
    longest = series.exposures[-1]
    for e in series.exposures[:-1]:
        text = _bent(e, longest)
        if text:
            out.append(
                Notice(
                    text=text,
                    advice="Leave one of the two out, or trust ratios across that range less",
                    image=series.lead,
                )
            )
        if e.shift_x_px or e.shift_y_px:
            out.append(
                Notice(
                    text=(
                        f"The blot moved by {e.shift_x_px:+.1f} px across and {e.shift_y_px:+.1f} "
                        f"px down on {e.name}: it was laid back"
                    ),
                    advice="Check narrow bands, which resampling blurs a little",
                    image=series.lead,
                )
            )
    return out


def _bent(e: Exposure, longest: Exposure) -> str:
    """Return a sentence on what is not proportional between two exposures, or nothing."""
    worst = max((abs(r) for _, r in e.residuals), default=0.0)
    if worst > LINEAR_WITHIN:
        return (
            f"{e.name} is not proportional to the next exposure: it deviates by up to {worst:.0f} %"
        )
    if not e.exposure_s or not longest.exposure_s:
        return ""
    stated = longest.exposure_s / e.exposure_s
    if abs(e.gain / stated - 1) * 100 > LINEAR_WITHIN:
        return (
            f"{longest.name} is {e.gain:.3g} times as bright as {e.name}, but its time is "
            f"{stated:.3g} times as long"
        )
    return ""
