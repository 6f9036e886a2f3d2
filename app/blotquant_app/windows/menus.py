"""The menu bar: every action has its place and shows its keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QMainWindow, QMenu

from blotquant_app.actions import Actions
from blotquant_app.gestures.hits import Hit
from blotquant_app.panels.row_menu import row_menu
from blotquant_app.session import Session
from blotquant_app.settings import Memory

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
            "",
            "add_lane",
            "add_band",
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


def blot_menu(window: QMainWindow, actions: Actions, session: Session, hit: Hit | None) -> QMenu:
    """Return the menu of a right click on the blot: what lies there decides what it offers."""
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
        names = ("accept", "delete", "exclude", "delete_row", "", "detect_bands")
    else:
        names = ("accept", "add_band", "delete", "exclude", "", "detect_lanes")
    for name in names:
        if name:
            menu.addAction(actions[name])
        else:
            menu.addSeparator()
    return menu
