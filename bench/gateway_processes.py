"""
The processes of the measurement: started, watched in /proc, ended by their own ids.

Linux only: CPU time and memory are read from /proc, children included.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

__all__ = ["Gateway", "free_port", "load", "running", "upstream"]

HERE = Path(__file__).parent
_TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
_PATIENCE = 120.0
"""Seconds for a gateway to listen; some load for half a minute."""


@attrs.frozen
class Gateway:
    """A gateway that listens."""

    name: str
    port: int
    pid: int

    def cpu(self) -> float:
        """CPU seconds so far, children included."""
        return sum(map(_cpu, _family(self.pid)))

    def peak(self) -> float:
        """The most memory that it has held (MB), children included."""
        return sum(map(_peak, _family(self.pid)))


def _family(pid: int) -> list[int]:
    found = [pid]
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += _family(int(child))
    return found


def _cpu(pid: int) -> float:
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICK
    return 0.0


def _peak(pid: int) -> float:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return 0.0


def free_port() -> int:
    """Give a port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@contextlib.contextmanager
def upstream() -> Iterator[int]:
    """Run the upstream; give its port."""
    process = subprocess.Popen(
        [sys.executable, str(HERE / "gateway_upstream.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.communicate()


@contextlib.contextmanager
def running(
    name: str, command: Sequence[str], port: int, environ: Mapping[str, str], log: Path
) -> Iterator[Gateway]:
    """
    Run a gateway until the block ends.

    Raises:
        RuntimeError: It does not listen in time.
    """
    with log.open("wb") as out:
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=out,
            cwd=log.parent,
            env={**os.environ, **environ},
        )
    try:
        _await(process, port, log)
        yield Gateway(name, port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        time.sleep(0.05)
    said = log.read_text(errors="replace")[-2000:]
    msg = f"it does not listen: {said}"
    raise RuntimeError(msg)


def load(**asked: Any) -> dict[str, Any]:
    """Run one load; give what it saw."""
    process = subprocess.run(
        [sys.executable, str(HERE / "gateway_load.py"), json.dumps(asked)],
        stdout=subprocess.PIPE,
        timeout=250,
        check=True,
    )
    found: dict[str, Any] = json.loads(process.stdout)
    return found
