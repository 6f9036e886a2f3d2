"""Start the window with ``python -m blotquant_app``."""

from __future__ import annotations

import sys

from blotquant_app.main import main

if __name__ == "__main__":
    sys.exit(main())
