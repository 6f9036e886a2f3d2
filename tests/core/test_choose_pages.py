"""Photographs that are pages of one file."""

from dataclasses import replace

import pytest

from blotquant import edits
from blotquant.edits import PageChoice
from blotquant.model.geometry import Membrane
from blotquant.model.project import ImageRole, PlacedMembranes, Project


@pytest.fixture
def project(tmp_path):
    """Give a project of a stack between two ordinary photographs."""
    files = [tmp_path / name for name in ("first.tif", "stack.tif", "last.tif")]
    return edits.add_photographs(Project(), files)


CHANNELS = (
    PageChoice(page=1, name="700 nm", role=ImageRole.LOADING),
    PageChoice(page=3, name="800 nm"),
)


def test_channels_of_one_membrane(project):
    new = edits.choose_pages(project, "img2", CHANNELS, one_membrane=True)
    assert [(p.id, p.page) for p in new.photographs] == [
        ("img1", 0),
        ("img2", 1),
        ("img4", 3),
        ("img3", 0),
    ]
    pages = new.photographs[1:3]
    assert {p.membranes for p in pages} == {("stack",)}
    assert [p.role for p in pages] == [ImageRole.LOADING, ImageRole.TARGET]
    assert len({p.file for p in pages}) == 1


def test_membranes_of_their_own_have_names_of_their_own(project):
    pages = (*CHANNELS, PageChoice(page=4), PageChoice(page=5, name="800 nm"))
    new = edits.choose_pages(project, "img2", pages, one_membrane=False)
    assert [p.membranes for p in new.photographs[1:5]] == [
        ("stack",),
        ("stack 800 nm",),
        ("stack page 4",),
        ("stack 800 nm 2",),
    ]


def test_what_was_placed_stays_with_the_first_page(project):
    corners = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))
    placed = PlacedMembranes(
        image="img2", membranes=(Membrane(image="img2", name="stack", corners=corners),)
    )
    project = replace(project, membranes=(placed,))
    assert edits.choose_pages(project, "img2", CHANNELS, one_membrane=True).membranes == (placed,)


def test_a_page_is_not_there_twice(project):
    once = edits.choose_pages(project, "img2", CHANNELS, one_membrane=True)
    assert edits.choose_pages(once, "img4", CHANNELS[:1], one_membrane=True) == once
    again = edits.choose_pages(once, "img4", (*CHANNELS, PageChoice(page=2)), one_membrane=True)
    assert [p.page for p in again.photographs] == [0, 1, 3, 2, 0]


def test_a_file_is_added_page_by_page(tmp_path):
    file = tmp_path / "stack.tif"
    project = edits.add_photographs(Project(), [file], page=2)
    assert edits.add_photographs(project, [file], page=2) == project
    both = edits.add_photographs(project, [file], membrane="stack", page=1)
    assert [p.page for p in both.photographs] == [2, 1]
    # Nobody said which: that is the first page, which is there.
    assert edits.add_photographs(both, [file]) == both


def test_impossible_choices(project):
    with pytest.raises(ValueError, match="count from 1"):
        PageChoice(page=0)
    with pytest.raises(ValueError, match="at least one"):
        edits.choose_pages(project, "img2", (), one_membrane=True)
    with pytest.raises(KeyError):
        edits.choose_pages(project, "img9", CHANNELS, one_membrane=True)
