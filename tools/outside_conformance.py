"""
Let conformance tools from outside judge the gateway; `make conformance-outside`.

    python tools/outside_conformance.py [--only TOOL] [--client DIALECT]
        [--examples N] [--node FOLDER]

Each tool looks at a scripted upstream directly and at the gateway in front of a
scripted upstream of every dialect.  Printed is one line a run, and one for each
failure that the upstream itself does not show and each 5xx; it ends with 1 when there
is one.  A tool that is not installed is skipped with a message.

llm-comply speaks all four formats, compatcanary OpenAI's two; schemathesis sends good
and bad requests of the specifications that llm-comply carries.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

from outside_upstream import MODEL, Scripted  # noqa: E402
from tests._served import serving  # noqa: E402
from tests._wires import AM, DIALECTS, GG, OC, OR  # noqa: E402

from modelwire.transports import Endpoint, bearer  # noqa: E402
from modelwire.transports.asgi import AccessRecord, Gateway, Routes  # noqa: E402

FORMATS: Final = {
    OC: "openai-chat",
    OR: "open-responses",
    AM: "anthropic",
    GG: "google-genai",
}
"""The names that llm-comply has for the dialects."""

SPECS: Final = (
    (OC, "openai_chat.json", "/chat/completions", "/v1"),
    (OR, "openai_chat.json", "/responses", "/v1"),
    (AM, "anthropic.json", "/v1/messages", ""),
)
"""Specifications that llm-comply carries: the file, its path, the prefix before it."""

PATIENCE: Final = 180
"""Seconds that one run of a tool may take; what it sent until then counts."""

Findings = dict[str, tuple[str, ...]]
"""What a tool found wrong: the name of its check, and its complaints."""


@contextlib.contextmanager
def gateway(upstream: str) -> Iterator[tuple[str, list[AccessRecord]]]:
    """
    Serve a gateway in front of a scripted upstream.

    Args:
        upstream: The only dialect that the upstream speaks.

    Yields:
        Where it is, and what it tells of every request.
    """
    records: list[AccessRecord] = []
    with serving(Scripted(upstream)) as behind:
        endpoint = Endpoint(
            name="upstream",
            base_url=behind,
            dialects=(upstream,),
            auth=bearer("upstream-key"),
        )
        app = Gateway({"main": endpoint}, Routes.to("main"), on_access=records.append)
        with serving(app, lifespan="on") as url:
            yield url, records


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a tool; what it prints is text, and its end is no fault of ours."""
    return subprocess.run(  # noqa: S603 - the tools that this script is about
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
        env={**os.environ, "NO_COLOR": "1", "PYTHONWARNINGS": "ignore"},
    )


def comply(url: str, dialect: str) -> tuple[str, Findings]:
    """
    Let llm-comply look at a server.

    Args:
        url: Where it is.
        dialect: What it is spoken to in.

    Returns:
        The figures, and what failed.
    """
    prefix = "" if dialect == GG else "/v1"
    done = run(
        *(sys.executable, "-m", "llm_comply.cli", "--json", "--base-url", url + prefix),
        *("--api-key", "key", "--model", MODEL, "--format", FORMATS[dialect]),
        *("-H", "anthropic-version:2023-06-01"),
    )
    report = _object(done)
    failed = {
        row["id"]: tuple(row.get("errors", ()))
        for row in report["results"]
        if row["status"] == "failed"
    }
    count = report["summary"]
    figures = f"{count['passed']} passed, {count['failed']} failed"
    return f"{figures}, {count['skipped']} skipped of {count['total']}", failed


def canary(program: str, url: str) -> tuple[str, Findings]:
    """
    Let compatcanary look at a server.

    Args:
        program: Where the tool is.
        url: Where the server is.

    Returns:
        The figures, and what failed or was warned of.
    """
    done = run(
        *(program, "scan", "--base-url", f"{url}/v1", "--model", MODEL),
        *("--api-key", "key", "--format", "json", "--fail-on", "never"),
    )
    report = _object(done)
    failed = {
        row["id"]: (row["summary"],)
        for row in report["results"]
        if row["status"] != "pass"
    }
    count = report["summary"]
    return f"{count['passes']} of {count['total']}, score {report['score']}", failed


def _object(done: subprocess.CompletedProcess[str]) -> Any:
    start = done.stdout.find("{")
    if start < 0:
        msg = f"no report:\n{done.stdout}\n{done.stderr}"
        raise SystemExit(msg)
    return json.loads(done.stdout[start:])


def schemathesis(
    url: str, spec: Path, path: str, examples: int
) -> tuple[str, Findings]:
    """
    Send a server good and bad requests.

    Args:
        url: Where it is, with what stands before the specification's paths.
        spec: The specification.
        path: The path in it.
        examples: How many of the random ones.

    Returns:
        The figures, and what failed: only a 5xx does.
    """
    program = str(Path(sys.executable).with_name("schemathesis"))
    try:
        done = run(*_schemathesis(program, url, spec, path, examples))
    except subprocess.TimeoutExpired:
        # Anthropic's schema alone keeps it busy for longer than that.
        return f"no end after {PATIENCE} s", {}
    if done.returncode == 0:
        return "no 5xx", {}
    return "failed", {path: (done.stdout[-3000:] + done.stderr[-1000:],)}


