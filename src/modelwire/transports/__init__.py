"""
Transports: the codecs bolted onto an HTTP client, for those who want that.

    from modelwire.transports import CompletionClient, endpoints

    client = CompletionClient(endpoints.anthropic(from_env=True))
    print(client.completion_model("claude-sonnet-5").chat(request).text)

They move bytes and map foreign exceptions; all protocol knowledge is in the codecs.
The HTTP client is httpx2 or httpx (extras of those names), and loads when it is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from modelwire._lazy import lazy_names

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelwire.transports import endpoints as endpoints
    from modelwire.transports._async_client import (
        AsyncChatStream as AsyncChatStream,
        AsyncCompletionClient as AsyncCompletionClient,
        AsyncCompletionModel as AsyncCompletionModel,
    )
    from modelwire.transports._async_provider import (
        AsyncNativeStream as AsyncNativeStream,
        AsyncProvider as AsyncProvider,
    )
    from modelwire.transports._async_retrying import (
        AsyncModel as AsyncModel,
        AsyncRetryingModel as AsyncRetryingModel,
    )
    from modelwire.transports._async_upstream import (
        AsyncUpstream as AsyncUpstream,
    )
    from modelwire.transports._auth import (
        Auth as Auth,
        KeyAuth as KeyAuth,
        Token as Token,
        TokenAuth as TokenAuth,
        TokenProvider as TokenProvider,
        bearer as bearer,
    )
    from modelwire.transports._calls import (
        Answer as Answer,
    )
    from modelwire.transports._client import (
        ChatStream as ChatStream,
        CompletionClient as CompletionClient,
        CompletionModel as CompletionModel,
    )
    from modelwire.transports._dispatch import (
        NotImplementedByProvider as NotImplementedByProvider,
    )
    from modelwire.transports._endpoint import (
        Endpoint as Endpoint,
    )
    from modelwire.transports._http import (
        DEFAULT_HTTP_LIMITS as DEFAULT_HTTP_LIMITS,
        DEFAULT_TIMEOUTS as DEFAULT_TIMEOUTS,
        HttpLimits as HttpLimits,
        Timeouts as Timeouts,
    )
    from modelwire.transports._provider import (
        NativeStream as NativeStream,
        Provider as Provider,
    )
    from modelwire.transports._raw import (
        AsyncRawStream as AsyncRawStream,
        RawResponse as RawResponse,
        RawStream as RawStream,
    )
    from modelwire.transports._retry import (
        DEFAULT_POLICY as DEFAULT_POLICY,
        Retryable as Retryable,
        RetryPolicy as RetryPolicy,
        next_delay as next_delay,
    )
    from modelwire.transports._retrying import (
        Model as Model,
        RetryingModel as RetryingModel,
    )
    from modelwire.transports._upstream import (
        Upstream as Upstream,
    )

__all__ = [
    "DEFAULT_HTTP_LIMITS",
    "DEFAULT_POLICY",
    "DEFAULT_TIMEOUTS",
    "Answer",
    "AsyncChatStream",
    "AsyncCompletionClient",
    "AsyncCompletionModel",
    "AsyncModel",
    "AsyncNativeStream",
    "AsyncProvider",
    "AsyncRawStream",
    "AsyncRetryingModel",
    "AsyncUpstream",
    "Auth",
    "ChatStream",
    "CompletionClient",
    "CompletionModel",
    "Endpoint",
    "HttpLimits",
    "KeyAuth",
    "Model",
    "NativeStream",
    "NotImplementedByProvider",
    "Provider",
    "RawResponse",
    "RawStream",
    "RetryPolicy",
    "Retryable",
    "RetryingModel",
    "Timeouts",
    "Token",
    "TokenAuth",
    "TokenProvider",
    "Upstream",
    "bearer",
    "endpoints",
    "next_delay",
]

_HOMES: Final[dict[str, str]] = {
    "NotImplementedByProvider": "_dispatch",
    "AsyncProvider": "_async_provider",
    "AsyncNativeStream": "_async_provider",
    "Provider": "_provider",
    "NativeStream": "_provider",
    "Answer": "_calls",
    "AsyncChatStream": "_async_client",
    "AsyncCompletionClient": "_async_client",
    "AsyncCompletionModel": "_async_client",
    "AsyncModel": "_async_retrying",
    "AsyncRawStream": "_raw",
    "AsyncRetryingModel": "_async_retrying",
    "AsyncUpstream": "_async_upstream",
    "Auth": "_auth",
    "ChatStream": "_client",
    "CompletionClient": "_client",
    "CompletionModel": "_client",
    "DEFAULT_HTTP_LIMITS": "_http",
    "DEFAULT_POLICY": "_retry",
    "DEFAULT_TIMEOUTS": "_http",
    "Endpoint": "_endpoint",
    "HttpLimits": "_http",
    "KeyAuth": "_auth",
    "Model": "_retrying",
    "RawResponse": "_raw",
    "RawStream": "_raw",
    "RetryPolicy": "_retry",
    "Retryable": "_retry",
    "RetryingModel": "_retrying",
    "Timeouts": "_http",
    "Token": "_auth",
    "TokenAuth": "_auth",
    "TokenProvider": "_auth",
    "Upstream": "_upstream",
    "bearer": "_auth",
    "next_delay": "_retry",
}
"""Where each public name lives."""

__getattr__: Callable[[str], Any]
__dir__: Callable[[], list[str]]
__getattr__, __dir__ = lazy_names(__name__, __all__, _HOMES)
