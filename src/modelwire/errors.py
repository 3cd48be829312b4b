"""
The exception tree, and `ErrorInfo`, the value that describes a provider's error.

    ModelwireError
    ├── LocalError                     what you asked for cannot be done
    │   ├── InvalidIRError             the IR value breaks a rule of the IR
    │   ├── UnsupportedFeatureError    not expressible, and `on_loss` says stop
    │   └── StateError                 the object is not in a state that allows the call
    ├── RemoteProtocolError            the peer broke its protocol
    │   ├── LimitExceededError         the peer's bytes passed one of our limits
    │   └── RequestDecodeError         a request is wrong; every fault of it
    ├── ProviderError                  the peer answered properly, with an error
    └── TransportError                 only from `modelwire.transports`

One class per decision that a caller makes.  Attributes come first and the message
is derived from them; every class pickles and copies; none carries a key, a header
value or a whole payload.

This module imports nothing of ours but the base of its values, so that every layer
can use it.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final, Literal, TypeAlias

import attrs

from modelwire._node import Node

__all__ = [
    "ERROR_KINDS",
    "ErrorInfo",
    "ErrorKind",
    "InvalidIRError",
    "LimitExceededError",
    "LocalError",
    "ModelwireError",
    "Permanent",
    "Problem",
    "ProviderError",
    "RemoteProtocolError",
    "RequestDecodeError",
    "RetryClassification",
    "StateError",
    "Transient",
    "TransportError",
    "UnsupportedFeatureError",
]

ErrorKind: TypeAlias = Literal[
    "invalid_request",
    "authentication",
    "permission",
    "billing",
    "not_found",
    "conflict",
    "request_too_large",
    "context_length_exceeded",
    "rate_limit",
    "overloaded",
    "timeout",
    "server_error",
    "content_filter",
    "unsupported",
    "stream_truncated",
    "decode_error",
    "unknown",
]
"""What went wrong, in words that no vendor owns."""

ERROR_KINDS: Final[tuple[ErrorKind, ...]] = (
    "invalid_request",
    "authentication",
    "permission",
    "billing",
    "not_found",
    "conflict",
    "request_too_large",
    "context_length_exceeded",
    "rate_limit",
    "overloaded",
    "timeout",
    "server_error",
    "content_filter",
    "unsupported",
    "stream_truncated",
    "decode_error",
    "unknown",
)
"""Every `ErrorKind`, in the order of its definition."""

_TRANSIENT_KINDS: Final = frozenset(
    {"rate_limit", "overloaded", "timeout", "server_error", "stream_truncated"}
)


@attrs.frozen(weakref_slot=False, eq=False, repr=False)
class Permanent(Node):
    """Repeating the same request cannot help."""


@attrs.frozen(weakref_slot=False, eq=False, repr=False)
class Transient(Node):
    """The same request may succeed later."""

    delay: float | None = None
    """Seconds that the peer asked for; `None` when it named no time."""


RetryClassification: TypeAlias = Permanent | Transient


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class ErrorInfo(Node):
    """What a peer (or a decoder) says went wrong."""

    kind: ErrorKind
    """The class of the error in our own words."""
    message: str = ""
    """The vendor's text for people, as received."""
    status: int | None = None
    """HTTP status; `None` for an error inside a stream that names none."""
    code: str | None = None
    """The vendor's machine-readable code, as received (as text)."""
    type: str | None = None
    """The vendor's error type or status name, as received."""
    param: str | None = None
    """The request field that the vendor blames, as received."""
    request_id: str | None = None
    """The vendor's id for the request, for support."""
    retry_after: float | None = None
    """Seconds to wait before a retry, as the peer asked; `None` when not said."""
    should_retry: bool | None = None
    """The peer's explicit word on retrying (`x-should-retry`), which decides."""
    raw: Any = attrs.field(default=None, repr=False)
    """The vendor's error body, parsed, or its text when it was not JSON."""
    dialect: str | None = None
    """The dialect that *raw* is written in; encoders of others do not read it."""

    def retry_classification(self) -> RetryClassification:
        """
        Say whether repeating the same request can help.

        Returns:
            `Transient` with the delay that the peer asked for, or `Permanent`.
            Context overflow is permanent here: the same request fails again; only
            the owner of the history can shorten it.

        Source:
            The retry rules of the OpenAI and Anthropic Python SDKs
            (`_base_client.py`, read 2026-11-21): `x-should-retry` decides; else
            408, 409, 429 and 500 or above are repeated.
        """
        if self.should_retry is not None:
            return Transient(self.retry_after) if self.should_retry else Permanent()
        if self.kind in _TRANSIENT_KINDS or (
            self.kind == "conflict" and self.status == 409
        ):
            return Transient(self.retry_after)
        if self.kind == "unknown" and self.status is not None:
            retried = self.status in (408, 409, 425, 429) or (
                self.status >= 500 and self.status != 501
            )
            return Transient(self.retry_after) if retried else Permanent()
        return Permanent()


@attrs.frozen(weakref_slot=False, eq=False, repr=False)
class Problem(Node):
    """One fault of a request body."""

    path: str
    """Where it is: `$.messages[2].content[0].type`."""
    expected: str
    """What the dialect wants there, in words."""
    got: str
    """What stood there: a type name or a short value, never a whole payload."""


class ModelwireError(Exception):
    """Everything that modelwire raises."""

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions with keyword-only arguments do not pickle by themselves: the
        # attributes are carried as state and the constructor is left out.
        return (_rebuild, (type(self), self.args, self.__dict__.copy()))


