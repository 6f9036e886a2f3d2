"""Installing Debian and Ubuntu packages where that is allowed, else saying how."""

from __future__ import annotations

import os
import shutil
import subprocess


def apt_install(packages: list[str], why: str) -> bool:
    """Install packages by apt-get and return whether that worked.

    Where this is neither root nor password-less sudo, print the one command that a person has to
    run, and return False.
    """
    command = f"apt-get install -y --no-install-recommends {' '.join(packages)}"
    print(why, flush=True)
    if shutil.which("apt-get") is None:
        print(f"Install what your system calls {' '.join(packages)}, then run this again.")
        return False
    prefix = _privilege()
    if prefix is None:
        print(f"Run this once, then try again:\n\n    sudo {command}\n")
        return False
    print(f"Running {command} ...", flush=True)
    environment = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive"]
    # A fresh machine knows no packages yet; without a network the second step may still succeed.
    _run([*environment, "apt-get", "update", "-qq"])
    if _run([*environment, *command.split()]):
        return True
    print(f"That failed. Run this once, then try again:\n\n    sudo {command}\n")
    return False


def _privilege() -> list[str] | None:
    """Return what must stand before a command to run it as root, None where that is impossible."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return []
    if shutil.which("sudo") and _run(["sudo", "-n", "true"]):
        return ["sudo", "-n"]
    return None


def _run(command: list[str]) -> bool:
    result = subprocess.run(
        command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    if result.returncode != 0 and command[:2] != ["sudo", "-n"]:
        print(result.stderr.strip(), flush=True)
    return result.returncode == 0
