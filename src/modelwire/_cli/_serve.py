"""
`modelwire serve`: the gateway under uvicorn.

    modelwire serve --config gateway.toml
    modelwire serve --upstream anthropic --from-env --route 'fast=anthropic:haiku'
"""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any

from modelwire.errors import LocalError

if TYPE_CHECKING:
    import argparse

    from modelwire.transports._config import Config

__all__ = ["add_arguments", "config_of", "run"]

_GRACE = 10
"""Seconds that streams have to end when the server is told to stop."""


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
    for name in ("host", "port", "on_loss"):
        if getattr(args, name) is not None:
            table[name] = getattr(args, name)
    upstreams = dict(table.get("upstreams", {}))
    for given in args.upstream:
        vendor, _, url = given.partition("=")
        row: dict[str, Any] = {"vendor": vendor}
        if url:
            row["base_url"] = url
        if args.from_env:
            row["from_env"] = True
        upstreams[vendor] = row
    table["upstreams"] = upstreams
    routes: dict[str, Any] = {}
    for given in args.route:
        pattern, equals, destination = given.partition("=")
        upstream, _, model = destination.partition(":")
        if not (pattern and equals and upstream):
            msg = f"--route {given!r} is not PATTERN=UPSTREAM[:MODEL]"
            raise LocalError(msg)
        routes[pattern] = {"upstream": upstream, **({"model": model} if model else {})}
    if routes or table.get("routes"):
        table["routes"] = {**routes, **table.get("routes", {})}
    return parse(table)


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

    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    for name in ("httpx", "httpx2"):
        # Its line of every request would double the access log.
        logging.getLogger(name).setLevel(logging.WARNING)
    gateway = Gateway(
        config.upstreams,
        config.routes,
        settings=config.settings,
        timeouts=config.timeouts,
    )
    where = f"http://{config.host}:{config.port}"
    names = ", ".join(config.upstreams)
    print(f"modelwire serves at {where}, in front of: {names}", file=sys.stderr)
    if not is_loopback(config.host):
        print("modelwire: this address can be reached from outside", file=sys.stderr)
    uvicorn.run(
        gateway,
        host=config.host,
        port=config.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
    )
    return 0


def is_loopback(host: str) -> bool:
    """Say whether only this machine can reach an address."""
    return host in {"localhost", "::1"} or host.startswith("127.")
