"""The words of a song as WebVTT captions (W3C, https://www.w3.org/TR/webvtt1/)."""

from loop_core.song import Song


def webvtt(song: Song, language: str) -> str:
    """One cue per line of the song: what is sung, below it the subtitle in ``language`` if it has one."""
    cues = []
    for line in song.lines:
        words = [line.text, line.subtitles.get(language, "")]
        text = "\n".join(_escaped(part) for part in words if part)
        cues.append(f"{_time(line.start)} --> {_time(line.end)}\n{text}\n")
    return "\n".join(["WEBVTT\n", *cues])


def _time(seconds: float) -> str:
    milliseconds = round(1000 * seconds)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
