"""
Answers with state, and the way that they go: to a client, back, and upstream again.

An answer is drawn as the decoder of its upstream gives it.  `there_and_back` sends it
to a client with a carrier, whole or as a stream, lets the client replay it as real
clients do, and gives what recovering makes of the client's next request.
"""

from __future__ import annotations

import json
from typing import Any

import attrs
from hypothesis import strategies as st
from tests._agent import Result, calls_of, extend, fold
from tests._wires import events

from modelwire import codecs
from modelwire.adapt import Carrier
from modelwire.codecs import COLLECT
from modelwire.codecs._profile import Profile
from modelwire.ir import (
    BlockStart,
    BlockStop,
    ChatRequest,
    ChatResponse,
    Choice,
    ChoiceFinish,
    ChoiceUpdate,
    CompactionPart,
    Finish,
    ItemRef,
    Loss,
    LossCode,
    Message,
    Opaque,
    Part,
    ReasoningDelta,
    ReasoningPart,
    SignatureDelta,
    StreamChunk,
    StreamEnd,
    StreamStart,
    TextDelta,
    TextPart,
    ToolArgumentsDelta,
    ToolCallPart,
    Usage,
    UsageUpdate,
)

OC, OR = "openai-chat", "openai-responses"
AM, GG = "anthropic-messages", "gemini-generate"
DIALECTS = (OC, OR, AM, GG)
PAIRS = [(client, up) for client in DIALECTS for up in DIALECTS if client != up]

OPENROUTER = codecs.openai_chat.PROFILES["openrouter"]
DEEPSEEK = codecs.openai_chat.PROFILES["deepseek"]

STATE = ("signature", "encrypted", "redacted")

values = st.sampled_from(("EqQBCg==", "c2ln", "x", "gAAAAABo+/_-=", "mwcarry1", "é\n"))
texts = st.sampled_from(("a", "Hello, world", "two\nlines", "  spaced ", "ü 😀"))


def opaques(dialect):
    return st.builds(
        Opaque,
        value=values,
        dialect=st.just(dialect),
        profile=st.none() | st.just("p"),
        model=st.none() | st.just("m-1"),
    )


def thoughts(dialect):
    """Reasoning as the upstream's decoder gives it."""
    sealed = opaques(dialect)
    if dialect == AM:
        return st.builds(ReasoningPart, text=texts | st.just(""), signature=sealed) | (
            st.builds(ReasoningPart, redacted=sealed)
        )
    if dialect == GG:
        return st.builds(ReasoningPart, text=texts)
    if dialect == OR:
        items = st.builds(ItemRef, id=st.just("rs_1"), status=st.none())
        said = st.lists(texts, max_size=2).map(tuple)
        return st.builds(
            ReasoningPart,
            text=st.none() | texts,
            summaries=said,
            encrypted=sealed,
            item=items,
        ) | st.builds(CompactionPart, encrypted=sealed)
    notes = st.just(
        {OC: {"format": "f", "$spelling": {"reasoning": "reasoning_details"}}}
    )
    return st.builds(
        ReasoningPart, text=texts, signature=sealed, extra=notes
    ) | st.builds(
        ReasoningPart, encrypted=sealed, details_id=st.just("d1"), extra=notes
    )


def calls(dialect):
    signature: Any = opaques(GG) if dialect == GG else st.none()
    extra: Any = st.just({})
    if dialect == OC:
        google = {"extra_content": {"google": {"thought_signature": "c2ln"}}}
        extra = st.sampled_from(({}, {OC: google}))
    return st.builds(
        ToolCallPart,
        id=st.just("call"),
        name=st.sampled_from(("f", "get_weather")),
        arguments=st.sampled_from(('{"a":1}', '{"b":"ü"}')),
        signature=st.none() | signature,
        extra=extra,
    )


def said(dialect):
    plain = st.builds(TextPart, text=texts)
    if dialect != GG:
        return plain
    return plain | st.builds(TextPart, text=texts | st.just(""), signature=opaques(GG))


