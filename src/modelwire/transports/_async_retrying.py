"""
An asynchronous model that tries again.

It wraps anything that has a model's interface, and is such a model itself.
"""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Protocol, TypeVar

import anyio

from modelwire.errors import ModelwireError
from modelwire.transports._retry import DEFAULT_POLICY, RetryPolicy, next_delay

if TYPE_CHECKING:
    from modelwire.ir import ChatRequest, ChatResponse
    from modelwire.transports._async_client import AsyncChatStream

__all__ = ["AsyncModel", "AsyncRetryingModel"]

_T = TypeVar("_T")


class AsyncModel(Protocol):
    """What an asynchronous model offers."""

    @property
    def name(self) -> str:
        """What the caller calls it."""
        ...

    @property
    def model(self) -> str:
        """What the endpoint calls it."""
        ...

    async def chat(
        self,
        request: ChatRequest,
        *,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> ChatResponse:
        """Ask, and wait for the whole answer."""
        ...

    async def chat_stream(
        self,
        request: ChatRequest,
        *,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> AsyncChatStream:
        """Ask, and give the answer while it comes."""
        ...


class AsyncRetryingModel:
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
        model: AsyncModel,
        policy: RetryPolicy = DEFAULT_POLICY,
        *,
        sleep: Callable[[float], Awaitable[None]] | None = None,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._inner = model
        self._policy = policy
        self._sleep = anyio.sleep if sleep is None else sleep
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

    async def chat(
        self,
        request: ChatRequest,
        *,
        timeout: float | None = None,  # noqa: ASYNC109
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
        return await self._tried(
            lambda wait: self._inner.chat(request, timeout=wait), timeout
        )

    async def chat_stream(
        self,
        request: ChatRequest,
        *,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> AsyncChatStream:
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
        return await self._tried(
            lambda wait: self._inner.chat_stream(request, timeout=wait), timeout
        )

    async def _tried(
        self,
        call: Callable[[float | None], Awaitable[_T]],
        timeout: float | None,  # noqa: ASYNC109
    ) -> _T:
        began = self._clock()
        for attempt in itertools.count(1):
            spent = self._clock() - began
            try:
                return await call(self._policy.time_for_attempt(timeout, spent))
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
            await self._sleep(delay)
        raise AssertionError  # pragma: no cover - count() has no end
