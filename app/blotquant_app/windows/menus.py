"""The menu bar: every action has its place and shows its keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QInputDialog, QMainWindow, QMenu

from blotquant_app.actions import Actions
from blotquant_app.gestures.hits import Hit
from blotquant_app.panels.row_menu import row_menu
from blotquant_app.session import Session
from blotquant_app.settings import Memory

REASONS = ("A bubble", "A scratch", "A smear", "A spot of dust", "Uneven transfer", "Overload")
_MENUS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "&File",
        (
            "new",
            "open",
            "RECENT",
            "demo",
            "",
            "save",
            "save_as",
            "",
            "embed",
            "relink",
            "",
            "export",
            "design_figure",
            "export_figure",
            "",
            "quit",
        ),
    ),
    (
        "&Edit",
        (
            "undo",
            "redo",
            "",
            "select_alike",
            "",
            "copy_table",
            "copy_profile",
            "copy_blot",
            "copy_plot",
            "",
            "add_lane",
            "add_band",
            "split",
            "merge",
            "duplicate",
            "delete",
            "delete_row",
            "exclude",
            "",
            "detect_lanes",
            "detect_bands",
            "",
            "draw_membrane",
            "straighten",
            "detect_membranes",
            "delete_membrane",
            "",
            "give_weight",
            "forget_weights",
            "own_targets",
            "",
            "choose_pages",
            "merge_exposures",
            "part_exposures",
            "remove_photograph",
        ),
    ),
    (
        "&Go",
        (
            "next_doubtful",
            "accept",
            "",
            "next_lane",
            "previous_lane",
            "next_band",
            "previous_band",
            "",
            "next_part",
            "",
            "nudge_left",
            "nudge_right",
            "nudge_up",
            "nudge_down",
        ),
    ),
    (
        "&View",
        (
            "fit",
            "actual_size",
            "zoom_in",
            "zoom_out",
            "",
            "invert",
            "saturated",
            "show_lanes",
            "show_bands",
            "profile",
            "lens",
            "compare",
            "",
            "colours_grey",
            "colours_inferno",
            "colours_viridis",
            "colours_cividis",
            "",
            "DOCKS",
            "",
            "theme_system",
            "theme_light",
            "theme_dark",
            "",
            "full_screen",
        ),
    ),
    ("&Help", ("tour", "palette", "keys", "", "about")),
)


def fill_menus(
    window: QMainWindow, actions: Actions, memory: Memory, open_path: Callable[[Path], None]
) -> None:
    """Build the menu bar of the main window."""
    for title, names in _MENUS:
        menu = window.menuBar().addMenu(title)
        menu.setToolTipsVisible(True)
        for name in names:
            if not name:
                menu.addSeparator()
            elif name == "RECENT":
                _add_recent(menu, memory, open_path)
            elif name == "DOCKS":
                for dock_action in (a for a in actions if a.objectName().startswith("dock_")):
                    menu.addAction(dock_action)
            else:
                menu.addAction(actions[name])


def _add_recent(menu: QMenu, memory: Memory, open_path: Callable[[Path], None]) -> None:
    recent = menu.addMenu("Open &recent")

    def fill() -> None:
        recent.clear()
        for path in memory.recent_files:
            action = recent.addAction(path.name)
            action.setToolTip(str(path))
            action.triggered.connect(lambda _=False, p=path: open_path(p))
        if recent.isEmpty():
            recent.addAction("No recent files").setEnabled(False)
        else:
            recent.addSeparator()
            recent.addAction("Forget them").triggered.connect(memory.clear_recent)

    recent.aboutToShow.connect(fill)


def blot_menu(
    window: QMainWindow,
    actions: Actions,
    session: Session,
    hit: Hit | None,
    exclude: Callable[[str], None],
) -> QMenu:
    """Return the menu of a right click on the blot: what lies there decides what it offers.

    `exclude` keeps the selection out of every ratio for a reason.
    """
    menu = QMenu(window)
    if hit is None:
        names: tuple[str, ...] = (
            *("add_lane", "add_band", ""),
            *("draw_membrane", "straighten", "detect_membranes", "delete_membrane", ""),
            *("fit", "actual_size"),
        )
    elif hit.row:
        menu.addMenu(row_menu(session, hit.membrane, hit.row, menu))
        menu.addSeparator()
        names = ("accept", "split", "merge", "", "delete", "exclude", "WHY", "delete_row")
    else:
        names = (
            *("accept", "add_band", "split", "merge", "duplicate", ""),
            *("delete", "exclude", "WHY", "", "detect_lanes"),
        )
    for name in names:
        if name == "WHY":
            menu.addMenu(_reasons(menu, exclude))
        elif name:
            menu.addAction(actions[name])
        else:
            menu.addSeparator()
    return menu


def _reasons(menu: QMenu, exclude: Callable[[str], None]) -> QMenu:
    """Return the menu of reasons; they stand in the tables and in the export."""
    reasons = QMenu("Exclude because of", menu)
    for reason in REASONS:
        reasons.addAction(reason).triggered.connect(lambda _=False, r=reason: exclude(r.lower()))
    reasons.addSeparator()

    def ask() -> None:
        text, is_said = QInputDialog.getText(
            menu.parentWidget(), "Exclude", "What is wrong with it? It stands in the tables."
        )
        if is_said and text.strip():
            exclude(text.strip())

    reasons.addAction("Something else …").triggered.connect(lambda _=False: ask())
    return reasons
