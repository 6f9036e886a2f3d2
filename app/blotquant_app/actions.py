"""Every action of the window in one table: its name, its words, its keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from blotquant_app.theme import Theme, icon


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """One action.

    `on_blot` limits its keys to when the blot has the keyboard: they mean something else elsewhere.
    """

    name: str
    text: str
    tip: str = ""
    keys: tuple[str, ...] = ()
    icon: str = ""
    checkable: bool = False
    on_blot: bool = False


ACTIONS = (
    Spec(name="new", text="New experiment", keys=("Ctrl+N",), tip="Start with an empty experiment"),
    Spec(
        name="open",
        text="Open …",
        keys=("Ctrl+O",),
        icon="open",
        tip="Open photographs, an experiment or a project",
    ),
    Spec(name="demo", text="Open the demo", tip="A simulated experiment to try everything on"),
    Spec(name="save", text="Save", keys=("Ctrl+S",), icon="save", tip="Save the project"),
    Spec(name="save_as", text="Save as …", keys=("Ctrl+Shift+S",)),
    Spec(
        name="embed",
        text="Keep pictures inside the project",
        checkable=True,
        tip="A saved .blot holds the pictures themselves, byte for byte; else it names their files",
    ),
    Spec(
        name="relink",
        text="Find missing pictures …",
        tip="Pictures that were moved, renamed or changed since the project was saved",
    ),
    Spec(
        name="export",
        text="Export CSV …",
        keys=("Ctrl+E",),
        icon="export",
        tip="Write all tables into a folder",
    ),
    Spec(
        name="design_figure",
        text="Figure …",
        icon="figure",
        tip="Choose what the figure shows, look at it, and write it as PDF, SVG, PNG or TIFF",
    ),
    Spec(
        name="export_figure",
        text="Export figure …",
        keys=("Ctrl+Shift+E",),
        tip="Write the figure at once, as it was designed last",
    ),
    Spec(
        name="copy_table",
        text="Copy table",
        tip="The table on the screen as tab-separated text, for a spreadsheet",
    ),
    Spec(
        name="copy_profile", text="Copy profile as picture", tip="The lane profile as it is shown"
    ),
    Spec(name="copy_blot", text="Copy blot as picture", tip="The blot with its marks as shown"),
    Spec(name="copy_plot", text="Copy ratio plot as picture", tip="The plot of the Results page"),
    Spec(name="quit", text="Quit", keys=("Ctrl+Q",)),
    Spec(
        name="choose_pages",
        text="Choose pages …",
        tip="Which pages or channels of the selected photograph's file are measured",
    ),
    Spec(
        name="remove_photograph",
        text="Remove photograph",
        icon="delete",
        tip="Take the selected photograph out of the experiment; its file stays",
    ),
    Spec(
        name="merge_exposures",
        text="These are exposures of one blot",
        tip="Merge the selected photographs into one picture with more range; Ctrl-click adds some",
    ),
    Spec(
        name="part_exposures",
        text="Take the exposures apart",
        tip="The exposures are photographs of their own again",
    ),
    Spec(
        name="add_lane",
        text="Add lane",
        keys=("L",),
        icon="add_lane",
        checkable=True,
        tip="Click where the lane is",
    ),
    Spec(
        name="add_band",
        text="Add band",
        keys=("B",),
        icon="add_band",
        checkable=True,
        tip="Click where the band is; it becomes a row over all lanes",
    ),
    Spec(
        name="give_weight",
        text="Weigh a marker band",
        keys=("W",),
        icon="weight",
        checkable=True,
        tip="Click a band of the marker and type its kDa; two or more make the ruler",
    ),
    Spec(
        name="forget_weights",
        text="Forget the weights given here",
        tip="The ladder is recognised by its product again",
    ),
    Spec(
        name="draw_membrane",
        text="Draw membrane",
        keys=("M",),
        icon="membrane",
        checkable=True,
        tip="Drag a box around the blot, or one of its corners: only what lies inside is analysed",
    ),
    Spec(
        name="straighten",
        text="Straighten along the bands",
        keys=("R",),
        icon="straighten",
        checkable=True,
        tip="Drag a line along a row of bands: lanes are then sought across it",
    ),
    Spec(
        name="detect_membranes",
        text="Find the blot again",
        icon="detect",
        tip="Forget the boxes that were drawn on this photograph",
    ),
    Spec(
        name="delete_membrane",
        text="Delete membrane",
        tip="Take one of several blots off the photograph, with what was placed on it",
    ),
    Spec(
        name="split",
        text="Split in two",
        keys=("T",),
        tip="Two lanes side by side instead of the selected one, or two rows instead of a band's",
    ),
    Spec(
        name="merge",
        text="Merge",
        keys=("J",),
        tip="One lane of the selected neighbours, or one row of two; Ctrl-click adds to the "
        "selection",
    ),
    Spec(
        name="duplicate",
        text="Duplicate lane",
        keys=("Ctrl+D",),
        tip="A lane like the selected one, to the right of it",
        on_blot=True,
    ),
    Spec(
        name="delete",
        text="Delete selection",
        keys=("Del", "Backspace"),
        icon="delete",
        tip="Delete the selected lanes or bands",
        on_blot=True,
    ),
    Spec(name="delete_row", text="Delete row", tip="Delete the selected band in every lane"),
    Spec(
        name="exclude",
        text="Exclude or include",
        keys=("X",),
        tip="Keep the selected bands or lanes out of every ratio, or take them back",
    ),
    Spec(
        name="select_alike",
        text="Select the whole row or all lanes",
        keys=("Ctrl+A",),
        tip="All bands of the selected row, or all lanes; Ctrl- or Shift-click adds some",
        on_blot=True,
    ),
    Spec(
        name="own_targets",
        text="Own targets and panels …",
        tip="Proteins that the library does not know, and sets of targets that you probe together",
    ),
    Spec(name="detect_lanes", text="Detect lanes again", icon="detect"),
    Spec(name="detect_bands", text="Detect bands again", icon="detect"),
    Spec(
        name="next_doubtful",
        text="Next doubtful",
        keys=("N", "F8"),
        tip="Lead to what wants a look, the most doubtful first",
    ),
    Spec(
        name="accept",
        text="Accept",
        keys=("A",),
        tip="The selected lane or band is right as it is: not doubtful any more",
    ),
    Spec(name="next_lane", text="Next lane", keys=("Tab", "Right"), on_blot=True),
    Spec(name="previous_lane", text="Previous lane", keys=("Shift+Tab", "Left"), on_blot=True),
    Spec(name="next_band", text="Next band", keys=("Down",), on_blot=True),
    Spec(name="previous_band", text="Previous band", keys=("Up",), on_blot=True),
    Spec(
        name="next_part",
        text="Next part of the window",
        keys=("F6",),
        tip="From the blot to the inspector, on to the tables, and round",
    ),
    Spec(name="nudge_left", text="Nudge left", keys=("Alt+Left",), on_blot=True),
    Spec(name="nudge_right", text="Nudge right", keys=("Alt+Right",), on_blot=True),
    Spec(name="nudge_up", text="Nudge up", keys=("Alt+Up",), on_blot=True),
    Spec(name="nudge_down", text="Nudge down", keys=("Alt+Down",), on_blot=True),
    Spec(name="push_left", text="Nudge left by 10 px", keys=("Alt+Shift+Left",), on_blot=True),
    Spec(name="push_right", text="Nudge right by 10 px", keys=("Alt+Shift+Right",), on_blot=True),
    Spec(name="push_up", text="Nudge up by 10 px", keys=("Alt+Shift+Up",), on_blot=True),
    Spec(name="push_down", text="Nudge down by 10 px", keys=("Alt+Shift+Down",), on_blot=True),
    Spec(
        name="cancel",
        text="Cancel",
        keys=("Esc",),
        tip="Give back what is being dragged, or put the tool down",
    ),
    Spec(name="fit", text="Fit", keys=("Ctrl+0",), icon="fit", tip="Show the whole picture"),
    Spec(
        name="actual_size",
        text="1:1",
        keys=("Ctrl+1",),
        icon="actual",
        tip="One pixel of the file is one pixel of the screen",
    ),
    Spec(name="zoom_in", text="Zoom in", keys=("+", "="), icon="zoom_in"),
    Spec(name="zoom_out", text="Zoom out", keys=("-",), icon="zoom_out"),
    Spec(
        name="invert",
        text="Invert",
        keys=("I",),
        icon="invert",
        checkable=True,
        tip="Light bands on dark, for the eye only",
    ),
    Spec(
        name="saturated",
        text="Saturated pixels",
        keys=("S",),
        icon="saturated",
        checkable=True,
        tip="Mark pixels at the detector's limit",
    ),
    Spec(
        name="show_lanes",
        text="Lanes in the picture",
        icon="lane",
        checkable=True,
        tip="Show or hide the lanes",
    ),
    Spec(
        name="show_bands",
        text="Bands in the picture",
        icon="band",
        checkable=True,
        tip="Show or hide bands and their names",
    ),
    Spec(
        name="profile",
        text="Lane profile",
        keys=("P",),
        icon="profile",
        checkable=True,
        tip="Show the profile of the selected lane beside the picture",
    ),
    Spec(
        name="lens",
        text="Magnifier",
        keys=("Z",),
        icon="lens",
        checkable=True,
        tip="The pixels around the mouse, large",
    ),
    Spec(
        name="compare",
        text="Compare photographs",
        keys=("C",),
        icon="compare",
        checkable=True,
        tip="Lay another photograph of the membrane over this one, or show it beside",
    ),
    Spec(name="colours_grey", text="Picture in grey", checkable=True),
    Spec(name="colours_inferno", text="Picture in inferno", checkable=True),
    Spec(name="colours_viridis", text="Picture in viridis", checkable=True),
    Spec(name="colours_cividis", text="Picture in cividis", checkable=True),
    Spec(name="full_screen", text="Full screen", keys=("F11",), checkable=True),
    Spec(name="theme_system", text="Colours of the system", checkable=True),
    Spec(name="theme_light", text="Light colours", checkable=True),
    Spec(name="theme_dark", text="Dark colours", checkable=True),
    Spec(name="palette", text="All commands …", keys=("Ctrl+K",)),
    Spec(name="tour", text="Tour in five steps", tip="What to look at, stage by stage"),
    Spec(name="keys", text="Keyboard map", keys=("F1",), icon="help"),
    Spec(name="about", text="About blotquant"),
)


class Actions(QObject):
    """Holds the `QAction`s by name; `actions["open"]`."""

    def __init__(self, window: QWidget, blot: QWidget, theme: Theme) -> None:
        super().__init__(window)
        self._theme = theme
        self._by_name: dict[str, QAction] = {}
        for spec in ACTIONS:
            action = QAction(spec.text, window)
            action.setObjectName(spec.name)
            action.setCheckable(spec.checkable)
            action.setShortcuts([QKeySequence(k) for k in spec.keys])
            keys = f"  ({spec.keys[0]})" if spec.keys else ""
            action.setToolTip((spec.tip or spec.text.rstrip(" …")) + keys)
            if spec.on_blot:
                action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                blot.addAction(action)
            else:
                window.addAction(action)
            self._by_name[spec.name] = action
        theme.changed.connect(self.dress)
        self.dress()

    def __getitem__(self, name: str) -> QAction:
        return self._by_name[name]

    def __iter__(self) -> Iterator[QAction]:
        return iter(self._by_name.values())

    def add(self, name: str, action: QAction) -> None:
        """Take in an action that was made elsewhere, for instance undo."""
        self._by_name[name] = action

    def trigger(self, name: str) -> Callable[[], None]:
        """Return a function that triggers an action."""
        return self._by_name[name].trigger

    def dress(self) -> None:
        """Draw the icons in the theme's colours."""
        tokens = self._theme.tokens
        icons = {spec.name: spec.icon for spec in ACTIONS} | {"undo": "undo", "redo": "redo"}
        for name, action in self._by_name.items():
            if icons.get(name):
                action.setIcon(icon(icons[name], tokens.text, tokens.control_line))
