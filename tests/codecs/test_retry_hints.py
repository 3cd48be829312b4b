"""Retry hints: every form, and what is no hint."""

from __future__ import annotations

import subprocess
import sys

import pytest
from tests._fresh import ALONE

from modelwire.codecs._retry_hints import retry_after

DATE = "Wed, 21 Oct 2026 07:28:00 GMT"

CASES = [
    ("seconds", {"retry-after": "7"}, 7.0),
    ("fraction", {"retry-after": " 1.5 "}, 1.5),
    ("milliseconds first", {"retry-after-ms": "250", "retry-after": "7"}, 0.25),
    ("bad milliseconds", {"retry-after-ms": "soon", "retry-after": "7"}, 7.0),
    (
        "date",
        {"retry-after": "Wed, 21 Oct 2026 07:30:30 GMT", "date": DATE},
        150.0,
    ),
    (
        "over a leap day",
        {
            "retry-after": "Fri, 01 Mar 2024 00:00:00 GMT",
            "date": "Wed, 28 Feb 2024 00:00:00 GMT",
        },
        2 * 86400.0,
    ),
    ("date in the past", {"retry-after": DATE, "date": DATE}, 0.0),
    ("date without a clock", {"retry-after": DATE}, None),
    ("no month", {"retry-after": DATE.replace("Oct", "Okt"), "date": DATE}, None),
    ("nothing", {}, None),
    ("empty", {"retry-after": ""}, None),
    ("negative", {"retry-after": "-1"}, None),
    ("nan", {"retry-after": "nan"}, None),
    ("infinite", {"retry-after": "inf"}, None),
    ("too long", {"retry-after": "999999999999"}, None),
    ("other digits", {"retry-after": "\u0667"}, None),
]


@pytest.mark.parametrize(
    ("headers", "seconds"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_hint(headers, seconds):
    assert retry_after(headers) == seconds


@pytest.mark.parametrize("dialect", ["openai_chat", "anthropic_messages"])
def test_a_date_loads_no_sockets(dialect):
    code = (
        "import sys\n"
        f"from modelwire.codecs import {dialect}\n"
        f"headers = [('retry-after', {DATE!r}), ('date', {DATE!r})]\n"
        f"info = {dialect}.decode_error(b'', status=429, headers=headers)\n"
        "print(info.retry_after, 'socket' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code],
        env=ALONE,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.split() == ["0.0", "False"]
