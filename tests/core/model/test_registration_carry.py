from __future__ import annotations

import pytest

from blotquant.model.registration import Registration, carry


def registered(image, shift, **more):
    return Registration(
        membrane="A",
        image=image,
        to="lead",
        centre=(50.0, 50.0),
        shift_x_px=shift,
        shift_y_px=2 * shift,
        **more,
    )


KNOWN = (registered("b", 10.0), registered("c", -4.0, rotation_deg=5.0, scale=1.1))


@pytest.mark.parametrize(
    ("here", "there", "at"),
    [
        ("lead", "b", (70.0, 80.0)),
        ("b", "lead", (50.0, 40.0)),
        ("lead", "lead", (60.0, 60.0)),
    ],
)
def test_a_place_is_carried_from_one_photograph_to_another(here, there, at):
    assert carry(KNOWN, "A", here, there, (60.0, 60.0)) == pytest.approx(at)


def test_there_and_back_again():
    there = carry(KNOWN, "A", "b", "c", (33.0, 71.0))
    assert carry(KNOWN, "A", "c", "b", there) == pytest.approx((33.0, 71.0))


def test_what_is_not_registered_is_not_carried():
    assert carry(KNOWN, "A", "b", "unknown", (1.0, 1.0)) is None
    assert carry(KNOWN, "B", "b", "lead", (1.0, 1.0)) is None