@st.composite
def answers(draw, upstream):
    """Draw an answer of *upstream*."""
    kinds = st.one_of(thoughts(upstream), said(upstream), calls(upstream))
    parts = draw(st.lists(kinds, min_size=1, max_size=6))
    made = answer(*parts)
    if upstream == OC and draw(st.booleans()):
        # Gemini's endpoint for OpenAI clients signs the message.
        (choice,) = made.choices
        message = attrs.evolve(choice.message, extra=OF_MESSAGE)
        made = attrs.evolve(made, choices=(attrs.evolve(choice, message=message),))
    return made


OF_MESSAGE = {
    OC: {"extra_content": {"google": {"thought_signature": "bXNn"}}, "other": 1}
}


def answer(*parts: Part) -> ChatResponse:
    """An answer; its calls are numbered, so that no two share an id."""
    named = tuple(
        attrs.evolve(part, id=f"call_{number}")
        if isinstance(part, ToolCallPart)
        else part
        for number, part in enumerate(parts)
    )
    called = any(isinstance(part, ToolCallPart) for part in parts)
    return ChatResponse(
        id="r-1",
        model="m-1",
        created=1,
        choices=(
            Choice(
                index=0,
                message=Message(role="assistant", parts=named),
                finish=Finish(kind="tool_calls" if called else "stop"),
            ),
        ),
        usage=Usage(input_total=1, output_total=1),
    )


def streamed(response: ChatResponse, when: list[str]) -> list[StreamChunk]:
    """
    Give an answer as the chunks of a decoder.

    *when* says for each part where its state comes: with the `header`, `late` in a
    delta, or at the `stop` in the final form.
    """
    chunks: list[StreamChunk] = [StreamStart("r-1", "m-1", 1)]
    (choice,) = response.choices
    for index, part in enumerate(choice.message.parts):
        state = {name: getattr(part, name, None) for name in STATE}
        state = {name: value for name, value in state.items() if value is not None}
        how = when[index % len(when)] if when else "header"
        if part == TextPart(text="", signature=state.get("signature")):
            how = "header"  # as Gemini's decoder gives it
        if how == "late" and set(state) != {"signature"}:
            how = "stop"
        header: Any = part
        deltas: list[StreamChunk] = []
        if isinstance(part, TextPart):
            header = attrs.evolve(header, text="")
            deltas = [TextDelta(index, c) for c in (part.text[:2], part.text[2:]) if c]
        elif isinstance(part, ToolCallPart):
            header = attrs.evolve(header, arguments="")
            deltas = [ToolArgumentsDelta(index, part.arguments)]
        elif isinstance(part, ReasoningPart):
            header = attrs.evolve(header, text=None, summaries=())
            deltas = [
                ReasoningDelta(index, text, number)
                for number, text in enumerate(part.summaries)
            ]
            if part.text is not None:
                header = attrs.evolve(header, text="")
            if part.text:
                deltas.append(ReasoningDelta(index, part.text))
        if how != "header":
            header = attrs.evolve(header, **dict.fromkeys(state))
        if how == "late":
            deltas += [SignatureDelta(index, value) for value in state.values()]
        final = part if how == "stop" and state else None
        chunks += [BlockStart(index, 0, header), *deltas, BlockStop(index, final)]
    assert choice.finish is not None
    if choice.message.extra:
        chunks.append(ChoiceUpdate(0, {}, message=choice.message.extra))
    chunks.append(ChoiceFinish(0, choice.finish))
    chunks.append(UsageUpdate(Usage(input_total=1, output_total=1)))
    chunks.append(StreamEnd(complete=True, terminator="event"))
    return chunks


# --- the client ---------------------------------------------------------------------

FIRST: dict[str, Any] = {
    OC: {"model": "m", "messages": [{"role": "user", "content": "hi"}]},
    OR: {"model": "m", "input": [{"role": "user", "content": "hi"}]},
    AM: {
        "model": "m",
        "max_tokens": 9,
        "messages": [{"role": "user", "content": "hi"}],
    },
    GG: {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]},
}
PATHS = {GG: "/v1beta/models/m:generateContent"}


