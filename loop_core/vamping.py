"""What is said while the music waits for a slow operation."""

from loop_core.frame import Frame
from loop_core.words import Words

VAMP = Words("vamp: the music waits until {operation} is done", "反复一小节：音乐等待 {operation} 完成")
TIMES = Words(" ({bars} bars)", "（第 {bars} 小节）")


def vamp_words(frame: Frame) -> str:
    """What it waits for, and from the second bar on how many have begun; '' while it does not wait."""
    bars, language = frame.controls.vamping, frame.controls.language
    if not bars or frame.cue is None:
        return ""
    operation = str(frame.song.cues[frame.cue].operation)
    return VAMP.said(language).format(operation=operation) + (
        TIMES.said(language).format(bars=bars) if bars > 1 else ""
    )
