"""Damage files of every format by the thousand, read them, and see that nothing gives way.

    python tools/fuzz_readers.py --files 20000 --seed 1

A file passes when it is read, or refused with a `BlotquantError`, within two seconds of computing
and one GiB of memory. Everything else is printed with the seed that makes the file again, and the
exit code is 1. Workers are processes of their own, so that a crash of a decoder is seen as well.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import json
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "resources"), str(ROOT / "tools")]

if TYPE_CHECKING:
    from blotquant.model.image import BlotImage

from formats.mutate import mutated  # noqa: E402 - found through the path above
from formats.samples import Sample, samples  # noqa: E402 - as above

MAX_SECONDS = 2.0
MAX_BYTES = 2**30
_BATCH = 500
_HANGS_AFTER_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one damaged file: ``read``, ``refused``, or what went wrong."""

    sample: str
    verdict: str
    seconds: float


def projects(folder: Path) -> tuple[Sample, ...]:
    """Return two project files that the program wrote: with a link, with a picture inside."""
    from blotquant.io.project_file import write_project_file  # noqa: PLC0415 - after the path
    from blotquant.model.lane import Lane  # noqa: PLC0415 - as above
    from blotquant.model.project import Photograph, PlacedLanes, Project  # noqa: PLC0415 - as above

    picture = folder / "a.png"
    picture.write_bytes(next(s for s in samples() if s.name == "grey16.png").data)
    lane = Lane(image="img1", membrane="A", number=1, nodes=((5.0, 0.0), (6.0, 20.0)), width_px=4.0)
    linked = Project(
        name="fuzz",
        photographs=(Photograph(id="img1", file=picture.as_posix(), membranes=("A",)),),
        lanes=(PlacedLanes(image="img1", membrane="A", lanes=(lane,)),),
    )
    found = []
    for name, embed in (("linked.blot", False), ("embedded.blot", True)):
        write_project_file(replace(linked, embed_pictures=embed), folder / name)
        found.append(Sample(name=name, data=(folder / name).read_bytes()))
    return tuple(found)


def experiment() -> Sample:
    """Return an experiment file."""
    text = 'name = "fuzz"\n[[image]]\nfile = "a.png"\npage = 1\n[analysis]\npanel = "apoptosis"\n'
    return Sample(name="a.toml", data=text.encode())


def try_one(folder: Path, corpus: tuple[Sample, ...], seed: int) -> Outcome:
    """Damage one file of the corpus in the way that the seed says, and read it."""
    from blotquant.errors import BlotquantError  # noqa: PLC0415 - after the path

    random = Random(seed)  # noqa: S311 - the same seed must give the same file
    sample = corpus[seed % len(corpus)]
    path = folder / sample.name
    both = [(sample.name, sample.data), *sample.beside]
    hit = random.randrange(len(both))
    for k, (name, data) in enumerate(both):
        (folder / name).write_bytes(mutated(data, random) if k == hit else data)
    start = time.process_time()
    try:
        _open(path, random.choice((0, 0, 0, 0, 1, 2)))
        verdict = "read"
    except BlotquantError as error:
        cause = error.__cause__
        verdict = "MemoryError" if isinstance(cause, MemoryError) else "refused"
    except Exception as error:  # noqa: BLE001 - whatever is no BlotquantError is what we look for
        verdict = f"{type(error).__name__}: {error}"[:200]
    seconds = time.process_time() - start
    if verdict in {"read", "refused"} and seconds > MAX_SECONDS:
        verdict = f"took {seconds:.1f} s"
    return Outcome(sample=sample.name, verdict=verdict, seconds=seconds)


def _open(path: Path, page: int) -> None:
    """Open a file as the window and the command line do, pictures of projects included."""
    from blotquant.io.images import read_image  # noqa: PLC0415 - after the path
    from blotquant.io.open_project import is_project, open_project  # noqa: PLC0415 - as above

    if is_project(path):
        for photograph in open_project(path).photographs:
            _look_at(read_image(photograph.file, photograph.page))
        return
    _look_at(read_image(path, page))


def _look_at(image: BlotImage) -> None:
    """Ask for everything that a picture tells; some of it is found only then."""
    if image.pixels.ndim != 2 or not image.sha256:
        raise TypeError("a picture has two dimensions and a hash")


def work(first: int, last: int, report: Path) -> None:
    """Try a range of seeds and write what became of them, one line a file."""
    _limit_memory()
    warnings.simplefilter("error")
    faulthandler.enable()
    with tempfile.TemporaryDirectory() as name, report.open("w", encoding="utf-8") as stream:
        folder = Path(name)
        corpus = (*samples(), *projects(folder), experiment())
        for seed in range(first, last):
            stream.write(f"{json.dumps({'seed': seed})}\n")
            stream.flush()
            faulthandler.dump_traceback_later(_HANGS_AFTER_S, exit=True)
            found = try_one(folder, corpus, seed)
            faulthandler.cancel_dump_traceback_later()
            line = {"sample": found.sample, "verdict": found.verdict, "seconds": found.seconds}
            stream.write(f"{json.dumps(line)}\n")


def _limit_memory() -> None:
    """Let this process have one GiB more than it has now; elsewhere than on Linux, as it comes."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource  # noqa: PLC0415 - POSIX alone

        import cv2  # noqa: F401, PLC0415 - what is loaded lazily must be there before

        import blotquant.io.images  # noqa: F401, PLC0415 - as above

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        limit = pages * resource.getpagesize() + MAX_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def run(n_files: int, seed: int) -> tuple[Counter[str], list[str], float]:
    """Try so many files in worker processes; return counts, what went wrong, and the longest."""
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    longest = 0.0
    with tempfile.TemporaryDirectory() as name:
        report = Path(name) / "report"
        first, stop = seed * 1_000_000, seed * 1_000_000 + n_files
        while first < stop:
            last = min(stop, first + _BATCH)
            command = [sys.executable, __file__, "--work", str(first), str(last), str(report)]
            done = subprocess.run(command, check=False, capture_output=True, text=True)
            lines = [json.loads(x) for x in report.read_text(encoding="utf-8").splitlines()]
            seeds = [x["seed"] for x in lines if "seed" in x]
            for at, line in zip(seeds, (x for x in lines if "verdict" in x), strict=False):
                verdict = line["verdict"]
                kind = verdict if verdict in {"read", "refused"} else "WRONG"
                counts[f"{line['sample']} {kind}"] += 1
                longest = max(longest, line["seconds"])
                if kind == "WRONG":
                    wrong.append(f"seed {at}, {line['sample']}: {verdict}")
            first = last
            if done.returncode != 0:
                wrong.append(
                    f"seed {seeds[-1] if seeds else first}: crashed\n{done.stderr[-1500:]}"
                )
                first = seeds[-1] + 1 if seeds else last
    return counts, wrong, longest


def main() -> int:
    """Fuzz, print a table, and return an exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=2000, help="how many damaged files")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    parser.add_argument("--work", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        work(int(options.work[0]), int(options.work[1]), Path(options.work[2]))
        return 0
    counts, wrong, longest = run(options.files, options.seed)
    names = sorted({key.rpartition(" ")[0] for key in counts})
    print(f"{'file':<16}{'read':>8}{'refused':>9}{'wrong':>7}")
    for name in names:
        parts = [counts[f"{name} {kind}"] for kind in ("read", "refused", "WRONG")]
        print(f"{name:<16}{parts[0]:>8}{parts[1]:>9}{parts[2]:>7}")
    print(
        f"{sum(counts.values())} files, {len(wrong)} went wrong, the longest took {longest:.2f} s"
    )
    print("\n".join(wrong[:50]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
