"""
A gateway's configuration: a small TOML file, or the same as a mapping.

    port = 8080
    client_keys_env = "GATEWAY_KEYS"

    [upstreams.claude]
    vendor = "anthropic"
    from_env = true

    [upstreams.local]
    vendor = "openai-compatible"
    base_url = "http://127.0.0.1:8000/v1"
    profile = "vllm"

    [routes]
    fast = { upstream = "claude", model = "claude-haiku-4-5" }
    "*" = "local"

Keys never stand in the file: it names the environment variables that hold them.  Every
fault of a file is reported, not only the first.
"""

from __future__ import annotations

import functools
import os
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import attrs

from modelwire import codecs
from modelwire.codecs import COLLECT, RAISE_ON_ERROR, LossPolicy
from modelwire.errors import LocalError
from modelwire.transports import endpoints
from modelwire.transports._endpoint import Endpoint
from modelwire.transports._http import Timeouts
from modelwire.transports._routes import Routes
from modelwire.transports._settings import Settings

__all__ = ["Config", "load", "parse", "read_table"]

_POLICIES: Final[Mapping[str, LossPolicy]] = {
    "collect": COLLECT,
    "error": RAISE_ON_ERROR,
    "content": LossPolicy.down_to("content"),
    "any": LossPolicy.down_to("cosmetic"),
}
"""What `on_loss` may say: the mildest loss that refuses a request."""

_SETTINGS: Final[Mapping[str, type | tuple[type, ...]]] = {
    "max_body": int,
    "body_patience": (int, float),
    "keepalive": (int, float),
    "forward_credentials": bool,
    "show_losses": bool,
}
_TIMEOUTS: Final = ("connect", "read", "write", "pool", "total")


@attrs.frozen(kw_only=True)
class Config:
    """What `modelwire serve` serves, and where."""

    host: str = "127.0.0.1"
    """The address to listen at."""
    port: int = 8080
    """The port to listen at."""
    upstreams: Mapping[str, Endpoint]
    """Endpoints by name."""
    routes: Routes
    """Which of them answers for which model."""
    settings: Settings = attrs.field(factory=Settings)
    """How the gateway behaves."""
    timeouts: Timeouts = attrs.field(factory=Timeouts)
    """How long to wait for an upstream."""


