"""The desktop window of blotquant: Qt, and nothing that a script could want."""

from __future__ import annotations

from blotquant_app.singletons import hold_singletons

hold_singletons()
