"""Keep `True`, `False` and `None` alive on Python 3.11 under Qt for Python 6.12.

Qt for Python 6.12.0 hands out these three objects without counting the reference. From Python 3.12
on they are immortal and nothing happens; on 3.11 their count falls with every emitted signal until
the interpreter aborts, with all unsaved work. Versions below 6.12 count rightly.
"""

from __future__ import annotations

import ctypes
import sys

# More signals than a session can emit, and far from the end of the counter.
_SPARE = 1 << 40


def hold_singletons() -> bool:
    """Give the three objects so many references that they cannot be lost; say whether it was done.

    Does nothing from Python 3.12 on, or where the counter is not where CPython keeps it.
    """
    if sys.version_info >= (3, 12) or sys.implementation.name != "cpython":
        return False
    held = True
    for value in (True, False, None):
        counter = ctypes.c_ssize_t.from_address(id(value))
        is_there = abs(counter.value - sys.getrefcount(value)) < 16  # a few come and go meanwhile
        if is_there and counter.value < _SPARE:
            counter.value += _SPARE
        held = held and is_there
    return held
