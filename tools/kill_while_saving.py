"""Kill programs while they save a project, and see that the file is whole every time.

    python tools/kill_while_saving.py --kills 200

Every program is a process of its own that saves one project after another over the same file; it
is killed (SIGKILL, or TerminateProcess on Windows) at a random moment. Afterwards the file must
open and hold one of the saved states with all of its pictures. The exit code is 1 if it does not.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "resources")]

_LONGEST_S = 0.08
_PICTURE_BYTES = 400_000


def save_for_ever(path: Path, picture: Path) -> None:
    """Save states 1, 2, 3 ... over one file, until somebody ends this process."""
    from blotquant.io.project_file import write_project_file  # noqa: PLC0415 - after the path
    from blotquant.model.project import Photograph, Project  # noqa: PLC0415 - as above

    photograph = Photograph(id="img1", file=picture.as_posix(), membranes=("A",))
    number = 0
    while True:
        number += 1
        note = str(number) * (number % 5000)
        state = Project(
            name=str(number), photographs=(photograph,), note=note, embed_pictures=number % 2 == 0
        )
        write_project_file(state, path)
        if number == 1:
            print("ready", flush=True)


def fault(path: Path, picture: bytes) -> str:
    """Return what is wrong with a saved file, nothing where it is whole."""
    from blotquant.errors import BlotquantError  # noqa: PLC0415 - after the path
    from blotquant.io.files import read_bytes  # noqa: PLC0415 - as above
    from blotquant.io.project_file import read_project_file  # noqa: PLC0415 - as above

    try:
        project = read_project_file(path)
        held = read_bytes(Path(project.photographs[0].file))
    except BlotquantError as error:
        return str(error)
    number = int(project.name)
    if project.note != str(number) * (number % 5000) or held != picture:
        return f"state {number} is mixed up"
    return ""


def kill_once(folder: Path, random: Random) -> str:
    """Start a program that saves, kill it, and return what is wrong with its file."""
    path, picture = folder / "exp.blot", folder / "blot.tif"
    command = [sys.executable, __file__, "--save", str(path), str(picture)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        if program.stdout is None or program.stdout.readline() != "ready\n":
            program.kill()
            return "the program did not start"
        time.sleep(random.uniform(0, _LONGEST_S))
        program.kill()
    return fault(path, picture.read_bytes())


def run(n_kills: int, seed: int) -> list[str]:
    """Kill so many programs and return what went wrong."""
    random = Random(seed)  # noqa: S311 - a wait of random length
    wrong = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        content = hashlib.shake_128(b"blot").digest(_PICTURE_BYTES)
        (folder / "blot.tif").write_bytes(b"II*\x00" + content)
        for number in range(1, n_kills + 1):
            problem = kill_once(folder, random)
            if problem:
                wrong.append(f"kill {number}: {problem}")
        left = len(list(folder.glob(".*.tmp")))
    print(f"{n_kills} programs killed, {len(wrong)} projects lost, {left} unfinished files left")
    return wrong


def main() -> int:
    """Kill, report, and return an exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200, help="how many programs")
    parser.add_argument("--seed", type=int, default=1, help="which moments")
    parser.add_argument("--save", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.save:
        save_for_ever(Path(options.save[0]), Path(options.save[1]))
    wrong = run(options.kills, options.seed)
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
