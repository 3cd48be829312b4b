"""Images and audio of any source: what comes back differs only by the losses told."""

from __future__ import annotations

from hypothesis import given, strategies as st

from modelwire import ir
from modelwire.codecs import openai_chat
from modelwire.codecs._base import COLLECT
from modelwire.errors import InvalidIRError
from modelwire.testing import assert_losses

WORDS = st.none() | st.sampled_from(["auto", "low", "é"])
COUNTS = st.none() | st.integers(0, 9)
NUMBERS = st.none() | st.sampled_from([0, 1, 0.5, 2.0])
EXTRA = st.sampled_from([{}, {}, {"other": {"a": 1}}, {"openai-chat": {"b": "x"}}])
# An upload's own entry has one name only: the headers of its part.
FOREIGN = st.sampled_from([{}, {}, {"other": {"a": 1}}])
LISTS = st.none() | st.lists(st.sampled_from(["a", "b"]), min_size=1, max_size=3).map(
    tuple
)
UPLOADS = st.builds(
    ir.Upload,
    data=st.binary(max_size=4),
    filename=st.sampled_from(["a.png", "b"]),
    media_type=st.none() | st.just("image/png"),
    extra=FOREIGN,
)
OTHERS = st.lists(
    st.builds(ir.FormFile, field=st.just("other_file"), file=UPLOADS), max_size=2
).map(tuple)
SOURCES = st.one_of(
    UPLOADS,
    st.just(ir.Base64Source(data="AAAA", media_type="image/png")),
    st.just(ir.UrlSource(url="https://a/b.png")),
    st.just(ir.UrlSource(url="https://a/b.png", media_type="image/png")),
    st.just(ir.FileIdSource(file_id="f", dialect="openai-chat")),
)
INPUTS = st.builds(ir.ImageInput, source=SOURCES, extra=FOREIGN)
IMAGES = st.builds(
    ir.ImageRequest,
    operation=st.sampled_from(["generation", "edit", "variation"]),
    model=WORDS,
    prompt=WORDS,
    images=st.lists(INPUTS, max_size=3).map(tuple),
    mask=st.none() | INPUTS,
    markup=st.none() | INPUTS,
    count=COUNTS,
    size=WORDS,
    quality=WORDS,
    output_compression=COUNTS,
    svg=st.none()
    | st.builds(ir.SvgOptions, model=st.just("m"), effort=WORDS, extra=FOREIGN),
    stream=st.booleans(),
    user_id=WORDS,
    other_files=OTHERS,
    extra=EXTRA,
)
SPEECH = st.builds(
    ir.SpeechRequest,
    model=st.just("m"),
    input=st.text(max_size=4),
    voice=st.just("v") | st.just({"id": "v"}),
    instructions=WORDS,
    speed=NUMBERS,
    extra=EXTRA,
)
CHUNKING = st.builds(
    ir.ChunkingStrategy,
    kind=st.sampled_from(["auto", "new"]),
    extra=FOREIGN,
)
TRANSCRIPTIONS = st.builds(
    ir.TranscriptionRequest,
    operation=st.sampled_from(["transcription", "translation"]),
    model=st.just("m"),
    file=UPLOADS,
    language=WORDS,
    languages=LISTS,
    keywords=LISTS,
    include=LISTS,
    temperature=NUMBERS,
    chunking=st.none() | CHUNKING,
    stream=st.booleans(),
    other_files=OTHERS,
    extra=EXTRA,
)
USAGE = st.none() | st.builds(
    ir.Usage,
    input_total=st.integers(0, 9),
    output_total=st.integers(0, 9),
    input_audio=COUNTS,
    output_image=COUNTS,
    cache_write=COUNTS,
    extra=FOREIGN,
)
IMAGE_RESPONSES = st.builds(
    ir.ImageResponse,
    created=COUNTS,
    images=st.lists(
        st.builds(ir.GeneratedImage, data=WORDS, url=WORDS, extra=EXTRA), max_size=2
    ).map(tuple),
    quality=WORDS,
    usage=USAGE,
    extra=EXTRA,
)
SEGMENTS = st.builds(
    ir.TranscriptSegment,
    text=st.text(max_size=3),
    id=st.sampled_from([None, 0, "seg"]),
    start=NUMBERS,
    speaker=WORDS,
    tokens=st.none() | st.just((1, 2)),
    extra=EXTRA,
)
WORD = st.builds(ir.TranscriptWord, word=st.text(max_size=3), end=NUMBERS, extra=EXTRA)
TRANSCRIPTS = st.builds(
    ir.TranscriptionResponse,
    text=st.text(max_size=4),
    language=WORDS,
    languages=LISTS,
    duration=NUMBERS,
    segments=st.none() | st.lists(SEGMENTS, max_size=2).map(tuple),
    words=st.none() | st.lists(WORD, max_size=2).map(tuple),
    usage=USAGE,
    billed_seconds=NUMBERS,
    extra=EXTRA,
)


def account_request(kind, request):
    encode = getattr(openai_chat, f"encode_{kind}_request")
    decode = getattr(openai_chat, f"decode_{kind}_request")
    try:
        encoded = encode(request, on_loss=COLLECT)
    except InvalidIRError:
        return
    if any(loss.action == "needs_fetch" for loss in encoded.losses):
        return
    again = decode(encoded.body, path=encoded.path, headers=encoded.headers)
    assert_losses(request, again, encoded.losses)
    assert encode(request, on_loss=COLLECT).body == encoded.body


def account_response(kind, response):
    encoded = getattr(openai_chat, f"encode_{kind}_response")(response)
    again = getattr(openai_chat, f"decode_{kind}_response")(
        encoded.body, headers=encoded.headers
    )
    assert_losses(response, again, encoded.losses)


@given(IMAGES)
def test_image_requests(request_):
    account_request("image", request_)


@given(SPEECH)
def test_speech_requests(request_):
    account_request("speech", request_)


@given(TRANSCRIPTIONS)
def test_transcription_requests(request_):
    account_request("transcription", request_)


@given(IMAGE_RESPONSES)
def test_image_responses(response):
    account_response("image", response)


@given(TRANSCRIPTS)
def test_transcripts(response):
    account_response("transcription", response)
