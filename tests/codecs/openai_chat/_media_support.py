"""Recorded image and audio traffic, and how losses and streams are looked at."""

from __future__ import annotations

import base64
import json
from collections import Counter

import pytest
from tests._paths import SHARED

from modelwire.framing import MultipartDecoder, boundary_of

FOLDERS = ("openai-images", "openai-audio-speech", "openai-audio-transcription")


def cases(folder):
    """Every recorded case of a folder, as pytest parameters."""
    found = sorted((SHARED / "corpus" / folder).glob("*.json"))
    return [pytest.param(json.loads(p.read_bytes()), id=p.stem) for p in found]


def leaves(value, key=""):
    """Give every scalar of a JSON value with its field's name, nulls left out."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item, key)
    elif value is not None:
        # 1 and 1.0 and True are three values here.
        yield (key, type(value).__name__, value)


def missing(before, after):
    return list((Counter(leaves(before)) - Counter(leaves(after))).elements())


def body_of(side):
    """The bytes of a request or response; a form that was cut is ended."""
    if side.get("body_text") is not None:
        return side["body_text"].encode()
    coded = side.get("body_base64")
    if coded is None:
        return None if side.get("body") is None else json.dumps(side["body"]).encode()
    data = base64.b64decode(coded)
    if data.startswith(b"base64:"):
        coded = data[len(b"base64:") :]
        data = base64.b64decode(coded[: len(coded) // 4 * 4])
    boundary = boundary_of(side["headers"].get("content-type", ""))
    if side.get("elided") and boundary:
        data += f"\r\n--{boundary}--\r\n".encode()
    return data


def headers_of(side):
    return tuple(side["headers"].items())


def parts_of(body, headers):
    """Cut a form into what each part says: name, file name, type, data."""
    decoder = MultipartDecoder(boundary_of(dict(headers)["content-type"]))
    items = [*decoder.feed(body), *decoder.close()]
    assert decoder.complete, items[-1]
    return [(i.name, i.filename, i.content_type, i.data) for i in items]


def chunks_of(decoder, pieces):
    out = []
    for piece in pieces:
        out += decoder.feed(piece)
    return out + decoder.close()


def written(encoder, chunks):
    return b"".join([*map(encoder.encode, chunks), encoder.close()])


def pieces(data, size):
    return [data[start : start + size] for start in range(0, len(data), size)]


def sse(*events, done=True):
    text = "".join(f"data: {json.dumps(event)}\n\n" for event in events)
    return (text + ("data: [DONE]\n\n" if done else "")).encode()
