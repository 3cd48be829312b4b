"""Embeddings: what is to be turned into vectors, and the vectors."""

from __future__ import annotations

import attrs

from modelwire.ir._base import Extra, Node
from modelwire.ir._outcome import Usage
from modelwire.ir._parts import Part

__all__ = ["Embedding", "EmbeddingInput", "EmbeddingRequest", "EmbeddingResponse"]


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class EmbeddingInput(Node):
    """
    One thing that becomes one vector.

    What *task* and *dimensions* say here goes over what the request says.
    """

    parts: tuple[Part, ...] = ()
    """Texts and media, embedded together; empty where *tokens* are given."""
    tokens: tuple[int, ...] | None = None
    """Token ids in place of parts."""
    title: str | None = None
    """The title of the document that it is from."""
    task: str | None = None
    """What its vector is for; see `EmbeddingRequest.task`."""
    dimensions: int | None = None
    """How many numbers its vector has."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class EmbeddingRequest(Node):
    """A request for vectors.  `None` means not set."""

    model: str
    """The model."""
    inputs: tuple[EmbeddingInput, ...] = ()
    """What is embedded, in order."""
    dimensions: int | None = None
    """How many numbers each vector has."""
    task: str | None = None
    """What the vectors are for, in Google's words (`RETRIEVAL_QUERY`, …)."""
    encoding: str | None = None
    """How the vectors are written: `float`, `base64`, or a word of the server's."""
    user_id: str | None = None
    """The caller's end user."""
    headers: tuple[tuple[str, str], ...] = ()
    """Protocol headers of the source dialect, names in lower case."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class Embedding(Node):
    """One vector."""

    index: int
    """The place of its input."""
    values: tuple[float, ...] = ()
    """The numbers; empty where only *data* is known."""
    data: str | None = None
    """A vector of another kind than 32-bit floats (`int8`, bits): base64 text."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class EmbeddingResponse(Node):
    """The vectors.  `None` means not said."""

    id: str | None = None
    """The provider's id of the response."""
    model: str | None = None
    """The model that answered."""
    created: int | None = None
    """When: Unix time in seconds."""
    embeddings: tuple[Embedding, ...] = ()
    """The vectors, as the wire orders them."""
    usage: Usage | None = None
    """Tokens used."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""
