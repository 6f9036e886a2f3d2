"""The demo experiment: a dose series on two membranes, each photographed four times.

HL-60-like cells with vitamin K2 (MK-4): caspase-9, caspase-3 and PARP are cleaved more at higher
doses. Everything is simulated, and the experiment's note says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from blotquant.simulate.files import truth, write_blot, write_bytes, write_json
from blotquant.simulate.render import simulate_blot
from blotquant.simulate.scene import RowSpec, Scene

DEMO_DOSES_UM = (0.0, 12.5, 25.0, 50.0, 75.0, 100.0)
_MEMBRANES = ("A", "B")
_NOTE = (
    "Simulated pictures, made by blotquant itself: no cell was treated and no blot was run."
    " Two membranes, each one independent experiment, probed for caspase-3, caspase-9, PARP and"
    " beta-actin in turn. What is true of them stands in truth.json."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Probe:
    """One antibody: its forms with their MW and their share of the pro or the cleaved amount."""

    file: str
    target: str
    role: str
    forms: tuple[tuple[str, float, bool, float], ...]
    amount: float
    half_dose_um: float
    top: float
    offset_px: tuple[float, float]
    sigma_px: float


_PROBES = (
    _Probe(
        file="caspase3",
        target="caspase-3",
        role="target",
        forms=(("pro", 35.0, False, 1.0), ("p19", 19.0, True, 0.45), ("p17", 17.0, True, 0.55)),
        amount=8.0e6,
        half_dose_um=45.0,
        top=0.75,
        offset_px=(0.0, 0.0),
        sigma_px=3.4,
    ),
    _Probe(
        file="caspase9",
        target="caspase-9",
        role="target",
        forms=(("pro", 47.0, False, 1.0), ("p37", 37.0, True, 0.4), ("p35", 35.0, True, 0.6)),
        amount=6.0e6,
        half_dose_um=40.0,
        top=0.6,
        offset_px=(9.0, -6.0),
        sigma_px=2.8,
    ),
    _Probe(
        file="parp",
        target="parp",
        role="target",
        forms=(("pro", 116.0, False, 1.0), ("p89", 89.0, True, 1.0)),
        amount=9.0e6,
        half_dose_um=50.0,
        top=0.85,
        offset_px=(-7.0, 11.0),
        sigma_px=4.2,
    ),
    _Probe(
        file="actin",
        target="beta-actin",
        role="loading",
        forms=(("full", 43.0, False, 1.0),),
        amount=1.1e7,
        half_dose_um=50.0,
        top=0.0,
        offset_px=(13.0, 17.0),
        sigma_px=4.5,
    ),
)


def write_demo(folder: Path | str, seed: int = 2024) -> Path:
    """Write the demo experiment into a folder and return the path of its ``experiment.toml``.

    Eight 16-bit TIFF files, the experiment file and ``truth.json`` (about 7 MB, about 1 s). The
    same seed gives the same bytes. Raises `ProjectError` where the folder cannot be written.
    """
    folder = Path(folder)
    pictures = {}
    for membrane, probe, scene in _scenes(seed):
        blot = simulate_blot(scene)
        name = f"{membrane}_{probe.file}"
        write_blot(blot, folder, name)
        pictures[f"{name}.tif"] = {"membrane": membrane, "target": probe.target, **truth(blot)}
    fractions = {
        probe.target: [round(float(f), 6) for f in _cleaved_fraction(probe)]
        for probe in _PROBES
        if probe.top > 0
    }
    write_json(
        folder / "truth.json",
        {
            "note": _NOTE,
            "doses_um": list(DEMO_DOSES_UM),
            "mean_cleaved_fraction": fractions,
            "images": pictures,
        },
    )
    path = folder / "experiment.toml"
    write_bytes(path, _experiment().encode())
    return path


def _cleaved_fraction(probe: _Probe) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the mean cleaved fraction at every dose: a Hill curve over a small basal share."""
    dose = np.asarray(DEMO_DOSES_UM)
    basal = 0.04 if probe.top > 0 else 0.0
    hill = dose**2 / (dose**2 + probe.half_dose_um**2)
    return np.asarray(basal + (probe.top - basal) * hill if probe.top > 0 else 0.0 * dose)


