"""The JSON form is exact for every class, and refuses what it does not know."""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import sys

import attrs
import pytest
from hypothesis import given

from modelwire import ir
from modelwire.errors import InvalidIRError
from modelwire.ir import (
    Base64Source,
    BlockStop,
    ChatRequest,
    ChatResponse,
    ImagePart,
    Keepalive,
    Loss,
    LossCode,
    Message,
    ServerTool,
    TextDelta,
    TextPart,
    ToolChoice,
    UnknownEvent,
    Usage,
    _json_form,
    from_json,
    to_json,
)
from modelwire.testing import strategies as st

DIALECTS = [None, "openai-chat", "anthropic-messages"]


def through_text(value):
    return from_json(json.loads(json.dumps(to_json(value), allow_nan=False)))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_requests(dialect):
    @given(st.chat_requests(dialect))
    def law(request):
        again = through_text(request)
        assert again == request
        # Equality takes 1 for 1.0 and True for 1.
        assert repr(again) == repr(request)

    law()


@given(st.chat_responses())
def test_responses(response):
    again = through_text(response)
    assert again == response
    assert repr(again) == repr(response)


@given(st.chunk_sequences())
def test_chunks(chunks):
    for chunk in chunks:
        assert through_text(chunk) == chunk


@given(st.chat_requests())
def test_pickle_and_copy(request):
    assert pickle.loads(pickle.dumps(request)) == request
    assert copy.deepcopy(request) == request
    assert copy.copy(request) == request


# One example for each class that the strategies do not make.
EXAMPLES = [
    Loss(
        code=LossCode.PARAM_SEED, path="$.seed", action="dropped", severity="parameter"
    ),
    ir.ErrorInfo(kind="rate_limit", retry_after=1, raw={"a": [None]}, status=429),
    ir.Transient(0.5),
    ir.Permanent(),
    ir.Parsed(value={"a": 1}),
    ir.Malformed(text="x", reason="y"),
    ToolChoice(mode="unknown", dialect="d", raw=[1, "x", None]),
    ServerTool(kind="x", type="y_1", config={"a": {"b": [1.0, 1]}}),
    ChatRequest(model="m", conversation={"id": "c"}, headers=(("a", "b"),)),
    ChatRequest(model="m", context_management=[{"type": "x"}], logit_bias={"1": 1.5}),
    UnknownEvent("d", {"type": "x"}, 1, 2),
    Keepalive(),
    ir.ImageRequest(
        images=(
            ir.ImageInput(source=ir.Upload(data=bytes(range(256)), filename="a.png")),
            ir.ImageInput(source=ir.UrlSource(url="https://a")),
        ),
        other_files=(ir.FormFile(field="f", file=ir.Upload(data=b"")),),
    ),
    ir.SpeechRequest(model="m", input="x", voice={"id": "v"}, speed=1),
    ir.TranscriptSegmentEnd(segment=ir.TranscriptSegment(text="x", id=0, tokens=(1,))),
]


@pytest.mark.parametrize("value", EXAMPLES, ids=lambda v: type(v).__name__)
def test_examples(value):
    again = through_text(value)
    assert again == value
    assert repr(again) == repr(value)


def classes():
    found = (getattr(ir, name) for name in ir.__all__)
    return [c for c in found if isinstance(c, type) and attrs.has(c)]


@pytest.mark.parametrize("cls", classes(), ids=lambda c: c.__name__)
def test_every_class_is_unhashable_frozen_and_has_a_form(cls):
    fields = {}
    for field in attrs.fields(attrs.resolve_types(cls)):
        if field.default is attrs.NOTHING:
            fields[field.name] = simplest(field.type)
    value = cls(**fields)
    assert through_text(value) == value
    assert pickle.loads(pickle.dumps(value)) == value
    assert copy.deepcopy(value) == value
    if cls.__module__.startswith("modelwire.ir"):
        with pytest.raises(TypeError):
            hash(value)
        assert not hasattr(value, "__dict__")
    if fields:
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            setattr(value, next(iter(fields)), None)


