"""What is said for people who do not look: every line and what its operation did, once, at its time."""

from dataclasses import replace
from pathlib import Path

import pytest
from builders import WHOLE_SONG, small_song

from app.drawing.keylist import KEY_GROUPS
from app.speech import SpeakLog, clock, question
from loop_core.conductor import Conductor
from loop_core.frame import Controls, Frame
from loop_core.lessons import LESSONS
from loop_core.listing import read_listing
from loop_core.operations import Operation
from loop_core.quiz import Answer, Quiz, question_for
from loop_core.words import Words


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
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
    assert any(line.endswith("printed 0: 0.31288138031959534 0.48106518387794495") for line in said)


def test_times_are_minutes_and_seconds() -> None:
    assert [clock(seconds) for seconds in (0.0, 59.99, 61.2, 600)] == ["0:00", "0:59", "1:01", "10:00"]


def test_play_and_pause_are_said(said: list[str]) -> None:
    assert said[:2] == ["ready: Space starts and pauses, H lists the keys", "0:00 playing"]


def told(*changes: dict[str, object], song_folder: Path) -> list[str]:
    """What is said while the controls are changed, one after the other, before the music."""
    song, listing = small_song(song_folder), read_listing(LESSONS[0].path)
    lines: list[str] = []
    controls = Controls()
    log = SpeakLog(lines.append)
    for change in changes:
        controls = replace(controls, **change)  # type: ignore[arg-type]
        log.tell(Frame(0.0, song, LESSONS[0], listing, None, None, 0.0, True, False, controls))
    return lines


def test_the_keys_are_said_once_when_they_are_shown(tmp_path: Path) -> None:
    lines = told({"help": True}, {"muted": True}, {"help": False}, song_folder=tmp_path)
    for key, meaning in (row for _, rows in KEY_GROUPS for row in rows):
        assert lines.count(f"{key}: {meaning.en}") == 1


def test_what_a_key_has_set_is_said(tmp_path: Path) -> None:
    lines = told(
        {"message": "speed 90%"}, {}, {"message": ""}, {"message": "loop: line"}, song_folder=tmp_path
    )
    assert [line for line in lines if line in ("speed 90%", "loop: line")] == ["speed 90%", "loop: line"]


def test_the_marked_lesson_and_the_black_screen_are_said(tmp_path: Path) -> None:
    lines = told(
        {"choice": 0}, {"choice": 1}, {"choice": None, "black": True}, {"black": False}, song_folder=tmp_path
    )
    assert any(line.startswith(f"lesson 2 of {len(LESSONS)}: {LESSONS[1].title}.") for line in lines)
    assert lines[-2:] == ["black screen and silence", "black screen off"]


@pytest.mark.parametrize(("chosen", "verdict"), [(0, "right"), (1, "not right"), (-1, "the answer")])
def test_what_was_skipped_is_not_called_wrong(chosen: int, verdict: str) -> None:
    asked = question_for(Operation.BACKWARD, 0)
    assert asked is not None
    quiz = Quiz("Loss backward", asked, chosen, Answer(0, Words("So it is.", "")))
    assert question(quiz, "en") == f"{verdict}: None. So it is."
