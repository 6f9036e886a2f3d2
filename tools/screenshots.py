"""Draw the window's pictures for the documentation into docs/images, without a display."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from run_demo import demo_experiment

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"

# file name -> what the window shows: the demo's photographs are caspase-3, -9, PARP, actin.
PICTURES = {
    "window.png": ["--photograph", "1", "--lane", "4"],
    "window-dark.png": ["--photograph", "1", "--lane", "4", "--theme", "dark"],
    "parp.png": ["--photograph", "3", "--lane", "6"],
    "actin.png": ["--photograph", "4", "--lane", "1"],
}


def main() -> int:
    """Draw every picture; return an exit code."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    experiment = str(demo_experiment())
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    failed = 0
    for name, options in PICTURES.items():
        command = [sys.executable, "-m", "blotquant_app", experiment, *options]
        command += ["--screenshot", str(IMAGES / name)]
        code = subprocess.run(command, check=False, env=environment).returncode
        print(f"{'wrote' if code == 0 else 'FAILED'} docs/images/{name}", flush=True)
        failed += code != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
