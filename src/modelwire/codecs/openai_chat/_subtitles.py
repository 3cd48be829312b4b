"""
Subtitles made from segments: SubRip (`srt`) and WebVTT (`vtt`).

What a server that has segments answers where its client asks for one of these forms.

Source:
    the answers of whisper-1 as OpenAI documents them, and W3C WebVTT, read 2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelwire.ir._transcriptions import TranscriptSegment

__all__ = ["to_srt", "to_vtt"]


def to_srt(segments: Sequence[TranscriptSegment]) -> str:
    """
    Write SubRip subtitles.

    Args:
        segments: The segments; a time that is not known is 0.

    Returns:
        One numbered block for each.
    """
    return "".join(
        f"{number}\n{_time(segment.start, ',')} --> {_time(segment.end, ',')}\n"
        f"{_line(segment.text)}\n\n"
        for number, segment in enumerate(segments, 1)
    )


def to_vtt(segments: Sequence[TranscriptSegment]) -> str:
    """
    Write WebVTT subtitles.

    Args:
        segments: The segments; a time that is not known is 0.

    Returns:
        The header and one cue for each.
    """
    cues = (
        f"{_time(segment.start, '.')} --> {_time(segment.end, '.')}\n"
        f"{_line(segment.text).replace('-->', '->')}\n\n"
        for segment in segments
    )
    return "WEBVTT\n\n" + "".join(cues)


def _time(seconds: float | None, point: str) -> str:
    whole = max(0, round((seconds or 0) * 1000))
    rest, milliseconds = divmod(whole, 1000)
    minutes, second = divmod(rest, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}:{second:02}{point}{milliseconds:03}"


def _line(text: str) -> str:
    # A blank line would end the cue.
    return " ".join(text.split())