class _Faults:
    """Collects what is wrong, so that one run names all of it."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def of(self, make: Callable[[], Any], where: str) -> Any:
        """Give what *make* gives, or note its fault."""
        try:
            return make()
        except (LocalError, LookupError) as error:
            text = error.args[0] if error.args else type(error).__name__
            self.found.append(f"{where}: {text}")
            return None

    def raise_any(self) -> None:
        """Raise what was found."""
        if self.found:
            raise LocalError("; ".join(self.found))


def load(path: str | os.PathLike[str]) -> Config:
    """
    Read a configuration file.

    Args:
        path: A TOML file.

    Returns:
        The configuration.

    Raises:
        LocalError: It cannot be read, or something in it is wrong; all faults.
    """
    return parse(read_table(path))


def read_table(path: str | os.PathLike[str]) -> dict[str, Any]:
    """
    Read a TOML file.

    Args:
        path: The file.

    Returns:
        What it holds.

    Raises:
        LocalError: It cannot be read.
    """
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        msg = f"the configuration cannot be read: {error}"
        raise LocalError(msg) from error


def parse(
    table: Mapping[str, Any], *, environ: Mapping[str, str] | None = None
) -> Config:
    """
    Read a configuration.

    Args:
        table: What the file holds.
        environ: The environment, for the variables that it names; `None`: the
            process's own.

    Returns:
        The configuration.

    Raises:
        LocalError: Something in it is wrong; all faults.
    """
    env = os.environ if environ is None else environ
    faults = _Faults()
    known = {
        "host", "port", "upstreams", "routes", "timeouts", "client_keys_env", "on_loss",
        *_SETTINGS,
    }  # fmt: skip
    faults.found += [f"{name}: unknown" for name in sorted(set(table) - known)]
    upstreams = {
        name: faults.of(functools.partial(_endpoint, row, env), f"upstreams.{name}")
        for name, row in _table(table, "upstreams", faults).items()
    }
    routes = faults.of(lambda: _routes(table, upstreams, faults), "routes")
    settings = faults.of(lambda: _settings(table, env), "settings")
    timeouts = faults.of(
        lambda: _timeouts(_table(table, "timeouts", faults)), "timeouts"
    )
    host, port = table.get("host", "127.0.0.1"), table.get("port", 8080)
    if not isinstance(host, str):
        faults.found.append("host: a name or address")
    if not isinstance(port, int) or isinstance(port, bool) or not 0 <= port < 65536:
        faults.found.append("port: a number from 0 to 65535")
    if not upstreams:
        faults.found.append("upstreams: at least one")
    faults.raise_any()
    return Config(
        host=host,
        port=port,
        upstreams=upstreams,
        routes=routes,
        settings=settings,
        timeouts=timeouts,
    )


def _table(table: Mapping[str, Any], name: str, faults: _Faults) -> Mapping[str, Any]:
    value = table.get(name, {})
    if isinstance(value, Mapping):
        return value
    faults.found.append(f"{name}: a table")
    return {}


def _routes(
    table: Mapping[str, Any], upstreams: Mapping[str, Any], faults: _Faults
) -> Routes:
    given = _table(table, "routes", faults)
    if not given and len(upstreams) == 1:
        return Routes.to(next(iter(upstreams)))
    routes = Routes.of(given)
    routes.check(upstreams)
    return routes


def _settings(table: Mapping[str, Any], env: Mapping[str, str]) -> Settings:
    values: dict[str, Any] = {}
    for name, kind in _SETTINGS.items():
        if name not in table:
            continue
        value = table[name]
        if not isinstance(value, kind) or (
            isinstance(value, bool) and kind is not bool
        ):
            msg = f"{name} has the wrong type"
            raise LocalError(msg)
        values[name] = value
    if values.get("keepalive") == 0:
        values["keepalive"] = None
    policy = table.get("on_loss", "error")
    if policy not in _POLICIES:
        msg = f"on_loss is one of {', '.join(_POLICIES)}"
        raise LocalError(msg)
    variable = table.get("client_keys_env")
    if variable is not None:
        held = env.get(variable, "") if isinstance(variable, str) else ""
        keys = tuple(key.strip() for key in held.split(",") if key.strip())
        if not keys:
            msg = "client_keys_env names a variable that holds no key"
            raise LocalError(msg)
        values["client_keys"] = keys
    return Settings(on_loss=_POLICIES[policy], **values)


def _timeouts(table: Mapping[str, Any]) -> Timeouts:
    for name, value in table.items():
        fits = isinstance(value, int | float) and not isinstance(value, bool)
        if name not in _TIMEOUTS or not fits or value <= 0:
            msg = f"{name}: one of {', '.join(_TIMEOUTS)}, in seconds"
            raise LocalError(msg)
    return Timeouts(**table)


def _endpoint(row: Any, env: Mapping[str, str]) -> Endpoint:
    """Read one upstream."""
    if not isinstance(row, Mapping) or not isinstance(row.get("vendor"), str):
        msg = "a table that names its vendor"
        raise LocalError(msg)
    fields = dict(row)
    vendor = fields.pop("vendor")
    variable = fields.pop("api_key_env", None)
    if variable is not None:
        key = env.get(variable) if isinstance(variable, str) else None
        if not key:
            msg = "api_key_env names a variable that holds no key"
            raise LocalError(msg)
        fields["api_key"] = key
    make = _MAKERS.get(vendor)
    allowed = _FIELDS.get(vendor, _FIELDS[""])
    left = sorted(set(row) - allowed - {"vendor", "api_key_env"})
    if left:
        msg = f"unknown for {vendor}: {', '.join(left)}"
        raise LocalError(msg)
    if vendor == "openai-compatible":
        return _compatible(fields)
    if make is not None:
        return make(**fields)
    return endpoints.compatible(vendor, **fields)


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
