"""What was done with which program to which files: `provenance.json`."""

from __future__ import annotations

import json
import math
import os
import platform
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePosixPath
from typing import Any

import blotquant
from blotquant.errors import SettingsError
from blotquant.export.csv_tables import image_names
from blotquant.flags import flag_names
from blotquant.io.atomic import write_bytes_atomically
from blotquant.model.exposures import NOWHERE, ExposureSeries
from blotquant.model.linearity import DilutionSeries
from blotquant.model.project import Project
from blotquant.model.registration import Registration
from blotquant.model.results import Analysis, ImageReport, Notice

_LIBRARIES = (
    "numpy",
    "scipy",
    "opencv-python-headless",
    "tifffile",
    "imagecodecs",
    "pillow",
)


def write_provenance(
    project: Project, analysis: Analysis, folder: Path, now: datetime | None = None
) -> Path:
    """Write `provenance.json` into an existing folder and return its path.

    Parameters
    ----------
    now
        The time of the run. None takes ``SOURCE_DATE_EPOCH`` (seconds since 1970) from the
        environment where it is set, else the clock.

    Raises `SettingsError` for a ``SOURCE_DATE_EPOCH`` that is no time, `ProjectError` naming the
    file when the folder cannot be written to.
    """
    document = {"run_at": _run_time(now).isoformat(timespec="seconds")}
    document |= provenance(project, analysis)
    text = json.dumps(_plain(document), indent=2, ensure_ascii=False, allow_nan=False)
    path = folder / "provenance.json"
    write_bytes_atomically(path, f"{text}\n".encode())
    return path


def provenance(project: Project, analysis: Analysis) -> dict[str, Any]:
    """Return everything but the time of the run, as values that JSON can hold or NaN."""
    return {
        "program": "blotquant",
        "version": blotquant.__version__,
        "python": platform.python_version(),
        "platform": platform.system(),
        "libraries": _library_versions(),
        "project": project.name,
        "note": project.note,
        "settings": asdict(project.settings),
        "images": [_image(report, image_names(analysis)) for report in analysis.images],
        "edits": _edits(analysis),
        "samples": [asdict(s) for s in project.samples],
        "registrations": [_registration(r, image_names(analysis)) for r in analysis.registrations],
        "backgrounds": [
            asdict(x) | {"image": image_names(analysis)[x.image]}
            for x in analysis.background_advice
        ],
        "exposures": [_series(s) for s in analysis.exposures],
        "ladder_fits": [asdict(f) for f in analysis.ladder_fits],
        "ladder_guesses": [asdict(g) for g in analysis.ladder_guesses],
        "assignments": _assignments(analysis),
        "dilution_series": [_dilution(s) for s in analysis.dilutions],
        "loadings": [
            {"membrane": x.membrane, "lane": x.lane, "source": x.source} for x in analysis.loadings
        ],
        "without_a_number": _without_a_number(analysis),
        "notices": [_notice(n) for n in analysis.notices],
    }


