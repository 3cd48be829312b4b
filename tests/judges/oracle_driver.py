"""
Ask the schema oracle about many bodies at once.

Runs in an interpreter of its own, because the oracle needs the vendors' packages.
Takes the oracle's path as the only argument and a JSON list of jobs on standard
input: `{"kind": "request" | "response" | "stream", "dialect": ..., "body": ...}`.
Gives a JSON list of the same length on standard output: each job's problems, with
what the oracle itself raised as `{"raised": "..."}`.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from typing import Any


def _load(path: str) -> Any:
    spec = importlib.util.spec_from_file_location("schema_oracle", path)
    if spec is None or spec.loader is None:
        raise SystemExit("no oracle at " + path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class _Object(dict[str, Any]):
    """
    An object of a Responses stream.

    The oracle joins the deltas of an item as texts; those of a shell's output are
    objects, and it would raise.  Such a delta adds nothing to a text.
    """

    def __radd__(self, text: str) -> str:
        return text


def _read(job: dict[str, Any]) -> dict[str, Any]:
    if (job["kind"], job["dialect"]) == ("stream", "openai_responses"):
        for event in job["body"]:
            if isinstance(event.get("delta"), dict):
                event["delta"] = _Object(event["delta"])
    return job


def _judge(oracle: Any, job: dict[str, Any]) -> Any:
    judges = {
        "request": oracle.validate_request,
        "response": oracle.validate_response,
        "stream": oracle.validate_stream_events,
    }
    try:
        return judges[job["kind"]](job["dialect"], job["body"])
    except Exception as error:  # noqa: BLE001 - the oracle's fault, not the body's
        return {"raised": repr(error)}


def main() -> None:
    oracle = _load(sys.argv[1])
    jobs = json.load(sys.stdin)
    json.dump([_judge(oracle, _read(job)) for job in jobs], sys.stdout)


if __name__ == "__main__":
    main()
