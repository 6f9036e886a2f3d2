"""``python -m blotquant`` is the command ``blotquant``."""

from __future__ import annotations

from blotquant.cli import main

if __name__ == "__main__":
    main()