def simplest(kind):
    """Give some value that a field with this annotation can hold."""
    text = str(kind)
    if "Literal" in text:
        return kind.__args__[0]
    for cls in (LossCode,):
        if kind is cls:
            return next(iter(cls))
    if isinstance(kind, type) and attrs.has(kind):
        return kind(
            **{
                f.name: simplest(f.type)
                for f in attrs.fields(attrs.resolve_types(kind))
                if f.default is attrs.NOTHING
            }
        )
    if text.startswith("int") or kind is int:
        return 3
    if kind is bool:
        return True
    if kind is bytes:
        return b"\xff"
    if text.startswith("tuple"):
        return ()
    if "TextPart" in text:
        return TextPart(text="")
    if "Base64Source" in text:
        return Base64Source(data="", media_type="a/b")
    if "dict" in text or "Mapping" in text:
        return {}
    return "x"


def test_the_form():
    request = ChatRequest(
        model="m",
        messages=(
            Message(
                role="user",
                parts=(
                    TextPart(text="hi"),
                    ImagePart(source=Base64Source(data="AAAA", media_type="image/png")),
                ),
            ),
        ),
        temperature=1,
    )
    assert to_json(request) == {
        "modelwire": 1,
        "type": "ChatRequest",
        "value": {
            "model": "m",
            "messages": [
                {
                    "role": "user",
                    "parts": [
                        {"$type": "TextPart", "text": "hi"},
                        {
                            "$type": "ImagePart",
                            "source": {
                                "$type": "Base64Source",
                                "data": "AAAA",
                                "media_type": "image/png",
                            },
                        },
                    ],
                }
            ],
            "temperature": 1,
        },
    }


def test_native_events_stay_out():
    assert "raw" not in json.dumps(to_json(TextDelta(0, "x", {"a": 1})))
    usage = Usage(input_total=1, raw={"prompt_tokens": 1})
    assert to_json(ChatResponse(usage=usage))["value"] == {"usage": {"input_total": 1}}
    # The raw of something unknown is its substance.
    assert to_json(UnknownEvent("d", {"a": 1}))["value"]["raw"] == {"a": 1}


def test_nothing_is_shared():
    request = ChatRequest(model="m", extra={"d": {"a": [1]}})
    data = to_json(request)
    data["value"]["extra"]["d"]["a"].append(2)
    assert request.extra == {"d": {"a": [1]}}
    again = from_json(data)
    data["value"]["extra"]["d"]["a"].append(3)
    assert again.extra == {"d": {"a": [1, 2]}}


REFUSED = [
    ("no object", [], "an object with 'modelwire'"),
    ("no version", {}, "an object with 'modelwire'"),
    ("another version", {"modelwire": 2, "type": "TextPart"}, "version 2"),
    ("a boolean version", {"modelwire": True, "type": "TextPart"}, "version True"),
    ("no type", {"modelwire": 1}, "unknown type None"),
    ("a union", {"modelwire": 1, "type": "Part", "value": {}}, "unknown type 'Part'"),
    ("no value", {"modelwire": 1, "type": "TextPart"}, "expected object"),
    ("missing", {"modelwire": 1, "type": "TextPart", "value": {}}, "text is missing"),
]