def _schemathesis(
    program: str, url: str, spec: Path, path: str, examples: int
) -> tuple[str, ...]:
    return (
        *(program, "run", str(spec), "--url", url, "--include-path", path),
        *("--include-method", "POST", "--checks", "not_a_server_error"),
        *("--phases", "examples,coverage,fuzzing", "--mode", "all", "--seed", "1"),
        *("--max-examples", str(examples), "--continue-on-failure"),
        *("--suppress-health-check", "all", "--warnings", "off", "--no-color"),
        *("--generation-database", "none", "-H", "authorization:Bearer key"),
    )


class Verdict:
    """What is wrong so far; prints as it goes."""

    def __init__(self) -> None:
        self.faults = 0

    def judge(
        self,
        title: str,
        outcome: tuple[str, Findings],
        excused: Findings,
        records: list[AccessRecord],
    ) -> None:
        """
        Print one run.

        Args:
            title: Which.
            outcome: What the tool says.
            excused: What the upstream itself shows.
            records: What the gateway told of every request.
        """
        figures, findings = outcome
        broken = sorted({f"{r.status} {r.path}" for r in records if _is_broken(r)})
        print(f"{title:<62} {figures}; {len(records)} requests", flush=True)
        # A check that fails for another reason, too, is no better than one that fails.
        new = [
            f"{name}: {text}"
            for name, texts in findings.items()
            for text in dict.fromkeys(texts)
            if text not in excused.get(name, ())
        ]
        for line in new:
            print(f"    NEW {line}")
        for line in broken:
            print(f"    5xx {line}")
        self.faults += len(new) + len(broken)


def _is_broken(record: AccessRecord) -> bool:
    return record.status is None or record.status >= 500


def judge_comply(verdict: Verdict, wanted: tuple[str, ...]) -> None:
    """Run llm-comply in the formats *wanted*, in front of every upstream."""
    excused: dict[str, Findings] = {}
    for dialect in wanted:
        with serving(Scripted(dialect)) as url:
            figures, excused[dialect] = comply(url, dialect)
        print(f"llm-comply {dialect}, upstream itself: {figures}")
        for name, texts in excused[dialect].items():
            print(f"    itself {name}: {'; '.join(texts)}")
    for upstream in DIALECTS:
        for dialect in wanted:
            with gateway(upstream) as (url, records):
                outcome = comply(url, dialect)
            title = f"llm-comply {dialect} before {upstream}:"
            verdict.judge(title, outcome, excused[dialect], records)


def judge_canary(verdict: Verdict, program: str) -> None:
    """Run compatcanary in front of every upstream."""
    with serving(Scripted(OC, OR)) as url:
        figures, excused = canary(program, url)
    print(f"compatcanary, upstream itself: {figures} {excused or ''}")
    for upstream in DIALECTS:
        with gateway(upstream) as (url, records):
            outcome = canary(program, url)
        verdict.judge(f"compatcanary before {upstream}:", outcome, excused, records)


def judge_schemathesis(
    verdict: Verdict, examples: int, wanted: tuple[str, ...]
) -> None:
    """Run schemathesis on the chat paths *wanted*, in front of every upstream."""
    found = importlib.util.find_spec("llm_comply")
    if found is None or found.origin is None:
        print("SKIPPED schemathesis: llm-comply carries the specifications")
        return
    folder = Path(found.origin).parent / "specs"
    with tempfile.TemporaryDirectory() as scratch:
        for dialect, name, path, prefix in SPECS:
            if dialect not in wanted:
                continue
            spec = Path(scratch) / f"{dialect}.json"
            whole = json.loads((folder / name).read_text("utf-8"))
            # The other paths are not asked for, and take long to read.
            whole["paths"] = {path: whole["paths"][path]}
            spec.write_text(json.dumps(whole), "utf-8")
            for upstream in DIALECTS:
                with gateway(upstream) as (url, records):
                    outcome = schemathesis(url + prefix, spec, path, examples)
                title = f"schemathesis {dialect} before {upstream}:"
                verdict.judge(title, outcome, {}, records)


def main() -> int:
    """
    Run the tools that are there.

    Returns:
        1 when something is wrong.
    """
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "--only", choices=["llm-comply", "compatcanary", "schemathesis"]
    )
    parser.add_argument("--client", choices=DIALECTS, help="speak only this dialect")
    parser.add_argument("--examples", type=int, default=15)
    parser.add_argument("--node", default="", help="where npm put compatcanary")
    options = parser.parse_args()
    clients = (options.client,) if options.client else DIALECTS
    program = shutil.which(
        "compatcanary",
        path=f"{options.node}/node_modules/.bin{os.pathsep}"
        + os.environ.get("PATH", ""),
    )
    verdict = Verdict()
    wanted = (
        {options.only}
        if options.only
        else {"llm-comply", "compatcanary", "schemathesis"}
    )
    for tool, module in (
        ("llm-comply", "llm_comply"),
        ("schemathesis", "schemathesis"),
    ):
        if tool in wanted and importlib.util.find_spec(module) is None:
            print(f"SKIPPED {tool}: it is not installed")
            wanted.remove(tool)
    if "llm-comply" in wanted:
        judge_comply(verdict, clients)
    if "compatcanary" in wanted and program is None:
        print("SKIPPED compatcanary: it is not installed")
    elif "compatcanary" in wanted and program is not None:
        judge_canary(verdict, program)
    if "schemathesis" in wanted:
        judge_schemathesis(verdict, options.examples, clients)
    print(f"{verdict.faults} faults of the gateway")
    return int(verdict.faults > 0)


if __name__ == "__main__":
    raise SystemExit(main())
