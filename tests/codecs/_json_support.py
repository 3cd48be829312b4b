"""Asking `codecs._json` on both back ends."""

import re

from modelwire.codecs import _json
from modelwire.errors import ModelwireError, RemoteProtocolError

__all__ = ["BACKENDS", "both", "on", "str_of"]

BACKENDS = ["orjson", "stdlib"]


def on(backend, function, *args, **kwargs):
    """Call *function* on one back end; an error of ours is given, not raised."""
    before = _json._use(backend)
    try:
        return function(*args, **kwargs)
    except ModelwireError as error:
        return error
    finally:
        _json._use(before)


def both(function, *args, **kwargs):
    """Call on both back ends, assert that they agree to the type, give the answer."""
    first, second = (on(name, function, *args, **kwargs) for name in BACKENDS)
    if isinstance(first, RemoteProtocolError):
        assert first == second
    elif isinstance(first, ModelwireError):
        assert (type(first), str(first)) == (type(second), str(second))
    else:
        assert repr(first) == repr(second)  # order, -0.0 and 1 against 1.0, too
    return first


def str_of(value):
    """Name a parameter; pytest's own way prints integers that Python will not."""
    if isinstance(value, int):
        return "int"
    # Addresses differ from process to process, and workers must agree on names.
    return re.sub(" at 0x[0-9a-f]+", "", ascii(value))[:40]
