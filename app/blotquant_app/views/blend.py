"""A second photograph of the membrane over the first, in a colour of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor, QPainter, QTransform

from blotquant.model.image import BlotImage, Polarity
from blotquant_app.theme import BLEND_COLOUR
from blotquant_app.views.display import automatic, lookup_table, shrunk

MOST_PX = 2_000_000  # of the picture laid over: more would slow the view and show no more


class Blend:
    """The other picture, where it was registered; bands keep dark where either shows them."""

    def __init__(self, box: Any) -> None:
        self.item = pg.ImageItem(axisOrder="row-major")
        self.item.setZValue(5)
        self.item.hide()
        box.addItem(self.item, ignoreBounds=True)
        self._image: BlotImage | None = None
        self._polarity = Polarity.DARK_ON_LIGHT
        self._share = 0.0
        self._inverted = False

    def show(self, image: BlotImage, polarity: Polarity, to_shown: QTransform) -> None:
        """Lay a picture over the shown one; `to_shown` takes its pixels there."""
        if image is not self._image:
            by = next((n for n in (1, 2, 4, 8) if image.pixels.size / n**2 <= MOST_PX), 16)
            display = automatic(image)
            self.item.setImage(
                shrunk(image.pixels, by), autoLevels=False, levels=(display.low, display.high)
            )
            self._image, self._polarity = image, polarity
        rows, columns = self.item.image.shape
        # From the item's own pixels to those of the file, whose centres are whole numbers.
        scale = QTransform().translate(-0.5, -0.5).scale(image.width / columns, image.height / rows)
        self.item.setTransform(scale * to_shown)
        self._dress()
        self.item.show()

    def hide(self) -> None:
        """Take the other picture away."""
        self.item.hide()

    def set_share(self, share: float) -> None:
        """Say how strongly it is seen, 0 to 1."""
        self._share = share
        self._dress()

    def set_inverted(self, inverted: bool) -> None:  # noqa: FBT001 - mirrors the display
        """Follow the picture below: light bands on dark."""
        self._inverted = inverted
        self._dress()

    def _dress(self) -> None:
        if self._image is None:
            return
        display = replace(automatic(self._image), inverted=self._inverted)
        tint = QColor(BLEND_COLOUR)
        grey = lookup_table(display, self._polarity).astype(float)[:, :1] / 255
        colour = np.array([[tint.red(), tint.green(), tint.blue()]], dtype=float)
        if self._inverted:
            table = self._share * grey * colour
            mode = QPainter.CompositionMode.CompositionMode_Screen
        else:
            table = 255 - self._share * (1 - grey) * (255 - colour)
            mode = QPainter.CompositionMode.CompositionMode_Multiply
        self.item.setCompositionMode(mode)
        self.item.setLookupTable(np.round(table).astype(np.uint8))
