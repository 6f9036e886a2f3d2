"""A picture that is judged only when somebody asks."""

import copy
import threading
from dataclasses import replace

import numpy as np
import pytest

from blotquant.model.image import BlotImage, Look

FOUND = Look(
    sha256="ab" * 32,
    full_scale=4095.0,
    full_scale_reason="plateau",
    lossy=True,
    warnings=("8 bits",),
)


def picture(look):
    return BlotImage.not_looked_at(
        name="a.tif",
        pixels=np.zeros((3, 4), np.uint16),
        bits=16,
        metadata=(("format", "TIFF"),),
        look=look,
    )


def test_it_is_looked_at_once_whatever_is_asked_for():
    looks = []
    image = picture(lambda: looks.append(1) or FOUND)
    assert (image.name, image.bits, image.width, image.saturated) == ("a.tif", 16, 4, None)
    assert not looks
    for key in Look.__slots__:
        assert getattr(image, key) == getattr(FOUND, key)
    assert looks == [1]
    assert image.look is None


def test_it_equals_the_same_picture_that_was_known_at_once():
    known = BlotImage(
        name="a.tif",
        pixels=np.zeros((3, 4), np.uint16),
        bits=16,
        sha256=FOUND.sha256,
        full_scale=1.0,
        full_scale_reason="said",
    )
    image = picture(lambda: FOUND)
    assert image == known
    assert hash(picture(lambda: FOUND)) == hash(known)
    assert "4095" in repr(picture(lambda: FOUND))


def test_copies_hold_what_was_found():
    assert replace(picture(lambda: FOUND), warnings=()).full_scale == 4095.0
    assert copy.copy(picture(lambda: FOUND)).warnings == ("8 bits",)


def test_a_look_that_fails_may_be_tried_again():
    looks = iter([MemoryError, FOUND])

    def look():
        found = next(looks)
        if found is MemoryError:
            raise MemoryError
        return found

    image = picture(look)
    with pytest.raises(MemoryError):
        assert image.sha256
    assert image.sha256 == FOUND.sha256


def test_several_threads_may_ask_at_the_same_time():
    both = threading.Barrier(2)

    def look():
        both.wait(timeout=60)
        return FOUND

    image = picture(look)
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(image.lossy)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [True, True]


def test_it_has_no_other_attributes():
    with pytest.raises(AttributeError, match="no 'colour'"):
        assert picture(lambda: FOUND).colour


def test_its_pixels_are_checked_and_read_only():
    with pytest.raises(ValueError, match="uint8, uint16 or float32"):
        BlotImage.not_looked_at(
            name="a", pixels=np.zeros((2, 2)), bits=64, metadata=(), look=lambda: FOUND
        )
    with pytest.raises(ValueError, match="read-only"):
        picture(lambda: FOUND).pixels[0, 0] = 1
