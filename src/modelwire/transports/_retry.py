"""
Trying again: when, how often, and how long to wait, as data and pure functions.

What an error says of itself decides (`retry_classification`); a policy bounds it.
Only the opening of a stream is repeated: after the first byte the caller has part of
an answer.

Source:
    wire/errors.md section 2: the rules of the OpenAI, Anthropic and Google clients,
    read 2026-11-21.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final, Protocol, runtime_checkable

import attrs

from modelwire.errors import (
    ModelwireError,
    Permanent,
    ProviderError,
    RetryClassification,
    Transient,
    TransportError,
)

__all__ = ["DEFAULT_POLICY", "RetryPolicy", "Retryable", "next_delay"]


@runtime_checkable
class Retryable(Protocol):
    """What can say whether the same call may succeed later (`ErrorInfo` can)."""

    def retry_classification(self) -> RetryClassification:
        """Say so: `Permanent`, or `Transient` with the delay that was asked for."""
        ...


@attrs.frozen(kw_only=True)
class RetryPolicy:
    """How often to try, and how long to wait between."""

    attempts: int = attrs.field(default=3, validator=attrs.validators.ge(1))
    """Tries in all, the first included."""
    base: float = 0.5
    """The first wait (seconds); each later one is twice the one before."""
    ceiling: float = 8.0
    """The longest wait of our own (seconds)."""
    jitter: float = attrs.field(
        default=0.25, validator=[attrs.validators.ge(0), attrs.validators.le(1)]
    )
    """How much of a wait of our own is left to chance, as a part of it."""
    asked_ceiling: float = 120.0
    """
    The longest wait that a peer may ask for (seconds).

    A peer that asks for more is not tried again: a caller can wait so long itself.
    """
    total: float | None = None
    """Seconds for all tries and waits; no wait begins that would end later."""
    attempt_timeout: float | None = None
    """Seconds for one try, up to the first byte of a stream; `None`: the client's."""

    def delay(self, attempt: int, asked: float | None, chance: float) -> float | None:
        """
        Give the wait before the next try.

        Args:
            attempt: How many tries failed so far, from 1.
            asked: The delay that the peer asked for (seconds).
            chance: A random number from 0 up to 1.

        Returns:
            Seconds; `None`: do not try again.
        """
        if attempt >= self.attempts:
            return None
        if asked is not None and asked > 0:
            return asked if asked <= self.asked_ceiling else None
        # The exponent is bounded, so that many attempts do not overflow a float.
        own = min(self.base * 2.0 ** min(attempt - 1, 32), self.ceiling)
        return own * (1 - self.jitter * chance)

    def time_for_attempt(self, given: float | None, elapsed: float) -> float | None:
        """
        Give how long one try may take.

        Args:
            given: What the caller says (seconds); `None`: `attempt_timeout`.
            elapsed: Seconds since the first try began.

        Returns:
            Seconds; `None`: as the client says.
        """
        time = self.attempt_timeout if given is None else given
        if self.total is None:
            return time
        left = max(self.total - elapsed, 0.001)
        return left if time is None else min(time, left)


DEFAULT_POLICY: Final = RetryPolicy()


def classify(error: ModelwireError) -> RetryClassification:
    """
    Say whether an error may pass.

    Args:
        error: What a call raised.

    Returns:
        What the peer's error or the failed connection says; all else is permanent.
    """
    info = error.info if isinstance(error, ProviderError | TransportError) else None
    return info.retry_classification() if info is not None else Permanent()


def next_delay(
    error: ModelwireError,
    policy: RetryPolicy,
    *,
    attempt: int,
    elapsed: float,
    chance: Callable[[], float] = random.random,
) -> float | None:
    """
    Decide after a failed try.

    Args:
        error: What it raised.
        policy: The bounds.
        attempt: How many tries failed so far, from 1.
        elapsed: Seconds since the first try began.
        chance: Gives a random number from 0 up to 1.

    Returns:
        Seconds to wait before the next try; `None`: give the error to the caller.
    """
    verdict = classify(error)
    if not isinstance(verdict, Transient):
        return None
    delay = policy.delay(attempt, verdict.delay, chance())
    if delay is None:
        return None
    if policy.total is not None and elapsed + delay >= policy.total:
        return None
    return delay
