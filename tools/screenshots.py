"""Draw the pictures of the guide into docs/guide, without a display.

Everything on them is simulated. The window starts anew for each picture, so that none depends on
the one before.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GUIDE = ROOT / "docs" / "guide"
MOST_BYTES = 300_000
N_EXACT = 192  # colours of a picture that are kept as they are


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture: what is opened (nothing, the demo, or a simulated scenario) and what is shown."""

    name: str
    options: tuple[str, ...] = ()
    source: str = "demo"


# The demo's photographs are caspase-3, caspase-9, PARP and actin, of membrane A, then of B.
PICTURES = (
    Picture(name="1-welcome", source=""),
    Picture(name="2-lanes", options=("--photograph", "1", "--lane", "4", "--stage", "lanes")),
    Picture(
        name="3-bands",
        options=("--photograph", "3", "--lane", "5", "--row", "2", "--stage", "bands"),
    ),
    Picture(name="4-targets", options=("--photograph", "1", "--lane", "6", "--stage", "targets")),
    Picture(
        name="5-normalise", options=("--photograph", "4", "--lane", "1", "--stage", "normalise")
    ),
    Picture(name="6-results", options=("--photograph", "3", "--lane", "5", "--stage", "results")),
    Picture(
        name="images",
        options=("--photograph", "1", "--lane", "1", "--stage", "images"),
        source="saturated",
    ),
    Picture(
        name="lanes-dark",
        options=("--photograph", "1", "--lane", "4", "--stage", "lanes", "--theme", "dark"),
    ),
    Picture(
        name="compare",
        options=("--photograph", "1", "--lane", "3", "--stage", "bands", "--action", "compare"),
    ),
    Picture(
        name="bands-dark",
        options=("--lane", "3", "--row", "1", "--stage", "bands", "--theme", "dark"),
        source="smile",
    ),
    Picture(
        name="results-dark",
        options=("--photograph", "3", "--lane", "5", "--stage", "results", "--theme", "dark"),
    ),
)


def main() -> int:
    """Draw every picture and the figure; return an exit code."""
    GUIDE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        sources = _sources(Path(folder))
        failed = [p.name for p in PICTURES if not _draw(p, sources.get(p.source), Path(folder))]
        _figure(sources["demo"])
    too_large = [p.name for p in GUIDE.glob("*.png") if p.stat().st_size > MOST_BYTES]
    for name in failed:
        print(f"FAILED {name}")
    for name in too_large:
        print(f"{name} is larger than {MOST_BYTES // 1000} kB")
    return 1 if failed or too_large else 0


def _sources(folder: Path) -> dict[str, Path]:
    """Write the demo and the simulated blots that are shown; return what to open."""
    from blotquant.simulate import (  # noqa: PLC0415 - slow import
        scene,
        simulate_blot,
        write_blot,
        write_demo,
    )

    sources = {"demo": write_demo(folder / "demo")}
    for name in {p.source for p in PICTURES} - {"", "demo"}:
        sources[name] = write_blot(simulate_blot(scene(name)), folder, f"simulated {name}")
    return sources


def _draw(picture: Picture, source: Path | None, home: Path) -> bool:
    path = GUIDE / f"{picture.name}.png"
    command = [sys.executable, "-m", "blotquant_app"]
    command += [str(source)] if source is not None else []
    command += [*picture.options, "--screenshot", str(path)]
    # A home of its own: neither recent files nor a window size of the user come into the picture.
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": str(home)}
    if subprocess.run(command, check=False, env=environment, cwd=ROOT).returncode != 0:
        return False
    _compress(path)
    print(f"wrote {path.relative_to(ROOT)}  {path.stat().st_size // 1000} kB", flush=True)
    return True


def _compress(path: Path, longest_px: int = 10_000) -> None:
    """Keep 256 colours: the most frequent ones exactly, the others so that rare ones survive."""
    from PIL import Image  # noqa: PLC0415 - slow import

    with Image.open(path) as opened:
        opened.thumbnail((longest_px, longest_px))
        image = opened.convert("RGB")
    counted = image.getcolors(image.width * image.height) or []
    ranked = [colour for _, colour in sorted(counted, reverse=True)]
    exact, rest = ranked[:N_EXACT], ranked[N_EXACT:]
    palette = [value for colour in exact for value in colour]
    if rest:
        strip = Image.new("RGB", (len(rest), 1))
        strip.putdata(rest)
        reduced = strip.quantize(256 - N_EXACT, method=Image.Quantize.MAXCOVERAGE)
        palette += reduced.getpalette() or []
    holder = Image.new("P", (1, 1))
    holder.putpalette(palette[: 3 * 256])
    image.quantize(palette=holder, dither=Image.Dither.NONE).save(path, optimize=True)


def _figure(experiment: Path) -> None:
    import blotquant as bq  # noqa: PLC0415 - slow import
    from blotquant.export.figure import write_figure  # noqa: PLC0415 - slow import

    project = bq.open_project(experiment)
    path = write_figure(project, bq.analyse(project), GUIDE / "figure.png")
    _compress(path, longest_px=1300)
    print(f"wrote {path.relative_to(ROOT)}  {path.stat().st_size // 1000} kB", flush=True)


if __name__ == "__main__":
    sys.exit(main())
