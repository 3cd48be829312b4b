"""Every vector of the shared conformance set, strict and lenient, in every cut."""

import base64
import itertools
import json
import random
from pathlib import Path

import pytest

from modelwire.sse import SSEDecoder, SSEEvent


def _vectors():
    for folder in Path(__file__).resolve().parents:
        path = folder.parent / "shared" / "conformance" / "sse.json"
        if (folder / "pyproject.toml").exists():
            if path.exists():
                return json.loads(path.read_text(encoding="utf-8"))["vectors"]
            break
    return []


VECTORS = _vectors()
pytestmark = pytest.mark.skipif(not VECTORS, reason="no shared conformance files")


def _events(expect):
    return [
        SSEEvent(
            event["event"],
            event["data"],
            event["id"],
            event.get("truncated", False),
        )
        for event in expect["events"]
    ]


def _cuts(vector):
    given = [base64.b64decode(chunk) for chunk in vector["chunks_b64"]]
    whole = b"".join(given)
    yield given
    yield [whole]
    yield [whole[i : i + 1] for i in range(len(whole))]
    rng = random.Random(vector["id"])
    for _ in range(6):
        points = sorted(rng.randrange(len(whole) + 1) for _ in range(rng.randrange(9)))
        bounds = [0, *points, len(whole)]
        yield [whole[a:b] for a, b in itertools.pairwise(bounds)]


def _decoder(vector, *, lenient):
    return SSEDecoder(
        lenient=lenient,
        # One vector is a comment of 4 kB; a set of comments longer than this is none.
        max_ignored_bytes=1 << 20,
        last_event_id=vector.get("initial_last_event_id", ""),
    )


def _ids(vector):
    return vector["id"]


@pytest.mark.parametrize("lenient", [False, True], ids=["strict", "lenient"])
@pytest.mark.parametrize("vector", VECTORS, ids=_ids)
def test_vector(vector, lenient):
    expect = vector["expect"]
    mode = {**expect, **(vector.get("expect_lenient", {}) if lenient else {})}
    for chunks in _cuts(vector):
        decoder = _decoder(vector, lenient=lenient)
        items = []
        retries = []
        for chunk in chunks:
            items += decoder.feed(chunk)
            if decoder.retry is not None and decoder.retry not in retries[-1:]:
                retries.append(decoder.retry)
        items += decoder.close()
        assert items == _events(mode)
        assert decoder.comments == tuple(expect["comments"])
        ignored = expect["ignored_lines"]
        if lenient:
            # Rule L4: an unfinished line counts too; the file lists whole ones only.
            assert list(decoder.ignored_lines[: len(ignored)]) == ignored
        else:
            assert list(decoder.ignored_lines) == ignored
        assert decoder.last_event_id == mode["last_event_id"]
        assert decoder.incomplete_at_eof is expect["incomplete_at_eof"]
        assert decoder.retry == (expect["retry"] or [None])[-1]
        assert set(retries) <= set(expect["retry"])
        assert not decoder.failed
        assert decoder.dropped_lines == 0


@pytest.mark.parametrize(
    "vector",
    [v for v in VECTORS if "cumulative_events_after_chunk" in v],
    ids=_ids,
)
def test_events_come_with_the_byte_that_completes_them(vector):
    decoder = _decoder(vector, lenient=False)
    count = 0
    counts = []
    for chunk in vector["chunks_b64"]:
        count += len(decoder.feed(base64.b64decode(chunk)))
        counts.append(count)
    assert counts == vector["cumulative_events_after_chunk"]


@pytest.mark.parametrize(
    "vector",
    [v for v in VECTORS if v.get("llm", {}).get("treat_as") == "stray_json_error"],
    ids=_ids,
)
def test_stray_error_is_among_the_ignored_lines(vector):
    decoder = _decoder(vector, lenient=True)
    for chunk in vector["chunks_b64"]:
        decoder.feed(base64.b64decode(chunk))
    decoder.close()
    assert json.loads(decoder.ignored_lines[-1])["error"]
