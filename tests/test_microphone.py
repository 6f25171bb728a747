"""Who sings: recordings, a microphone whose sound the test delivers, and nobody."""

import sys
import wave
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from app import microphone, sound_file
from app.microphone import (
    BLOCK,
    RATE,
    Deliver,
    FileSinger,
    Microphone,
    Samples,
    SilentSinger,
    hear_recording,
    measure_latency,
    open_singer,
)
from app.sounds import decode
from assets import SONGS
from loop_core.clock import VirtualClock
from loop_core.errors import InputError
from loop_core.latency import TRUSTED
from loop_core.pitch import NOTHING, Track, track
from loop_core.scoring import Difficulty, score
from loop_core.singing import singing, taken
from loop_core.song import load_song

SONG = load_song(SONGS / "optimization_loop")
VOCALS = SONG.stems["vocals"]


def write_wav(path: Path, samples: NDArray[np.float64]) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def voice() -> NDArray[np.float64]:
    """The song's voice, mono."""
    stereo = np.frombuffer(decode(VOCALS).raw_data, np.int16).reshape(-1, 2)
    return stereo.mean(axis=1) / 32768


def shifted(samples: NDArray[np.float64], semitones: float) -> NDArray[np.float64]:
    """A sound higher by semitones and as long as before: played faster, then stretched by FFmpeg's atempo."""
    factor = 2 ** (semitones / 12)
    graph = av.filter.Graph()
    source = graph.add_abuffer(sample_rate=RATE, format="flt", layout="mono", time_base=Fraction(1, RATE))
    faster = graph.add("asetrate", str(round(RATE * factor)))
    steps = [faster, graph.add("aresample", str(RATE)), graph.add("atempo", str(1 / factor))]
    sink = graph.add("abuffersink")
    for a, b in pairwise([source, *steps, sink]):
        a.link_to(b)
    graph.configure()
    frame = av.AudioFrame.from_ndarray(samples[None].astype(np.float32), "flt", "mono")
    frame.sample_rate = RATE
    source.push(frame)
    source.push(None)
    found = []
    while True:
        try:
            found.append(sink.pull().to_ndarray().ravel())
        except (av.BlockingIOError, av.EOFError):
            return np.concatenate(found).astype(float)


@pytest.fixture(scope="module")
def sung() -> Track:
    return hear_recording(VOCALS)


def total(sung: Track, difficulty: Difficulty) -> int:
    return score(SONG, sung, difficulty).total


def test_the_song_s_own_singer_gets_nine_tenths_of_the_points(sung: Track) -> None:
    assert total(sung, Difficulty.MEDIUM) >= 9000
    assert total(sung, Difficulty.EASY) >= total(sung, Difficulty.MEDIUM) >= total(sung, Difficulty.HARD)
    assert total(sung, Difficulty.HARD) >= 9000


def test_a_recording_of_any_channels_sounds_as_its_middle(sung: Track) -> None:
    middle = track(voice(), RATE)
    assert total(middle, Difficulty.HARD) == pytest.approx(total(sung, Difficulty.HARD), abs=30)


@pytest.mark.parametrize("octaves", [-1, 1])
def test_the_singer_an_octave_away_gets_them_too(octaves: int, tmp_path: Path) -> None:
    path = write_wav(tmp_path / "octave.wav", shifted(voice(), 12 * octaves))
    assert total(hear_recording(path), Difficulty.MEDIUM) >= 8500


@pytest.mark.parametrize("semitones", [-3, 3])
def test_the_singer_three_semitones_away_gets_few(semitones: int, tmp_path: Path) -> None:
    path = write_wav(tmp_path / "shifted.wav", shifted(voice(), semitones))
    heard = hear_recording(path)
    assert not np.isnan(heard.pitches).all()
    assert total(heard, Difficulty.MEDIUM) < 2000


def test_silence_and_white_noise_get_nothing(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).normal(0, 0.2, round(SONG.length * RATE))
    for samples in (np.zeros(len(noise)), noise, 0.01 * noise):
        heard = hear_recording(write_wav(tmp_path / "empty.wav", samples))
        assert [total(heard, difficulty) for difficulty in Difficulty] == [0, 0, 0]


@pytest.mark.parametrize("content", [b"", b"not a sound", b"RIFF" + bytes(99)])
def test_what_is_no_sound_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "bad.wav").write_bytes(content)
    with pytest.raises(InputError, match=r"bad\.wav: no sound"):
        hear_recording(tmp_path / "bad.wav")
    with pytest.raises(InputError, match=r"gone\.wav: cannot read it: No such file"):
        hear_recording(tmp_path / "gone.wav")


def test_a_recording_that_is_too_long_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound_file, "LONGEST_SONG", 60)
    write_wav(tmp_path / "long.wav", np.zeros(61 * RATE))
    with pytest.raises(InputError, match=r"long\.wav: longer than 30 minutes"):
        hear_recording(tmp_path / "long.wav")


def test_a_recording_sung_tick_by_tick_gets_the_points_of_the_whole(sung: Track) -> None:
    singer, heard = FileSinger(sung), NOTHING
    for now in np.arange(0, SONG.length + 0.1, 1 / 60):
        heard = taken(heard, singer.sing(float(now), 1.0), float(now))
    assert total(heard, Difficulty.MEDIUM) == total(sung, Difficulty.MEDIUM)