def _run_time(now: datetime | None) -> datetime:
    if now is not None:
        return now
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "").strip()
    if not epoch:
        return datetime.now(UTC)
    try:
        return datetime.fromtimestamp(int(epoch), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise SettingsError(
            f"SOURCE_DATE_EPOCH is {epoch!r}, which is no time",
            "Set it to whole seconds since 1970, or unset it",
        ) from error


def _library_versions() -> dict[str, str]:
    found = {}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def _image(report: ImageReport, names: dict[str, str]) -> dict[str, Any]:
    """Return one photograph: never its absolute path, which is nobody's business."""
    photograph, image = report.photograph, report.image
    return {
        "file": PurePosixPath(photograph.file.replace("\\", "/")).name or image.name,
        "image": names[photograph.id],
        "sha256": image.sha256,
        "width": image.width,
        "height": image.height,
        "bits": image.bits,
        "polarity": report.polarity.polarity.value,
        "polarity_confidence": report.polarity.confidence,
        "polarity_reason": report.polarity.reason,
        "polarity_by": "guess" if photograph.polarity is None else "user",
        "full_scale": image.full_scale,
        "full_scale_reason": image.full_scale_reason,
        "saturated_px": report.n_saturated,
        "lossy": image.lossy,
        "noise": asdict(report.noise),
        "warnings": list(image.warnings),
        "metadata": dict(image.metadata),
        "role": photograph.role.value,
        "exposure_s": photograph.exposure_s,
        "targets": list(photograph.targets),
        "membranes": [
            {"name": m.name, "corners": m.corners, "angle_deg": m.angle_deg, "edited": m.edited}
            for m in report.membranes
        ],
    }


def _series(series: ExposureSeries) -> dict[str, Any]:
    """Return how the exposures of one blot were merged; pixels are counted, not listed."""
    return {
        "series": series.name,
        "exposures": [asdict(e) for e in series.exposures],
        "clipped_in_all_px": int((series.came_from == NOWHERE).sum()),
    }


def _registration(registration: Registration, names: dict[str, str]) -> dict[str, Any]:
    """Return how a photograph lies against another one; an error that is not known is null."""
    document = asdict(registration)
    return document | {"image": names[registration.image], "to": names[registration.to]}


def _edits(analysis: Analysis) -> dict[str, Any]:
    """Return what a user placed or changed, with counts; numbers are those of the tables."""
    project = analysis.project
    lanes = [
        {"image": r.lane.image, "membrane": r.lane.membrane, "lane": r.lane.number}
        for r in analysis.lanes
        if r.lane.edited
    ]
    bands = [m.band for m in analysis.bands]
    edited = [_band(b) for b in bands if b.edited]
    excluded = [{**_band(b), "reason": b.reason} for b in bands if b.excluded]
    membranes = [
        {"image": p.image, "membranes": [m.name for m in p.membranes]} for p in project.membranes
    ]
    return {
        "n_lanes": len(lanes),
        "n_bands": len(edited),
        "n_rows": len(project.rows),
        "n_excluded": len(excluded),
        "membranes": membranes,
        "lanes": lanes,
        "lane_counts": [
            {"image": p.image, "membrane": p.membrane, "count": p.count}
            for p in project.lanes
            if p.count is not None
        ],
        "n_places_without_lane": sum(len(p.absent) for p in project.lanes),
        "bands": edited,
        "rows": [asdict(r) for r in project.rows],
        "weights": [asdict(w) for w in project.weights],
        "excluded": excluded,
    }


def _band(band: Any) -> dict[str, Any]:
    return {
        "image": band.image,
        "membrane": band.membrane,
        "lane": band.lane,
        "row": band.row,
    }


def _assignments(analysis: Analysis) -> list[dict[str, Any]]:
    return [
        {
            "image": a.image,
            "membrane": a.membrane,
            "row": a.row,
            "target": a.target,
            "form": a.form,
            "reason": a.reason,
            "candidates": a.candidates,
            "flags": list(flag_names(a.flags)),
        }
        for a in analysis.assignments
    ]


def _dilution(series: DilutionSeries) -> dict[str, Any]:
    """Return the line and the range of a dilution series; its points stand in the table."""
    return {k: v for k, v in asdict(series).items() if k != "points"}


def _without_a_number(analysis: Analysis) -> list[dict[str, Any]]:
    """Return the ratios that have a reason to tell: no number, or one made from fewer lanes."""
    return [
        {
            "membrane": r.membrane,
            "lane": r.lane,
            "target": r.target,
            "ratio": r.ratio,
            "reason": r.reason,
        }
        for r in analysis.ratios
        if r.reason
    ]


def _notice(notice: Notice) -> dict[str, Any]:
    """Return a notice without its empty places."""
    return {k: v for k, v in asdict(notice).items() if v not in ("", 0)}


def _plain(value: Any) -> Any:
    """Return a value that strict JSON can hold: NaN and infinity become null."""
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
