"""The switches of the View menu: what is shown over the picture, and in which colours."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from blotquant_app.actions import Actions
from blotquant_app.theme import Theme
from blotquant_app.views.display import COLOUR_MAPS, Display
from blotquant_app.windows.centre import Centre

_THEMES = ("system", "light", "dark")


class ViewToggles(QObject):
    """Connects the checkable actions with the picture, the profile, the theme and the window."""

    def __init__(self, window: QWidget, actions: Actions, centre: Centre, theme: Theme) -> None:
        super().__init__(window)
        self._window = window
        self._actions = actions
        self._centre = centre
        self._theme = theme
        for name in ("saturated", "show_lanes", "show_bands", "profile"):
            actions[name].setChecked(True)
        actions["invert"].triggered.connect(self._invert)
        actions["saturated"].triggered.connect(centre.mark_saturated)
        actions["show_lanes"].triggered.connect(self._show_lanes)
        actions["show_bands"].triggered.connect(self._show_bands)
        actions["profile"].triggered.connect(self._show_profile)
        actions["lens"].toggled.connect(centre.view.lens.want)
        actions["compare"].toggled.connect(centre.compare.want)
        centre.compare.closed.connect(lambda: actions["compare"].setChecked(False))
        for colours in COLOUR_MAPS:
            actions[f"colours_{colours}"].triggered.connect(
                lambda _=False, c=colours: self._colour(c)
            )
        actions["full_screen"].triggered.connect(self._fill_screen)
        for wanted in _THEMES:
            actions[f"theme_{wanted}"].triggered.connect(lambda _=False, w=wanted: self._want(w))
        self._want(theme.wanted)
        centre.view.display_changed.connect(self._follow_display)

    def _follow_display(self, display: Display) -> None:
        self._actions["invert"].setChecked(display.inverted)
        for colours in COLOUR_MAPS:
            self._actions[f"colours_{colours}"].setChecked(colours == display.colours)

    def _colour(self, colours: str) -> None:
        view = self._centre.view
        if view.display is not None:
            view.set_display(replace(view.display, colours=colours))

    def _invert(self, on: bool) -> None:  # noqa: FBT001 - a Qt slot
        view = self._centre.view
        if view.display is not None:
            view.set_display(replace(view.display, inverted=on))

    def _show_lanes(self, on: bool) -> None:  # noqa: FBT001 - a Qt slot
        self._centre.view.overlay.shows_lanes = on
        self._centre.view.overlay.update()

    def _show_bands(self, on: bool) -> None:  # noqa: FBT001 - a Qt slot
        self._centre.view.overlay.shows_bands = on
        self._centre.view.overlay.update()

    def _show_profile(self, on: bool) -> None:  # noqa: FBT001 - a Qt slot
        self._centre.profile.setVisible(on)
        self._centre.refresh()

    def _fill_screen(self, on: bool) -> None:  # noqa: FBT001 - a Qt slot
        if on:
            self._window.showFullScreen()
        else:
            self._window.showNormal()

    def _want(self, wanted: str) -> None:
        if wanted != self._theme.wanted:
            self._theme.want(wanted)
        for name in _THEMES:
            self._actions[f"theme_{name}"].setChecked(name == wanted)