def _scenes(seed: int) -> Iterator[tuple[str, _Probe, Scene]]:
    """Yield each photograph; lanes and loading are the membrane's, noise is the photograph's."""
    n = len(DEMO_DOSES_UM)
    for index, membrane in enumerate(_MEMBRANES):
        rng = np.random.default_rng([seed, index])
        loading = np.exp(rng.normal(0, 0.12, n))
        shifts = tuple(float(x) for x in np.clip(rng.normal(0, 2.0, n), -4, 4))
        turn, smile = float(rng.uniform(-0.6, 0.6)), float(rng.uniform(2, 5))
        for number, probe in enumerate(_PROBES):
            yield (
                membrane,
                probe,
                Scene(
                    width_px=700,
                    height_px=600,
                    n_lanes=n,
                    lane_width_px=68.0,
                    gap_px=26.0,
                    lane_shifts_px=shifts,
                    offset_px=probe.offset_px,
                    rotation_deg=turn,
                    smile_px=smile,
                    curl_px=1.0,
                    kda_range=(170.0, 12.0),
                    rows=_rows(probe, loading, rng),
                    background=float(rng.uniform(1400, 2400)),
                    gradient=0.12,
                    blotch=0.02,
                    smear=0.06,
                    gain=0.3,
                    read_noise=14.0,
                    specks=2.0,
                    # Photographs must not share their noise.
                    seed=seed * 100 + index * 10 + number,
                ),
            )


def _rows(
    probe: _Probe,
    loading: np.ndarray[tuple[int], np.dtype[np.float64]],
    rng: np.random.Generator,
) -> tuple[RowSpec, ...]:
    fraction = _cleaved_fraction(probe)
    # Experiments differ on the logit scale, where a fraction stays between 0 and 1.
    if probe.top > 0:
        odds = fraction / (1 - fraction) * np.exp(rng.normal(0, 0.12, fraction.size))
        fraction = odds / (1 + odds)
    total = probe.amount * loading * np.exp(rng.normal(0, 0.03, fraction.size))
    return tuple(
        RowSpec(
            target=probe.target,
            form=form,
            kda=kda,
            amounts=tuple(
                float(a) for a in total * share * (fraction if cleaved else 1 - fraction)
            ),
            sigma_px=probe.sigma_px,
            tail_px=0.35 * probe.sigma_px,
        )
        for form, kda, cleaved, share in probe.forms
    )


def _experiment() -> str:
    """Return the experiment file's text, laid out for reading."""
    lines = ['name = "Simulated demo: vitamin K2 dose series"', f'note = "{_NOTE}"', ""]
    for membrane in _MEMBRANES:
        for probe in _PROBES:
            lines += [
                "[[image]]",
                f'file = "{membrane}_{probe.file}.tif"',
                f'membrane = "{membrane}"',
                f'targets = ["{probe.target}"]',
                f'role = "{probe.role}"',
                "",
            ]
    for replicate, membrane in enumerate(_MEMBRANES, start=1):
        for lane, dose in enumerate(DEMO_DOSES_UM, start=1):
            condition = "vehicle" if dose == 0 else f"VK2 {dose:g} µM"
            lines += [
                "[[lane]]",
                f'membrane = "{membrane}"',
                f"lane = {lane}",
                f'sample = "{condition}, experiment {replicate}"',
                f'condition = "{condition}"',
                f"dose = {dose}",
                'dose_unit = "µM"',
                "time_h = 24.0",
                f'replicate = "{replicate}"',
                'kind = "sample"',
                "",
            ]
    lines += [
        "[analysis]",
        'panel = "apoptosis"',
        'loading_control = "beta-actin"',
        'control = "vehicle"',
        'background = "lane-baseline"',
        "",
    ]
    return "\n".join(lines)
