"""Requests of `openai-responses`, both ways: `decode_request`, `encode_request`."""

from __future__ import annotations

from modelwire.codecs.openai_responses._request_decode import decode_request
from modelwire.codecs.openai_responses._request_encode import encode_request

__all__ = ["decode_request", "encode_request"]
