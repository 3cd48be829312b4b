"""
`modelwire serve`: the gateway under uvicorn.

    modelwire serve --config gateway.toml
    modelwire serve --upstream anthropic --from-env --route 'fast=anthropic:haiku'
"""

from __future__ import annotations

import logging
import math
import socket
import sys
from typing import TYPE_CHECKING, Any

from modelwire.errors import LocalError

if TYPE_CHECKING:
    import argparse

    from modelwire.transports._config import Config

__all__ = ["add_arguments", "config_of", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """
    Declare the arguments.

    Args:
        parser: The subcommand's parser.
    """
    parser.add_argument("--config", help="a TOML file; the other flags go over it")
    parser.add_argument("--host", help="address to listen at (default: 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen at (default: 8080)")
    parser.add_argument(
        "--upstream",
        action="append",
        default=[],
        metavar="VENDOR[=URL]",
        help="an upstream, named after its vendor; several are allowed",
    )
    parser.add_argument(
        "--from-env",
        action="store_true",
        help="read the upstreams' keys from their vendors' variables",
    )
    parser.add_argument(
        "--route",
        action="append",
        default=[],
        metavar="PATTERN=UPSTREAM[:MODEL]",
        help="which upstream answers for which model; the first that fits",
    )
    parser.add_argument(
        "--on-loss",
        choices=("error", "content", "any", "collect"),
        help="refuse requests with losses of this severity and worse (default: error)",
    )
    parser.add_argument(
        "--client-keys-env",
        metavar="VARIABLE",
        help="a variable with the keys that clients must show one of, comma-separated",
    )
    parser.add_argument(
        "--grace",
        type=float,
        help="seconds that answers have to end when told to stop (default: 30)",
    )


def config_of(args: argparse.Namespace) -> Config:
    """
    Read the configuration.

    Args:
        args: Parsed arguments.

    Returns:
        The file's configuration with the flags over it.

    Raises:
        LocalError: Something in it is wrong.
    """
    from modelwire.transports._config import parse, read_table

    table: dict[str, Any] = {} if args.config is None else read_table(args.config)
    for name in ("host", "port", "on_loss", "client_keys_env", "grace"):
        if getattr(args, name) is not None:
            table[name] = getattr(args, name)
    if args.upstream:
        table["upstreams"] = _upstreams(args, table.get("upstreams", {}))
    if args.route:
        table["routes"] = _routes(args.route, table.get("routes", {}))
    return parse(table)


def _upstreams(args: argparse.Namespace, known: Any) -> dict[str, Any]:
    """Read the upstreams of the flags, over those of the file."""
    upstreams = dict(known) if isinstance(known, dict) else {}
    for given in args.upstream:
        vendor, _, url = given.partition("=")
        row: dict[str, Any] = {"vendor": vendor}
        if url:
            row["base_url"] = url
        # A server that is nobody's has no variable of its own.
        if args.from_env and vendor != "openai-compatible":
            row["from_env"] = True
        upstreams[vendor] = row
    return upstreams


def _routes(flags: list[str], known: Any) -> dict[str, Any]:
    """Read the routes of the flags, before those of the file."""
    routes: dict[str, Any] = {}
    for given in flags:
        pattern, equals, destination = given.partition("=")
        upstream, _, model = destination.partition(":")
        if not (pattern and equals and upstream):
            msg = f"--route {given!r} is not PATTERN=UPSTREAM[:MODEL]"
            raise LocalError(msg)
        routes[pattern] = {"upstream": upstream, **({"model": model} if model else {})}
    left = known.items() if isinstance(known, dict) else ()
    return routes | {name: value for name, value in left if name not in routes}


def run(args: argparse.Namespace) -> int:
    """
    Serve until told to stop.

    Args:
        args: Parsed arguments.

    Returns:
        The exit status.

    Raises:
        LocalError: The configuration is wrong, or uvicorn is not installed.
    """
    config = config_of(args)
    try:
        import uvicorn
    except ModuleNotFoundError as error:
        msg = "serving needs uvicorn: pip install 'modelwire[serve,httpx2]'"
        raise LocalError(msg) from error
    from modelwire.transports.asgi import Gateway

    _set_up_logs()
    gateway = Gateway(
        config.upstreams,
        config.routes,
        settings=config.settings,
        timeouts=config.timeouts,
    )
    server = uvicorn.Server(
        uvicorn.Config(
            gateway,
            host=config.host,
            port=config.port,
            log_level="warning",
            access_log=False,
            server_header=False,
            date_header=False,
            ws="none",
            timeout_graceful_shutdown=math.ceil(config.grace),
        )
    )
    listening = _listen(config.host, config.port)
    _announce(config, listening.getsockname()[1])
    server.run(sockets=[listening])
    return 0


def _set_up_logs() -> None:
    """Write the access log, and it alone, to standard output."""
    logging.basicConfig(
        level=logging.WARNING,
        format="%(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    access = logging.getLogger("modelwire.access")
    access.setLevel(logging.INFO)
    access.propagate = False
    lines = logging.StreamHandler(sys.stdout)
    lines.setFormatter(logging.Formatter("%(message)s"))
    access.addHandler(lines)


def _listen(host: str, port: int) -> socket.socket:
    """Open the port, so that it is known before anybody is told."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        msg = f"cannot listen at {host}, port {port}: {error.strerror or error}"
        raise LocalError(msg) from error


def _announce(config: Config, port: int) -> None:
    """Say where it is, in front of what, and who can reach it."""
    host = f"[{config.host}]" if ":" in config.host else config.host
    names = ", ".join(config.upstreams)
    lines = [f"modelwire serves at http://{host}:{port}, in front of: {names}"]
    if not is_loopback(config.host):
        lines.append("modelwire: this address can be reached from outside")
        settings = config.settings
        if not (settings.client_keys or settings.forward_credentials):
            lines.append("modelwire: whoever reaches it spends the upstreams' keys")
    print("\n".join(lines), file=sys.stderr, flush=True)


def is_loopback(host: str) -> bool:
    """
    Say whether only this machine can reach an address.

    Args:
        host: A name or an address.

    Returns:
        Whether it is one of the loopback interface.
    """
    return host in {"localhost", "::1"} or (
        host.startswith("127.") and host.replace(".", "").isdigit()
    )