@attrs.frozen
class Sent:
    """What a client got, and the account of what it did not."""

    answer: Any
    """As the client assembled it."""
    losses: tuple[Loss, ...]


def send_whole(
    response: ChatResponse, client: str, carrier: Carrier, profile: Profile | None
) -> Sent:
    from modelwire.adapt._carrier_stowed import encode_stowed

    options = {} if profile is None else {"profile": profile}
    stowed = carrier.stow(response, client=client, profile=profile)
    encoded = encode_stowed(stowed, client, COLLECT, **options)
    return Sent(json.loads(encoded.body), encoded.losses)


def send_stream(
    chunks: list[StreamChunk], client: str, carrier: Carrier, profile: Profile | None
) -> Sent:
    options = {} if profile is None else {"profile": profile}
    stow = carrier.stow_stream(client=client, profile=profile)
    encoder = codecs.get(client).stream_encoder(on_loss=COLLECT, **options)
    data = b"".join(
        encoder.encode(seen) for chunk in chunks for seen in stow.feed(chunk)
    )
    data += encoder.close()
    return Sent(fold_answer(client, data), stow.account(encoder.losses))


def fold_answer(client: str, data: bytes) -> Any:
    """Fold a stream, `reasoning_details` and unfinished responses included."""
    if client == OR:
        return events(data)[-1]["response"]
    folded = fold(client, data)
    if client == OC:
        details: list[Any] = []
        for line in data.split(b"\n\n"):
            if line.startswith(b"data: {"):
                for choice in json.loads(line[6:])["choices"]:
                    details += choice["delta"].get("reasoning_details") or ()
        if details:
            folded["choices"][0]["message"]["reasoning_details"] = details
    return folded


def replay(client: str, answer: Any, before: Any = None) -> bytes:
    """Give the client's next request: its history, the answer, results."""
    results = [
        Result(call_id=call_id, name=name, text="done")
        for call_id, name, _ in calls_of(client, answer)
    ]
    return json.dumps(extend(client, before or FIRST[client], answer, results)).encode()


def decode(client: str, body: bytes) -> ChatRequest:
    return codecs.get(client).decode_request(body, path=PATHS.get(client, ""))


# --- what must be right -------------------------------------------------------------


def state_of(part: Part) -> dict[str, Any]:
    found = {name: getattr(part, name, None) for name in STATE}
    return {name: value for name, value in found.items() if value is not None}


def outline(parts) -> list[Any]:
    """
    Give what the upstream needs, in order: thoughts whole, texts joined, calls.

    The empty ids of some servers are the codecs' business.

    Reasoning that is only words is no state; encoders decide what becomes of it.
    """
    out: list[Any] = []
    for part in parts:
        if isinstance(part, ReasoningPart | CompactionPart):
            if state_of(part):
                out.append(part)
        elif isinstance(part, TextPart):
            if part.signature is None and not part.text:
                continue
            last = out[-1] if out else None
            if isinstance(last, TextPart) and last.signature is part.signature is None:
                out[-1] = TextPart(text=last.text + part.text)
            else:
                out.append(TextPart(text=part.text, signature=part.signature))
        elif isinstance(part, ToolCallPart):
            extra = part.extra.get(OC, {}).get("extra_content")
            out.append(
                ToolCallPart(
                    id=part.id,
                    name=part.name,
                    arguments=json.dumps(json.loads(part.arguments)),
                    signature=part.signature,
                    extra={} if extra is None else {OC: {"extra_content": extra}},
                )
            )
    return out


def left_over(response: ChatResponse, losses) -> list[Part]:
    """Give an answer's parts without the state that *losses* call dropped."""
    gone = {
        loss.path
        for loss in losses
        if loss.action == "dropped"
        # A summary of earlier turns whose words stay as text.
        or (loss.code == LossCode.CTX_COMPACTION and loss.action == "approximated")
    }
    (choice,) = response.choices
    parts = []
    for number, part in enumerate(choice.message.parts):
        path = f"$.choices[0].message.parts[{number}]"
        changes: dict[str, Any] = {
            name: None
            for name in state_of(part)
            if path in gone or f"{path}.{name}" in gone
        }
        if f"{path}.extra['openai-chat'].extra_content" in gone:
            changes["extra"] = {}
        parts.append(attrs.evolve(part, **changes))
    return parts