def _rebuild(
    cls: type[ModelwireError], args: tuple[Any, ...], state: dict[str, Any]
) -> ModelwireError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class LocalError(ModelwireError):
    """The caller asked for something that cannot be done."""

    def __init__(
        self, message: str, *, path: str | None = None, dialect: str | None = None
    ) -> None:
        self.path = path
        self.dialect = dialect
        super().__init__(_where(message, path, dialect))

    def to_error_info(self) -> ErrorInfo:
        """
        Describe this error as a value that every dialect can encode.

        Returns:
            An `ErrorInfo` of kind `invalid_request` or `unsupported`.
        """
        return ErrorInfo(
            kind="invalid_request", message=str(self), status=400, param=self.path
        )


class InvalidIRError(LocalError):
    """An IR value breaks a rule of the IR (for example a tool result in `system`)."""


class UnsupportedFeatureError(LocalError):
    """
    The target cannot express the value, and `on_loss` says that this is an error.

    *losses* holds every loss of the request (`modelwire.ir.Loss`), not only the
    ones that caused the refusal, which are in *refused*.
    """

    def __init__(
        self,
        losses: tuple[Any, ...],
        *,
        refused: tuple[Any, ...] | None = None,
        dialect: str | None = None,
    ) -> None:
        self.losses = losses
        self.refused: tuple[Any, ...] = losses if refused is None else refused
        shown = "; ".join(
            f"{loss.code} {loss.action} at {loss.path or loss.to}"
            for loss in self.refused[:8]
        )
        more = len(self.refused) - 8
        if more > 0:
            shown += f"; and {more} more"
        super().__init__(f"cannot be expressed: {shown}", dialect=dialect)

    def to_error_info(self) -> ErrorInfo:
        """
        Describe this error as a value that every dialect can encode.

        Returns:
            An `ErrorInfo` of kind `unsupported`, blaming the first refused path.
        """
        first = self.refused[0] if self.refused else None
        return ErrorInfo(
            kind="unsupported",
            message=str(self),
            status=400,
            param=(first.path or first.to) if first is not None else None,
        )


class StateError(LocalError):
    """The call is not legal now: `feed` after `close`, `str` instead of `bytes`."""


class RemoteProtocolError(ModelwireError):
    """
    The peer sent something that its protocol does not allow.

    Raised by one-shot functions; decoders hand it out inside a fault item instead.
    """

    def __init__(
        self,
        message: str,
        *,
        dialect: str | None = None,
        path: str | None = None,
        offset: int | None = None,
        state: str | None = None,
    ) -> None:
        self.dialect = dialect
        self.path = path
        self.offset = offset
        self.state = state
        super().__init__(_where(message, path, dialect, offset, state))

    def to_error_info(self) -> ErrorInfo:
        """
        Describe this error as a value that every dialect can encode.

        Returns:
            An `ErrorInfo` of kind `decode_error`.
        """
        return ErrorInfo(kind="decode_error", message=str(self), param=self.path)

    def __eq__(self, other: object) -> bool:
        """Compare by class and attributes, so that fault items compare too."""
        if type(other) is not type(self):
            return NotImplemented
        return self.args == other.args and self.__dict__ == other.__dict__

    __hash__: ClassVar[None] = None  # type: ignore[assignment]


class LimitExceededError(RemoteProtocolError):
    """The peer's bytes passed a limit; *limit* names it and *maximum* is its value."""

    def __init__(
        self,
        limit: str,
        maximum: int,
        *,
        dialect: str | None = None,
        offset: int | None = None,
    ) -> None:
        self.limit = limit
        self.maximum = maximum
        super().__init__(
            f"{limit} of {maximum} exceeded", dialect=dialect, offset=offset
        )


class RequestDecodeError(RemoteProtocolError):
    """A request body is wrong; *problems* holds every fault, not only the first."""

    def __init__(
        self, problems: tuple[Problem, ...], *, dialect: str | None = None
    ) -> None:
        self.problems = problems
        shown = "; ".join(
            f"{p.path}: expected {p.expected}, got {p.got}" for p in problems[:8]
        )
        if len(problems) > 8:
            shown += f"; and {len(problems) - 8} more"
        super().__init__(shown or "request cannot be decoded", dialect=dialect)

    def to_error_info(self) -> ErrorInfo:
        """
        Describe this error as a value that every dialect can encode.

        Returns:
            An `ErrorInfo` of kind `invalid_request` (status 400) that blames the
            first problem's path.
        """
        return ErrorInfo(
            kind="invalid_request",
            message=str(self),
            status=400,
            param=self.problems[0].path if self.problems else None,
        )


class ProviderError(ModelwireError):
    """The peer answered properly, and the answer is an error (*info*)."""

    def __init__(self, info: ErrorInfo) -> None:
        self.info = info
        status = f" (HTTP {info.status})" if info.status is not None else ""
        super().__init__(f"{info.kind}{status}: {info.message}")

    def to_error_info(self) -> ErrorInfo:
        """
        Give the error as a value that every dialect can encode.

        Returns:
            *info* itself.
        """
        return self.info


class TransportError(ModelwireError):
    """The connection failed; the HTTP client's own exception is the cause."""

    def __init__(self, message: str, *, info: ErrorInfo | None = None) -> None:
        self.info = info
        super().__init__(message)


def _where(
    message: str,
    path: str | None,
    dialect: str | None,
    offset: int | None = None,
    state: str | None = None,
) -> str:
    """Add the known places to *message*, in one fixed order."""
    places = [
        *([f"dialect {dialect}"] if dialect is not None else []),
        *([f"at {path}"] if path is not None else []),
        *([f"byte {offset}"] if offset is not None else []),
        *([f"state {state}"] if state is not None else []),
    ]
    return f"{message} [{', '.join(places)}]" if places else message
