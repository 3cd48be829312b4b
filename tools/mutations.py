"""
The faults that `tools/mutants.py` plants: small changes that a person could make.

Each is a place in `src/modelwire`, the text that stands there once, what stands there
instead, and the tests that should notice first.
"""

from __future__ import annotations

from typing import Final

import attrs

__all__ = ["MUTATIONS", "Mutation"]


@attrs.frozen
class Mutation:
    """One fault."""

    name: str
    """What it is called."""
    path: str
    """The module, from `src/modelwire`."""
    before: str
    """What stands in it, once."""
    after: str
    """What stands there instead."""
    tests: tuple[str, ...]
    """The tests that should notice."""

    def applied(self, source: str) -> str:
        """
        Put the fault into a module.

        Args:
            source: The module's text.

        Returns:
            The text with the fault.

        Raises:
            ValueError: The place is gone, or no longer the only one.
        """
        if source.count(self.before) != 1:
            message = f"{self.name}: found {source.count(self.before)} times"
            raise ValueError(message)
        return source.replace(self.before, self.after)


_SSE: Final = ("tests/sse",)
_FRAMING: Final = ("tests/framing",)
_IR: Final = ("tests/ir",)
_JSON: Final = ("tests/codecs/test_json.py", "tests/codecs/test_json_loosely.py")
_CHAT: Final = ("tests/codecs/openai_chat",)
_RESPONSES: Final = ("tests/codecs/openai_responses",)
_ANTHROPIC: Final = ("tests/codecs/anthropic_messages",)
_GEMINI: Final = ("tests/codecs/gemini_generate",)
_SHARED: Final = ("tests/codecs/test_sequential.py", "tests/codecs")
_ADAPT: Final = ("tests/adapt",)
_TRANSLATE: Final = ("tests/test_translate.py", "tests/acceptance")
_TRANSPORTS: Final = ("tests/transports",)
_GATEWAY: Final = ("tests/gateway",)
_TESTING: Final = ("tests/testing",)

