"""httpx-sse and `json.loads`: no model at all, what many people write by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import httpx
import httpx_sse
import offline
from texts import OF_EVENT
from work import Payloads, Work, iterated

_NOTE = "gives parsed JSON, no model of it"


def versions() -> dict[str, str]:
    return {"httpx-sse": version("httpx-sse")}


def _values(client: httpx.Client) -> Iterator[Any]:
    with httpx_sse.connect_sse(client, "POST", "http://x/") as source:
        for sse in source.iter_sse():
            if sse.data != "[DONE]":
                yield json.loads(sse.data)


def works(payloads: Payloads) -> dict[str, dict[str, Work]]:
    found = {}
    for name, text in OF_EVENT.items():
        client = offline.client(httpx, payloads.reads(name))
        work = iterated(lambda client=client: _values(client), text, _NOTE)
        found[f"{name} stream"] = {"httpx-sse and json": work}
    return found
