"""
Error bodies of the OpenAI API, both ways, for every dialect of it.

`ErrorCodec` is made once per dialect.  It takes the bytes of an error response, or an
error object out of a stream, of any vendor that speaks the API, and gives an
`ErrorInfo`; and it takes an `ErrorInfo` of any source and gives the response that an
OpenAI client understands.  `decode` is total: HTML, nothing at all, or a list give an
`ErrorInfo` too.

Source:
    wire/errors.md, wire/openai_responses.md sections 5 and 6 and the error bodies of
    wire/observed.md section 2.2, read 2026-11-21.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from modelwire.codecs._base import EncodedResponse, Headers
from modelwire.codecs._json import dumps, loads
from modelwire.codecs._openai_error_kinds import BY_STATUS, MAX_TEXT, WRITTEN, kind_of
from modelwire.codecs._openai_headers import JSON_HEADERS
from modelwire.codecs._retry_hints import retry_after
from modelwire.errors import ErrorInfo, RemoteProtocolError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Protocol

    from modelwire.ir._base import JSONObject

    class DecodeError(Protocol):
        """What `ErrorCodec.decode` is as a function of a dialect."""

        def __call__(
            self, body: bytes, *, status: int, headers: Headers = ()
        ) -> ErrorInfo:
            """Read an error response."""
            ...

    class EncodeError(Protocol):
        """What `ErrorCodec.encode` is as a function of a dialect."""

        def __call__(self, error: ErrorInfo) -> EncodedResponse:
            """Write an error response."""
            ...


__all__ = ["ErrorCodec"]

_REQUEST_IDS: Final = (
    "x-request-id",
    "apim-request-id",
    "x-ms-request-id",
    "request-id",
    "mistral-correlation-id",
    "x-generation-id",
    "cf-ray",
)
_KNOWN: Final = frozenset({"message", "type", "param", "code"})
_KNOWN_OUTSIDE: Final = _KNOWN | {
    "error",
    "error_description",
    "detail",
    "msg",
    "object",
    "request_id",
}
"""What a flat body says in other words; it is written from the value, not from raw."""


class ErrorCodec:
    """Reads and writes the errors of one dialect of the OpenAI API."""

    __slots__ = ("_known_outside", "dialect", "event_type")

    def __init__(
        self, dialect: str, *, envelope: frozenset[str], event_type: str | None = None
    ) -> None:
        """
        State what differs between the dialects.

        Args:
            dialect: The dialect's id.
            envelope: Fields of a stream event that stand beside its error.
            event_type: The `type` of a flat object that names the event and not the
                error; `None`: events have no type.
        """
        self.dialect = dialect
        """The dialect's id."""
        self.event_type = event_type
        """The `type` that says nothing about the error."""
        self._known_outside = _KNOWN_OUTSIDE | envelope

    # --- reading --------------------------------------------------------------------

    def decode(self, body: bytes, *, status: int, headers: Headers = ()) -> ErrorInfo:
        """
        Read an error response.

        Args:
            body: The body, whatever it holds.
            status: The HTTP status.
            headers: The response's headers; retry hints and the request id are read.

        Returns:
            What went wrong; never raises because of *body*.

        Shapes:
            `{"error": {message, type, param, code}}` (OpenAI, Azure, Groq,
            OpenRouter, Perplexity, vLLM, llama.cpp), `{"error": "…"}` (Venice,
            Ollama), `{"code": "…", "error": "…"}` (xAI), `{"object": "error",
            message, …}` (Mistral, older vLLM), `{"detail": "…"}` or a list (Mistral,
            FastAPI, the ChatGPT back end), `{"statusCode": 401, "message": "…"}`
            (Azure's gateway), a Responses object whose `status` is `failed`, and each
            of them as the only item of a list.
        """
        found = {name.lower(): value for name, value in headers}
        try:
            parsed = loads(body) if body.strip() else None
        except RemoteProtocolError:
            parsed = None
        if isinstance(parsed, list) and len(parsed) == 1:
            parsed = parsed[0]
        if isinstance(parsed, dict):
            info = self.decode_object(parsed, status=status)
        else:
            text = body[: 4 * MAX_TEXT].decode("utf-8", "replace").strip()
            info = ErrorInfo(
                kind=kind_of(status, (), text),
                message=_plain(text) or f"HTTP status {status}",
                status=status,
                raw=text[:MAX_TEXT] if parsed is None else parsed,
                dialect=self.dialect,
            )
        return _with_headers(info, found)

    def decode_object(self, obj: JSONObject, *, status: int | None = None) -> ErrorInfo:
        """
        Read an error object: a whole body, a failed response, or a stream's event.

        Args:
            obj: The parsed object, with `error` in it or flat.
            status: The HTTP status; `None`: the error came inside a 200.

        Returns:
            What went wrong.
        """
        inner = obj.get("error")
        source: JSONObject = inner if isinstance(inner, dict) else obj
        message = inner if isinstance(inner, str) else _message(source)
        code = _word(source.get("code"))
        kind_word = _word(source.get("type"))
        if source is obj and kind_word is not None and kind_word == self.event_type:
            kind_word = None
        if kind_word is None and source is inner:
            kind_word = _word(source.get("status"))
        own_status = status if status is not None else _status_in(source, code)
        described = obj.get("error_description")
        if isinstance(inner, str) and code is None and isinstance(described, str):
            # The token endpoint's form: a short word, and the text apart.
            code, message = inner, described
        reasons = (
            _code_inside(source, "innererror", "code"),  # Azure: what its filter found
            code,
            kind_word,
            # OpenRouter: the class of an upstream's error
            _code_inside(source, "metadata", "error_type"),
        )
        return ErrorInfo(
            kind=kind_of(own_status, tuple(w for w in reasons if w), message),
            message=message or (f"HTTP status {status}" if status is not None else ""),
            status=own_status,
            code=code,
            type=kind_word,
            param=_word(source.get("param")),
            request_id=_word(obj.get("request_id")) or _word(source.get("request_id")),
            raw=obj,
            dialect=self.dialect,
        )

    # --- writing --------------------------------------------------------------------

    def status(self, error: ErrorInfo) -> int:
        """
        Give the HTTP status that an OpenAI client expects for *error*.

        Args:
            error: The error, of any dialect.

        Returns:
            The status that came with it, where its own dialect said it or it means
            the same here; else the one of its kind.
        """
        status = error.status
        if status is not None and 400 <= status < 600:
            if error.dialect == self.dialect or BY_STATUS.get(status) == error.kind:
                # 529 and 425 mean overload too, but OpenAI's clients do not know them.
                return status if status not in (425, 529) else 503
            if error.kind == "unknown" or (
                error.kind in ("server_error", "timeout")
                and status in (408, 500, 502, 504)
            ):
                return status
        return WRITTEN[error.kind][0]

    def encode_object(self, error: ErrorInfo) -> JSONObject:
        """
        Write an error as the object of a body, or the payload of a stream's event.

        Args:
            error: The error, of any dialect.

        Returns:
            `{"error": {message, type, param, code}}`, with the unknown fields of an
            error that came as such an object in this dialect.
        """
        _, kind, code = WRITTEN[error.kind]
        own = error.dialect == self.dialect
        inner: JSONObject = {
            "message": error.message,
            "type": (error.type if own else None) or kind,
            "param": error.param,
            "code": (error.code if own else None) or code,
        }
        out: JSONObject = {"error": inner}
        raw = error.raw
        # A failed response is no error body: its other fields are not the error's.
        if own and isinstance(raw, dict) and raw.get("object") != "response":
            theirs = raw.get("error")
            if isinstance(theirs, dict):
                for name, value in theirs.items():
                    if name not in _KNOWN and value is not None:
                        inner[name] = value
            for name, value in raw.items():
                if name not in self._known_outside and value is not None:
                    out[name] = value
        return out

    def encode(self, error: ErrorInfo) -> EncodedResponse:
        """
        Write an error response.

        Args:
            error: The error, of any dialect.

        Returns:
            The response, with retry hints and the request id in OpenAI's headers.
        """
        headers = list(JSON_HEADERS)
        if error.retry_after is not None:
            seconds = max(0.0, error.retry_after)
            whole = int(seconds) if seconds == int(seconds) else int(seconds) + 1
            headers.append(("retry-after", str(whole)))
            if whole != seconds:
                headers.append(("retry-after-ms", str(round(seconds * 1000))))
        if error.should_retry is not None:
            again = "true" if error.should_retry else "false"
            headers.append(("x-should-retry", again))
        if error.request_id is not None and re.match(_SAFE, error.request_id):
            headers.append(("x-request-id", error.request_id))
        return EncodedResponse(
            status=self.status(error),
            headers=tuple(headers),
            body=dumps(self.encode_object(error)),
            error=error,
        )