MUTATIONS: Final = (
    # --- framing ------------------------------------------------------------------
    Mutation(
        "sse-forgets-the-event-name",
        "sse/_scanner.py",
        "            self._event = event or None\n",
        "            self._event = None\n",
        _SSE,
    ),
    Mutation(
        "sse-splits-cr-and-lf",
        "sse/_scanner.py",
        "                self._skip_lf = True\n                chunk += b",
        "                chunk += b",
        _SSE,
    ),
    Mutation(
        "sse-never-counts-the-block",
        "sse/_scanner.py",
        "        self._held += held\n",
        "",
        _SSE,
    ),
    Mutation(
        "sse-goes-on-after-a-fault",
        "sse/_scanner.py",
        "        self.failed = True\n",
        "        self.failed = False\n",
        _SSE,
    ),
    Mutation(
        "sse-quadratic-buffer",
        "sse/_scanner.py",
        "            pending += lines[0]\n",
        "            self._open = pending = bytearray(bytes(pending) + lines[0])\n",
        ("tests/limits",),
    ),
    Mutation(
        "array-hides-truncation",
        "framing/_json_array.py",
        "        if self._state == _INSIDE and not self.failed:\n",
        "        if self._state == _INSIDE and self.failed:\n",
        _FRAMING,
    ),
    Mutation(
        "ndjson-drops-the-last-line",
        "framing/_ndjson.py",
        "            self._read(line, NDJSONTruncated, out)\n",
        "",
        _FRAMING,
    ),
    Mutation(
        "partial-json-shows-half-a-key",
        "framing/_partial_json.py",
        "            and not self._is_key\n",
        "",
        _FRAMING,
    ),
    Mutation(
        "multipart-last-disposition-wins",
        "framing/_multipart_headers.py",
        "        found.setdefault(name.lower(), value)\n",
        "        found[name.lower()] = value\n",
        _FRAMING,
    ),
    Mutation(
        "json-never-looks-for-depth",
        "codecs/_json.py",
        "        if opens > max_depth and _is_deeper(value, max_depth):\n",
        "        if opens < 0:\n",
        _JSON,
    ),
    Mutation(
        "splice-at-any-depth",
        "codecs/_json_splice.py",
        "            if depth == 1 and start is not None:\n",
        "            if start is not None:\n",
        ("tests/codecs/test_json_splice.py",),
    ),
    # --- the canonical model --------------------------------------------------------
    Mutation(
        "fold-accepts-an-index-twice",
        "ir/_accumulate.py",
        "        if chunk.index in self._blocks:\n",
        "        if chunk.index in self._choices:\n",
        _IR,
    ),
    Mutation(
        "fold-ignores-the-final-part",
        "ir/_accumulate.py",
        "            block.begin(chunk.part)\n",
        "            pass\n",
        _IR,
    ),
    Mutation(
        "fold-overwrites-the-tier",
        "ir/_accumulate.py",
        "        if chunk.service_tier is not None:\n"
        "            self._service_tier = chunk.service_tier\n",
        "        self._service_tier = chunk.service_tier\n",
        _IR,
    ),
    # --- shared by the codecs -------------------------------------------------------
    Mutation(
        "machine-calls-a-cut-complete",
        "codecs/_stream_decoding.py",
        '            self._end(out, complete=False, terminator="none", raw=raw)\n',
        '            self._end(out, complete=True, terminator="none", raw=raw)\n',
        _SHARED,
    ),
    Mutation(
        "machine-forgets-the-error",
        "codecs/_stream_decoding.py",
        "            out.append(StreamError(error, raw))\n",
        "",
        _SHARED,
    ),
    Mutation(
        "foreign-exception-from-feed",
        "codecs/_sse_stream.py",
        "        except RemoteProtocolError as error:\n"
        "            self._odd(name, payload, error, out)\n"
        "            return\n"
        "        if type(value) is dict:\n"
        "            self._machine.event(name, value, out)\n"
        "        else:\n"
        "            self._odd(name, payload, _no_object(), out)\n"
        "\n"
        "    def _odd(\n",
        "        except RemoteProtocolError as error:\n"
        "            self._odd(name, payload, error, out)\n"
        "            return\n"
        "        self._machine.event(name, value, out)\n"
        "\n"
        "    def _odd(\n",
        _SHARED,
    ),
    Mutation(
        "sequencer-forgets-a-stop",
        "codecs/_sequential.py",
        "            out.append(BlockStop(block.index))\n"
        "            block.state = _STOPPED\n",
        "            block.state = _STOPPED\n",
        _SHARED,
    ),
    Mutation(
        "sequencer-holds-without-bound",
        "codecs/_sequential.py",
        "        self._held += size\n",
        "",
        _SHARED,
    ),
    Mutation(
        "losses-forget-extra",
        "codecs/_losses.py",
        '                elif not name.startswith("$"):\n',
        '                elif name.startswith("$"):\n',
        ("tests/codecs", "tests/properties/test_accounting.py"),
    ),
    Mutation(
        "losses-are-never-refused",
        "codecs/_losses.py",
        "        if refused:\n",
        "        if refused and not losses:\n",
        ("tests/codecs",),
    ),
    Mutation(
        "aliases-share-a-target",
        "codecs/_aliases.py",
        "            while self.sources.get(target, name) != name:\n",
        "            while False:\n",
        ("tests/codecs",),
    ),
    # --- openai-chat ----------------------------------------------------------------
    Mutation(
        "chat-truncation-is-success",
        "codecs/openai_chat/_stream_decoder.py",
        "            self._release(out, terminated=False)\n"
        "            self.complete(out, by_event=False)\n"
        "        else:\n"
        "            self.truncate(out)\n",
        "            self._release(out, terminated=False)\n"
        "        self.complete(out, by_event=False)\n",
        _CHAT,
    ),
    Mutation(
        "chat-error-beside-choices-is-lost",
        "codecs/openai_chat/_stream_decoder.py",
        '        elif error or name == "error":\n',
        '        elif name == "error":\n',
        _CHAT,
    ),
    Mutation(
        "chat-choices-share-index-0",
        "codecs/openai_chat/_stream_decoder.py",
        "        number = index if type(index) is int and index >= 0 else 0\n",
        "        number = 0\n",
        _CHAT,
    ),
    Mutation(
        "chat-done-after-an-error",
        "codecs/openai_chat/_stream_encoder.py",
        '        out.append(b"data: " + _json.dumps(event) + b"\\n\\n")\n\n'
        "    def _drop_envelope",
        '        out.append(b"data: " + _json.dumps(event) + b"\\n\\n")\n'
        "        out.append(_DONE)\n\n"
        "    def _drop_envelope",
        _CHAT,
    ),
    Mutation(
        "chat-reasoning-counted-twice",
        "codecs/openai_chat/_usage.py",
        "        return total == prompt + completion + reasoning\n",
        "        return True\n",
        _CHAT,
    ),
    # --- openai-responses -----------------------------------------------------------
    Mutation(
        "responses-sequence-stands-still",
        "codecs/openai_responses/_stream_wire.py",
        "        self._sequence += 1\n",
        "",
        _RESPONSES,
    ),
    Mutation(
        "responses-output-index-of-item",
        "codecs/openai_responses/_stream_wire.py",
        "        self._wire_items += 1\n",
        "        self._wire_items += 2\n",
        _RESPONSES,
    ),
    # --- anthropic-messages ---------------------------------------------------------
    Mutation(
        "anthropic-usage-added-up",
        "codecs/anthropic_messages/_stream_machine.py",
        "        self._usage = merge_usage(self._usage, usage)\n",
        "        self._usage = merge_usage(\n"
        "            self._usage,\n"
        "            {\n"
        "                k: v + self._usage[k]\n"
        "                if type(v) is int and type(self._usage.get(k)) is int\n"
        "                else v\n"
        "                for k, v in usage.items()\n"
        "            },\n"
        "        )\n",
        _ANTHROPIC,
    ),
    Mutation(
        "anthropic-signature-lost",
        "codecs/anthropic_messages/_stream_machine.py",
        "                out.append(SignatureDelta(index, signature, raw))\n",
        "",
        _ANTHROPIC,
    ),
    Mutation(
        "anthropic-last-block-stays-open",
        "codecs/anthropic_messages/_stream_machine.py",
        "        if finish is not None:\n            self._close_blocks(out)\n",
        "",
        _ANTHROPIC,
    ),
    Mutation(
        "anthropic-error-flag-lost",
        "codecs/anthropic_messages/_blocks.py",
        "        content=content,\n"
        '        is_error=reader.boolean("is_error"),\n'
        "        cache=decode_cache(reader),\n"
        "        extra=_extra(reader, array=array),\n",
        "        content=content,\n"
        "        cache=decode_cache(reader),\n"
        "        extra=_extra(reader, array=array),\n",
        ("tests/properties/test_multi_turn.py",),
    ),
    # --- gemini-generate ------------------------------------------------------------
    Mutation(
        "gemini-thoughts-left-out",
        "codecs/gemini_generate/_usage.py",
        "        output_total=_sum(candidates, thoughts),\n",
        "        output_total=candidates,\n",
        _GEMINI,
    ),
    Mutation(
        "gemini-signature-lost",
        "codecs/gemini_generate/_parts.py",
        "    return Opaque(value=value, dialect=DIALECT) if value else None\n",
        "    return None if value else None\n",
        _GEMINI,
    ),
    # --- around the codecs ----------------------------------------------------------
    Mutation(
        "carrier-checks-nothing",
        "adapt/_carrier_envelope.py",
        " or not compare_digest(digest, _digest(fields, payload, key)):\n",
        ":\n",
        _ADAPT,
    ),
    Mutation(
        "translate-hides-a-bad-body",
        "translate.py",
        "        info = attrs.evolve(error.to_error_info(), status=_BAD_GATEWAY)\n",
        "        info = attrs.evolve(error.to_error_info(), status=400)\n",
        _TRANSLATE,
    ),
    Mutation(
        "translate-forgets-usage",
        "translate.py",
        "        sent = attrs.evolve(sent, include_usage=True)\n",
        "        pass\n",
        _TRANSLATE,
    ),
    Mutation(
        "retry-ignores-the-ceiling",
        "transports/_retry.py",
        "            return asked if asked <= self.asked_ceiling else None\n",
        "            return asked\n",
        _TRANSPORTS,
    ),
    Mutation(
        "retry-one-time-too-many",
        "transports/_retry.py",
        "        if attempt >= self.attempts:\n",
        "        if attempt > self.attempts:\n",
        _TRANSPORTS,
    ),
    Mutation(
        "gateway-lends-its-key",
        "transports/_exchange.py",
        "            raise ProviderError(_NO_CREDENTIAL)\n",
        "            return None\n",
        _GATEWAY,
    ),
    Mutation(
        "gateway-forwards-credentials",
        "transports/_gateway_wish.py",
        "        if pair[0].lower() not in _CREDENTIALS\n",
        "        if pair[0].lower() not in ()\n",
        _GATEWAY,
    ),
    # --- what is ordinary, and read by the short way ---
    Mutation(
        "alike-takes-half-a-character",
        "codecs/_sse_alike.py",
        '(not text.isascii() and "\\ud800" <= text[-1] <= "\\udbff")\n',
        "False\n",
        ("tests/codecs/test_sse_alike.py",),
    ),
    Mutation(
        "alike-forgets-the-limit",
        "codecs/_sse_stream.py",
        "                stop += scanner.quick_until - scanner.received\n",
        "                stop = len(data)\n",
        ("tests/codecs/test_sse_alike.py",),
    ),
    Mutation(
        "alike-loses-what-is-cut",
        "codecs/_alike.py",
        "        if count > LONGEST:\n",
        "        if count > LONGEST + 1:\n",
        ("tests/codecs/openai_responses/test_stream_alike.py",),
    ),
    Mutation(
        "alike-shares-the-json-of-events",
        "codecs/_sse_alike.py",
        "                raw = node = model.copy()\n",
        "                raw = node = model\n",
        ("tests/codecs/test_sse_alike.py", "tests/codecs/test_sse_alike_state.py"),
    ),
    Mutation(
        "alike-does-not-count",
        "codecs/openai_responses/_stream_alike.py",
        "            number += 1\n",
        "            number += 0\n",
        ("tests/codecs/openai_responses/test_stream_alike.py",),
    ),
    Mutation(
        "alike-forgets-usage",
        "codecs/gemini_generate/_stream_alike.py",
        "            machine.count(usage, raw)\n",
        "            pass\n",
        ("tests/codecs/gemini_generate/test_stream_alike.py",),
    ),
    Mutation(
        "quick-message-drops-a-field",
        "codecs/_plain_parts.py",
        "        or part.cache\n        or part.item\n",
        "        or part.item\n",
        ("tests/codecs/anthropic_messages/test_messages_fast.py",),
    ),
    Mutation(
        "quick-usage-counts-the-cache-twice",
        "codecs/openai_chat/_usage_fast.py",
        "    uncached = prompt - (read or 0) - (written or 0)\n",
        "    uncached = prompt - (written or 0)\n",
        ("tests/codecs/test_fast_answers.py",),
    ),
    Mutation(
        "quick-answer-keeps-no-unknown-field",
        "codecs/openai_chat/_response_fast.py",
        'item.get("logprobs", 0) is not None',
        'item.get("logprobs") is not None',
        ("tests/codecs/test_fast_answers.py",),
    ),
    Mutation(
        "quick-answer-keeps-a-float",
        "codecs/openai_chat/_response_fast.py",
        "(moderation is not None or not is_exact(OWN.fields(extra)))",
        "moderation is not None",
        ("tests/codecs/test_fast_answers.py",),
    ),
    Mutation(
        "loose-json-is-not-settled",
        "codecs/_json.py",
        "return value if _loads_fast is None else _settled(value, data, MAX_DEPTH)",
        "return value",
        _JSON,
    ),
    Mutation(
        "json-vouches-for-long-numbers",
        "codecs/_json.py",
        "rpartition(_THREE)[1] and has_long_run(data):\n",
        "rpartition(_THREE)[1] and False:\n",
        _JSON,
    ),
)
