"""
The command line: translate, decode and inspect what stands on standard input.

It reads standard input as it arrives and writes each result at once, so that it works
behind `curl -N`.  Results go to standard output; losses and complaints to standard
error.  This package and `transports` are the only ones that touch the outside world.
"""

from __future__ import annotations

from modelwire._cli._main import main

__all__ = ["main"]