_SAFE: Final = r"[\x21-\x7e]{1,256}\Z"
"""What may stand in a header: an id from a hostile peer must not split one."""


# --- fields -------------------------------------------------------------------------


def _message(source: JSONObject) -> str:
    """Find the text for people."""
    for key in ("message", "detail", "msg", "error_description"):
        value = source.get(key)
        if isinstance(value, str):
            return value
        if isinstance(value, list):
            return _details(value)
        if isinstance(value, dict):
            # Mistral wraps the list of a 422 once more: {"message": {"detail": […]}}.
            detail = value.get("detail") or value.get("message")
            if isinstance(detail, list):
                return _details(detail)
            if isinstance(detail, str):
                return detail
    return ""


def _details(items: list[Any]) -> str:
    """Join the findings of a validation error: `body.temperature: too high`."""
    out: list[str] = []
    for item in items[:8]:
        if isinstance(item, dict):
            loc = item.get("loc")
            where = (
                ".".join(str(x) for x in loc[:16] if isinstance(x, str | int))
                if isinstance(loc, list)
                else ""
            )
            text = item.get("msg")
            text = text if isinstance(text, str) else ""
            out.append(f"{where}: {text}" if where else text)
        elif isinstance(item, str):
            out.append(item)
    return "; ".join(x for x in out if x)


