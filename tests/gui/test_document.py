from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blotquant import edits
from blotquant.model.project import Project
from blotquant_app.document import Document

names = st.text(alphabet="abc", min_size=1, max_size=3)


def test_edit_undo_redo():
    document = Document(Project(name="a"))
    seen = []
    document.changed.connect(lambda old, new: seen.append((old.name, new.name)))
    document.edit("Rename", edits.rename(document.project, "b"))
    assert document.project.name == "b"
    assert document.is_modified
    document.undo_stack.undo()
    assert document.project.name == "a"
    assert not document.is_modified
    document.undo_stack.redo()
    assert seen == [("a", "b"), ("b", "a"), ("a", "b")]
    assert document.undo_stack.undoText() == "Rename"


def test_equal_project_makes_no_step():
    document = Document(Project(name="a"))
    document.edit("Nothing", Project(name="a"))
    assert document.undo_stack.count() == 0
    assert not document.is_modified


def test_steps_of_one_drag_become_one():
    document = Document(Project(name="a"))
    for name in ("b", "c", "d"):
        document.edit("Nudge", Project(name=name), merge_id="nudge lane 1")
    assert document.undo_stack.count() == 1
    document.edit("Nudge", Project(name="e"), merge_id="nudge lane 2")
    assert document.undo_stack.count() == 2
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert document.project.name == "a"


def test_preview_is_shown_but_not_kept():
    start = Project(name="a")
    document = Document(start)
    document.preview(Project(name="b"))
    assert document.shown.name == "b"
    assert document.project is start
    document.drop_preview()
    assert document.shown is start
    assert document.undo_stack.count() == 0


def test_edit_after_preview_undoes_to_before_the_drag():
    start = Project(name="a")
    document = Document(start)
    document.preview(Project(name="b"))
    document.edit("Drop", Project(name="c"))
    document.undo_stack.undo()
    assert document.shown is start


def test_edit_back_to_the_start_ends_the_preview():
    start = Project(name="a")
    document = Document(start)
    document.preview(Project(name="b"))
    document.edit("Drop", Project(name="a"))
    assert document.shown is start


def test_saved_state_is_the_clean_one():
    document = Document(Project(name="a"))
    flags = []
    document.modified_changed.connect(flags.append)
    document.edit("Rename", Project(name="b"))
    document.mark_saved()
    document.undo_stack.undo()
    assert flags == [True, False, True]


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(names, st.sampled_from([None, "x", "y"])), max_size=12))
def test_any_edits_undone_restore_the_project_and_redone_the_last(steps):
    start = Project(name="start")
    document = Document(start)
    for name, merge_id in steps:
        document.edit("Rename", Project(name=name), merge_id)
    last = document.project
    while document.undo_stack.canUndo():
        document.undo_stack.undo()
    assert document.project is start
    assert not document.is_modified
    while document.undo_stack.canRedo():
        document.undo_stack.redo()
    assert document.project == last
