"""The promises of packaging: what an installed blotquant holds, and how fast it is imported."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Give a wheel built without the network; only an environment with hatchling can."""
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        yield set(archive.namelist())


def test_the_wheel_holds_the_tables_and_pictures_that_the_program_reads(wheel):
    sources = ROOT / "resources" / "blotquant_resources"
    needed = {
        f"blotquant_resources/{path.relative_to(sources).as_posix()}"
        for path in sources.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {"blotquant_resources/targets.toml", "blotquant_resources/ladders.toml"} <= needed
    assert needed <= wheel


def test_the_wheel_holds_every_module_and_nothing_else(wheel):
    modules = {
        path.relative_to(root).as_posix()
        for root, package in (("blotquant", "blotquant"), ("app/blotquant_app", "blotquant_app"))
        for root in [ROOT / root.removesuffix(package)]
        for path in (root / package).rglob("*.py")
    }
    assert modules <= wheel
    tops = {name.split("/")[0] for name in wheel}
    assert {top for top in tops if not top.endswith(".dist-info")} == {
        "blotquant",
        "blotquant_app",
        "blotquant_resources",
    }
    assert "blotquant/py.typed" in wheel


def test_the_wheel_makes_both_commands(wheel):
    assert any(name.endswith("entry_points.txt") for name in wheel)
    assert any("licenses/LICENSE" in name for name in wheel)


def test_importing_blotquant_imports_no_slow_library():
    slow = "scipy matplotlib statsmodels skimage pandas PySide6 pyqtgraph pydantic cv2"
    code = f"import sys, blotquant; print([m for m in {slow.split()!r} if m in sys.modules])"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert result.stdout.strip() == "[]"


def test_constraints_pin_every_direct_dependency_and_name_no_registry():
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = [Requirement(line) for line in lines if line and not line.startswith("#")]
    versions = {
        canonicalize_name(pin.name): next(iter(pin.specifier)).version
        for pin in pins
        if str(pin.specifier).startswith("==")
    }
    assert len(versions) == len(pins)
    direct = project["dependencies"] + project["optional-dependencies"]["dev"]
    for requirement in map(Requirement, direct):
        version = versions[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), requirement
    assert "://" not in "\n".join(lines)


def test_version_is_the_same_everywhere():
    import blotquant

    assert f"version: {blotquant.__version__}\n" in (ROOT / "CITATION.cff").read_text("utf-8")
    assert f"## {blotquant.__version__}" in (ROOT / "CHANGELOG.md").read_text("utf-8")
