"""What the tests of edits share: projects of two photographs."""

from __future__ import annotations

import pytest

from blotquant import edits
from blotquant.model.project import Project

from .shown_parts import MEMBRANE


@pytest.fixture
def project():
    return edits.add_photographs(Project(), ["parp.tif", "actin.tif"])


@pytest.fixture
def together():
    """Two photographs of one membrane."""
    return edits.add_photographs(Project(), ["parp.tif", "actin.tif"], membrane=MEMBRANE)
