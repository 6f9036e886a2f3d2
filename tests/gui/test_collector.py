import gc
import weakref

import pytest

from blotquant_app.collector import Collector


class Ring:
    def __init__(self):
        self.me = self


@pytest.mark.usefixtures("qapp")
def test_cycles_are_freed_by_its_look_alone():
    collector = Collector()
    assert not gc.isenabled()
    thresholds = gc.get_threshold()
    gc.collect()
    gone = weakref.ref(Ring())
    try:
        gc.set_threshold(1, *thresholds[1:])
        assert gone() is not None
        collector.look()
        assert gone() is None
    finally:
        gc.set_threshold(*thresholds)
        collector.stop()


@pytest.mark.usefixtures("qapp")
def test_stopping_gives_the_work_back():
    was = gc.isenabled()
    gc.enable()
    collector = Collector()
    collector.stop()
    assert gc.isenabled()
    if not was:
        gc.disable()
