"""What is said for people who do not look: every line and what its operation did, once, at its time."""

import pytest
from builders import WHOLE_SONG, small_song

from app.speech import SpeakLog, clock
from loop_core.conductor import Conductor
from loop_core.frame import Controls
from loop_core.lessons import LESSONS
from loop_core.listing import read_listing


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    from dataclasses import replace

    from loop_core.stepper import Stepper

    folder = tmp_path_factory.mktemp("song")
    song, lesson = small_song(folder / "small"), LESSONS[0]
    listing = read_listing(lesson.path)
    conductor = Conductor(song, lesson, listing, lambda: Stepper(listing, folder, 10), None)
    lines: list[str] = []
    log = SpeakLog(lines.append)
    for number in range(int(song.length * 20) + 1):
        frame = conductor.tick(number / 20)
        log.tell(replace(frame, controls=Controls(started=True, playing=True)))
    conductor.close()
    return lines


def test_every_line_is_said_once_with_its_reason(said: list[str]) -> None:
    sung = [line for line in said if " sung: " in line]
    assert len(sung) == len(WHOLE_SONG)
    assert sung[0] == "0:01 sung: La0la (Line 0)"


def test_every_operation_is_said_once_with_its_proof(said: list[str]) -> None:
    names = [line.split(" ", 1)[1].split(" ")[0].rstrip(":") for line in said]
    assert [name for name in names if name in set(WHOLE_SONG)] == list(map(str, WHOLE_SONG))
    assert any("gradients None → value in 2 of 2 parameters" in line for line in said)


def test_what_is_printed_is_said_to_the_letter(said: list[str]) -> None:
    assert any(line.endswith("printed: 0: 0.31288138031959534 0.48106518387794495") for line in said)


def test_times_are_minutes_and_seconds() -> None:
    assert [clock(seconds) for seconds in (0.0, 59.99, 61.2, 600)] == ["0:00", "0:59", "1:01", "10:00"]


def test_play_and_pause_are_said(said: list[str]) -> None:
    assert said[:2] == ["ready: Space starts and pauses, H lists the keys", "0:00 playing"]
