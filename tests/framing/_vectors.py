"""The conformance vectors of a set, and the cuts in which each is fed."""

from __future__ import annotations

import base64
import itertools
import json
import random

from tests._paths import SHARED

FOLDER = SHARED / "conformance"


def vectors(name):
    """Give the vectors of a set; none where the shared folder is not there."""
    path = FOLDER / f"{name}.json"
    if not path.is_file():
        return []
    return json.loads(path.read_text(encoding="utf-8"))["vectors"]


def cuts(chunks, seed, *, ones=20_000):
    """Give the bytes as given, whole, one by one (if not too many), and at random."""
    data = b"".join(chunks)
    yield list(chunks)
    yield [data]
    size = 1 if len(data) <= ones else 211
    yield [data[at : at + size] for at in range(0, len(data), size)]
    rng = random.Random(seed)
    for _ in range(5):
        places = sorted(rng.choices(range(len(data) + 1), k=rng.randint(1, 9)))
        bounds = [0, *places, len(data)]
        yield [data[a:b] for a, b in itertools.pairwise(bounds)]


def chunks_of(vector):
    """Give the chunks as the vector lists them."""
    return [base64.b64decode(chunk) for chunk in vector["chunks_b64"]]


def feed_all(decoder, pieces):
    """Give all items of a decoder."""
    items = []
    for piece in pieces:
        items += decoder.feed(piece)
    items += decoder.close()
    assert decoder.close() == []
    return items