@pytest.mark.parametrize(
    ("data", "words"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_refused(data, words):
    with pytest.raises(InvalidIRError, match="form of") as caught:
        from_json(data)
    assert words in str(caught.value)


FAULTS = [
    (
        "a wrong type",
        lambda v: v["messages"][0]["parts"][0].update(text=5),
        "expected str, got int @ $.messages[0].parts[0].text",
    ),
    (
        "a boolean number",
        lambda v: v.update(top_k=True),
        "expected int, got bool @ $.top_k",
    ),
    (
        "text for a list",
        lambda v: v.update(tools="abc"),
        "expected array, got str @ $.tools",
    ),
    ("an unknown field", lambda v: v.update(zzz=1), "unknown fields (zzz) @ $"),
    (
        "an unknown member",
        lambda v: v["messages"][0]["parts"][0].update({"$type": "X"}),
        "known $type, got 'X' @ $.messages[0].parts[0]",
    ),
    (
        "another word",
        lambda v: v["messages"][0].update(role="boss"),
        "$.messages[0].role",
    ),
    (
        "half a pair",
        lambda v: v.update(headers=[["a"]]),
        "expected 2 items, got 1 @ $.headers[0]",
    ),
    (
        "a list for an object",
        lambda v: v.update(extra={"d": []}),
        "expected object, got list",
    ),
    (
        "text for a number",
        lambda v: v.update(temperature="hot"),
        "expected number, got str @ $.temperature",
    ),
    (
        "a number for a name",
        lambda v: v.update(conversation=4),
        "expected str or object",
    ),
]


@pytest.mark.parametrize(
    ("spoil", "words"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS]
)
def test_faults_name_their_place(spoil, words):
    part = TextPart(text="hi")
    data = to_json(
        ChatRequest(model="m", messages=(Message(role="user", parts=(part,)),))
    )
    spoil(data["value"])
    with pytest.raises(InvalidIRError) as caught:
        from_json(data)
    assert words in str(caught.value)


@pytest.mark.parametrize("data", [5, "no base64!"])
def test_bytes_are_base64(data):
    form = to_json(ir.FormFile(field="f", file=ir.Upload(data=b"x")))
    form["value"]["file"]["data"] = data
    with pytest.raises(
        InvalidIRError, match=r"expected base64 text.* @ \$\.file\.data"
    ):
        from_json(form)


def test_a_loss_of_no_known_code():
    form = to_json(EXAMPLES[0])
    form["value"]["code"] = "none.such"
    with pytest.raises(InvalidIRError, match="a loss code"):
        from_json(form)


@pytest.mark.parametrize(
    ("value", "field"),
    [(ChatRequest(model="m"), "conversation"), (ir.AudioPart(), "source")],
    ids=["text or object", "a union"],
)
def test_null_is_what_is_not_set(value, field):
    form = to_json(value)
    form["value"][field] = None
    assert from_json(form) == value


def test_what_the_stack_cannot_hold_is_refused(monkeypatch):
    # Where in the reader the stack ends is chance; this is its outermost frame.
    class Reader:
        def structure(self, value, cls):
            raise RecursionError

    form = to_json(TextPart(text="x"))
    monkeypatch.setattr(_json_form, "_converter", Reader)
    with pytest.raises(InvalidIRError, match="nests too deep"):
        from_json(form)


def test_all_faults_come_together():
    data = to_json(ChatRequest(model="m"))
    data["value"].update(tools="abc", zzz=1)
    with pytest.raises(InvalidIRError) as caught:
        from_json(data)
    assert "$.tools" in str(caught.value)
    assert "zzz" in str(caught.value)


@pytest.mark.parametrize(
    "value",
    [
        object(),
        {"modelwire": 1},
        TextPart,
        ChatRequest(model="m", extra={"d": {"a": object()}}),
        ChatRequest(model="m", extra={"d": {"a": {1: 2}}}),
    ],
    ids=["object", "dict", "class", "no JSON inside", "keys"],
)
def test_to_json_refuses(value):
    with pytest.raises(InvalidIRError):
        to_json(value)


def test_depth_is_an_error_and_no_crash():
    deep: list = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(InvalidIRError, match="deep"):
        to_json(BlockStop(0, ir.UnknownPart(dialect="d", raw={"a": deep})))
    with pytest.raises(InvalidIRError, match="deep"):
        from_json({"modelwire": 1, "type": "Parsed", "value": {"value": deep}})


def test_cattrs_is_loaded_on_first_use_only():
    code = (
        "import sys; from modelwire import ir; ir.to_json; ir.Accumulator; ir.explode\n"
        "assert 'cattrs' not in sys.modules\n"
        "ir.to_json(ir.TextPart(text=''))\n"
        "assert 'cattrs' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
