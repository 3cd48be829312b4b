"""Every item of `openai-responses` comes back as it was, from input and from output."""

import copy
import json
from collections import Counter

import pytest
from hypothesis import given, settings, strategies as st

from modelwire.codecs._base import COLLECT
from modelwire.codecs.openai_responses import _request, _response
from modelwire.codecs.openai_responses._items import decode_item, encode_items
from modelwire.ir import (
    CompactionPart,
    ItemRef,
    ReasoningPart,
    RefusalPart,
    ServerToolCallPart,
    ServerToolResultPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
    UnknownPart,
)
from modelwire.testing import assert_losses

OWN = "openai-responses"

NOTES = [
    {"type": "url_citation", "url": "https://a.b", "title": "A", "start_index": 0,
     "end_index": 2},
    {"type": "file_citation", "file_id": "file_1", "filename": "a.txt", "index": 3},
    {"type": "container_file_citation", "container_id": "cntr_1", "file_id": "cfile_1",
     "filename": "b.csv", "start_index": 0, "end_index": 1},
    {"type": "file_path", "file_id": "file_2", "index": 1},
    {"type": "x_new", "what": [1]},
]  # fmt: skip

MODEL_ITEMS = {
    "message": (
        {
            "type": "message", "id": "msg_1", "role": "assistant",
            "status": "completed", "phase": "final_answer", "x_item": 1,
            "content": [
                {"type": "output_text", "text": "Hi", "annotations": NOTES,
                 "logprobs": [{"token": "Hi", "logprob": -0.5, "bytes": [72, 105],
                               "top_logprobs": [{"token": "Hi", "logprob": -0.5,
                                                 "bytes": [72]}]}]},
                {"type": "refusal", "refusal": "No.", "x": 1},
                {"type": "x_unknown", "y": 2},
            ],
        },
        (TextPart, RefusalPart, UnknownPart),
    ),
    "empty message": (
        {"type": "message", "id": "msg_2", "role": "assistant", "content": [],
         "status": "in_progress"},
        (UnknownPart,),
    ),
    "reasoning": (
        {
            "type": "reasoning", "id": "rs_1", "status": "completed",
            "summary": [{"type": "summary_text", "text": "a"},
                        {"type": "summary_text", "text": "b"}],
            "content": [{"type": "reasoning_text", "text": "one"},
                        {"type": "reasoning_text", "text": "two\n\nthree"}],
            "encrypted_content": "gAAAA",
        },
        (ReasoningPart,),
    ),
    "reasoning of a new shape": (
        {"type": "reasoning", "id": "rs_2", "summary": [{"type": "x", "text": "a"}],
         "content": [{"type": "y"}]},
        (ReasoningPart,),
    ),
    "function": (
        {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f",
         "arguments": '{"a": 1}', "status": "completed", "namespace": "n",
         "caller": {"type": "direct"}},
        (ToolCallPart,),
    ),
    "custom": (
        {"type": "custom_tool_call", "id": "ctc_1", "call_id": "call_2", "name": "g",
         "input": "free text"},
        (ToolCallPart,),
    ),
    "computer": (
        {"type": "computer_call", "id": "cu_1", "call_id": "call_3",
         "action": {"type": "click", "button": "left", "x": 1, "y": 2},
         "pending_safety_checks": [{"id": "sc_1", "code": "c", "message": "m"}],
         "status": "completed"},
        (ToolCallPart,),
    ),
    "computer, several actions": (
        {"type": "computer_call", "id": "cu_2", "call_id": "call_4",
         "actions": [{"type": "wait"}], "pending_safety_checks": [],
         "status": "completed"},
        (ToolCallPart,),
    ),
    "local shell": (
        {"type": "local_shell_call", "id": "lsh_1", "call_id": "call_5",
         "action": {"type": "exec", "command": ["ls"], "env": {}},
         "status": "completed"},
        (ToolCallPart,),
    ),
    "shell": (
        {"type": "shell_call", "id": "sh_1", "call_id": "call_6",
         "action": {"commands": ["ls"], "timeout_ms": 5}, "status": "completed",
         "environment": {"type": "local"}},
        (ToolCallPart,),
    ),
    "hosted shell": (
        {"type": "shell_call", "id": "sh_2", "call_id": "call_7",
         "action": {"commands": ["ls"]}, "status": "completed",
         "environment": {"type": "container_reference", "container_id": "c"}},
        (ServerToolCallPart,),
    ),
    "patch": (
        {"type": "apply_patch_call", "id": "apc_1", "call_id": "call_8",
         "operation": {"type": "create_file", "path": "a", "diff": "+x"},
         "status": "completed"},
        (ToolCallPart,),
    ),
    "tool search": (
        {"type": "tool_search_call", "id": "tsc_1", "call_id": "call_9",
         "arguments": {"q": 1}, "execution": "client", "status": "completed"},
        (ToolCallPart,),
    ),
    "hosted tool search": (
        {"type": "tool_search_call", "id": "tsc_2", "arguments": {"q": 1},
         "execution": "server", "status": "completed"},
        (ServerToolCallPart,),
    ),
    "approval": (
        {"type": "mcp_approval_request", "id": "mcpr_1", "name": "roll",
         "arguments": '{"n":1}', "server_label": "dice"},
        (ToolCallPart,),
    ),
    "web search": (
        {"type": "web_search_call", "id": "ws_1", "status": "completed",
         "action": {"type": "search", "query": "q", "queries": ["q"],
                    "sources": [{"type": "url", "url": "https://a.b"}]}},
        (ServerToolCallPart,),
    ),
    "file search": (
        {"type": "file_search_call", "id": "fs_1", "status": "completed",
         "queries": ["a"], "results": [{"file_id": "f", "score": 0.5}]},
        (ServerToolCallPart,),
    ),
    "code": (
        {"type": "code_interpreter_call", "id": "ci_1", "status": "completed",
         "code": "print(1)", "container_id": "cntr_1",
         "outputs": [{"type": "logs", "logs": "1"}]},
        (ServerToolCallPart,),
    ),
    "image": (
        {"type": "image_generation_call", "id": "ig_1", "status": "completed",
         "result": "AAAA", "revised_prompt": "a cat", "size": "1024x1024"},
        (ServerToolCallPart,),
    ),
    "mcp": (
        {"type": "mcp_call", "id": "mcp_1", "name": "roll", "arguments": '{"n":1}',
         "server_label": "dice", "output": "4", "status": "completed",
         "approval_request_id": "mcpr_1"},
        (ServerToolCallPart,),
    ),
    "failed mcp": (
        {"type": "mcp_call", "id": "mcp_2", "name": "roll", "arguments": "{}",
         "server_label": "dice", "status": "failed",
         "error": {"type": "http_error", "code": 500, "message": "m"}},
        (ServerToolCallPart,),
    ),
    "mcp tools": (
        {"type": "mcp_list_tools", "id": "mcpl_1", "server_label": "dice",
         "tools": [{"name": "roll", "input_schema": {}}]},
        (ServerToolCallPart,),
    ),
    "compaction": (
        {"type": "compaction", "id": "cmp_1", "encrypted_content": "gAAAA",
         "created_by": "u"},
        (CompactionPart,),
    ),
    "program": (
        {"type": "program", "id": "p", "call_id": "c", "code": "x",
         "fingerprint": "f"},
        (UnknownPart,),
    ),
    "unknown": ({"type": "x_search_call", "call_id": "c", "name": "x"}, (UnknownPart,)),
}  # fmt: skip
OUTPUT_ONLY = {
    "shell output": (
        {"type": "shell_call_output", "id": "sho_1", "call_id": "call_7",
         "output": [{"stdout": "a", "stderr": "",
                     "outcome": {"type": "exit", "exit_code": 0}}],
         "status": "completed"},
        (ServerToolResultPart,),
    ),
    "found tools": (
        {"type": "tool_search_output", "id": "tso_1", "execution": "server",
         "status": "completed", "tools": [{"type": "function", "name": "f"}]},
        (ServerToolResultPart,),
    ),
    "function output": (
        {"type": "function_call_output", "id": "fco_1", "call_id": "call_1",
         "output": "x", "status": "completed"},
        (ServerToolResultPart,),
    ),
}  # fmt: skip
RESULTS = {
    "text": {"type": "function_call_output", "call_id": "call_1", "output": "4",
             "name": "f", "status": "completed", "id": "fco_1"},
    "empty": {"type": "function_call_output", "call_id": "call_1", "output": ""},
    "list": {"type": "function_call_output", "call_id": "call_1", "output": [
        {"type": "input_text", "text": "a",
         "prompt_cache_breakpoint": {"mode": "explicit", "ttl": "30m"}},
        {"type": "input_image", "image_url": "data:image/png;base64,AAAA"},
        {"type": "input_image", "file_id": "file_1", "detail": "low"},
        {"type": "input_file", "file_data": "data:application/pdf;base64,AAAA",
         "filename": "a.pdf"},
        {"type": "input_file", "file_url": "https://a.b/c.pdf"},
        {"type": "x_unknown"}]},
    "custom": {"type": "custom_tool_call_output", "call_id": "call_2", "output": "x"},
    "screen": {"type": "computer_call_output", "call_id": "call_3",
               "output": {"type": "computer_screenshot",
                          "image_url": "data:image/png;base64,AAAA"},
               "acknowledged_safety_checks": [{"id": "sc_1"}]},
    "screen by id": {"type": "computer_call_output", "call_id": "call_3",
                     "output": {"type": "computer_screenshot", "file_id": "f"}},
    "local shell": {"type": "local_shell_call_output", "id": "call_5", "output": "x"},
    "shell": {"type": "shell_call_output", "call_id": "call_6", "output": [
        {"stdout": "a", "stderr": "b", "outcome": {"type": "exit", "exit_code": 1}},
        {"stdout": "", "stderr": "", "outcome": {"type": "timeout"}}],
        "max_output_length": 9},
    "patch": {"type": "apply_patch_call_output", "call_id": "call_8",
              "status": "failed", "output": "no such file"},
    "quiet patch": {"type": "apply_patch_call_output", "call_id": "call_8",
                    "status": "completed"},
    "found tools": {"type": "tool_search_output", "call_id": "call_9",
                    "execution": "client", "status": "completed",
                    "tools": [{"type": "function", "name": "f"}]},
    "approval": {"type": "mcp_approval_response", "approval_request_id": "mcpr_1",
                 "approve": True, "reason": "why not"},
}  # fmt: skip


