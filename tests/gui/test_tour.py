from __future__ import annotations

from PySide6.QtCore import Qt

from blotquant_app.windows.tour import STEPS


def test_tour_leads_through_the_stages_once(with_results, qtbot):
    tour = with_results.tour
    assert tour.isHidden()
    with_results.session.demo_opened.emit()
    assert tour.isVisible()
    for step in STEPS:
        assert tour.title.text() == step.title
        assert with_results.stages.buttons[step.stage].isChecked()
        assert tour.text.height() >= tour.text.heightForWidth(tour.text.width())
        assert with_results.rect().contains(tour.geometry())
        qtbot.mouseClick(tour.next, Qt.MouseButton.LeftButton)
    assert tour.isHidden()
    with_results.session.demo_opened.emit()
    assert tour.isHidden()


def test_tour_goes_back_and_can_be_taken_again_from_the_menu(with_results, qtbot):
    tour = with_results.tour
    with_results.actions_["tour"].trigger()
    assert not tour.back.isEnabled()
    qtbot.mouseClick(tour.next, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(tour.back, Qt.MouseButton.LeftButton)
    assert tour.step == 0
    tour.end()
    with_results.actions_["tour"].trigger()
    assert tour.isVisible()


def test_history_lists_the_steps_and_leads_back(with_results):
    session = with_results.session
    session.selection.select_lane("A", 1)
    with_results.commands.nudge(2, 0)
    with_results.commands.delete()
    steps = with_results.docks.history.widget()
    model = steps.model()
    texts = [model.index(i, 0).data() for i in range(model.rowCount())]
    assert texts == ["As it was opened", "Move lane 1", "Delete lane 1"]
    steps.setCurrentIndex(model.index(0, 0))
    assert session.document.project.lanes == ()
