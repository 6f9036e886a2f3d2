"""Make the tables of docs/validation.md again: simulate, analyse, compare with what is true.

--seeds 101-106     which blots of every scenario (also 101,105)
--scenarios A,B     only these; the tables are then printed and the document stays as it is
--jobs 2            processes; the figures do not depend on it
--real FOLDER       photographs with hand-measured lanes (sub-folders with truth.json); a second
                    one holds further photographs, which are pooled by where they come from, a
                    third one such that nobody looked at
--ideas             instead: what each idea of the detector buys, and the pictures of its failures,
                    for docs/detection.md (seeds 101-103)
--no-times          leave the run times as they are
--print             print the tables instead of writing them
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parent.parent
for part in (ROOT / "resources", ROOT, ROOT / "tools"):
    sys.path.insert(0, str(part))

import blotquant as bq  # noqa: E402 - the checkout's own code, installed or not
from blotquant.simulate import scenarios  # noqa: E402 - as above
from blotquant.simulate.photos import photo_scenes  # noqa: E402 - as above
from validation import tables  # noqa: E402 - as above
from validation.backgrounds import (  # noqa: E402 - as above
    MethodScores,
    method_table,
    score_methods,
)
from validation.failures import draw_failures  # noqa: E402 - as above
from validation.hand_truth import read_pictures  # noqa: E402 - as above
from validation.lanes_alone import (  # noqa: E402 - as above
    idea_table,
    score_picture_by_idea,
    score_scene_by_idea,
)
from validation.photographs import score_picture  # noqa: E402 - as above
from validation.ratios import score_experiment  # noqa: E402 - as above
from validation.scenes import SceneScore, scene_table, score_scene  # noqa: E402 - as above
from validation.simulated import BlotScore, score_simulated  # noqa: E402 - as above

DOCUMENT = ROOT / "docs" / "validation.md"
METHOD = ROOT / "docs" / "detection.md"
PICTURES = ROOT / "docs" / "pictures"
SEEDS = tuple(range(101, 107))
IDEA_SEEDS = SEEDS[:3]
REAL = ("real", "further", "unseen")  # sets of photographs, in the order of --real
_T = TypeVar("_T")
_R = TypeVar("_R")


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the tables; return an exit code."""
    options = _parser().parse_args(arguments)
    options.seeds = options.seeds or (IDEA_SEEDS if options.ideas else SEEDS)
    options.document = options.document or (METHOD if options.ideas else DOCUMENT)
    made = make_idea_table(options) if options.ideas else make_tables(options)
    if options.print or options.scenarios:
        for name, text in made.items():
            print(f"\n{name}\n\n{text}")
        return 0
    try:
        text = tables.with_tables(options.document.read_text("utf-8"), made)
    except (OSError, tables.DocumentError) as error:
        print(f"{options.document.name} stays as it is: {error}", file=sys.stderr)
        return 1
    options.document.write_text(text, encoding="utf-8", newline="\n")
    print(f"wrote {options.document.name}")
    return 0


def make_tables(options: argparse.Namespace) -> dict[str, str]:
    """Return the tables by the name of their marker."""
    asked = options.scenarios or (*scenarios(), *photo_scenes())
    made: dict[str, str] = {}
    names = tuple(name for name in asked if name in scenarios())
    if names:
        places = [(name, seed) for name in names for seed in options.seeds]
        blots = _all("blots", _score_place, places, options.jobs)
        series = _all("dose series", score_experiment, options.seeds, options.jobs)
        reported = [r for score in blots for r in score.ratios] + [r for s in series for r in s]
        made["run"] = tables.run_line(bq.__version__, options.seeds, len(names))
        made["detection"] = tables.detection_table(blots)
        made["volumes"] = tables.volume_table(blots)
        made["ratios"] = tables.ratio_table(reported)
        compared = _all("background comparisons", _score_methods, places, options.jobs)
        made["backgrounds"] = method_table(compared)
    hard = [(name, seed) for name in asked if name in photo_scenes() for seed in options.seeds]
    if hard:
        scores = _all("hard photographs", _score_hard, hard, options.jobs)
        made["scenes"] = scene_table(scores)
    made |= _real_tables(options)
    if not options.no_times:
        from validation.times import machine, measure_times  # noqa: PLC0415 - only when asked for

        print("times ...", flush=True)
        where = machine()  # before the measurement itself makes it busy
        made["times"] = tables.time_table(measure_times(), where)
    return made