def _word(value: object) -> str | None:
    """Give a code as text; OpenRouter, vLLM and llama.cpp send numbers."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return None


def _code_inside(source: JSONObject, key: str, name: str) -> str | None:
    """Give a word that stands one level deeper."""
    inner = source.get(key)
    return _word(inner.get(name)) if isinstance(inner, dict) else None


def _status_in(source: JSONObject, code: str | None) -> int | None:
    """Find an HTTP status inside the object: a field of its own, or a numeric code."""
    for key in ("status", "status_code", "statusCode"):
        value = source.get(key)
        if type(value) is int and 400 <= value < 600:
            return value
    if code is not None and len(code) == 3 and code.isascii() and code.isdigit():
        number = int(code)
        if 400 <= number < 600:
            return number
    return None


def _plain(text: str) -> str:
    """Shorten a body that is no JSON; of an HTML page only the words are kept."""
    if text.startswith("<"):
        text = re.sub(r"<[^<>]{0,400}>", " ", text)
    return re.sub(r"\s+", " ", text).strip()[:MAX_TEXT]


def _with_headers(info: ErrorInfo, headers: Mapping[str, str]) -> ErrorInfo:
    """Add what only the headers say."""
    # attrs.evolve costs more than the class; errors are rare enough.
    import attrs  # noqa: PLC0415

    changes: dict[str, Any] = {}
    delay = retry_after(headers)
    if delay is not None:
        changes["retry_after"] = delay
    again = headers.get("x-should-retry", "").strip().lower()
    if again in ("true", "false"):
        changes["should_retry"] = again == "true"
    if info.request_id is None:
        for name in _REQUEST_IDS:
            if headers.get(name):
                changes["request_id"] = headers[name]
                break
    return attrs.evolve(info, **changes) if changes else info
