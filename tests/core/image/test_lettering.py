"""Lettering is known by its strokes; bands, dots and noise are not taken for it."""

import cv2
import numpy as np
import pytest

from blotquant.image.lettering import lettering
from blotquant.simulate import scenarios, simulate_blot
from blotquant.simulate import scene as scene_of

SIZE = (400, 700)


def paper(seed=1):
    return np.random.default_rng(seed).normal(230, 1.5, SIZE).astype(np.float32)


def written(text, at, *, scale=0.8, level=20.0):
    ink = np.zeros(SIZE, np.uint8)
    cv2.putText(ink, text, at, cv2.FONT_HERSHEY_SIMPLEX, scale, 255, 2, cv2.LINE_AA)
    share = ink.astype(np.float32) / 255
    return (1 - share) * paper() + share * np.float32(level)


@pytest.mark.parametrize("text", ["MOCK", "Replicate 1", "PARP", "siRNA"])
@pytest.mark.parametrize("scale", [0.6, 0.9])
def test_words_are_marked_where_they_stand_and_nowhere_else(text, scale):
    picture = written(text, (200, 150), scale=scale)
    strokes = picture < 125
    marked = lettering(picture)
    assert marked[strokes].mean() > 0.9
    near = cv2.dilate(strokes.astype(np.uint8), np.ones((61, 61), np.uint8)) > 0
    assert not marked[~near].any()


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_words_are_known_whichever_way_they_run(turns):
    picture = np.rot90(written("NT_siRNA", (200, 150)), turns)
    # A letter of two strokes across the lanes, like an N that lies on its side, could be two bands.
    least = 0.9 if turns % 2 == 0 else 0.6
    assert lettering(np.ascontiguousarray(picture))[picture < 125].mean() > least


def test_bright_words_on_dark_are_known_too():
    picture = 255 - written("GAPDH", (200, 150))
    assert lettering(picture)[picture > 130].mean() > 0.9


@pytest.mark.parametrize("scenario", scenarios())
def test_bands_are_no_lettering(scenario):
    pixels = simulate_blot(scene_of(scenario, 3)).image.pixels.astype(np.float32)
    assert not lettering(pixels).any()


def test_solid_and_soft_marks_are_no_lettering():
    picture = paper()
    for k in range(5):
        cv2.ellipse(picture, (100 + 90 * k, 100), (34, 7), 0, 0, 360, 20.0, -1, cv2.LINE_AA)
        cv2.circle(picture, (100 + 90 * k, 220), 9, 20.0, -1, cv2.LINE_AA)
    blurred = cv2.GaussianBlur(written("SOFT", (200, 330)), (0, 0), 5.0)
    picture = np.minimum(picture, blurred)
    assert not lettering(picture).any()


def test_a_flat_picture_has_none():
    assert not lettering(np.full(SIZE, 7.0, np.float32)).any()
