"""A gateway under uvicorn, one server for all tests."""

from __future__ import annotations

import pytest
from tests._served import Switch, serving


@pytest.fixture(scope="session")
def _served():
    switch = Switch()
    with serving(switch, lifespan="on") as url:
        yield switch, url


@pytest.fixture
def live(_served):
    """Give a gateway that is set up anew, and where it is."""
    return _served
