"""One admitted request on its way to its upstream."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelwire.errors import RemoteProtocolError
from modelwire.transports._dispatch import dispatch
from modelwire.transports._exchange import Exchange, blamed
from modelwire.transports._gateway_chat import translate_through
from modelwire.transports._gateway_raw import forward
from modelwire.transports._operation_calls import form_call

if TYPE_CHECKING:
    from modelwire.transports._dispatch import Dispatch

__all__ = ["served"]


async def served(exchange: Exchange) -> None:
    """
    Answer a request.

    Args:
        exchange: The request.

    Raises:
        ModelwireError: Nothing was answered yet and the caller answers; or the answer
            was cut, and the client is to see that.
    """
    try:
        call = _addressed(exchange)
    except RemoteProtocolError as error:
        raise blamed(error) from error
    exchange.record.upstream_dialect = call.upstream_dialect
    if call.is_native:
        await forward(exchange, call)
    else:
        await translate_through(exchange, call)


def _addressed(exchange: Exchange) -> Dispatch:
    """Write the request for its upstream."""
    settings, wish = exchange.settings, exchange.wish
    body, model, headers = wish.body, wish.model, exchange.headers
    if wish.form is not None and exchange.model != model:
        # Another model's name means another form around it; nothing else does.
        body, typed, model = form_call(wish.form, {model: exchange.model})
        headers = (*(pair for pair in headers if pair[0] != "content-type"), *typed)
    return dispatch(
        exchange.upstream.endpoint,
        exchange.dialect,
        exchange.route.operation,
        body,
        model=model,
        rename=exchange.model,
        stream=wish.is_stream,
        on_loss=settings.on_loss,
        query=exchange.query,
        headers=headers,
        profile=settings.profiles.get(exchange.dialect),
        adapt=exchange.adapters(),
        carrier=settings.carrier,
    )
