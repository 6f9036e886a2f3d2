"""What OME and ImageJ descriptions state of a picture, in our terms."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element

from blotquant.io.reader import plain
from blotquant.io.xml_text import elements, parse_xml, value

_MICROMETRES = {
    "nm": 1e-3,
    "um": 1.0,
    "\u00b5m": 1.0,
    "\u03bcm": 1.0,
    "\\u00b5m": 1.0,
    "micron": 1.0,
    "microns": 1.0,
    "mm": 1e3,
    "cm": 1e4,
    "inch": 25_400.0,
    "inches": 25_400.0,
}
_SECONDS = {"ms": 1e-3, "s": 1.0, "sec": 1.0, "min": 60.0}


def from_ome(text: str) -> dict[str, str]:
    """Return pixel size, exposure, date and instrument of an OME description."""
    try:
        root = parse_xml(text.encode())
    except ValueError:
        return {}
    pixels = next(elements(root, "Pixels"), None)
    found = {
        "pixel_size_um": "" if pixels is None else _pixel_size(pixels.attrib),
        "exposure_s": _exposure_s(root),
        "date": value(root, "AcquisitionDate").replace("T", " "),
        "instrument": value(root, "Microscope", "Model") or value(root, "Detector", "Model"),
    }
    return {key: plain(text, 60) for key, text in found.items() if text}


def from_imagej(stated: Mapping[str, Any], per_unit: float) -> dict[str, str]:
    """Return the pixel size of an ImageJ file: it names its unit in words."""
    unit = str(stated.get("unit", "")).strip().lower()
    factor = _MICROMETRES.get(unit)
    if factor is None or not (math.isfinite(per_unit) and per_unit > 0):
        return {}
    return {"pixel_size_um": f"{factor / per_unit:g}"}


def _pixel_size(attributes: Mapping[str, str]) -> str:
    size = _number(attributes.get("PhysicalSizeX", ""))
    factor = _MICROMETRES.get(attributes.get("PhysicalSizeXUnit", "um").strip().lower(), 0.0)
    return f"{size * factor:g}" if 0 < size * factor < 1e5 else ""


def _exposure_s(root: Element) -> str:
    """Return the exposure of all planes, empty where they differ: no page is asked for here."""
    times = {
        _number(plane.attrib.get("ExposureTime", ""))
        * _SECONDS.get(plane.attrib.get("ExposureTimeUnit", "s").strip().lower(), 0.0)
        for plane in elements(root, "Plane")
    }
    (time,) = times if len(times) == 1 else (0.0,)
    return f"{time:g}" if 0 < time < 1e6 else ""


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        return 0.0
    return number if math.isfinite(number) else 0.0
