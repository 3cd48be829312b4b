"""Credentials: cached tokens, refreshed in time, by one caller."""

from __future__ import annotations

import threading

import anyio
import pytest

from modelwire.errors import LocalError, StateError
from modelwire.transports import KeyAuth, Token, TokenAuth, bearer


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


class Counting:
    def __init__(self, lifetime=100.0, clock=None):
        self.calls = 0
        self._lifetime = lifetime
        self._clock = clock or Clock()

    def __call__(self):
        self.calls += 1
        ends = None if self._lifetime is None else self._clock() + self._lifetime
        return Token(value=f"t{self.calls}", expires_at=ends)


def test_a_token_is_kept_until_shortly_before_its_end():
    clock = Clock()
    source = Counting(100, clock)
    auth = TokenAuth(source, skew=30, clock=clock)
    seen = []
    for moment in (1000, 1050, 1069.9, 1070, 1139, 1141):
        clock.now = moment
        seen.append(auth.pair()[1])
    assert seen == [f"Bearer t{n}" for n in (1, 1, 1, 2, 2, 3)]


def test_a_token_without_an_end_is_asked_for_each_time():
    source = Counting(None)
    auth = TokenAuth(source)
    assert [auth.pair()[1] for _ in range(2)] == ["Bearer t1", "Bearer t2"]
    assert TokenAuth(lambda: "plain").pair() == ("authorization", "Bearer plain")


def test_a_refused_token_is_forgotten():
    source = Counting(clock=(clock := Clock()))
    auth = TokenAuth(source, clock=clock)
    auth.pair()
    auth.forget()
    assert auth.pair()[1] == "Bearer t2"


def test_threads_wait_for_one_refresh():
    clock = Clock()
    source = Counting(clock=clock)
    auth = TokenAuth(source, clock=clock)
    threads = [threading.Thread(target=auth.pair) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert source.calls == 1


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_tasks_wait_for_one_refresh(backend):
    clock = Clock()
    calls = []

    async def provider():
        calls.append(1)
        await anyio.lowlevel.checkpoint()
        return Token(value="t", expires_at=clock.now + 100)

    auth = TokenAuth(provider, clock=clock)

    async def main():
        async with anyio.create_task_group() as tasks:
            for _ in range(8):
                tasks.start_soon(auth.pair_async)
        assert await auth.pair_async() == ("authorization", "Bearer t")

    anyio.run(main, backend=backend)
    assert len(calls) == 1


def test_an_asynchronous_provider_needs_an_asynchronous_client():
    async def provider():
        return "t"

    class Later:
        def __await__(self):
            pytest.fail("nobody waits for it")

    for given in (provider, Later):
        with pytest.raises(StateError, match="asynchronous client"):
            TokenAuth(given).pair()


def test_nothing_shows_a_secret():
    for value in (bearer("sk-x"), KeyAuth(secret="sk-x"), Token(value="sk-x")):
        assert "sk-x" not in repr(value)
    assert "sk-x" not in repr(TokenAuth(lambda: "sk-x"))
    with pytest.raises(LocalError):
        Token(value="a\nb")
