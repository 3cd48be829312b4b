"""
The code blocks of the documents, and an upstream that they may talk to.

A block runs as it stands; what it does not define, the test gives it by name.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from typing import Any

from tests._paths import REPO
from tests._wires import AM, GG, OC, OR, Say, wire
from tests.transports._server import Server

__all__ = ["blocks", "run", "upstream"]

_MODELS = {"object": "list", "data": [{"id": "m", "object": "model"}]}
_EMBEDDINGS = {
    "object": "list",
    "data": [{"object": "embedding", "index": 0, "embedding": [0.5, 0.25]}],
    "model": "m",
    "usage": {"prompt_tokens": 1, "total_tokens": 1},
}


def blocks(document: str, language: str = "python") -> list[str]:
    """Give the blocks of one language of a document, in order."""
    text = (REPO / document).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def run(code: str, document: str, **names: Any) -> dict[str, Any]:
    """Run a block; give the names that it leaves behind."""
    namespace = {"__name__": "example", **names}
    exec(compile(code, document, "exec"), namespace)
    return namespace


def _dialect(path: str) -> str:
    if "generateContent" in path or "GenerateContent" in path:
        return GG
    if path.endswith("/messages"):
        return AM
    return OR if path.endswith("/responses") else OC


@contextlib.contextmanager
def upstream(*words: str) -> Iterator[Server]:
    """Run a server on 127.0.0.1 that says *words* in every dialect."""

    def script(peer: Any, seen: Any, number: int) -> None:
        path = seen.line.split(" ")[1].partition("?")[0]
        if path.endswith(("/models", "/embeddings")):
            listed = _MODELS if path.endswith("/models") else _EMBEDDINGS
            peer.answer(200, json.dumps(listed).encode())
            return
        answer = wire(_dialect(path), Say(*words))
        streams = "stream" in path or b'"stream":true' in seen.body.replace(b" ", b"")
        if not streams:
            peer.answer(200, answer.body, [("content-type", "application/json")])
            return
        peer.stream()
        for piece in answer.pieces:
            peer.piece(piece)
        peer.end()

    with Server(script) as server:
        yield server
