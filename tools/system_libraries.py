"""Look for the system libraries that Qt loads, and install them on Debian and Ubuntu.

With --window also those of a real X11 window; without, what offscreen pictures and tests need.
Runs on a bare Python; macOS and Windows bring everything along.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

from apt_packages import apt_install

# What Qt opens at run time: file name -> Debian package.
OFFSCREEN = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxkbcommon.so.0": "libxkbcommon0",
}
WINDOW = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
}
FONT_PACKAGE = "fonts-dejavu-core"


def main() -> int:
    """Install what is missing or say what to do; return an exit code."""
    if not sys.platform.startswith("linux"):
        return 0
    wanted = OFFSCREEN | WINDOW if "--window" in sys.argv[1:] else OFFSCREEN
    missing = [name for name in wanted if not is_there(name)]
    packages = [package_name(wanted[name]) for name in missing]
    if not has_font():
        missing.append("a font")
        packages.append(FONT_PACKAGE)
    if not missing:
        return 0
    why = f"Qt needs system libraries that are missing here: {', '.join(missing)}."
    return 0 if apt_install(packages, why) else 1


def is_there(library: str) -> bool:
    """Return whether the loader finds a shared library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def has_font() -> bool:
    """Return whether there is any scalable font; without one all text is invisible."""
    homes = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts")]
    data = os.environ.get("XDG_DATA_HOME", "")
    homes.append(Path(data) / "fonts" if data else Path.home() / ".local" / "share" / "fonts")
    homes.append(Path.home() / ".fonts")
    return any(
        path.suffix.lower() in {".ttf", ".otf", ".ttc", ".pfb"}
        for home in homes
        if home.is_dir()
        for path in home.rglob("*")
    )


def package_name(package: str) -> str:
    """Return the name under which a package stands in this release: some were renamed in 2024."""
    if package != "libglib2.0-0":
        return package
    release = {}
    file = Path("/etc/os-release")
    if file.is_file():
        for line in file.read_text(encoding="utf-8").splitlines():
            key, _, value = line.partition("=")
            release[key] = value.strip('"')
    number = release.get("VERSION_ID", "0").split(".")
    first_renamed = {"debian": 13, "ubuntu": 24}.get(release.get("ID", ""), 10_000)
    renamed = number[0].isdigit() and int(number[0]) >= first_renamed
    return f"{package}t64" if renamed else package


if __name__ == "__main__":
    sys.exit(main())
