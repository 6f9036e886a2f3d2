"""How long the steps take on a large photograph, and what they were measured on."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import blotquant as bq
from blotquant.cache import StageCache
from blotquant.simulate import RowSpec, Scene, simulate_blot, write_blot
from blotquant.stages import locating
from validation.simulated import probed_for

ROOT = Path(__file__).resolve().parents[2]
N_LANES = 20
ROUNDS = 5
_ROWS = (
    ("parp", "pro", 116.0),
    ("parp", "p89", 89.0),
    ("caspase-9", "pro", 47.0),
    ("caspase-9", "p35", 35.0),
    ("caspase-3", "p19", 19.0),
    ("caspase-3", "p17", 17.0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Median and longest of the rounds, in seconds; no rounds where it cannot be measured here."""

    what: str
    rounds_s: tuple[float, ...]

    @property
    def median_s(self) -> float:
        """The median, NaN without rounds."""
        return statistics.median(self.rounds_s) if self.rounds_s else float("nan")

    @property
    def longest_s(self) -> float:
        """The longest, NaN without rounds."""
        return max(self.rounds_s, default=float("nan"))


def large_scene() -> Scene:
    """Return 12 megapixels with twenty lanes and six rows."""
    rng = np.random.default_rng(12)
    return Scene(
        width_px=4000,
        height_px=3000,
        n_lanes=N_LANES,
        lane_width_px=130.0,
        gap_px=55.0,
        rotation_deg=0.4,
        edge_px=6.0,
        blotch=0.02,
        smear=0.03,
        rows=tuple(
            RowSpec(
                target=target,
                form=form,
                kda=kda,
                amounts=tuple(float(a) for a in 4e7 * np.exp(rng.normal(0, 0.4, N_LANES))),
                sigma_px=18.0,
                tail_px=6.0,
            )
            for target, form, kda in _ROWS
        ),
    )


def measure_times() -> tuple[Timing, ...]:
    """Time reading, finding lanes, the whole pipeline, and the window's start."""
    blot = simulate_blot(large_scene())
    with tempfile.TemporaryDirectory() as folder:
        path = write_blot(blot, folder, "large")
        project = probed_for(bq.open_project(path), (target for target, _, _ in _ROWS))
        (photograph,) = project.photographs
        image = bq.read_image(path)
        images = {photograph.id: image}
        return (
            # Its hash is found with its full scale and warnings, when one of them is asked for.
            _timed("read the file", lambda: bq.read_image(path).sha256),
            _timed(
                "polarity, noise, membrane and lanes",
                lambda: locating.locate(project, photograph, image, StageCache()),
            ),
            _timed("whole analysis of the picture as read", lambda: bq.analyse(project, images)),
            _timed("read and analyse", lambda: bq.analyse(project)),
            _timed_start(Path(folder)),
        )


def machine() -> str:
    """Return what it ran on, in general terms, and how busy that was where the system tells."""
    system = f"{platform.system()} {platform.machine()}".strip()
    version = ".".join(platform.python_version_tuple()[:2])
    load = f", load average {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{os.cpu_count()} cores, {system}, Python {version}{load}"


def _timed(what: str, call: Callable[[], object]) -> Timing:
    """Time a call; the first one, which imports what is slow to import, is not counted."""
    call()
    rounds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        call()
        rounds.append(time.perf_counter() - start)
    return Timing(what=what, rounds_s=tuple(rounds))


def _timed_start(folder: Path) -> Timing:
    """Time a process that opens the window off the screen, draws it once and ends."""
    what = "start the program, paint its window, quit"
    code = "import sys; from blotquant_app.main import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "--screenshot", str(folder / "window.png")]
    paths = [str(ROOT / part) for part in (".", "app", "resources")]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(paths),
        "QT_QPA_PLATFORM": "offscreen",
        "XDG_CONFIG_HOME": str(folder),  # the user's own settings are left alone
    }

    def start() -> None:
        subprocess.run(command, check=True, env=environment, cwd=folder, capture_output=True)

    try:
        return _timed(what, start)
    except subprocess.CalledProcessError:
        # Without the window's libraries the row says that it was not measured.
        return Timing(what=what, rounds_s=())