def message_state(extras) -> list[Any]:
    """Give the state of messages themselves."""
    found = [extra.get(OC, {}).get("extra_content") for extra in extras]
    return [state for state in found if state]


def assistant(request: ChatRequest) -> tuple[Part, ...]:
    """Give what the history's assistant said."""
    return tuple(
        part
        for message in request.messages
        if message.role == "assistant"
        for part in message.parts
    )


def ordered(parts, losses) -> list[Part]:
    """
    Give parts in the order that an openai-chat client can say.

    It sends text and calls apart; an envelope says their order up to its own place:
    the call that it stands on, or the end of the answer.
    """
    carrying = [
        int(loss.path[len("$.choices[0].message.parts[") :].partition("]")[0]) + 1
        for loss in losses
        if loss.code == LossCode.TOOL_CALL_ID and loss.path is not None
    ]
    end = max(carrying, default=0)
    if not carrying and any(loss.detail == MOVED for loss in losses):
        end = len(parts)
    rest = sorted(parts[end:], key=lambda part: isinstance(part, ToolCallPart))
    return [*parts[:end], *rest]


MOVED = "into a carrier"


# --- the upstream -------------------------------------------------------------------


def proofs(upstream: str, body: bytes) -> list[Any]:
    """Give the state in a request's history, with the calls and texts around it."""
    return _PROOFS[upstream](json.loads(body))


def _chat_proofs(body):
    found: list[Any] = []
    for message in body["messages"]:
        if message["role"] == "assistant":
            found += message.get("reasoning_details") or ()
            found += [
                (call["id"], call.get("extra_content"))
                for call in message.get("tool_calls") or ()
            ]
    return found


def _responses_proofs(body):
    found: list[Any] = []
    for item in body["input"]:
        if item.get("type") == "function_call":
            found.append(item["call_id"])
        elif item.get("type") in ("reasoning", "compaction"):
            found.append(item)
    return found


def _messages_proofs(body):
    found: list[Any] = []
    for message in body["messages"]:
        if message["role"] == "assistant" and isinstance(message["content"], list):
            for block in message["content"]:
                if block["type"] == "tool_use":
                    found.append(block["id"])
                elif block["type"] != "text":
                    found.append(block)
    return found


def _gemini_proofs(body):
    found: list[Any] = []
    for content in body["contents"]:
        for part in content["parts"] if content["role"] == "model" else ():
            if "functionCall" in part:
                name = part["functionCall"]["name"]
                found.append((name, part.get("thoughtSignature")))
            elif "thoughtSignature" in part:
                found.append(part)
    return found


_PROOFS: dict[str, Any] = {
    OC: _chat_proofs,
    OR: _responses_proofs,
    AM: _messages_proofs,
    GG: _gemini_proofs,
}


def encode(upstream: str, request: ChatRequest) -> bytes:
    """Give the upstream's request."""
    sent = attrs.evolve(request, model="gemini-3-pro", max_output_tokens=9)
    body: bytes = codecs.get(upstream).encode_request(sent, on_loss=COLLECT).body
    return body


def without_words(parts) -> list[Part]:
    """Give parts without reasoning that is only words: no state."""
    return [p for p in parts if not isinstance(p, ReasoningPart) or state_of(p)]


def with_assistant(request: ChatRequest, parts) -> ChatRequest:
    """Put other words into the assistant's mouth."""
    messages = []
    for message in request.messages:
        if message.role != "assistant":
            messages.append(message)
        elif parts:
            messages.append(attrs.evolve(message, parts=tuple(parts)))
            parts = ()
    return attrs.evolve(request, messages=tuple(messages))
