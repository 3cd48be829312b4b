"""What the exceptions say, and how they become values that dialects can encode."""

from __future__ import annotations

import pytest

from modelwire.errors import (
    ErrorInfo,
    Problem,
    ProviderError,
    RemoteProtocolError,
    RequestDecodeError,
    UnsupportedFeatureError,
)
from modelwire.ir import Loss, LossCode


def seeds(number):
    return tuple(
        Loss(
            code=LossCode.PARAM_SEED,
            action="dropped",
            severity="parameter",
            path=f"$.seed{n}",
        )
        for n in range(number)
    )


def problems(number):
    return tuple(Problem(f"$[{n}]", "string", "null") for n in range(number))


@pytest.mark.parametrize(
    ("number", "end"), [(8, "at $.seed7"), (9, "at $.seed7; and 1 more")]
)
def test_a_refusal_names_eight_losses(number, end):
    error = UnsupportedFeatureError(seeds(number))
    assert str(error).endswith(end)
    assert len(error.losses) == number


@pytest.mark.parametrize(
    ("number", "end"), [(8, "$[7]: expected string, got null"), (10, "; and 2 more")]
)
def test_a_bad_request_names_eight_problems(number, end):
    error = RequestDecodeError(problems(number))
    assert str(error).endswith(end)
    assert error.to_error_info().param == "$[0]"


def test_the_error_of_a_peer_is_told_as_it_came():
    info = ErrorInfo(kind="overloaded", message="busy", status=529)
    assert ProviderError(info).to_error_info() is info


def test_faults_compare_by_what_they_say():
    first, same = (RemoteProtocolError("too long", path="$.a") for _ in range(2))
    assert first == same
    assert first != RemoteProtocolError("too long", path="$.b")
    assert first != "too long"
