"""A fresh interpreter that measures nothing but what it is asked."""

from __future__ import annotations

import os

__all__ = ["ALONE"]

ALONE = {
    name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")
}
"""The environment without what makes coverage start, which loads sockets itself."""
