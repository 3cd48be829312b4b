"""
What the demo's upstreams say and its clients ask, as bytes of the wire.

Written by hand from the wire formats, not by our encoders: the demo would prove
little if the same code wrote both sides.
"""

from __future__ import annotations

from typing import Final

__all__ = [
    "ANTHROPIC_REQUEST",
    "ANTHROPIC_STREAM",
    "CALLS",
    "OPENAI_REQUEST",
    "OPENAI_STREAM",
    "TEXT",
    "THINKING",
]

THINKING: Final = "Two cities, so two calls \u2013 both at once."
TEXT: Final = "I will look up both cities. ☀️"
CALLS: Final = (
    ("get_weather", {"city": "Paris", "unit": "celsius"}),
    ("get_weather", {"city": "Zürich", "unit": "celsius"}),
)

OPENAI_REQUEST: Final = b"""{
  "model": "claude-demo",
  "messages": [
    {"role": "developer", "content": "Answer briefly."},
    {"role": "user", "content": "What is the weather in Paris and in Z\\u00fcrich?"}
  ],
  "tools": [{"type": "function", "function": {
    "name": "get_weather",
    "description": "Current weather of a city",
    "parameters": {"type": "object", "properties": {
      "city": {"type": "string"}, "unit": {"type": "string"}}, "required": ["city"]}
  }}],
  "max_completion_tokens": 1024,
  "seed": 7,
  "frequency_penalty": 0.5,
  "stream": true,
  "stream_options": {"include_usage": true}
}"""

ANTHROPIC_REQUEST: Final = b"""{
  "model": "gpt-demo",
  "max_tokens": 1024,
  "top_k": 40,
  "system": [{"type": "text", "text": "Answer briefly.",
              "cache_control": {"type": "ephemeral"}}],
  "messages": [{"role": "user",
                "content": "What is the weather in Paris and in Z\\u00fcrich?"}],
  "tools": [{
    "name": "get_weather",
    "description": "Current weather of a city",
    "input_schema": {"type": "object", "properties": {
      "city": {"type": "string"}, "unit": {"type": "string"}}, "required": ["city"]}
  }],
  "stream": true
}"""


def _named(name: str, data: str) -> str:
    return f"event: {name}\ndata: {data}\n\n"


