"""Requests of `openai-chat`: the two directions under the names of the contract."""

from __future__ import annotations

from modelwire.codecs.openai_chat._request_decode import decode_request
from modelwire.codecs.openai_chat._request_encode import encode_request

__all__ = ["decode_request", "encode_request"]
