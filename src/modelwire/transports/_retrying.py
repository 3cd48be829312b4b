"""
A synchronous model that tries again.

It wraps anything that has a model's interface, and is such a model itself.
"""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeVar

from modelwire.errors import ModelwireError
from modelwire.transports._retry import DEFAULT_POLICY, RetryPolicy, next_delay

if TYPE_CHECKING:
    from modelwire.ir import ChatRequest, ChatResponse
    from modelwire.transports._client import ChatStream

__all__ = ["Model", "RetryingModel"]

_T = TypeVar("_T")


class Model(Protocol):
    """What a synchronous model offers."""

    @property
    def name(self) -> str:
        """What the caller calls it."""
        ...

    @property
    def model(self) -> str:
        """What the endpoint calls it."""
        ...

    def chat(
        self, request: ChatRequest, *, timeout: float | None = None
    ) -> ChatResponse:
        """Ask, and wait for the whole answer."""
        ...

    def chat_stream(
        self, request: ChatRequest, *, timeout: float | None = None
    ) -> ChatStream:
        """Ask, and give the answer while it comes."""
        ...


class RetryingModel:
    """
    A model that tries again.

    Args:
        model: The model that is tried.
        policy: How often and how long.
        sleep: Waits; for tests with a clock of their own.
        clock: Gives a time that only rises (seconds).
        chance: Gives a random number from 0 up to 1.
    """

    def __init__(
        self,
        model: Model,
        policy: RetryPolicy = DEFAULT_POLICY,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._inner = model
        self._policy = policy
        self._sleep = sleep
        self._clock = clock
        self._chance = chance

    @property
    def name(self) -> str:
        """What the caller calls the model."""
        return self._inner.name

    @property
    def model(self) -> str:
        """What the endpoint calls it."""
        return self._inner.model

    def chat(
        self, request: ChatRequest, *, timeout: float | None = None
    ) -> ChatResponse:
        """
        Ask, and try again where that may help.

        Args:
            request: What is asked.
            timeout: Seconds for one try; `None`: as the policy says.

        Returns:
            The first response that came.

        Raises:
            ModelwireError: The last try's error.
        """
        return self._tried(
            lambda wait: self._inner.chat(request, timeout=wait), timeout
        )

    def chat_stream(
        self, request: ChatRequest, *, timeout: float | None = None
    ) -> ChatStream:
        """
        Ask for a stream, and try again until one opens.

        Args:
            request: What is asked.
            timeout: Seconds for one try to open; `None`: as the policy says.

        Returns:
            The stream; what fails inside it is never tried again.

        Raises:
            ModelwireError: The last try's error.
        """
        return self._tried(
            lambda wait: self._inner.chat_stream(request, timeout=wait), timeout
        )

    def _tried(self, call: Callable[[float | None], _T], timeout: float | None) -> _T:
        began = self._clock()
        for attempt in itertools.count(1):
            spent = self._clock() - began
            try:
                return call(self._policy.time_for_attempt(timeout, spent))
            except ModelwireError as error:
                delay = next_delay(
                    error,
                    self._policy,
                    attempt=attempt,
                    elapsed=self._clock() - began,
                    chance=self._chance,
                )
                if delay is None:
                    raise
            self._sleep(delay)
        raise AssertionError  # pragma: no cover - count() has no end
