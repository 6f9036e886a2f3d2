"""How long the program needs from its start to a painted window and out again."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_window_start(benchmark, tmp_path):
    picture = tmp_path / "window.png"
    code = "import sys; from blotquant_app.main import main; sys.exit(main(sys.argv[1:]))"
    paths = [str(ROOT), str(ROOT / "app"), str(ROOT / "resources")]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(paths),
        "QT_QPA_PLATFORM": "offscreen",
        # The user's recent files and window size are left alone.
        "XDG_CONFIG_HOME": str(tmp_path),
    }

    def start():
        command = [sys.executable, "-c", code, "--screenshot", str(picture)]
        subprocess.run(command, check=True, env=environment, cwd=tmp_path, capture_output=True)

    benchmark.pedantic(start, rounds=3, warmup_rounds=1)
    assert picture.stat().st_size > 0
