"""Reported bugs of other translators, around Responses: ends, errors, citations."""

from __future__ import annotations

import json

import pytest
from tests.acceptance._wire import (
    AM,
    GG,
    OC,
    OR,
    OR_DONE_ONLY,
    ROLE,
    am_end,
    am_finish,
    am_start,
    am_stream,
    am_text,
    codes,
    events,
    gg_chunk,
    gg_stream,
    oc_call,
    oc_delta,
    oc_event,
    oc_finish,
    oc_stream,
    or_begin,
    or_end,
    or_event,
    or_item,
    or_message,
    or_output,
    or_response,
    or_stream,
    or_text,
    response_between,
    translate_stream,
)

from modelwire import codecs

SOURCES = (OC, AM, GG)

# --- ends and errors ----------------------------------------------------------------

TEXT_ITEM = or_item(
    0,
    or_message("msg_1", or_text("x")),
    ("content_part.added", {"content_index": 0, "part": or_text("")}),
    ("output_text.delta", {"content_index": 0, "delta": "x"}),
)


@pytest.mark.parametrize("target", [OC, AM, GG, OR])
def test_E01_a_responses_stream_that_dies_is_no_success(target):
    data = or_stream(or_begin(), *TEXT_ITEM)
    written, translator = translate_stream(data, OR, target)
    assert translator.error.kind == "stream_truncated"
    assert not translator.complete
    for success in (b"[DONE]", b"message_stop", b"response.completed", b'"STOP"'):
        assert success not in written


