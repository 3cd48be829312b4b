"""Recorded traffic beside the repository, read in place, as small values."""

from __future__ import annotations

import base64
import functools
import json

import attrs
from tests._paths import SHARED

from modelwire import codecs

__all__ = ["Case", "cases", "load"]


@attrs.frozen
class Case:
    """One recorded exchange."""

    id: str
    dialect: str
    provider: str
    stream: bool
    status: int
    request: object = attrs.field(repr=False)
    request_body: bytes | None = attrs.field(repr=False)
    request_path: str
    request_headers: tuple[tuple[str, str], ...] = attrs.field(repr=False)
    response_body: bytes | None = attrs.field(repr=False)
    response_headers: tuple[tuple[str, str], ...] = attrs.field(repr=False)
    framing: str | None
    recorded: bool
    body_exact: bool


def _case(raw: dict) -> Case:
    request = raw.get("request") or {}
    response = raw.get("response") or {}
    body = request.get("body")
    text = response.get("body_text")
    coded = response.get("body_base64")
    data = None
    if text is not None:
        data = text.encode("utf-8", "surrogatepass")
    elif coded is not None:
        data = base64.b64decode(coded)
    return Case(
        id=raw["id"],
        dialect=raw["dialect"],
        provider=raw.get("provider") or "",
        stream=bool(raw.get("stream")),
        status=response.get("status") or 200,
        request=body,
        request_body=None if body is None else json.dumps(body).encode(),
        request_path=request.get("path") or "",
        request_headers=tuple((request.get("headers") or {}).items()),
        response_body=data,
        response_headers=tuple((response.get("headers") or {}).items()),
        framing=response.get("framing"),
        recorded=bool(raw.get("recorded")),
        body_exact=bool(raw.get("body_exact")),
    )


@functools.cache
def load(dialect: str) -> tuple[Case, ...]:
    """Every recorded exchange of *dialect*, by id."""
    folder = SHARED / "corpus" / dialect
    if not folder.is_dir():
        return ()
    paths = sorted(folder.glob("*.json"))
    return tuple(_case(json.loads(p.read_text(encoding="utf-8"))) for p in paths)


def cases(kind: str) -> list[Case]:
    """
    Recorded exchanges of every dialect that exists.

    `request`: those with a JSON request; `response`: whole answers with a good
    status; `stream`: SSE answers with a good status; `error`: bad statuses.
    """
    found = [case for dialect in codecs.DIALECTS for case in load(dialect)]
    if kind == "request":
        return [c for c in found if isinstance(c.request, dict)]
    if kind == "error":
        return [c for c in found if c.status >= 400]
    good = [c for c in found if c.status < 400 and c.response_body]
    if kind == "stream":
        return [c for c in good if c.framing == "sse"]
    return [c for c in good if c.framing == "json"]
