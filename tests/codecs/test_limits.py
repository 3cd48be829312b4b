"""`codecs._limits`."""

import copy

import attrs
import pytest

from modelwire.codecs import _json
from modelwire.codecs._limits import DEFAULT_LIMITS, Limits
from modelwire.errors import LocalError


def test_defaults_let_images_through():
    assert Limits() == DEFAULT_LIMITS
    assert DEFAULT_LIMITS.max_event_bytes >= 64 * 1024 * 1024
    # The JSON dialects write one event as one line.
    assert DEFAULT_LIMITS.max_line_bytes >= DEFAULT_LIMITS.max_event_bytes
    assert DEFAULT_LIMITS.max_json_depth == _json.MAX_DEPTH
    assert DEFAULT_LIMITS.max_total_bytes is None


@pytest.mark.parametrize("name", [field.name for field in attrs.fields(Limits)])
@pytest.mark.parametrize("value", [-1, 1.5, "1", True, ...])
def test_wrong_limits_are_refused(name, value):
    with pytest.raises(LocalError) as caught:
        Limits(**{name: value})
    assert caught.value.path == name


@pytest.mark.parametrize("name", [field.name for field in attrs.fields(Limits)])
def test_only_the_total_may_be_unbounded(name):
    if name == "max_total_bytes":
        assert Limits(max_total_bytes=None).max_total_bytes is None
        return
    with pytest.raises(LocalError):
        Limits(**{name: None})


def test_limits_are_frozen_values():
    small = attrs.evolve(DEFAULT_LIMITS, max_event_bytes=10)
    assert small.max_event_bytes == 10
    assert copy.deepcopy(small) == small
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        small.max_event_bytes = 11
