"""From a photograph's description to its pixels and its truth."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from blotquant.errors import SettingsError
from blotquant.model.geometry import Point
from blotquant.model.image import BlotImage, Polarity
from blotquant.simulate.files import tiff_bytes
from blotquant.simulate.layout import Patch
from blotquant.simulate.photos.blots import Painted, band_height_px, paint
from blotquant.simulate.photos.camera import Camera
from blotquant.simulate.photos.canvas import Canvas, Layer
from blotquant.simulate.photos.marks import Figure
from blotquant.simulate.photos.parts import BandKind, BandSpec, Corners, LaneSpec, Piece
from blotquant.simulate.scene import SimulatedLane
from blotquant.simulate.shapes import Array, texture

# Each source of randomness has its own stream, so that adding a layer leaves the noise as it was.
_PIECES, _LAYERS, _NOISE, _TABLE = range(4)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoScene:
    """A photograph of any number of blots, with all that spoils it.

    `surround` is the light (or density) beside the pieces and `surround_grain` its relative
    roughness. Layers are laid in order; `figure` is what became of the photograph in print.
    """

    width_px: int
    height_px: int
    pieces: tuple[Piece, ...] = ()
    surround: float = 0.01
    surround_grain: float = 0.02
    layers: tuple[Layer, ...] = ()
    camera: Camera = field(default_factory=Camera)
    figure: Figure | None = None
    seed: int = 1

    def __post_init__(self) -> None:
        if min(self.width_px, self.height_px) < 1:
            raise SettingsError(
                f"A photograph of {self.width_px} x {self.height_px} px is empty",
                "Give a width_px and a height_px of 1 or more",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoBand:
    """Where a band truly is, in file pixels, and how clear: its matched-filter SNR."""

    lane: int
    row: int
    kind: BandKind
    x_px: float
    y_px: float
    height_px: float
    snr: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedMembrane:
    """One piece of the photograph: its corners (x, y), top left first and clockwise."""

    corners: Corners
    lanes: tuple[SimulatedLane, ...]
    bands: tuple[PhotoBand, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SimulatedPhoto:
    """A photograph with its truth; `content` is the file that holds it."""

    scene: PhotoScene
    image: BlotImage
    content: bytes
    polarity: Polarity
    membranes: tuple[SimulatedMembrane, ...]


def simulate_photo(scene: PhotoScene) -> SimulatedPhoto:
    """Return the photograph of a scene with its exact membranes, lanes and bands.

    Costs about 0.5 s for one megapixel with twenty lanes.
    """
    shape = (scene.height_px, scene.width_px)
    canvas = Canvas.of(_table(scene, shape), tuple(piece.box for piece in scene.pieces))
    painted = [
        paint(piece, shape, np.random.default_rng([scene.seed, _PIECES, number]))
        for number, piece in enumerate(scene.pieces)
    ]
    for part in painted:
        canvas.light += part.cover * (part.light - canvas.light)
    for number, layer in enumerate(scene.layers):
        layer.lay(canvas, np.random.default_rng([scene.seed, _LAYERS, number]))
    grey = scene.camera.expose(canvas, np.random.default_rng([scene.seed, _NOISE]))
    if scene.figure is not None:
        grey = scene.figure.laid_out(grey)
    image, content = _file(scene, grey)
    return SimulatedPhoto(
        scene=scene,
        image=image,
        content=content,
        polarity=scene.camera.polarity,
        membranes=tuple(
            _membrane(scene, piece, part, canvas)
            for piece, part in zip(scene.pieces, painted, strict=True)
        ),
    )


def _table(scene: PhotoScene, shape: tuple[int, int]) -> Array:
    """Return the light of what lies beside the pieces."""
    rng = np.random.default_rng([scene.seed, _TABLE])
    rough = np.maximum(1 + scene.surround_grain * texture(shape, 3.0, rng), 0.0)
    return np.asarray(scene.surround * rough)


def _file(scene: PhotoScene, grey: Array) -> tuple[BlotImage, bytes]:
    """Return the photograph as it is read from its file, and that file."""
    import cv2  # noqa: PLC0415 - slow import

    bits, full = scene.camera.bits, scene.camera.full_scale
    rounded = np.rint(grey * full)
    pixels: NDArray[np.uint8 | np.uint16] = rounded.astype(np.uint8 if bits == 8 else np.uint16)
    quality = scene.figure.jpeg_quality if scene.figure is not None else 0
    name = "simulated.tif"
    if quality and bits == 8:
        ok, coded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
        if not ok:
            raise SettingsError(
                f"A picture of {pixels.shape[1]} x {pixels.shape[0]} px cannot be a JPEG",
                "Set jpeg_quality to 0",
            )
        content = coded.tobytes()
        decoded = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE)
        pixels, name = np.ascontiguousarray(decoded, np.uint8), "simulated.jpg"
    else:
        content = tiff_bytes(pixels)
    image = BlotImage(
        name=name,
        pixels=pixels,
        sha256=hashlib.sha256(content).hexdigest(),
        bits=bits,
        full_scale=float(full),
        full_scale_reason="known, the picture is simulated",
        lossy=bits == 8,
    )
    return image, content


def _membrane(
    scene: PhotoScene, piece: Piece, painted: Painted, canvas: Canvas
) -> SimulatedMembrane:
    scale = scene.figure.scale if scene.figure is not None else 1.0
    a, b, c, d = (_enlarged(place, scale) for place in piece.file_corners)
    return SimulatedMembrane(
        corners=(a, b, c, d),
        lanes=tuple(
            _lane(piece, lane, number, scale) for number, lane in enumerate(piece.lanes, start=1)
        ),
        bands=tuple(
            _band(scene, piece, band, patch, canvas)
            for band, patch in zip(piece.bands, painted.bands, strict=True)
        ),
    )


def _lane(piece: Piece, lane: LaneSpec, number: int, scale: float) -> SimulatedLane:
    tl, tr, br, bl = piece.corners
    top, bottom = _height_at(tl, tr, lane.u_px), _height_at(bl, br, lane.u_px)
    nodes = tuple(
        _enlarged(piece.frame.to_file(piece.axis_u(lane, v), v), scale)
        for v in np.linspace(top, bottom, 9 if piece.bow_px else 2).tolist()
    )
    width = scale * lane.width_px * math.cos(math.atan(piece.slope))
    return SimulatedLane(number=number, nodes=nodes, width_px=width, kind=lane.kind)


def _band(
    scene: PhotoScene, piece: Piece, band: BandSpec, patch: Patch, canvas: Canvas
) -> PhotoBand:
    scale = scene.figure.scale if scene.figure is not None else 1.0
    x, y = _enlarged(piece.frame.to_file(*piece.apex(band)), scale)
    rows, columns = patch.values.shape
    window = (slice(patch.top, patch.top + rows), slice(patch.left, patch.left + columns))
    left = patch.values * canvas.through[window]
    return PhotoBand(
        lane=band.lane,
        row=band.row,
        kind=band.kind,
        x_px=x,
        y_px=y,
        height_px=scale * band_height_px(band),
        snr=scene.camera.clearness(canvas, window, left),
    )


def _height_at(left: Point, right: Point, u: float) -> float:
    """Return the v of a piece's upper or lower side at u."""
    share = (u - left[0]) / (right[0] - left[0])
    return left[1] + min(max(share, 0.0), 1.0) * (right[1] - left[1])


def _enlarged(place: Point, scale: float) -> Point:
    """Return where a place of the photograph lies on the enlarged one (pixel centres whole)."""
    x, y = place
    return (x + 0.5) * scale - 0.5, (y + 0.5) * scale - 0.5
