"""Colours, the style sheet and icons, light and dark."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from pathlib import Path

from PySide6.QtCore import QByteArray, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """The colours of one theme; contrast of text against its ground is at least 4.5:1."""

    background: str
    surface: str
    raised: str
    text: str
    muted: str
    line: str
    control_line: str
    accent: str
    on_accent: str
    accent_soft: str
    warning: str
    error: str


LIGHT = Tokens(
    background="#FAFAF8",
    surface="#FFFFFF",
    raised="#F1F1EE",
    text="#1B1F23",
    muted="#5E6978",
    line="#E4E4E0",
    control_line="#8E959E",
    accent="#0B6BCB",
    on_accent="#FFFFFF",
    accent_soft="#E3EEF9",
    warning="#8A5300",
    error="#B3261E",
)
DARK = Tokens(
    background="#16181B",
    surface="#1E2125",
    raised="#272B30",
    text="#ECEEF0",
    muted="#9AA3AD",
    line="#2C3137",
    control_line="#6B747E",
    accent="#5EA9F5",
    on_accent="#0D1B29",
    accent_soft="#1F3247",
    warning="#F0B45A",
    error="#FF8A80",
)

# Okabe-Ito, in the order in which targets take them; black is left to text.
DATA_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442")
# What lies over the picture must be seen on white and on black alike.
LANE_COLOUR = "#4A5563"
CHOSEN_COLOUR = "#0B6BCB"
SATURATED_COLOUR = "#D55E00"
BLEND_COLOUR = "#D55E00"  # a second photograph over the first
UNASSIGNED_COLOUR = "#7A828C"


class Theme(QObject):
    """The theme in use; `changed` is emitted when the system or the user turns light or dark."""

    changed = Signal()

    def __init__(self, app: QApplication, wanted: str = "system") -> None:
        super().__init__(app)
        self._app = app
        self._wanted = wanted
        app.setStyle("Fusion")
        app.styleHints().colorSchemeChanged.connect(self._apply)
        self._apply()

    @property
    def is_dark(self) -> bool:
        """Whether the dark theme is in use."""
        if self._wanted != "system":
            return self._wanted == "dark"
        return QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark

    @property
    def tokens(self) -> Tokens:
        """The colours in use."""
        return DARK if self.is_dark else LIGHT

    @property
    def wanted(self) -> str:
        """`system`, `light` or `dark`."""
        return self._wanted

    def want(self, wanted: str) -> None:
        """Follow the system, or stay `light` or `dark`."""
        self._wanted = wanted
        self._apply()

    def _apply(self) -> None:
        self._app.setPalette(_palette(self.tokens))
        self._app.setStyleSheet(style_sheet(self.tokens))
        self.changed.emit()


def style_sheet(tokens: Tokens) -> str:
    """Return the style sheet with the tokens filled in."""
    text = files("blotquant_resources").joinpath("styles/window.qss").read_text(encoding="utf-8")
    for token in sorted(fields(tokens), key=lambda f: -len(f.name)):
        text = text.replace(f"@{token.name}", getattr(tokens, token.name))
    folder = Path(str(files("blotquant_resources").joinpath("icons")))
    check = "check_on_dark" if tokens is DARK else "check_on_light"
    text = text.replace("@chevron", (folder / "chevron.svg").as_posix())
    return text.replace("@check", (folder / f"{check}.svg").as_posix())


def _palette(tokens: Tokens) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for which, colour in (
        (role.Window, tokens.background),
        (role.Base, tokens.surface),
        (role.AlternateBase, tokens.background),
        (role.Button, tokens.surface),
        (role.ToolTipBase, tokens.surface),
        (role.WindowText, tokens.text),
        (role.Text, tokens.text),
        (role.ButtonText, tokens.text),
        (role.ToolTipText, tokens.text),
        (role.BrightText, tokens.text),
        (role.PlaceholderText, tokens.muted),
        (role.Highlight, tokens.accent),
        (role.HighlightedText, tokens.on_accent),
        (role.Link, tokens.accent),
        (role.Accent, tokens.accent),
        (role.Light, tokens.raised),
        (role.Midlight, tokens.line),
        (role.Mid, tokens.line),
        (role.Dark, tokens.control_line),
        (role.Shadow, tokens.line),
    ):
        palette.setColor(which, QColor(colour))
    disabled = QPalette.ColorGroup.Disabled
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(disabled, which, QColor(tokens.control_line))
    return palette


@cache
def icon_names() -> tuple[str, ...]:
    """Return the names of all icons."""
    folder = files("blotquant_resources").joinpath("icons")
    return tuple(
        sorted(entry.name[:-4] for entry in folder.iterdir() if entry.name.endswith(".svg"))
    )


@cache
def icon(name: str, colour: str, disabled: str) -> QIcon:
    """Return a line icon drawn in a colour, and in another one where it is disabled."""
    svg = files("blotquant_resources").joinpath(f"icons/{name}.svg").read_text(encoding="utf-8")
    result = QIcon()
    for mode, paint in ((QIcon.Mode.Normal, colour), (QIcon.Mode.Disabled, disabled)):
        renderer = QSvgRenderer(QByteArray(svg.replace("currentColor", paint).encode()))
        for size in (16, 20, 32, 40, 64):
            pixmap = QPixmap(size, size)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            renderer.render(painter, QRectF(0, 0, size, size))
            painter.end()
            result.addPixmap(pixmap, mode)
    return result


def form_colour(targets: tuple[str, ...], target: str, *, is_cleaved: bool) -> QColor:
    """Return a target's colour: the same everywhere, pro forms lighter, cleaved ones full.

    `targets` are all targets of the experiment in their order.
    """
    if target not in targets:
        return QColor(UNASSIGNED_COLOUR)
    colour = QColor(DATA_COLOURS[targets.index(target) % len(DATA_COLOURS)])
    return colour if is_cleaved else colour.lighter(125)