def leaves(value, key=""):
    """Give every scalar of a JSON value with its field's name, nulls left out."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item, key)
    elif value is not None:
        yield (key, type(value).__name__, value)


def missing(before, after):
    return list((Counter(leaves(before)) - Counter(leaves(after))).elements())


def request(*items):
    body = json.dumps({"model": "m", "input": list(items), "store": False}).encode()
    return _request.decode_request(body)


def again(ir):
    encoded = _request.encode_request(ir)
    assert _request.decode_request(encoded.body) == ir
    return json.loads(encoded.body)["input"], encoded.losses


@pytest.mark.parametrize("name", MODEL_ITEMS)
def test_an_item_of_the_history_comes_back(name):
    item, kinds = MODEL_ITEMS[name]
    ir = request(item)
    (message,) = ir.messages
    assert message.role == "assistant"
    assert tuple(type(part) for part in message.parts) == kinds
    items, losses = again(ir)
    assert items == [item]
    assert losses == ()


@pytest.mark.parametrize("name", [*MODEL_ITEMS, *OUTPUT_ONLY])
def test_an_item_of_an_answer_comes_back(name):
    item, kinds = {**MODEL_ITEMS, **OUTPUT_ONLY}[name]
    before = copy.deepcopy(item)
    parts = decode_item(item, "0")
    assert tuple(type(part) for part in parts) == kinds
    assert item == before
    (out,) = encode_items(parts)
    assert missing(item, out) == []
    assert decode_item(out, "0") == parts


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_comes_back(name):
    item = RESULTS[name]
    ir = request(item)
    (message,) = ir.messages
    assert message.role == "tool"
    (part,) = message.parts
    assert isinstance(part, ToolResultPart)
    items, losses = again(ir)
    assert items == [item]
    assert losses == ()


def test_all_items_at_once_keep_their_order_and_groups():
    items = [item for item, _ in MODEL_ITEMS.values()]
    ir = request({"role": "user", "content": "Hi"}, *items, *RESULTS.values())
    assert [m.role for m in ir.messages[:2]] == ["user", "assistant"]
    assert {m.role for m in ir.messages[2:]} == {"tool"}
    out, losses = again(ir)
    assert out[1:] == [*items, *RESULTS.values()]
    assert losses == ()


def test_the_result_of_a_hosted_call_stays_in_the_turn():
    call, _ = MODEL_ITEMS["hosted shell"]
    result, _ = OUTPUT_ONLY["shell output"]
    ir = request(call, result)
    (message,) = ir.messages
    assert [type(p) for p in message.parts] == [
        ServerToolCallPart,
        ServerToolResultPart,
    ]
    assert again(ir) == ([call, result], ())


@pytest.mark.parametrize(
    "item",
    [
        {"role": "assistant", "content": "Hi"},
        {"type": "message", "role": "assistant", "content": "Hi"},
        {"role": "assistant", "content": "Hi", "phase": "commentary"},
        {"role": "assistant", "content": "Hi", "id": "msg_1", "status": "completed"},
        {"role": "assistant", "content": [{"type": "output_text", "text": "Hi"}]},
        {
            "role": "assistant",
            "content": [
                {"type": "output_text", "text": "a"},
                {"type": "output_text", "text": "b"},
            ],
        },
        {"type": "item_reference", "id": "rs_1"},
        {"id": "rs_1"},
        {"type": "compaction_trigger"},
        {"type": "configuration_update", "reasoning": {"effort": "low"}},
        {"type": "additional_tools", "role": "developer", "tools": []},
        {"role": "user", "content": "Hi"},
        {"type": "message", "role": "user", "content": "Hi", "status": "completed"},
        {"role": "system", "content": "Hi"},
        {"role": "developer", "content": [{"type": "input_text", "text": "Hi"}]},
        {"id": "msg_1", "role": "user", "content": []},
        {
            "role": "user",
            "content": [
                {
                    "type": "input_image",
                    "image_url": "https://a.b/c.png",
                    "detail": "high",
                },
                {"type": "input_file", "file_id": "file_1", "detail": "low"},
                {"type": "input_file", "file_data": "AAAA", "filename": "a.pdf"},
                {"type": "input_audio", "input_audio": {"data": "", "format": "wav"}},
            ],
        },
    ],
    ids=json.dumps,
)
def test_a_message_comes_back(item):
    ir = request(item)
    (out,), losses = again(ir)
    assert missing(item, out) == []
    assert losses == ()


def test_several_texts_without_an_id_regroup():
    content = [{"type": "output_text", "text": t} for t in "ab"]
    items = [{"role": "assistant", "content": content} for _ in range(2)]
    ir = request(*items)
    refs = [part.item for part in ir.messages[0].parts]
    assert refs == [ItemRef(group="0")] * 2 + [ItemRef(group="1")] * 2
    out, _ = again(ir)
    assert [len(item["content"]) for item in out] == [2, 2]


def test_arguments_that_are_no_object_stay_a_call():
    part = ToolCallPart(id="c", name="computer", arguments="nonsense", kind="computer")
    (item,) = encode_items([part])
    assert item["type"] == "function_call"
    assert item["arguments"] == "nonsense"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(("type", "text", "id", "x")), inner)
    ),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([*MODEL_ITEMS.values(), *OUTPUT_ONLY.values()]),
    st.data(),
)
def test_a_wrong_field_neither_raises_nor_is_lost(row, data):
    item = copy.deepcopy(row[0])
    key = data.draw(st.sampled_from(sorted(item)))
    item[key] = data.draw(JSON)
    body = {"id": "resp_1", "status": "completed", "output": [item]}
    response = _response.decode_response(json.dumps(body).encode())
    encoded = _response.encode_response(response, on_loss=COLLECT)
    assert_losses(response, _response.decode_response(encoded.body), encoded.losses)
