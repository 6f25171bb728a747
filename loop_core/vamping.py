"""What is said while a slow operation is waited for."""

from loop_core.frame import Frame, Overlong
from loop_core.words import Words

VAMP = Words("vamp: the music waits until {operation} is done", "反复一小节：音乐等待 {operation} 完成")
TIMES = Words(" ({bars} bars)", "（第 {bars} 小节）")
OVERLONG = Words(
    "{operation} has been running for {seconds} s; S: wait no longer, Q: quit",
    "{operation} 已运行 {seconds} 秒；S：不再等待，Q：退出",
)
LEFT = Words(
    "{operation} cannot be stopped, and runs on by itself; R: begin afresh, Q: quit",
    "{operation} 停不下来，任它继续运行；R：重新开始，Q：退出",
)
BESIDE = Words("another run", "另一次运行")


def waiting_words(frame: Frame) -> str:
    """What the music waits for, and what can be done when that takes too long; '' for nothing."""
    if frame.overlong is not None:
        return overlong_words(frame.overlong, frame.controls.language)
    bars, language = frame.controls.vamping, frame.controls.language
    if not bars or frame.cue is None:
        return ""
    operation = str(frame.song.cues[frame.cue].operation)
    return VAMP.said(language).format(operation=operation) + (
        TIMES.said(language).format(bars=bars) if bars > 1 else ""
    )


def overlong_words(overlong: Overlong, language: str) -> str:
    """What takes too long, and what can be done about it."""
    words = LEFT if overlong.left else OVERLONG
    operation = BESIDE.said(language) if overlong.operation is None else str(overlong.operation)
    return words.said(language).format(operation=operation, seconds=overlong.seconds)