def _real_tables(options: argparse.Namespace) -> dict[str, str]:
    """Return the tables of the first folder of photographs, and of other ones by source."""
    made = {}
    for name, folder in zip(REAL, options.real, strict=False):
        pictures = read_pictures(folder)
        if not pictures:
            print(f"{folder.name} holds no truth.json: real photographs are left out")
            continue
        measured = _all("photographs", score_picture, pictures, options.jobs)
        if name == "real":
            made["photographs"] = tables.photograph_table(measured)
            made["sources"] = tables.source_list(pictures)
        else:
            made[name] = tables.source_table(pictures, measured)
    return made


def make_idea_table(options: argparse.Namespace) -> dict[str, str]:
    """Return the table of what each idea buys, and draw the failures unless only printing."""
    names = options.scenarios or photo_scenes()
    places = [(name, seed) for name in names for seed in options.seeds]
    sets = [("simulated", _all("hard photographs", score_scene_by_idea, places, options.jobs))]
    for name, folder in zip(REAL, options.real, strict=False):
        pictures = [p for p in read_pictures(folder) if any(q.lanes for q in p.panels)]
        sets.append((name, _all("photographs", score_picture_by_idea, pictures, options.jobs)))
    if not (options.print or options.scenarios):
        draw_failures(PICTURES)
    return {"ideas": idea_table(sets)}


def _score_place(place: tuple[str, int]) -> BlotScore:
    return score_simulated(*place)


def _score_methods(place: tuple[str, int]) -> MethodScores:
    return score_methods(*place)


def _score_hard(place: tuple[str, int]) -> SceneScore:
    return score_scene(*place)


def _all(what: str, score: Callable[[_T], _R], items: Sequence[_T], jobs: int) -> list[_R]:
    """Score everything, in order; more jobs change the time and nothing else."""
    print(f"{len(items)} {what} ...", end=" ", flush=True)
    start = time.monotonic()
    if jobs == 1:
        results = [score(item) for item in items]
    else:
        # Spawned as on every platform, so that the figures are the same on all of them.
        with multiprocessing.get_context("spawn").Pool(jobs) as pool:
            results = pool.map(score, items, chunksize=1)
    print(f"{time.monotonic() - start:.0f} s", flush=True)
    return results


def _seeds(text: str) -> tuple[int, ...]:
    """Read 101-106 or 101,105."""
    seeds: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        seeds.extend(range(int(first), int(last or first) + 1))
    if not seeds:
        raise argparse.ArgumentTypeError(f"{text!r} holds no seed; write for instance 101-106")
    return tuple(seeds)


def _names(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    known = (*scenarios(), *photo_scenes())
    unknown = [name for name in names if name not in known]
    if unknown:
        raise argparse.ArgumentTypeError(
            f"there is no scenario {', '.join(unknown)}; choose of {', '.join(known)}"
        )
    return names


def _jobs(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError("give a number of processes from 1 on")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=_seeds)
    parser.add_argument("--scenarios", type=_names, default=())
    parser.add_argument("--jobs", type=_jobs, default=1)
    parser.add_argument("--real", type=Path, action="append", default=[])
    parser.add_argument("--ideas", action="store_true")
    parser.add_argument("--document", type=Path)
    parser.add_argument("--no-times", action="store_true")
    parser.add_argument("--print", action="store_true")
    return parser


if __name__ == "__main__":
    sys.exit(main())
