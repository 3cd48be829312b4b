"""Results of tools as items of `openai-responses`: what fits which item."""

import pytest
from tests.codecs.openai_responses._request_support import (
    HI,
    OWN,
    decode,
    encode,
    items,
    said,
)

from modelwire.ir import (
    Annotation,
    Base64Source,
    CacheBreakpoint,
    FileIdSource,
    ImagePart,
    ItemRef,
    Logprobs,
    Message,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)

SCREEN = ImagePart(source=Base64Source(data="AAAA", media_type="image/png"))
NOTE = Annotation(kind="url", type="url_citation", url="https://a.b", title="A")
ARGUMENTS = {"computer": '{"action":{"type":"wait"}}'}


def answer(kind, *content, noted=False, **fields):
    """Write a call of *kind* with its result; give the result's item, and the codes."""
    ref = ItemRef(id="x_1", status="completed")
    text = ARGUMENTS.get(kind, '{"commands":["ls"]}')
    call = ToolCallPart(id="c", name=kind, kind=kind, arguments=text, item=ref)
    if noted:
        # A result that came as this item has a note of its type.
        fields["extra"] = {OWN: {"$spelling": {"type": f"{kind}_call_output"}}}
    part = ToolResultPart(call_id="c", content=content, **fields)
    found, codes = items(HI, said(call), Message(role="tool", parts=(part,)))
    return found[-1], codes


# --- the same dialect ---------------------------------------------------------------

ODD = {
    "screen that is a text": {"type": "computer_call_output", "output": "none"},
    "screen without a source": {
        "type": "computer_call_output",
        "output": {"type": "computer_screenshot"},
    },
    "shell output that is a text": {"type": "shell_call_output", "output": "x"},
    "shell output of an odd entry": {"type": "shell_call_output", "output": ["x"]},
    "shell output without stdout": {
        "type": "shell_call_output",
        "output": [{"outcome": {"type": "timeout"}}],
    },
}


@pytest.mark.parametrize("name", ODD)
def test_output_of_another_shape_is_kept(name):
    item = {"call_id": "c", **ODD[name]}
    out, encoded = encode(decode(input=[item]))
    assert out["input"] == [item]
    assert encoded.losses == ()


def test_a_result_without_a_call_id():
    # The vendor's type makes it optional.
    item = {"type": "function_call_output", "output": "x"}
    assert encode(decode(input=[item]))[0]["input"] == [item]


def test_texts_of_a_model_in_a_result():
    note = {"type": "url_citation", "url": "https://a.b"}
    item = {
        "type": "function_call_output",
        "call_id": "c",
        "output": [
            {"type": "output_text", "text": "x", "annotations": []},
            {"type": "output_text", "text": "y", "annotations": [note]},
        ],
    }
    request = decode(input=[item])
    assert [part.text for part in request.messages[0].parts[0].content] == ["x", "y"]
    out, encoded = encode(request)
    assert out["input"] == [item]
    assert encoded.losses == ()


def test_a_patch_without_a_status():
    # The vendor's type requires one; a reader takes it for the flag of an error.
    request = decode(input=[{"type": "apply_patch_call_output", "call_id": "c"}])
    assert request.messages[0].parts[0].is_error is None
    out, encoded = encode(request)
    assert out["input"][0]["status"] == "completed"
    assert "$.messages[0].parts[0].is_error" in [loss.to for loss in encoded.losses]


# --- what fits the item of the call -------------------------------------------------


def test_a_screenshot_for_a_computer():
    item, codes = answer("computer", SCREEN, is_error=True, cache=CacheBreakpoint())
    assert item == {
        "type": "computer_call_output",
        "call_id": "c",
        "output": {
            "type": "computer_screenshot",
            "image_url": "data:image/png;base64,AAAA",
        },
    }
    assert codes == ["tool_result.error_flag", "cache.breakpoint"]


def test_a_screenshot_has_neither_detail_nor_breakpoint():
    source = Base64Source(data="AAAA", media_type="image/png")
    image = ImagePart(source=source, detail="low", cache=CacheBreakpoint())
    item, codes = answer("computer", image)
    assert item["output"]["type"] == "computer_screenshot"
    assert codes == ["in.image.detail", "cache.breakpoint"]


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("computer", (TextPart(text="x"),)),
        ("computer", (SCREEN, SCREEN)),
        ("shell", (SCREEN,)),
        ("apply_patch", (TextPart(text="x"),)),
    ],
)
def test_what_does_not_fit_is_the_result_of_a_function(kind, content):
    item, codes = answer(kind, *content)
    like, _ = answer("function", *content)
    assert item == like
    assert item["type"] == "function_call_output"
    assert codes == []


def test_output_of_a_shell_from_elsewhere():
    part = TextPart(
        text="x",
        annotations=(NOTE,),
        logprobs=Logprobs(content=()),
        cache=CacheBreakpoint(),
    )
    item, codes = answer("shell", part)
    assert item["output"] == [
        {"stdout": "x", "stderr": "", "outcome": {"type": "exit", "exit_code": 0}}
    ]
    assert codes == [
        "tool_result.text",
        "tool_result.text",
        "out.annotations_citations",
        "resp.logprobs",
        "cache.breakpoint",
    ]


# --- results that were changed after they came --------------------------------------


def test_a_text_beside_a_screenshot_is_a_loss():
    item, codes = answer("computer", TextPart(text="x"), SCREEN, noted=True)
    assert item["output"]["type"] == "computer_screenshot"
    assert codes == ["tool_result.text"]


def test_a_screenshot_in_a_file_of_another_vendor():
    source = FileIdSource(file_id="f", dialect="anthropic-messages")
    item, codes = answer("computer", ImagePart(source=source))
    assert "output" not in item
    assert codes == ["in.image.file_id"]


def test_an_image_among_the_output_of_a_shell_is_a_loss():
    item, codes = answer("shell", SCREEN, TextPart(text="x"), noted=True)
    assert [entry["stdout"] for entry in item["output"]] == ["x"]
    assert codes[0] == "tool_result.text"


def test_an_approval_has_no_content():
    extra = {OWN: {"$spelling": {"type": "mcp_approval_response"}, "approve": True}}
    part = ToolResultPart(call_id="a", content=(TextPart(text="x"),), extra=extra)
    found, codes = items(Message(role="tool", parts=(part,)))
    assert found == [
        {"type": "mcp_approval_response", "approval_request_id": "a", "approve": True}
    ]
    assert codes == ["tool_result.text"]


def test_only_the_result_of_a_function_has_a_name():
    assert answer("custom", name="f")[1] == ["tool_result.name", "tool_result.text"]
    assert "name" not in answer("custom", TextPart(text="x"), name="f")[0]
    assert answer("function", TextPart(text="x"), name="f")[0]["name"] == "f"


@pytest.mark.parametrize(
    ("is_error", "before", "status"),
    [
        (True, None, "failed"),
        (False, None, "completed"),
        (False, "failed", "completed"),
        (True, "completed", "failed"),
        (True, "failed", "failed"),
        (None, "in_progress", "in_progress"),
    ],
)
def test_the_flag_of_a_patch_decides_its_status(is_error, before, status):
    item, _ = answer(
        "apply_patch",
        TextPart(text="x"),
        noted=True,
        is_error=is_error,
        item=None if before is None else ItemRef(status=before),
    )
    assert (item["type"], item["status"]) == ("apply_patch_call_output", status)