def test_what_is_sung_again_takes_the_place_of_what_was_sung_before(sung: Track) -> None:
    singer = FileSinger(sung)
    heard = taken(NOTHING, singer.sing(20.0, 1.0), 20.0)
    heard = taken(heard, singer.sing(10.0, 1.0), 10.0)
    assert heard.times[-1] < 10.0
    heard = taken(heard, singer.sing(15.0, 1.0), 15.0)
    expected = sung.part(0.0, 15.0)
    assert np.array_equal(heard.times, expected.times)


def test_hit_beats_of_a_note_make_one_stretch(sung: Track) -> None:
    stands = singing(SONG, sung, Difficulty.EASY, SONG.length)
    notes = [(s.start, s.end) for line in SONG.lines for s in line.syllables]
    for start, end in stands.hits:
        assert any(a - 1e-6 <= start < end <= b + 1e-6 for a, b in notes)
    assert all(a[1] <= b[0] + 1e-6 for a, b in pairwise(stands.hits))
    assert len(notes) <= len(stands.hits) < 1.1 * len(notes)
    assert stands.over
    assert stands.last == len(SONG.lines) - 1
    assert singing(SONG, NOTHING, Difficulty.EASY, 0.0).hits == ()


class Stream:
    """A device whose sound the test delivers."""

    def __init__(self) -> None:
        self.closed = False

    def open(self, deliver: Deliver) -> tuple[str, object]:
        self.deliver = deliver
        return "a microphone", self.close

    def close(self) -> None:
        self.closed = True


def blocks(samples: NDArray[np.float64]) -> list[Samples]:
    return [part.astype(np.float32) for part in np.split(samples, range(BLOCK, len(samples), BLOCK))]


def test_a_microphone_gives_the_frames_of_its_sound_at_their_song_time() -> None:
    stream, real = Stream(), VirtualClock(100.0)
    opened = Microphone(stream.open, real.now, latency={"a microphone": 0.05}.__getitem__)  # type: ignore[arg-type]
    sound = voice()[5 * RATE : 8 * RATE]
    for block in blocks(sound):
        real.advance(len(block) / RATE)
        stream.deliver(block, real.now())
    opened.close()  # the worker has looked at all of it then
    assert stream.closed
    real.advance(0.25)
    now = 8.0 + 0.25 + 0.05
    heard, expected = opened.sing(now, 1.0), track(sound.astype(np.float32), RATE)
    assert heard.times == pytest.approx(expected.times + 5.0, abs=1e-6)
    assert np.array_equal(heard.pitches, expected.pitches, equal_nan=True)
    assert len(opened.sing(now, 1.0)) == 0


def test_blocks_that_come_late_do_not_move_the_frames() -> None:
    stream, real = Stream(), VirtualClock(0.0)
    opened = Microphone(stream.open, real.now, lambda name: 0.0)  # type: ignore[arg-type]
    late = np.random.default_rng(0).uniform(0, 0.03, 200)
    late[::10] = 0.0
    for number, block in enumerate(blocks(np.zeros(BLOCK * len(late)))):
        stream.deliver(block, (number + 1) * BLOCK / RATE + late[number])
    opened.close()
    heard = opened.sing(0.0, 1.0)
    times = heard.times[1:] - heard.times[0]
    assert times == pytest.approx(np.arange(1, len(heard)) * 0.01, abs=0.004 + 1e-6)


def test_without_sounddevice_or_a_device_nobody_sings_and_it_says_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    nobody = open_singer(VirtualClock().now, lambda name: 0.0)
    assert isinstance(nobody, SilentSinger)
    assert not nobody.heard
    assert nobody.description.startswith("no microphone: ")
    assert '".[mic]"' in nobody.description
    assert len(nobody.sing(1.0, 1.0)) == 0
    nobody.close()


@pytest.mark.parametrize("delay", [0.0, 0.08, 0.4])
def test_the_latency_is_what_the_microphone_hears_clicks_later_by(delay: float) -> None:
    stream, real = Stream(), VirtualClock(10.0)

    def open_stream(deliver: Deliver) -> tuple[str, object]:
        opened = stream.open(deliver)
        hear(np.zeros(5 * BLOCK))
        return opened

    def hear(samples: NDArray[np.float64]) -> None:
        for block in blocks(samples):
            real.advance(len(block) / RATE)
            stream.deliver(block, real.now())

    def play(sound: NDArray[np.float64]) -> None:
        noise = np.random.default_rng(0).normal(0, 0.01, len(sound) + RATE)
        noise[round(delay * RATE) :][: len(sound)] += 0.2 * sound
        hear(noise)

    name, found = measure_latency(play, open_stream, real.now)  # type: ignore[arg-type]
    assert name == "a microphone"
    assert found.seconds == pytest.approx(delay, abs=0.01)
    assert found.confidence > TRUSTED
    assert stream.closed


def test_a_dead_microphone_ends_the_measuring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(microphone, "PATIENCE", 0.01)
    stream = Stream()
    with pytest.raises(InputError, match="was silent for"):
        measure_latency(lambda sound: None, stream.open, VirtualClock().now)  # type: ignore[arg-type]
    assert stream.closed
