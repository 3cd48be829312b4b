"""The upstreams of a gateway's configuration: a vendor, and what it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from modelwire import codecs
from modelwire.errors import LocalError
from modelwire.transports import endpoints
from modelwire.transports._config_values import from_env, is_words
from modelwire.transports._endpoint import Endpoint

__all__ = ["endpoint_of"]


def endpoint_of(row: Any, env: Mapping[str, str]) -> Endpoint:
    """
    Read one upstream.

    Args:
        row: Its table.
        env: The environment, for the variable of its key.

    Returns:
        The endpoint.

    Raises:
        LocalError: Something in it is wrong.
        LookupError: There is no such vendor.
    """
    if not isinstance(row, Mapping) or not isinstance(row.get("vendor"), str):
        msg = "a table that names its vendor"
        raise LocalError(msg)
    fields = dict(row)
    vendor = fields.pop("vendor")
    make = _MAKERS.get(vendor)
    allowed = _FIELDS.get(vendor, _FIELDS[""])
    left = sorted(set(fields) - allowed - {"api_key_env"})
    if left:
        msg = f"unknown for {vendor}: {', '.join(left)}"
        raise LocalError(msg)
    for name, value in fields.items():
        _check_field(name, value)
    if "api_key_env" in fields:
        fields["api_key"] = from_env(fields, "api_key_env", env)
        del fields["api_key_env"]
    if vendor == "openai-compatible":
        return _compatible(fields)
    if make is not None:
        return make(**fields)
    return endpoints.compatible(vendor, **fields)


def _check_field(name: str, value: Any) -> None:
    if name == "from_env":
        fits, wanted = isinstance(value, bool), "true or false"
    elif name == "dialects":
        fits, wanted = is_words(value), "a list of dialects"
    else:
        fits, wanted = isinstance(value, str), "text"
    if not fits:
        msg = f"{name} is {wanted}"
        raise LocalError(msg)


def _compatible(fields: dict[str, Any]) -> Endpoint:
    dialects = tuple(fields.pop("dialects", ("openai-chat",)))
    unknown = [name for name in dialects if name not in codecs.DIALECTS]
    if unknown or not dialects:
        msg = f"dialects are of {', '.join(codecs.DIALECTS)}"
        raise LocalError(msg)
    if not isinstance(fields.get("base_url"), str):
        msg = "base_url is needed"
        raise LocalError(msg)
    profile = fields.pop("profile", None)
    if profile is not None:
        known = codecs.get(dialects[0]).PROFILES
        if profile not in known:
            msg = f"profile is one of {', '.join(known)}"
            raise LocalError(msg)
        fields["profile"] = known[profile]
    return endpoints.openai_compatible(dialects=dialects, **fields)


_MAKERS: Final[Mapping[str, Callable[..., Endpoint]]] = {
    "openai": endpoints.openai,
    "azure-openai": endpoints.azure_openai,
    "anthropic": endpoints.anthropic,
    "gemini": endpoints.gemini,
}
_FIELDS: Final[Mapping[str, frozenset[str]]] = {
    "openai": frozenset({"base_url", "organization", "project", "from_env"}),
    "azure-openai": frozenset({"resource", "base_url", "api_version", "from_env"}),
    "openai-compatible": frozenset({"base_url", "dialects", "profile", "root", "name"}),
    "": frozenset({"base_url", "from_env"}),
}
"""What an upstream's table may hold, by vendor."""
