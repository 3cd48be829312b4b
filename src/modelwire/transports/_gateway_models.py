"""
The models that a gateway has: the names of its routes, in the shape of each client.

What a route's pattern may match is not known here; a gateway that hands every model to
one upstream asks that one instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from modelwire import codecs
from modelwire.codecs import COLLECT
from modelwire.ir._models_list import ModelInfo, ModelList

if TYPE_CHECKING:
    from modelwire.codecs import EncodedResponse, Route
    from modelwire.codecs._modalities import ModelListCodec
    from modelwire.transports._routes import Routes

__all__ = ["listed"]


def listed(routes: Routes, route: Route) -> EncodedResponse | None:
    """
    Answer which models there are, or whether there is one of a name.

    Args:
        routes: The routing table.
        route: What the client asks.

    Returns:
        The answer; `None`: an upstream knows it, where a rule of the table has one.
    """
    names = routes.names()
    if route.operation == "model":
        if route.model not in names:
            return None
        names = (route.model,)
    elif not names and routes.destination("") is not None:
        return None
    page = ModelList(
        models=tuple(ModelInfo(id=name, display_name=name) for name in names),
        is_single=route.operation == "model",
        has_more=False,
    )
    # Every dialect that a request for models is recognised in lists them.
    codec = cast("ModelListCodec", codecs.get(route.dialect))
    return codec.encode_model_list_response(page, on_loss=COLLECT)
