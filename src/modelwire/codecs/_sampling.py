"""
Sampling parameters within the limits of a variant.

Each function takes a request and a profile and gives what may be written; what it had
to change is a loss.  A profile that names no limit changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelwire.ir._loss_codes import LossCode

if TYPE_CHECKING:
    from modelwire.codecs._losses import LossLog
    from modelwire.codecs._profile import Profile
    from modelwire.ir._request import ChatRequest

__all__ = ["seed_within", "stops_within", "temperature_within"]


def temperature_within(
    request: ChatRequest, profile: Profile, log: LossLog
) -> float | None:
    """
    Give the temperature of a request, cut to the highest that the variant takes.

    Args:
        request: The request.
        profile: The variant.
        log: Where losses go.

    Returns:
        The temperature; `None`: the request does not say.
    """
    value, most = request.temperature, profile.temperature_max
    if value is None or most is None or value <= most:
        return value
    log.approximate(LossCode.PARAM_TEMPERATURE, "$.temperature", f"cut to {most}")
    return float(most)


def seed_within(request: ChatRequest, profile: Profile, log: LossLog) -> int | None:
    """
    Give the seed of a request in as many bits as the variant takes.

    Args:
        request: The request.
        profile: The variant.
        log: Where losses go.

    Returns:
        The seed; the lower bits of a longer one.
    """
    seed, bits = request.seed, profile.seed_bits
    if seed is None or bits is None or -(1 << bits - 1) <= seed < 1 << bits - 1:
        return seed
    log.approximate(LossCode.PARAM_SEED, "$.seed", f"cut to {bits} bits")
    return seed % (1 << bits - 1)


def stops_within(
    request: ChatRequest, profile: Profile, log: LossLog
) -> tuple[str, ...]:
    """
    Give as many stop sequences of a request as the variant takes.

    Args:
        request: The request.
        profile: The variant.
        log: Where losses go.

    Returns:
        The first ones, perhaps none.
    """
    stops, most = request.stop_sequences or (), profile.stop_sequences_max
    if most is None or len(stops) <= most:
        return tuple(stops)
    log.approximate(LossCode.PARAM_STOP, "$.stop_sequences", f"the first {most}")
    return tuple(stops[:most])