@pytest.mark.parametrize("source", SOURCES)
def test_E01_L04_a_client_of_responses_sees_the_failure(source):
    cut = {
        OC: oc_stream(ROLE, oc_delta({"content": "x"}), done=False),
        AM: am_stream(am_start(), *am_text(0, "x")),
        GG: gg_stream(gg_chunk({"text": "x"})),
    }[source]
    busy = {
        OC: oc_stream({"error": {"message": "busy", "code": 529}}, done=False),
        AM: am_stream(
            {"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}
        ),
        GG: gg_stream(
            {"error": {"code": 503, "message": "busy", "status": "UNAVAILABLE"}}
        ),
    }[source]
    for data, message in ((cut, None), (cut + busy, "busy")):
        written, _ = translate_stream(data, source, OR)
        found = events(written)
        assert found[-1]["type"] == "response.failed"
        assert found[-1]["response"]["status"] == "failed"
        assert "response.completed" not in {event["type"] for event in found}
        (error,) = [event for event in found if event["type"] == "error"]
        assert message is None or error["message"] == message


@pytest.mark.parametrize("typed", [True, False])
@pytest.mark.parametrize("named", [True, False])
def test_E02_an_error_in_a_responses_stream_is_seen(typed, named):
    error = {"error": {"message": "busy", "type": "server_error", "code": "x"}}
    body = json.dumps({"type": "error", **error} if typed else error)
    head = "event: error\n" if named else ""
    data = or_stream(or_begin(), *TEXT_ITEM) + f"{head}data: {body}\n\n".encode()
    written, translator = translate_stream(data, OR, AM)
    assert translator.error.message == "busy"
    assert events(written)[-1]["error"]["message"] == "busy"


def test_E05_three_ends_of_a_responses_stream():
    whole = or_stream(or_begin(), *TEXT_ITEM, or_end(or_message("msg_1", or_text("x"))))
    cut = or_stream(or_begin(), *TEXT_ITEM)
    for data, complete, kind in (
        (whole, True, None),
        (whole.removesuffix(b"\n"), True, None),
        (cut, False, "stream_truncated"),
        (whole[:-40], False, "stream_truncated"),
    ):
        _, translator = translate_stream(data, OR, AM)
        assert translator.complete is complete
        assert getattr(translator.error, "kind", None) == kind


@pytest.mark.parametrize("source", SOURCES)
def test_E07_an_error_alone_is_a_legal_responses_stream(source):
    error = {
        OC: b'data: {"error":{"message":"x","type":"server_error"}}\n\n',
        AM: am_stream(
            {"type": "error", "error": {"type": "api_error", "message": "x"}}
        ),
        GG: gg_stream({"error": {"code": 500, "message": "x", "status": "INTERNAL"}}),
    }[source]
    decoder = codecs.get(source).stream_decoder()
    codec = codecs.get(OR)
    encoder = codec.stream_encoder()
    chunks = [*decoder.feed(error), *decoder.close()]
    data = b"".join([*map(encoder.encode, chunks), encoder.close()])
    reader = codec.event_decoder()
    assert codec.check_stream([*reader.feed(data), *reader.close()]) == []
    assert events(data)[0]["type"] == "error"


@pytest.mark.parametrize(
    ("reason", "status", "why"),
    [
        ("max_tokens", "incomplete", "max_output_tokens"),
        ("refusal", "incomplete", "content_filter"),
        ("end_turn", "completed", None),
    ],
)
def test_F06_F11_the_end_of_an_answer_is_that_of_its_source(reason, status, why):
    data = am_stream(am_start(), *am_text(0, "x"), *am_end(reason))
    response = events(translate_stream(data, AM, OR)[0])[-1]["response"]
    assert response["status"] == status
    assert (response["incomplete_details"] or {}).get("reason") == why


def test_F06_what_is_not_known_is_no_success():
    data = am_stream(am_start(), *am_text(0, "x"), *am_end("something_new"))
    last = events(translate_stream(data, AM, OR)[0])[-1]
    assert last["type"] == "response.incomplete"
    back = or_stream(
        or_begin(),
        *TEXT_ITEM,
        or_event(
            "incomplete",
            response=or_response(
                status="incomplete", incomplete_details={"reason": "something_new"}
            ),
        ),
    )
    written, translator = translate_stream(back, OR, OC)
    assert translator.finish.kind == "unknown"
    assert oc_finish(written) not in (None, "stop")


def test_F01_F11_calls_end_the_turn_in_both_directions():
    written, _ = translate_stream(OR_DONE_ONLY, OR, AM)
    assert am_finish(written)["delta"]["stop_reason"] == "tool_use"
    assert oc_finish(translate_stream(OR_DONE_ONLY, OR, OC)[0]) == "tool_calls"


def test_L06_no_usage_chunk_still_ends_the_response():
    data = oc_stream(ROLE, oc_delta({"content": "x"}), oc_delta({}, "stop"))
    written, _ = translate_stream(data, OC, OR)
    last = events(written)[-1]
    assert (last["type"], last["response"]["usage"]) == ("response.completed", None)


def test_L24_broken_arguments_are_handed_on_as_text():
    data = oc_stream(
        ROLE,
        oc_call(0, id="call_1", name="f", arguments='{"city": "Par'),
        oc_delta({}, "length"),
        oc_event(choices=[], usage=None),
    )
    (item,) = or_output(translate_stream(data, OC, OR)[0])
    assert item["arguments"] == '{"city": "Par'


def test_L31_unknown_events_write_nothing():
    plain = am_stream(am_start(), *am_text(0, "x"), *am_end())
    noisy = am_stream(
        am_start(), {"type": "something_new", "x": 1}, *am_text(0, "x"), *am_end()
    )
    assert translate_stream(noisy, AM, OR)[0] == translate_stream(plain, AM, OR)[0]


# --- citations and built-in tools ---------------------------------------------------

NOTE = {
    "type": "url_citation",
    "url": "https://example.com/a",
    "title": "A",
    "start_index": 0,
    "end_index": 4,
}
CITED = or_message("msg_1", or_text("Said so.", annotations=[NOTE]))


def streamed_citation(*, late):
    at = {"content_index": 0}
    note = {**at, "annotation_index": 0, "annotation": NOTE}
    steps = [
        ("content_part.added", {**at, "part": or_text("")}),
        ("output_text.delta", {**at, "delta": "Said so."}),
        *([] if late else [("output_text.annotation.added", note)]),
        ("output_text.done", {**at, "text": "Said so."}),
        ("content_part.done", {**at, "part": CITED["content"][0]}),
    ]
    return or_stream(or_begin(), *or_item(0, CITED, *steps), or_end(CITED))


@pytest.mark.parametrize("late", [True, False])
def test_D08_citations_of_a_responses_stream(late):
    written, _ = translate_stream(streamed_citation(late=late), OR, OC)
    notes = [
        note["url_citation"]["url"]
        for event in events(written)
        for choice in event["choices"]
        for note in choice["delta"].get("annotations") or ()
    ]
    assert notes == [NOTE["url"]]
    written, translator = translate_stream(streamed_citation(late=late), OR, AM)
    deltas = [
        event["delta"]["citation"]["url"]
        for event in events(written)
        if event["type"] == "content_block_delta"
        and event["delta"]["type"] == "citations_delta"
    ]
    # A citation there needs what is quoted and a proof: kept, or reported.
    assert deltas == [NOTE["url"]] or "out.annotations_citations" in codes(translator)


def test_D08_citations_of_a_responses_answer():
    answer, _ = response_between(OR, OC, or_response(CITED))
    (note,) = answer["choices"][0]["message"]["annotations"]
    assert note["url_citation"] == {
        "url": NOTE["url"],
        "title": "A",
        "start_index": 0,
        "end_index": 4,
    }


SEARCH = {
    "type": "web_search_call",
    "id": "ws_1",
    "status": "completed",
    "action": {"type": "search", "query": "q"},
}


@pytest.mark.parametrize("target", [OC, AM, GG])
def test_L10_built_in_calls_are_never_the_callers(target):
    body = or_response(SEARCH, or_message("msg_1", or_text("x")))
    answer, encoded = response_between(OR, target, body)
    assert "bt.call_items" in codes(encoded)
    shown = json.dumps(answer)
    for call in ('"tool_calls"', '"tool_use"', '"functionCall"'):
        assert call not in shown


def test_L10_built_in_calls_survive_their_own_dialect():
    message = or_message("msg_1", or_text("x"))
    data = or_stream(
        or_begin(),
        *or_item(0, SEARCH, ("web_search_call.searching", {})),
        *or_item(1, message),
        or_end(SEARCH, message),
    )
    written, translator = translate_stream(data, OR, OR)
    assert or_output(written) == [SEARCH, message]
    assert translator.losses == ()
