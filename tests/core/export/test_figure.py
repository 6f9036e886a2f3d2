from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from blotquant.errors import BlotquantError, SettingsError
from blotquant.export import write, write_figure
from blotquant.export.figure import display_pixels
from blotquant.model.image import Polarity


@pytest.mark.parametrize(
    ("suffix", "start"),
    [
        (".svg", b"<?xml"),
        (".pdf", b"%PDF"),
        (".png", b"\x89PNG"),
        (".tif", b"II*\x00"),
    ],
)
def test_every_format_twice_the_same(project, analysis, tmp_path, suffix, start):
    first = write_figure(project, analysis, tmp_path / f"one{suffix}")
    second = write_figure(project, analysis, str(tmp_path / f"two{suffix}"))
    data = first.read_bytes()
    assert data.startswith(start)
    assert data == second.read_bytes()


def test_the_figure_shows_dark_bands_on_light(analysis):
    report = analysis.images[0]
    shown = display_pixels(report)
    assert shown[32, 30] < 0.2
    assert np.median(shown) > 0.8
    inverted = replace(
        report,
        image=replace(report.image, pixels=(65535 - report.image.pixels).astype(np.uint16)),
        polarity=replace(report.polarity, polarity=Polarity.DARK_ON_LIGHT),
    )
    np.testing.assert_allclose(display_pixels(inverted), shown)


def test_bands_and_ratios_are_drawn(project, analysis, tmp_path):
    path = write_figure(project, analysis, tmp_path / "figure.png")
    with Image.open(path) as picture:
        pixels = np.asarray(picture.convert("RGB"))
    height, width, _ = pixels.shape
    assert width == pytest.approx(7.2 * 300, abs=1)
    accent = np.all(np.abs(pixels.astype(int) - (0x2A, 0x6F, 0x97)) < 12, axis=2)
    assert accent[:, width // 2 :].sum() > 100
    dark = pixels[:, : width // 2].max(axis=2) < 60
    assert dark.sum() > 0.002 * height * width


def test_an_empty_analysis_still_gives_a_figure(project, analysis, tmp_path):
    empty = replace(analysis, images=(), lanes=(), bands=(), assignments=(), ratios=(), summary=())
    assert write_figure(project, empty, tmp_path / "empty.svg").stat().st_size > 0


def test_an_unknown_format_is_refused(project, analysis, tmp_path):
    with pytest.raises(SettingsError, match=r"figure\.bmp"):
        write_figure(project, analysis, tmp_path / "figure.bmp")
    assert not (tmp_path / "figure.bmp").exists()


def test_a_missing_folder_is_named(project, analysis, tmp_path):
    with pytest.raises(BlotquantError, match=r"figure\.svg"):
        write_figure(project, analysis, tmp_path / "nowhere" / "figure.svg")


def test_it_is_an_exporter_too(project, analysis, tmp_path):
    (path,) = write(project, analysis, tmp_path, exporters=("figure",))
    assert path.name == "figure.svg"


def test_matplotlib_is_imported_when_a_figure_is_wanted():
    import subprocess

    code = (
        "import sys, blotquant.export, blotquant.normalise, blotquant.statistics;"
        "sys.exit(any(m in sys.modules for m in ('matplotlib', 'scipy.stats', 'statsmodels')))"
    )
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, check=False, env=_paths(root), timeout=60
    )
    assert done.returncode == 0


def _paths(root):
    import os

    extra = os.pathsep.join(str(p) for p in (root, root / "app", root / "resources"))
    return {**os.environ, "PYTHONPATH": extra}
