"""The command line: `python -m modelwire` and the script `modelwire`."""

from __future__ import annotations

import sys

from modelwire._cli import main

__all__ = ["main"]

if __name__ == "__main__":  # pragma: no branch - imported by the script `modelwire`
    sys.exit(main())
