"""Ink: print on a figure, pencil on a membrane."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blotquant.model.geometry import Point
from blotquant.simulate.photos.canvas import Canvas, Layer
from blotquant.simulate.shapes import Array

if TYPE_CHECKING:
    from PIL import Image

_FINE = 2  # pixels are drawn this many times finer, for soft edges


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Letters around a place; `turn_deg` turns them counter-clockwise."""

    text: str
    place: Point
    size_px: float
    turn_deg: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """A line through places; with a head it is an arrow that ends at the last one."""

    places: tuple[Point, ...]
    width_px: float = 1.5
    head_px: float = 0.0


Mark = Text | Stroke


def frame(left: float, top: float, right: float, bottom: float, width_px: float) -> Stroke:
    """Return the four sides of a box as one line."""
    corners = ((left, top), (right, top), (right, bottom), (left, bottom), (left, top))
    return Stroke(places=corners, width_px=width_px)


def ink(marks: tuple[Mark, ...], shape: tuple[int, int]) -> Array:
    """Return how much of each pixel is covered with ink, 0 to 1."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 - slow import

    size = (shape[1] * _FINE, shape[0] * _FINE)
    sheet = Image.new("L", size, 0)
    draw = ImageDraw.Draw(sheet)
    for mark in marks:
        if isinstance(mark, Text):
            letters = _letters(mark)
            x = round(mark.place[0] * _FINE - letters.width / 2)
            y = round(mark.place[1] * _FINE - letters.height / 2)
            sheet.paste(255, (x, y), letters)
        else:
            fine = [((x + 0.5) * _FINE, (y + 0.5) * _FINE) for x, y in mark.places]
            draw.line(fine, fill=255, width=max(1, round(mark.width_px * _FINE)), joint="curve")
            if mark.head_px:
                draw.polygon(_head(fine[-2], fine[-1], mark.head_px * _FINE), fill=255)
    small = sheet.resize((shape[1], shape[0]), Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float64) / 255.0


def _letters(mark: Text) -> Image.Image:
    from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415 - slow import

    font = ImageFont.load_default(size=max(5.0, mark.size_px) * _FINE)
    left, top, right, bottom = font.getbbox(mark.text)
    letters = Image.new("L", (math.ceil(right - left) + 4, math.ceil(bottom - top) + 4), 0)
    ImageDraw.Draw(letters).text((2 - left, 2 - top), mark.text, fill=255, font=font)
    return letters.rotate(mark.turn_deg, expand=True, resample=Image.Resampling.BILINEAR)


def _head(start: Point, end: Point, size: float) -> list[Point]:
    """Return the triangle of an arrow's head; its tip is the end."""
    angle = math.atan2(end[1] - start[1], end[0] - start[0])
    sides = (angle + math.pi - 0.4, angle + math.pi + 0.4)
    return [end, *((end[0] + size * math.cos(a), end[1] + size * math.sin(a)) for a in sides)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pencil(Layer):
    """Marks by hand on the membrane: they take light away, or shine (negative `darkness`)."""

    marks: tuple[Mark, ...]
    darkness: float

    def lay(self, canvas: Canvas, rng: np.random.Generator) -> None:
        """Draw with uneven pressure."""
        from scipy.ndimage import gaussian_filter  # noqa: PLC0415 - slow import

        pressure = np.clip(0.75 + 0.35 * rng.standard_normal(canvas.shape), 0.1, 1.0)
        drawn = gaussian_filter(ink(self.marks, canvas.shape) * pressure, 0.6)
        if self.darkness >= 0:
            canvas.dim(1 - self.darkness * drawn)
        else:
            canvas.light -= self.darkness * drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A picture made for print.

    Parameters
    ----------
    marks
        Labels, arrows, frames, in pixels of the photograph before it is enlarged.
    panels
        (left, top, right, bottom) of what is shown; all else is blank paper. None: everything.
    scale
        By how much it is enlarged.
    jpeg_quality
        1 to 100, or 0 for a format without loss.
    paper, print_grey
        Grey values of the paper and of the print, 0 to 1.
    """

    marks: tuple[Mark, ...] = ()
    panels: tuple[tuple[int, int, int, int], ...] | None = None
    scale: float = 1.0
    jpeg_quality: int = 0
    paper: float = 1.0
    print_grey: float = 0.0

    def laid_out(self, grey: Array) -> Array:
        """Return the page, 0 to 1, before it is compressed."""
        import cv2  # noqa: PLC0415 - slow import

        if self.panels is not None:
            page = np.full_like(grey, self.paper)
            for left, top, right, bottom in self.panels:
                page[top:bottom, left:right] = grey[top:bottom, left:right]
            grey = page
        if self.marks:
            covered = ink(self.marks, (grey.shape[0], grey.shape[1]))
            grey = grey * (1 - covered) + self.print_grey * covered
        if self.scale != 1.0:
            size = (round(grey.shape[1] * self.scale), round(grey.shape[0] * self.scale))
            grey = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_CUBIC))
        return np.clip(grey, 0.0, 1.0)
