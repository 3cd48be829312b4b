"""
Arguments in, exit status out.

    0   done
    1   the input is wrong or the stream reports an error; a message says what
    2   the arguments are wrong (argparse)
    130 interrupted
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, BinaryIO, Final

from modelwire import __version__, codecs
from modelwire.errors import (
    ModelwireError,
    RequestDecodeError,
    UnsupportedFeatureError,
)

if TYPE_CHECKING:
    from modelwire.codecs._base import EncodedRequest, LossPolicy, StreamDecoder
    from modelwire.ir._chunks import StreamChunk
    from modelwire.ir._losses import Loss

__all__ = ["main"]

_READ_SIZE: Final = 64 * 1024


def main(argv: Sequence[str] | None = None) -> int:
    """
    Run the command line.

    Args:
        argv: Arguments without the program's name; `None`: those of the process.

    Returns:
        The exit status.
    """
    args = _parser().parse_args(argv)
    try:
        status: int = args.run(args)
        sys.stdout.flush()
    except UnsupportedFeatureError as error:
        _report_losses(error.losses)
        _complain(str(error))
        return 1
    except RequestDecodeError as error:
        for problem in error.problems:
            _complain(f"{problem.path}: expected {problem.expected}, got {problem.got}")
        return 1
    except ModelwireError as error:
        _complain(str(error))
        return 1
    except BrokenPipeError:
        # The reader of our output left (`| head`): leave quietly, and keep the
        # interpreter from failing once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="modelwire", description="Translate, decode and inspect LLM API traffic."
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    dialects = list(codecs.DIALECTS)

    translate = commands.add_parser(
        "translate", help="translate standard input from one dialect to another"
    )
    translate.add_argument("--from", dest="source", required=True, choices=dialects)
    translate.add_argument("--to", dest="target", required=True, choices=dialects)
    translate.add_argument(
        "--kind",
        choices=("request", "response", "stream"),
        default="stream",
        help="what standard input holds (default: stream)",
    )
    translate.add_argument(
        "--status", type=int, default=200, help="HTTP status of a response"
    )
    translate.add_argument(
        "--model", help="the model's name at the target (requests)", default=None
    )
    translate.add_argument(
        "--path",
        default="",
        help="the request's URL path, where its dialect names the model there",
    )
    translate.add_argument(
        "--on-loss",
        choices=("error", "content", "any", "collect"),
        default="error",
        help="refuse losses of this severity and worse (default: error)",
    )
    translate.set_defaults(run=_translate)

    decode = commands.add_parser("decode", help="show a stream's chunks as they arrive")
    decode.add_argument("dialect", choices=dialects)
    decode.add_argument("--json", action="store_true", help="one JSON object a line")
    decode.set_defaults(run=_decode)

    inspect = commands.add_parser("inspect", help="show a picture of a whole stream")
    inspect.add_argument("dialect", choices=dialects)
    inspect.set_defaults(run=_inspect)

    demo = commands.add_parser("demo", help="watch two dialects talk, on loopback")
    demo.add_argument(
        "--fast", action="store_true", help="do not pause between the upstream's writes"
    )
    demo.set_defaults(run=_demo)

    from modelwire._cli import _serve

    serve = commands.add_parser("serve", help="run a gateway in front of any provider")
    _serve.add_arguments(serve)
    serve.set_defaults(run=_serve.run)
    return parser


# --- commands -----------------------------------------------------------------------


def _translate(args: argparse.Namespace) -> int:
    policy = _policy(args.on_loss)
    if args.kind == "stream":
        return _translate_stream(args, policy)
    from modelwire.translate import translate_request, translate_response

    body = sys.stdin.buffer.read()
    if args.kind == "request":
        encoded = translate_request(
            body,
            source=args.source,
            target=args.target,
            path=args.path,
            model=args.model,
            on_loss=policy,
        )
        _write(encoded.body + b"\n")
        _report_losses(encoded.losses)
        _report_path(encoded)
        return 0
    response = translate_response(
        body,
        source=args.source,
        target=args.target,
        status=args.status,
        on_loss=policy,
    )
    _write(response.body + b"\n")
    _report_losses(response.losses)
    if response.error is not None:
        _complain(f"the response is an error: {response.error.kind}")
        return 1
    return 0


def _translate_stream(args: argparse.Namespace, policy: LossPolicy) -> int:
    from modelwire.translate import StreamTranslator

    translator = StreamTranslator(args.source, args.target, on_loss=policy)
    for data in _standard_input():
        _write(translator.feed(data))
    _write(translator.close())
    _report_losses(translator.losses)
    if translator.error is not None:
        error = translator.error
        _complain(f"the stream failed: {error.kind}: {error.message}")
        return 1
    return 0


def _decode(args: argparse.Namespace) -> int:
    from modelwire._cli._render import chunk_line, is_bad
    from modelwire.codecs import _json
    from modelwire.ir import to_json

    decoder = codecs.get(args.dialect).stream_decoder()
    bad = False
    for batch in _batches(decoder):
        for chunk in batch:
            bad = bad or is_bad(chunk)
            if args.json:
                line = _json.dumps(to_json(chunk))
            else:
                line = chunk_line(chunk).encode("utf-8", "backslashreplace")
            _write(line + b"\n")
    return 1 if bad else 0


def _inspect(args: argparse.Namespace) -> int:
    from modelwire._cli._inspect import Inspector

    decoder = codecs.get(args.dialect).stream_decoder()
    inspector = Inspector(args.dialect)
    for batch in _batches(decoder):
        inspector.see(batch)
    _write(inspector.picture().encode("utf-8", "backslashreplace"))
    return 1 if inspector.bad else 0


def _demo(args: argparse.Namespace) -> int:
    from modelwire._cli._demo import run

    return run(pause=not args.fast)


# --- input and output ---------------------------------------------------------------


def _standard_input() -> Iterator[bytes]:
    """Give standard input as it arrives, in whatever pieces it does."""
    stream: BinaryIO = sys.stdin.buffer
    read = getattr(stream, "read1", stream.read)
    while data := read(_READ_SIZE):
        yield data


def _batches(decoder: StreamDecoder) -> Iterator[list[StreamChunk]]:
    for data in _standard_input():
        yield decoder.feed(data)
    yield decoder.close()


def _write(data: bytes) -> None:
    if data:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def _report_losses(losses: Iterable[Loss]) -> None:
    from modelwire._cli._render import loss_line

    for loss in losses:
        print(loss_line(loss), file=sys.stderr)


def _report_path(encoded: EncodedRequest) -> None:
    """Show where a request goes, where its path says what its body does not."""
    route = codecs.route(encoded.method, encoded.path)
    if route is not None and route.model is not None:
        query = "&".join(f"{name}={value}" for name, value in encoded.query)
        path = f"{encoded.path}?{query}" if query else encoded.path
        print(f"path: {encoded.method} {path}", file=sys.stderr)


def _complain(message: str) -> None:
    print(f"modelwire: {message}", file=sys.stderr)


def _policy(name: str) -> LossPolicy:
    from modelwire.codecs._base import LossPolicy
    from modelwire.ir._losses import SEVERITIES

    upto = {"collect": 0, "error": 1, "content": 2, "any": len(SEVERITIES)}[name]
    return LossPolicy(severities=frozenset(SEVERITIES[:upto]))
