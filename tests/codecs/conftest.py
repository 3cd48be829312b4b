"""What tests of codecs ask for by name."""

import pytest
from tests.codecs._json_support import BACKENDS

from modelwire.codecs import _json


@pytest.fixture(params=BACKENDS)
def backend(request):
    before = _json._use(request.param)
    yield request.param
    _json._use(before)
