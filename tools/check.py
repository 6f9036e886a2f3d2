"""Run every check of the project, the tests last, and exit with 1 if any of them failed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

CHECKS: tuple[tuple[str, list[str]], ...] = (
    ("lint", ["-m", "ruff", "check", "."]),
    ("format", ["-m", "ruff", "format", "--check", "."]),
    ("types", ["-m", "mypy"]),
    ("layers", ["-c", "from importlinter.cli import lint_imports_command as c; c()"]),
    ("tests", ["-m", "pytest", "-q"]),
)


def main() -> int:
    """Run all checks even if one fails; return an exit code."""
    environment = os.environ | {
        "QT_QPA_PLATFORM": "offscreen",
        # The checks share two cores with nothing else; one thread each keeps timings even.
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": "",
    }
    failed = []
    for name, arguments in CHECKS:
        start = time.monotonic()
        print(f"== {name}", flush=True)
        result = subprocess.run(
            [sys.executable, *arguments], check=False, cwd=ROOT, env=environment
        )
        if result.returncode != 0:
            failed.append(name)
        if name != "tests":
            print(f"   {time.monotonic() - start:.0f} s", flush=True)
    if failed:
        print(f"FAILED: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
