"""What a row can be: the choices for the inspector's lists and the menu of a right click."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu, QWidget

from blotquant import edits
from blotquant_app.names import spoken, spoken_form
from blotquant_app.panels.choices import Choice
from blotquant_app.session import Session

NONE_OF_THEM = ("", "")


def row_choices(session: Session, image: str) -> tuple[Choice, ...]:
    """Return the forms that a row on a photograph can be, then "none of them", then "decide"."""
    project, library = session.document.shown, session.library
    probed = next((p.targets for p in project.photographs if p.id == image), ())
    known = {p.id for p in library.panels}
    if not probed and project.settings.panel in known:
        panel = library.panel(project.settings.panel)
        probed = (*panel.targets, *panel.loading_controls)
    offered = []
    for name in library.known(probed):
        target = library.target(name)
        for form in target.forms:
            label = f"{spoken_form(target, form.name)}  {form.kda:g} kDa"
            offered.append(Choice(value=(target.id, form.name), label=label))
    return (
        *offered,
        Choice(value=NONE_OF_THEM, label="None of the targets"),
        Choice(value=None, label="Let blotquant decide"),
    )


def assign_row(session: Session, membrane: str, row: int, value: object) -> None:
    """Write down what a row is: (target, form), none of them, or the program's own decision."""
    document, image, scene = session.document, session.selection.now.image, session.scene()
    shown = scene.lanes_of(membrane), scene.bands_of(membrane)
    if isinstance(value, tuple):
        target, form = value
        new = edits.assign_row(document.project, image, membrane, row, target, form, *shown)
        name = spoken(session.library, target, form) or "none of the targets"
        document.edit(f"Row {row} is {name}", new)
    else:
        new = edits.unassign_row(document.project, image, membrane, row, *shown)
        document.edit(f"Let blotquant decide on row {row}", new)


def row_menu(session: Session, membrane: str, row: int, parent: QWidget) -> QMenu:
    """Return the menu that says what a row is."""
    menu = QMenu(f"Row {row} is", parent)
    now = session.scene().label(membrane, row)
    chosen = (now.target, now.form) if now is not None else None
    for choice in row_choices(session, session.selection.now.image):
        if choice.value == NONE_OF_THEM and not menu.isEmpty():
            menu.addSeparator()
        action = menu.addAction(choice.label)
        action.setCheckable(True)
        action.setChecked(choice.value == chosen and bool(chosen and chosen[0]))
        action.triggered.connect(
            lambda _=False, value=choice.value: assign_row(session, membrane, row, value)
        )
    return menu