ANTHROPIC_STREAM: Final = "".join(
    [
        _named(
            "message_start",
            '{"type":"message_start","message":{"id":"msg_demo","type":"message",'
            '"role":"assistant","model":"demo-model","content":[],"stop_reason":null,'
            '"stop_sequence":null,"usage":{"input_tokens":310,'
            '"cache_creation_input_tokens":30,"cache_read_input_tokens":60,'
            '"output_tokens":1}}}',
        ),
        ": a comment between events\n\n",
        _named(
            "content_block_start",
            '{"type":"content_block_start","index":0,"content_block":'
            '{"type":"thinking","thinking":"","signature":""}}',
        ),
        _named("ping", '{"type":"ping"}'),
        _named(
            "content_block_delta",
            '{"type":"content_block_delta","index":0,"delta":'
            '{"type":"thinking_delta","thinking":"Two cities, so two calls"}}',
        ),
        _named(
            "content_block_delta",
            '{"type":"content_block_delta","index":0,"delta":'
            '{"type":"thinking_delta","thinking":" \\u2013 both at once."}}',
        ),
        _named(
            "content_block_delta",
            '{"type":"content_block_delta","index":0,"delta":'
            '{"type":"signature_delta","signature":"c2lnbmVkIGRlbW8="}}',
        ),
        _named("content_block_stop", '{"type":"content_block_stop","index":0}'),
        _named(
            "content_block_start",
            '{"type":"content_block_start","index":1,"content_block":'
            '{"type":"text","text":""}}',
        ),
        _named(
            "content_block_delta",
            '{"type":"content_block_delta","index":1,"delta":'
            '{"type":"text_delta","text":"I will look up"}}',
        ),
        _named(
            "content_block_delta",
            '{"type":"content_block_delta","index":1,"delta":'
            '{"type":"text_delta","text":" both cities. ☀️"}}',
        ),
        _named("content_block_stop", '{"type":"content_block_stop","index":1}'),
        _named(
            "content_block_start",
            '{"type":"content_block_start","index":2,"content_block":'
            '{"type":"tool_use","id":"toolu_paris","name":"get_weather","input":{}}}',
        ),
        _named(
            "content_block_delta",
            '{"type":"content_block_delta","index":2,"delta":'
            '{"type":"input_json_delta","partial_json":""}}',
        ),
        _named(
            "content_block_delta",
            '{"type":"content_block_delta","index":2,"delta":'
            '{"type":"input_json_delta","partial_json":"{\\"city\\": \\"Par"}}',
        ),
        _named(
            "content_block_delta",
            '{"type":"content_block_delta","index":2,"delta":{"type":'
            '"input_json_delta","partial_json":"is\\", \\"unit\\": \\"celsius\\"}"}}',
        ),
        _named("content_block_stop", '{"type":"content_block_stop","index":2}'),
        _named("ping", '{"type":"ping"}'),
        _named(
            "content_block_start",
            '{"type":"content_block_start","index":3,"content_block":'
            '{"type":"tool_use","id":"toolu_zurich","name":"get_weather","input":{}}}',
        ),
        _named(
            "content_block_delta",
            '{"type":"content_block_delta","index":3,"delta":{"type":'
            '"input_json_delta","partial_json":"{\\"city\\": \\"Z\\u00fcrich\\", "}}',
        ),
        _named(
            "content_block_delta",
            '{"type":"content_block_delta","index":3,"delta":{"type":'
            '"input_json_delta","partial_json":"\\"unit\\": \\"celsius\\"}"}}',
        ),
        _named("content_block_stop", '{"type":"content_block_stop","index":3}'),
        _named(
            "message_delta",
            '{"type":"message_delta","delta":{"stop_reason":"tool_use",'
            '"stop_sequence":null},"usage":{"output_tokens":88}}',
        ),
        _named("message_stop", '{"type":"message_stop"}'),
    ]
).encode()


def _chunk(rest: str) -> str:
    return (
        'data: {"id":"chatcmpl-demo","object":"chat.completion.chunk",'
        f'"created":1700000000,"model":"demo-model",{rest}}}\n\n'
    )


def _delta(delta: str) -> str:
    return _chunk(f'"choices":[{{"index":0,"delta":{delta},"finish_reason":null}}]')


def _call(rest: str) -> str:
    return _delta(f'{{"tool_calls":[{{{rest}}}]}}')


OPENAI_STREAM: Final = "".join(
    [
        _delta('{"role":"assistant","content":""}'),
        ": keep-alive\n\n",
        _delta('{"reasoning_content":"Two cities, so two calls"}'),
        _delta('{"reasoning_content":" \\u2013 both at once."}'),
        _delta('{"content":"I will look up"}'),
        ":\n\n",
        _delta('{"content":" both cities. ☀️"}'),
        _call(
            '"index":0,"id":"call_paris","type":"function","function":'
            '{"name":"get_weather","arguments":""}'
        ),
        _call('"index":0,"function":{"arguments":"{\\"city\\": \\"Par"}'),
        # The second call starts while the first is open, and they alternate.
        _call(
            '"index":1,"id":"call_zurich","type":"function","function":'
            '{"name":"get_weather","arguments":"{\\"city\\": "}'
        ),
        _call('"index":0,"function":{"arguments":"is\\", \\"unit\\": \\"celsius\\"}"}'),
        _call(
            '"index":1,"function":{"arguments":"\\"Z\\u00fcrich\\", \\"unit\\": '
            '\\"celsius\\"}"}'
        ),
        _chunk('"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]'),
        _chunk(
            '"choices":[],"usage":{"prompt_tokens":400,"completion_tokens":88,'
            '"total_tokens":488,"prompt_tokens_details":{"cached_tokens":60}}'
        ),
        "data: [DONE]\n\n",
    ]
).encode()
