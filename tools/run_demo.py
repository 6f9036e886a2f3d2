"""Open the demo experiment in the window, or analyse it where there is no display.

--headless analyses it in any case. The demo is written to demo/, results to demo-results/.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from display import has_display

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "demo"
RESULTS = ROOT / "demo-results"


def main() -> int:
    """Show the demo; return an exit code."""
    experiment = demo_experiment()
    if "--headless" not in sys.argv[1:] and has_display():
        return show(experiment)
    if "--headless" not in sys.argv[1:]:
        print("There is no display here, so no window can be opened.")
        print("The demo experiment is analysed without one instead.")
    analyse(experiment)
    picture = take_picture(experiment)
    print(f"\nThe results are in {RESULTS}")
    return picture


def demo_experiment() -> Path:
    """Return the demo's experiment file; what a user changed there is kept."""
    from blotquant.simulate import write_demo  # noqa: PLC0415 - slow import

    path = DEMO / "experiment.toml"
    return path if path.is_file() else write_demo(DEMO)


def show(experiment: Path) -> int:
    """Open the window and wait until it is closed."""
    if not system_libraries("--window"):
        return 1
    print("Opening the demo experiment. It is simulated, so that its truth is known.", flush=True)
    command = [sys.executable, "-m", "blotquant_app", str(experiment)]
    return subprocess.run(command, check=False).returncode


def analyse(experiment: Path) -> None:
    """Write the tables and the figure, and print what the summary says."""
    import blotquant as bq  # noqa: PLC0415 - slow import
    from blotquant.export.figure import write_figure  # noqa: PLC0415 - slow import

    project = bq.open_project(experiment)
    analysis = bq.analyse(project)
    RESULTS.mkdir(exist_ok=True)
    files = [*bq.write(project, analysis, RESULTS)]
    figure = RESULTS / "figure.png"
    write_figure(project, analysis, figure)
    print(f"\n{project.name}\ncleaved / (cleaved + pro), mean of n experiments and its interval")
    for row in analysis.summary:
        if row.ratio == "cleaved_fraction":
            interval = f"{row.ci_low:.3f} to {row.ci_high:.3f}" if row.n > 1 else "-"
            print(
                f"  {row.target:<10} {row.condition:<12} n = {row.n}"
                f" {row.geometric_mean:7.3f}   {interval}"
            )
    for path in (*files, figure):
        print(f"wrote {Path(path).relative_to(ROOT)}")


def take_picture(experiment: Path) -> int:
    """Have the application draw its window off the screen; return an exit code."""
    if not system_libraries():
        print("The picture of the window was left out; everything else is there.")
        return 0
    picture = RESULTS / "window.png"
    command = [sys.executable, "-m", "blotquant_app", str(experiment), "--screenshot", str(picture)]
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    code = subprocess.run(command, check=False, env=environment).returncode
    if code == 0:
        print(f"wrote {picture.relative_to(ROOT)}")
    return code


def system_libraries(*options: str) -> bool:
    """Return whether what Qt needs is there now."""
    script = Path(__file__).with_name("system_libraries.py")
    return subprocess.run([sys.executable, str(script), *options], check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
