"""Remove everything that can be made again: environment, demo, caches."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MADE = (
    ".venv",
    ".mypy_cache",
    ".ruff_cache",
    ".hypothesis",
    ".import_linter_cache",
    ".benchmarks",
    "build",
    "dist",
    "demo",
    "demo-results",
)
SOURCES = ("blotquant", "app", "resources", "tests", "tools")

if __name__ == "__main__":
    caches = [path for source in SOURCES for path in (ROOT / source).rglob("__pycache__")]
    for folder in [*(ROOT / name for name in MADE), *caches]:
        if folder.is_dir():
            shutil.rmtree(folder)
