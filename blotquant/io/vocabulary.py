"""Names that an experiment file may use: targets, panels, ladders, methods.

Names are returned as the tables spell them; unknown ones raise `SettingsError` with near matches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from blotquant.errors import SettingsError
from blotquant.io.problems import Entry, instead

TOTAL_PROTEIN = "total-protein"
NO_CONTROL = "none"


def target_id(name: str) -> str:
    """Return the id of a target, whatever alias it is called by."""
    from blotquant.targets.library import load_library  # noqa: PLC0415 - reads the tables

    return load_library().target(name).id


def control_id(name: str) -> str:
    """Return the id of something to normalise by: a target, `total-protein` or `none`."""
    folded = name.strip().casefold().replace(" ", "-")
    return folded if folded in (TOTAL_PROTEIN, NO_CONTROL) else target_id(name)


def form_name(target: str, form: str) -> str:
    """Return the name of a target's form; the only form need not be named."""
    from blotquant.targets.library import load_library  # noqa: PLC0415 - reads the tables

    names = [f.name for f in load_library().target(target).forms]
    if not form and len(names) == 1:
        return names[0]
    by_folded = {n.casefold(): n for n in names}
    if form.strip().casefold() not in by_folded:
        what = f"{target} has no form {form!r}" if form else f"{target} has several forms"
        raise SettingsError(what, instead(form, names))
    return by_folded[form.strip().casefold()]


def panel_id(name: str) -> str:
    """Return the id of a panel."""
    from blotquant.targets.library import load_library  # noqa: PLC0415 - reads the tables

    return load_library().panel(name).id


def ladder_id(name: str, chemistry: str) -> str:
    """Return the id of a marker product; with a chemistry, one that is tabulated for it."""
    from blotquant.targets.library import load_library  # noqa: PLC0415 - reads the tables

    return load_library().ladder(name, chemistry).id


def chemistry_name(name: str) -> str:
    """Return a gel chemistry as the ladder tables spell it."""
    from blotquant.targets.library import load_library  # noqa: PLC0415 - reads the tables

    return _one_of(name, "gel chemistry", load_library().chemistries)


def background_name(name: str) -> str:
    """Return the name of a background method."""
    from blotquant.background import BACKGROUNDS  # noqa: PLC0415 - only when one is named

    return _one_of(name, "background method", BACKGROUNDS.names())


def lane_detector_name(name: str) -> str:
    """Return the name of a lane detector."""
    from blotquant.lanes.detect import LANE_DETECTORS  # noqa: PLC0415 - only when one is named

    return _one_of(name, "lane detector", LANE_DETECTORS.names())


def named(entry: Entry, key: str, known_as: Callable[[str], str]) -> str:
    """Return the name under a key as the tables spell it; note it when they do not have it."""
    name = entry.text(key)
    return known(entry, key, name, known_as) if name else ""


def names(entry: Entry, key: str, known_as: Callable[[str], str]) -> tuple[str, ...]:
    """Return the names under a key the same way, each once."""
    found = (known(entry, key, name, known_as) for name in entry.texts(key))
    return tuple(dict.fromkeys(n for n in found if n))


def known(entry: Entry, key: str, name: str, known_as: Callable[[str], str]) -> str:
    """Return one name as the tables spell it; note it at its key, and return "", when unknown."""
    try:
        return known_as(name)
    except SettingsError as error:
        entry.problems.add_error(f"{entry.place}, key `{key}`", error)
        return ""


def _one_of(name: str, noun: str, known: Iterable[str]) -> str:
    by_folded = {k.casefold(): k for k in known if k}
    if name.strip().casefold() not in by_folded:
        raise SettingsError(
            f"There is no {noun} called {name!r}", instead(name, by_folded.values())
        )
    return by_folded[name.strip().casefold()]
