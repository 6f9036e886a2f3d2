"""Make the environment in .venv: what the application needs, with --dev what its tests need too.

Runs on a bare Python 3.11 or later. A stamp in the environment remembers what was installed, so
that the next call is quick; a change of pyproject.toml or constraints.txt installs again.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from apt_packages import apt_install

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
CONSTRAINTS = ROOT / "constraints.txt"
NEWEST, OLDEST = 13, 11


def main() -> int:
    """Make or complete the environment; return an exit code."""
    dev = "--dev" in sys.argv[1:]
    if sys.version_info < (3, OLDEST):
        return run_with_newer_python()
    if is_complete(dev=dev):
        return 0
    if not has_working_python() and not make_venv():
        return 1
    print(f"Installing what blotquant needs into {VENV} ...", flush=True)
    if not install(dev=dev):
        print("The installation failed; see above. Is there a connection to the network?")
        return 1
    stamp(dev=dev).write_text(state(), encoding="utf-8")
    return 0


def run_with_newer_python() -> int:
    """Start this script again with a Python that is new enough, or say which one is needed."""
    for minor in range(NEWEST, OLDEST - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found and subprocess.run([found, "-c", ""], check=False).returncode == 0:
            return subprocess.run([found, __file__, *sys.argv[1:]], check=False).returncode
    version = ".".join(str(part) for part in sys.version_info[:2])
    print(f"blotquant needs Python 3.{OLDEST} or later; this is {version}.")
    print("Install one and name it: make run PYTHON=/path/to/python3")
    return 1


def venv_python() -> Path:
    """Return the path of the environment's interpreter."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def has_working_python() -> bool:
    """Return whether the environment has a Python that is new enough, with pip."""
    if not venv_python().exists():
        return False
    check = f"import sys, pip; sys.exit(sys.version_info < (3, {OLDEST}))"
    command = [str(venv_python()), "-c", check]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def make_venv() -> bool:
    """Make an empty environment; Debian keeps the means for that in a package of its own."""
    if importlib.util.find_spec("ensurepip") is None:
        package = f"python3.{sys.version_info.minor}-venv"
        if not apt_install([package], "Python's venv module is missing."):
            return False
    print(f"Making an environment in {VENV} ...", flush=True)
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    return subprocess.run(command, check=False).returncode == 0


def install(*, dev: bool) -> bool:
    """Install the build tools, then blotquant with them: nothing is downloaded twice."""
    target = f"{ROOT}[dev]" if dev else str(ROOT)
    pip = [str(venv_python()), "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
    pip += ["--constraint", str(CONSTRAINTS)]
    steps = (
        [*pip, "hatchling", "editables"],
        [*pip, "--no-build-isolation", "--editable", target],
    )
    return all(subprocess.run(step, check=False).returncode == 0 for step in steps)


def state() -> str:
    """Return a digest of everything that decides what is installed."""
    digest = hashlib.sha256(str(ROOT).encode())
    for path in (ROOT / "pyproject.toml", CONSTRAINTS, Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def stamp(*, dev: bool) -> Path:
    """Return the file that remembers the state of the last installation."""
    return VENV / ("blotquant-dev.stamp" if dev else "blotquant.stamp")


def is_complete(*, dev: bool) -> bool:
    """Return whether nothing has changed; an environment with the test tools serves both."""
    stamps = [stamp(dev=True)] if dev else [stamp(dev=False), stamp(dev=True)]
    known = state()
    written = [s.read_text(encoding="utf-8") for s in stamps if s.is_file()]
    return known in written and has_working_python()


if __name__ == "__main__":
    sys.exit(main())
