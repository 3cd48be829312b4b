"""Trying again: which errors, after how long, and never too often."""

from __future__ import annotations

import anyio
import pytest
from hypothesis import given, strategies as st

from modelwire import codecs, ir
from modelwire.errors import (
    ErrorInfo,
    LocalError,
    Permanent,
    ProviderError,
    RemoteProtocolError,
    Transient,
    TransportError,
)
from modelwire.transports import (
    AsyncRetryingModel,
    Retryable,
    RetryingModel,
    RetryPolicy,
    next_delay,
)

OPENAI, ANTHROPIC, GEMINI = "openai-chat", "anthropic-messages", "gemini-generate"


def openai(kind, code=None):
    return f'{{"error":{{"message":"m","type":"{kind}","code":"{code}"}}}}'.encode()


def anthropic(kind):
    return f'{{"type":"error","error":{{"type":"{kind}","message":"m"}}}}'.encode()


def google(status, number, delay=None):
    details = (
        "" if delay is None else
        ',"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo",'
        f'"retryDelay":"{delay}"}}]'
    )  # fmt: skip
    return (
        f'{{"error":{{"code":{number},"message":"m","status":"{status}"{details}}}}}'
    ).encode()


CASES = [
    # dialect, status, body, headers, what it says
    (OPENAI, 400, openai("invalid_request_error"), {}, Permanent()),
    (OPENAI, 401, openai("x", "invalid_api_key"), {}, Permanent()),
    (OPENAI, 403, openai("x"), {}, Permanent()),
    (OPENAI, 404, openai("x"), {}, Permanent()),
    (OPENAI, 408, openai("x"), {}, Transient(None)),
    (OPENAI, 409, openai("x"), {}, Transient(None)),
    (OPENAI, 422, openai("x"), {}, Permanent()),
    (OPENAI, 429, openai("requests"), {"retry-after": "7"}, Transient(7.0)),
    (OPENAI, 429, openai("tokens"), {"retry-after-ms": "250"}, Transient(0.25)),
    (OPENAI, 429, openai("x", "insufficient_quota"), {}, Permanent()),
    (OPENAI, 400, openai("x", "context_length_exceeded"), {}, Permanent()),
    (OPENAI, 500, openai("server_error"), {}, Transient(None)),
    (OPENAI, 503, b"<html>busy</html>", {"retry-after": "2"}, Transient(2.0)),
    (OPENAI, 500, openai("x"), {"x-should-retry": "false"}, Permanent()),
    (OPENAI, 400, openai("x"), {"x-should-retry": "true"}, Transient(None)),
    (OPENAI, 501, b"", {}, Permanent()),
    (ANTHROPIC, 429, anthropic("rate_limit_error"), {"retry-after": "3"},
     Transient(3.0)),
    (ANTHROPIC, 529, anthropic("overloaded_error"), {}, Transient(None)),
    (ANTHROPIC, 500, anthropic("api_error"), {}, Transient(None)),
    (ANTHROPIC, 402, anthropic("billing_error"), {}, Permanent()),
    (ANTHROPIC, 413, anthropic("request_too_large"), {}, Permanent()),
    (ANTHROPIC, 400, anthropic("invalid_request_error"), {}, Permanent()),
    (GEMINI, 429, google("RESOURCE_EXHAUSTED", 429, "46s"), {}, Transient(46.0)),
    (GEMINI, 503, google("UNAVAILABLE", 503), {}, Transient(None)),
    (GEMINI, 504, google("DEADLINE_EXCEEDED", 504), {}, Transient(None)),
    (GEMINI, 400, google("INVALID_ARGUMENT", 400), {}, Permanent()),
    (GEMINI, 403, google("PERMISSION_DENIED", 403), {}, Permanent()),
]  # fmt: skip


@pytest.mark.parametrize(("dialect", "status", "body", "headers", "says"), CASES)
def test_what_an_error_says(dialect, status, body, headers, says):
    info = codecs.get(dialect).decode_error(
        body, status=status, headers=tuple(headers.items())
    )
    assert isinstance(info, Retryable)
    assert info.retry_classification() == says


def transient(asked=None):
    return ProviderError(ErrorInfo(kind="overloaded", status=503, retry_after=asked))


def test_delays_double_to_a_ceiling():
    policy = RetryPolicy(attempts=9, base=0.5, ceiling=8, jitter=0)
    delays = [policy.delay(n, None, 0.9) for n in range(1, 10)]
    assert delays == [0.5, 1, 2, 4, 8, 8, 8, 8, None]


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_jitter_only_shortens(attempt, chance):
    policy = RetryPolicy(attempts=20_000, jitter=0.25)
    delay = policy.delay(attempt, None, chance)
    assert 0.75 * 0.5 <= delay <= 8


