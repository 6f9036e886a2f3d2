"""Where a photograph lies against the others of its membrane, as the window says it."""

import pytest
from PySide6.QtWidgets import QLabel

from blotquant.simulate import RowSpec, Scene, simulate_blot, write_blot
from blotquant_app.panels.inspector import Stage

PATIENCE_MS = 60_000


@pytest.fixture
def two_probes(tmp_path):
    """Write two photographs of one membrane, the second one shifted and turned."""
    for name, fractions, shift, turn in (
        ("parp", (0.3, 0.45), (0.0, 0.0), 0.0),
        ("actin", (0.7,), (14.0, -9.0), 1.5),
    ):
        rows = tuple(
            RowSpec(target=name, form=f"{f}", fraction=f, amounts=(3e5,) * 5) for f in fractions
        )
        scene = Scene(
            width_px=480,
            height_px=360,
            n_lanes=5,
            lane_width_px=46.0,
            gap_px=24.0,
            rows=rows,
            offset_px=shift,
            rotation_deg=turn,
            membrane_edge=True,
            seed=3,
        )
        write_blot(simulate_blot(scene), tmp_path, name)
    (tmp_path / "experiment.toml").write_text(
        '[[image]]\nfile = "parp.tif"\nmembrane = "A"\n'
        '[[image]]\nfile = "actin.tif"\nmembrane = "A"\n',
        encoding="utf-8",
    )
    return tmp_path / "experiment.toml"


def test_the_images_page_and_the_list_tell_where_a_photograph_lies(window, qtbot, two_probes):
    session = window.session
    session.open_files([two_probes])
    qtbot.waitUntil(
        lambda: session.analysis is not None and len(session.analysis.images) == 2,
        timeout=PATIENCE_MS,
    )
    (found,) = session.analysis.registrations
    assert found.is_sure
    window.show_stage(Stage.IMAGES)
    session.selection.select_image(found.image)
    lead = session.analysis.image(found.to).image.name
    text = f"Membrane A: registered on {lead}: "
    page = window.inspector.pages[Stage.IMAGES]
    facts = [x.text() for x in page.facts.findChildren(QLabel)]
    assert any(f.startswith(text) and "±" in f for f in facts)
    group = window.experiment.tree.topLevelItem(0)
    tips = [group.child(k).toolTip(0) for k in range(group.childCount())]
    assert [f"registered on {lead}" in tip for tip in tips] == [
        p.id == found.image for p in session.document.shown.photographs
    ]
    session.selection.select_image(found.to)
    facts = [x.text() for x in page.facts.findChildren(QLabel)]
    assert "Membrane A: the other photographs are laid onto this one" in facts
