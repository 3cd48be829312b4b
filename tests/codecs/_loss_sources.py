"""Small IR values, one concept each, and what encoding them loses."""

from __future__ import annotations

import attrs

from modelwire import codecs
from modelwire.codecs import COLLECT
from modelwire.errors import ErrorInfo
from modelwire.ir import (
    Base64Source,
    BlockStart,
    BlockStop,
    ChatRequest,
    ChatResponse,
    Choice,
    ChoiceFinish,
    Finish,
    FunctionTool,
    ImageDelta,
    ImagePart,
    Message,
    ReasoningDelta,
    ReasoningPart,
    ResponseUpdate,
    ServerToolCallPart,
    ServerToolProgress,
    StreamEnd,
    StreamError,
    StreamStart,
    TextDelta,
    TextPart,
    ToolArgumentsDelta,
    ToolCallPart,
    ToolResultPart,
    Usage,
    UsageUpdate,
    explode,
)

OC, OR = "openai-chat", "openai-responses"
AN, GE = "anthropic-messages", "gemini-generate"

PNG = Base64Source(data="AA==", media_type="image/png")
PDF = Base64Source(data="AA==", media_type="application/pdf")


@attrs.frozen
class Streamed:
    """Chunks to encode, and the request that they answer."""

    chunks: tuple
    request: ChatRequest | None = None


def losses(source, target, profile=None):
    """Encode *source* into *target*, or a variant of it, and give every loss."""
    codec = codecs.get(target)
    more = {} if profile is None else {"profile": codec.PROFILES[profile]}
    if isinstance(source, ChatRequest):
        return codec.encode_request(source, on_loss=COLLECT, **more).losses
    if isinstance(source, ChatResponse):
        return codec.encode_response(source, on_loss=COLLECT, **more).losses
    encoder = codec.stream_encoder(request=source.request, on_loss=COLLECT, **more)
    for chunk in source.chunks:
        encoder.encode(chunk)
    encoder.close()
    return encoder.losses


# --- requests -----------------------------------------------------------------------


def text(words):
    return TextPart(text=words)


def user(*parts):
    return Message(role="user", parts=parts)


def assistant(*parts):
    return Message(role="assistant", parts=parts)


def system(text):
    return Message(role="system", parts=(TextPart(text=text),))


def tool(*parts):
    return Message(role="tool", parts=parts)


def after(*messages, **fields):
    """Give a request that says nothing but *messages* and *fields*."""
    settings = {"model": "m", "max_output_tokens": 9000, "store": False}
    return ChatRequest(messages=messages, **{**settings, **fields})


def said(*parts):
    return after(user(*parts))


def asked(**fields):
    return after(user(TextPart(text="hi")), **fields)


def call(**fields):
    return ToolCallPart(**{"id": "call_1", "name": "f", "arguments": "{}", **fields})


def called():
    return assistant(call())


def result(**fields):
    settings = {"call_id": "call_1", "content": (TextPart(text="r"),)}
    return ToolResultPart(**{**settings, **fields})


def function(**fields):
    schema = {"type": "object", "properties": {}}
    settings = {"name": "f", "input_schema": schema, "strict": True}
    return FunctionTool(**{**settings, **fields})


# --- responses ----------------------------------------------------------------------


def choice(*parts, index=0, **fields):
    finish = {"finish": Finish(kind="stop")}
    return Choice(index=index, message=assistant(*parts), **{**finish, **fields})


def whole(**fields):
    settings = {"id": "r", "model": "m", "created": 1}
    settings["choices"] = (choice(TextPart(text="a")),)
    return ChatResponse(**{**settings, **fields})


def reply(*parts, id=None):
    made = choice(*parts)
    if id is not None:
        made = attrs.evolve(made, message=attrs.evolve(made.message, id=id))
    return whole(choices=(made,))


def ended(kind, **fields):
    return whole(
        choices=(choice(TextPart(text="a"), finish=Finish(kind=kind, **fields)),)
    )


# --- streams ------------------------------------------------------------------------

START = StreamStart(id="r", model="m", created=1)
END = (
    ChoiceFinish(choice=0, finish=Finish(kind="stop")),
    StreamEnd(complete=True, terminator="event"),
)


def streamed(chunks, request=None):
    return Streamed(tuple(chunks), request)


def exploded(*parts, usage=None):
    return tuple(explode(attrs.evolve(reply(*parts), usage=usage)))


def _block(part, *deltas, end=None):
    return (
        START,
        BlockStart(index=0, choice=0, part=part),
        *deltas,
        BlockStop(index=0, part=end),
        *END,
    )


def text_that_changes():
    return _block(
        TextPart(text=""),
        TextDelta(index=0, text="a"),
        end=TextPart(text="b"),
    )


def call_that_breaks_off():
    start = (START, BlockStart(index=0, choice=0, part=call(arguments="")))
    delta = ToolArgumentsDelta(index=0, text='{"a')
    return (*start, delta, StreamEnd(complete=False, terminator="none"))


def call_that_changes():
    return _block(
        call(arguments=""),
        ToolArgumentsDelta(index=0, text='{"a": 1}'),
        end=call(arguments='{"a": 2}'),
    )


def late(**fields):
    """Something of the response that is known only after its first words."""
    start = StreamStart(
        **{"id": "r", "model": "m", "created": 1, **dict.fromkeys(fields)}
    )
    block = _block(TextPart(text=""), TextDelta(index=0, text="a"))
    return (start, *block[1:3], ResponseUpdate(**fields), *block[3:])


def thoughts_behind_summary():
    return _block(
        ReasoningPart(),
        ReasoningDelta(index=0, text="s", summary=0),
        ReasoningDelta(index=0, text="t"),
    )


def counted_down():
    """A usage that says less at the end than at the beginning."""
    block = _block(TextPart(text=""), TextDelta(index=0, text="a"))
    early = Usage(input_total=9, cache_read=3, output_total=4, reasoning=2)
    late = Usage(input_total=9, output_total=4)
    return (
        START,
        UsageUpdate(usage=early),
        *block[1:-1],
        UsageUpdate(usage=late),
        block[-1],
    )


def progress():
    part = ServerToolCallPart(id="ws_1", kind="web_search", name="web_search")
    return _block(part, ServerToolProgress(index=0, status="searching"))


def preview():
    return _block(ImagePart(source=PNG), ImageDelta(index=0, data="AA=="))


def refused():
    """A stream of nothing but an error."""
    return (START, *_FAULT)


def call_without_end(**fields):
    start = (START, BlockStart(index=0, choice=0, part=call(arguments="", **fields)))
    return (*start, StreamEnd(complete=False, terminator="none"))


def failing(*, finish=False, usage=None, tier=None):
    """A stream that ends in an error: after some words, or after all of them."""
    block = _block(TextPart(text=""), TextDelta(index=0, text="a"))
    return (
        *(block[:5] if finish else block[:3]),
        *((UsageUpdate(usage=usage),) if usage is not None else ()),
        *((ResponseUpdate(service_tier=tier),) if tier is not None else ()),
        *_FAULT,
    )


_FAULT = (
    StreamError(error=ErrorInfo(kind="server_error", message="x")),
    StreamEnd(complete=False, terminator="none"),
)
