from __future__ import annotations

import os
import subprocess
import sys

from PySide6.QtGui import QImage

from blotquant.simulate import write_blot


def run(*arguments, home):
    return subprocess.run(
        [sys.executable, "-m", "blotquant_app", *map(str, arguments)],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "QT_QPA_PLATFORM": "offscreen",
            "XDG_CONFIG_HOME": str(home),
            "XDG_DATA_HOME": str(home),
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_screenshot_waits_for_the_numbers_and_exits(tmp_path, easy_blot):
    photograph = write_blot(easy_blot, tmp_path, "blot")
    picture = tmp_path / "window.png"
    done = run(photograph, "--screenshot", picture, "--lane", 1, "--theme", "dark", home=tmp_path)
    assert done.returncode == 0, done.stderr
    image = QImage(str(picture))
    assert (image.width(), image.height()) == (1440, 900)
    assert image.pixelColor(5, 700).lightnessF() < 0.3
    assert len({image.pixelColor(x, 400).rgb() for x in range(300, 1000, 3)}) > 8


def test_screenshot_that_cannot_be_written_says_so(tmp_path):
    done = run("--screenshot", tmp_path / "no" / "such" / "x.png", home=tmp_path)
    assert done.returncode == 2
    assert "could not be written" in done.stderr


def test_starting_imports_nothing_slow():
    program = (
        "import sys, blotquant_app.windows.main_window\n"
        "slow = {'scipy.signal', 'scipy.stats', 'matplotlib', 'statsmodels', 'pybaselines',"
        " 'pandas', 'pydantic', 'blotquant.pipeline'}\n"
        "print(sorted(slow & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
