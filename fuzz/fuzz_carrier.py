"""
Invariant: whatever stands where a carrier's envelope would, `recover` raises nothing
and hands nothing upstream that was not sealed by us; what was sealed comes back whole.
"""

from __future__ import annotations

from modelwire import ir
from modelwire.adapt import Carrier
from modelwire.codecs import DIALECTS

_SECRET = "c2lnbmF0dXJl"
_OWNERS = ("anthropic-messages", "gemini-generate", "openai-responses")


def _answer(owner: str) -> ir.ChatResponse:
    proof = ir.Opaque(value=_SECRET, dialect=owner)
    field = "encrypted" if owner == "openai-responses" else "signature"
    thinking = ir.ReasoningPart(text="t", **{field: proof})
    call = ir.ToolCallPart(id="c", name="f", arguments="{}")
    message = ir.Message(role="assistant", parts=(thinking, call))
    choice = ir.Choice(index=0, message=message, finish=ir.Finish(kind="tool_calls"))
    return ir.ChatResponse(id="r", model="m", choices=(choice,))


def _sealed() -> tuple[bytes, ...]:
    """Every envelope that the carrier makes, as the text of the field that has it."""
    found: list[bytes] = []
    for owner in _OWNERS:
        for client in DIALECTS:
            if client == owner:
                continue
            stowed = Carrier().stow(_answer(owner), client=client)
            for part in stowed.response.choices[0].message.parts:
                texts = _texts(part)
                found += [text.encode() for text in texts if "mwcarry1" in text]
    return tuple(dict.fromkeys(found))


def _texts(part: ir.Part) -> list[str]:
    if isinstance(part, ir.ToolCallPart):
        return [part.id]
    if isinstance(part, ir.ReasoningPart):
        proofs = (part.signature, part.encrypted, part.redacted)
        return [part.text or "", *(proof.value for proof in proofs if proof)]
    return [part.text] if isinstance(part, ir.TextPart) else []


SEEDS = (*_sealed(), b"mwcarry1", b"call_1_mwcarry1AAAA1yrracwm", b"c2ln")


def _requests(text: str) -> list[ir.ChatRequest]:
    proof = {d: ir.Opaque(value=text, dialect=d) for d in DIALECTS}
    turns = [
        (ir.ToolCallPart(id=text, name="f", arguments="{}"),),
        (ir.TextPart(text=text),),
        *((ir.ReasoningPart(text="t", signature=p),) for p in proof.values()),
        *((ir.ReasoningPart(encrypted=p),) for p in proof.values()),
        *((ir.ReasoningPart(redacted=p),) for p in proof.values()),
        *((ir.TextPart(text="a", signature=p),) for p in proof.values()),
    ]
    return [
        ir.ChatRequest(
            model="m",
            messages=(
                ir.user("a"),
                ir.Message(role="assistant", parts=parts),
                ir.Message(
                    role="tool", parts=(ir.ToolResultPart(call_id=text, content=()),)
                ),
            ),
        )
        for parts in turns
    ]


def check(data: bytes) -> None:
    """Raise when the invariant does not hold for *data*."""
    text = data.decode("utf-8", "replace")
    carrier = Carrier()
    for request in _requests(text):
        for client in DIALECTS:
            adapted = carrier.recover(request, client=client)
            for message in adapted.request.messages:
                for part in message.parts:
                    _check_part(part, text)


def _check_part(part: ir.Part, text: str) -> None:
    proofs = [
        getattr(part, name, None) for name in ("signature", "encrypted", "redacted")
    ]
    for proof in proofs:
        if proof is not None and proof.value != text:
            # Not what the client wrote there: it was sealed, so by us.
            assert proof.value == _SECRET, proof
            assert proof.dialect in _OWNERS
