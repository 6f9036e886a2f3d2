"""How drawings are written: one style, no dates, the same bytes every time."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blotquant.errors import SettingsError
from blotquant.io.atomic import write_bytes_atomically
from blotquant.model.figure import RESOLUTIONS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FIGURE_FORMATS = (".svg", ".pdf", ".png", ".tif", ".tiff")

INK = "#1f2933"
ACCENT = "#2a6f97"
FAINT = "#8795a1"
_STYLE = {
    # Without a salt the ids in an SVG file change with every run.
    "svg.hashsalt": "blotquant",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    "font.family": "DejaVu Sans",
    "font.size": 7.0,
    "axes.linewidth": 0.6,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "text.color": INK,
}
# No dates and no program versions, so that the same analysis gives the same bytes.
_METADATA: dict[str, dict[str, None] | None] = {
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Producer": None, "Creator": None},
    "png": {"Software": None},
    "tiff": None,
}


def write_drawing(path: Path | str, draw: Callable[[], Figure], dpi: int = RESOLUTIONS[0]) -> Path:
    """Write what `draw` makes, in this program's style and without any date; return the path."""
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in FIGURE_FORMATS:
        raise SettingsError(
            f"{path.name} does not say a figure format that can be written",
            f"End the name with one of: {' '.join(FIGURE_FORMATS)}",
        )
    write_bytes_atomically(path, drawn(draw, {".tif": "tiff"}.get(suffix, suffix[1:]), dpi))
    return path


def drawn(draw: Callable[[], Figure], kind: str, dpi: int) -> bytes:
    """Return a drawing as the bytes of a file: `svg`, `pdf`, `png` or `tiff`."""
    import matplotlib as mpl  # noqa: PLC0415 - slow import, only for figures

    data = io.BytesIO()
    with mpl.rc_context(_STYLE):  # type: ignore[arg-type,unused-ignore]
        figure = draw()
        more: dict[str, Any] = {"pil_kwargs": {"compression": "tiff_lzw"}} if kind == "tiff" else {}
        figure.savefig(data, format=kind, dpi=dpi, metadata=_METADATA[kind], **more)
    return data.getvalue()
