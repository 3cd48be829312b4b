"""
A gateway's configuration: a small TOML file, or the same as a mapping.

    port = 8080
    client_keys_env = "GATEWAY_KEYS"

    [clients]
    openai-chat = "deepseek"    # whose clients read `reasoning_content`

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
from typing import TYPE_CHECKING, Any, Final

import attrs

from modelwire import codecs
from modelwire.codecs import COLLECT, RAISE_ON_ERROR, LossPolicy, Profile
from modelwire.errors import LocalError
from modelwire.transports._config_upstreams import endpoint_of
from modelwire.transports._config_values import NUMBER, from_env, is_number, is_words
from modelwire.transports._endpoint import Endpoint
from modelwire.transports._http import Timeouts
from modelwire.transports._routes import Routes
from modelwire.transports._settings import Settings

if TYPE_CHECKING:
    from modelwire.adapt import Carrier

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
    "body_patience": NUMBER,
    "body_time": NUMBER,
    "send_patience": NUMBER,
    "keepalive": NUMBER,
    "forward_credentials": bool,
    "show_losses": bool,
    "repair": bool,
}
"""Settings that a file names as they are; numbers are not negative."""
_OTHERS: Final = frozenset(
    {
        "host", "port", "grace", "upstreams", "routes", "clients", "timeouts",
        "client_keys_env", "on_loss", "origins", "carrier", "carrier_key_env",
    }
)  # fmt: skip
_TIMEOUTS: Final = ("connect", "read", "write", "pool", "total")


@attrs.frozen(kw_only=True)
class Config:
    """What `modelwire serve` serves, and where."""

    host: str = "127.0.0.1"
    """The address to listen at."""
    port: int = 8080
    """The port to listen at; 0: a free one."""
    grace: float = 30.0
    """Seconds that answers have to end when the server is told to stop."""
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
    unknown = sorted(set(table) - _OTHERS - set(_SETTINGS))
    faults.found += [f"{name}: unknown" for name in unknown]
    upstreams = {
        name: faults.of(functools.partial(endpoint_of, row, env), f"upstreams.{name}")
        for name, row in _table(table, "upstreams", faults).items()
    }
    routes = faults.of(lambda: _routes(table, upstreams, faults), "routes")
    clients = faults.of(lambda: _clients(_table(table, "clients", faults)), "clients")
    settings = faults.of(lambda: _settings(table, env, clients or {}), "settings")
    timeouts = faults.of(
        lambda: _timeouts(_table(table, "timeouts", faults)), "timeouts"
    )
    place = faults.of(lambda: _place(table), "server")
    if not upstreams:
        faults.found.append("upstreams: at least one")
    faults.raise_any()
    return Config(
        **place,
        upstreams=upstreams,
        routes=routes,
        settings=settings,
        timeouts=timeouts,
    )


def _place(table: Mapping[str, Any]) -> dict[str, Any]:
    """Read where and how long to serve."""
    place = {name: table[name] for name in ("host", "port", "grace") if name in table}
    host, port = place.get("host", "localhost"), place.get("port", 0)
    if not isinstance(host, str) or not host:
        msg = "host is a name or an address"
        raise LocalError(msg)
    if not is_number(port, int) or port > 65535:
        msg = "port is a number from 0 to 65535"
        raise LocalError(msg)
    if not is_number(place.get("grace", 0)):
        msg = "grace is a number of seconds"
        raise LocalError(msg)
    return place


def _clients(table: Mapping[str, Any]) -> dict[str, Profile]:
    """Read the variants of the clients' dialects."""
    found: dict[str, Profile] = {}
    for dialect, name in table.items():
        if dialect not in codecs.DIALECTS:
            msg = f"{dialect} is none of {', '.join(codecs.DIALECTS)}"
            raise LocalError(msg)
        known = codecs.get(dialect).PROFILES
        if not isinstance(name, str) or name not in known:
            msg = f"{dialect} is one of {', '.join(known)}"
            raise LocalError(msg)
        found[dialect] = known[name]
    return found


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


def _settings(
    table: Mapping[str, Any], env: Mapping[str, str], clients: Mapping[str, Profile]
) -> Settings:
    values: dict[str, Any] = {"profiles": clients}
    for name, kind in _SETTINGS.items():
        if name not in table:
            continue
        value = table[name]
        fits = isinstance(value, bool) if kind is bool else is_number(value, kind)
        if not fits or (kind is not bool and not value and name != "keepalive"):
            wanted = "true or false" if kind is bool else "a number above 0"
            msg = f"{name} is {wanted}"
            raise LocalError(msg)
        values[name] = value
    if values.get("keepalive") == 0:
        values["keepalive"] = None
    policy = table.get("on_loss", "error")
    if not isinstance(policy, str) or policy not in _POLICIES:
        msg = f"on_loss is one of {', '.join(_POLICIES)}"
        raise LocalError(msg)
    origins = table.get("origins", [])
    if not is_words(origins):
        msg = "origins is a list of origins, such as http://localhost:3000"
        raise LocalError(msg)
    if "client_keys_env" in table:
        held = from_env(table, "client_keys_env", env)
        keys = tuple(key.strip() for key in held.split(",") if key.strip())
        if not keys:
            msg = "client_keys_env names a variable that holds no key"
            raise LocalError(msg)
        values["client_keys"] = keys
    return Settings(
        on_loss=_POLICIES[policy],
        origins=tuple(origins),
        carrier=_carrier(table, env),
        **values,
    )


def _carrier(table: Mapping[str, Any], env: Mapping[str, str]) -> Carrier | None:
    is_wanted = table.get("carrier", "carrier_key_env" in table)
    if not isinstance(is_wanted, bool):
        msg = "carrier is true or false"
        raise LocalError(msg)
    if not is_wanted:
        return None
    # Much to load for what most gateways go without.
    from modelwire.adapt import Carrier  # noqa: PLC0415

    if "carrier_key_env" not in table:
        return Carrier()
    return Carrier(key=from_env(table, "carrier_key_env", env).encode())


def _timeouts(table: Mapping[str, Any]) -> Timeouts:
    for name, value in table.items():
        if name not in _TIMEOUTS or not is_number(value) or not value:
            msg = f"{name}: one of {', '.join(_TIMEOUTS)}, in seconds"
            raise LocalError(msg)
    return Timeouts(**table)