def test_what_a_peer_asks_for():
    policy = RetryPolicy(asked_ceiling=60)
    assert policy.delay(1, 20.0, 0.5) == 20.0
    assert policy.delay(1, 60.0, 0.5) == 60.0
    assert policy.delay(1, 60.1, 0.5) is None
    assert policy.delay(1, 0.0, 0.0) == 0.5


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (transient(), True),
        (TransportError("x", info=ErrorInfo(kind="timeout")), True),
        (TransportError("x"), False),
        (RemoteProtocolError("x"), False),
        (LocalError("x"), False),
        (ProviderError(ErrorInfo(kind="authentication", status=401)), False),
    ],
)
def test_which_errors_are_tried_again(error, again):
    delay = next_delay(error, RetryPolicy(), attempt=1, elapsed=0)
    assert (delay is not None) is again


class Fake:
    """A clock, a sleep, and a model that fails as it is told."""

    name = model = "m"

    def __init__(self, *errors, cost=1.0):
        self.now = 0.0
        self.slept = []
        self.timeouts = []
        self._errors = list(errors)
        self._cost = cost

    def clock(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds

    async def sleep_async(self, seconds):
        self.sleep(seconds)

    def chat(self, request, *, timeout=None):
        self.timeouts.append(timeout)
        self.now += self._cost if timeout is None else min(self._cost, timeout)
        if self._errors:
            raise self._errors.pop(0)
        return "answer"

    chat_stream = chat


class FakeAsync(Fake):
    async def chat(self, request, *, timeout=None):  # noqa: ASYNC109
        return Fake.chat(self, request, timeout=timeout)

    chat_stream = chat


REQUEST = ir.ChatRequest(model="m", messages=(ir.user("x"),))


def ask(fake, policy, method, *, is_async, **more):
    if is_async:
        model = AsyncRetryingModel(
            fake, policy, sleep=fake.sleep_async, clock=fake.clock, chance=lambda: 0
        )
        assert (model.name, model.model) == ("m", "m")

        async def main():
            return await getattr(model, method)(REQUEST, **more)

        return anyio.run(main)
    model = RetryingModel(
        fake, policy, sleep=fake.sleep, clock=fake.clock, chance=lambda: 0
    )
    assert (model.name, model.model) == ("m", "m")
    return getattr(model, method)(REQUEST, **more)


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("method", ["chat", "chat_stream"])
def test_the_loop(method, is_async):
    cls = FakeAsync if is_async else Fake
    fake = cls(transient(), transient(3.0))
    assert ask(fake, RetryPolicy(), method, is_async=is_async) == "answer"
    assert fake.slept == [0.5, 3.0]

    fake = cls(*[transient()] * 5)
    with pytest.raises(ProviderError):
        ask(fake, RetryPolicy(attempts=3), method, is_async=is_async)
    assert len(fake.timeouts) == 3
    assert len(fake.slept) == 2

    fake = cls(ProviderError(ErrorInfo(kind="permission", status=403)))
    with pytest.raises(ProviderError):
        ask(fake, RetryPolicy(), method, is_async=is_async)
    assert fake.slept == []


@pytest.mark.parametrize("is_async", [False, True])
def test_the_whole_is_bounded(is_async):
    cls = FakeAsync if is_async else Fake
    fake = cls(*[transient()] * 9, cost=1.0)
    policy = RetryPolicy(attempts=9, total=4.0, attempt_timeout=2.0)
    with pytest.raises(ProviderError):
        ask(fake, policy, "chat", is_async=is_async)
    assert fake.now <= 4.0
    # Each try gets what is left, and never more than its own bound.
    assert fake.timeouts == [2.0, 2.0, 0.5]


def test_an_attempt_is_bounded():
    fake = Fake()
    ask(fake, RetryPolicy(attempt_timeout=5), "chat", is_async=False)
    ask(fake, RetryPolicy(attempt_timeout=5), "chat", is_async=False, timeout=9)
    assert fake.timeouts == [5, 9]


@pytest.mark.parametrize("bad", [{"attempts": 0}, {"jitter": 2}, {"jitter": -1}])
def test_a_policy_makes_sense(bad):
    with pytest.raises(ValueError, match="must be"):
        RetryPolicy(**bad)
