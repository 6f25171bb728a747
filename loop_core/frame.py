"""Everything that one picture shows, frozen."""

from dataclasses import dataclass, field

from loop_core.activity import Activity
from loop_core.cloze import Cloze, Gap
from loop_core.lessons import Lesson
from loop_core.listing import Listing
from loop_core.operations import Operation
from loop_core.quiz import Quiz
from loop_core.report import Report
from loop_core.singing import Singing
from loop_core.snapshot import Snapshot
from loop_core.song import Song
from loop_core.timeline import Loop


@dataclass(frozen=True, slots=True)
class Controls:
    """How the show is set: what the keys have changed.

    muted, unaccompanied: the voice, the backing is off.
    backing: the name of the stem that plays behind the voice.  volume: 0 to 1.  voice: of it, 0 to 1.
    offset: real seconds that the picture comes later than the sound.
    speed: per cent of the song's own.  transpose: semitones higher.  preparing: the sound is not there yet.
    vamp: the music waits for slow operations; vamping: for so many bars it has, 0 while it does not.
    loop: what is repeated.  count_in: a bar of ticks comes before the music; count: the one that is heard.
    help: the keys are shown.  choice: the lesson marked in the open list of lessons, None when closed.
    sound: the device that plays, or why none does.  message: a short word to the person at the keys.
    pointer: where the mouse points, in pixels of the window, None when it does not.
    activity: what is done beside the song, None while nothing is.
    exercise: what the learner does while the song plays, in a word or two; '' for nothing.
    theme: 'dark' or 'light'.  language: of the subtitles.  still: reduced motion, states change at once.
    """

    started: bool = False
    playing: bool = False
    hold: bool = False
    muted: bool = False
    unaccompanied: bool = False
    backing: str = ""
    black: bool = False
    volume: float = 1.0
    voice: float = 1.0
    offset: float = 0.0
    speed: int = 100
    transpose: int = 0
    preparing: bool = False
    vamp: bool = True
    vamping: int = 0
    loop: Loop | None = None
    count_in: bool = False
    count: int | None = None
    help: bool = False
    choice: int | None = None
    activity: Activity | None = None
    exercise: str = ""
    sound: str = ""
    message: str = ""
    pointer: tuple[int, int] | None = None
    theme: str = "dark"
    language: str = "en"
    still: bool = False


@dataclass(frozen=True, slots=True)
class Overlong:
    """An operation that has been running for so many seconds; None: something beside the lesson.

    left: it could not be stopped, and runs on for itself.
    """

    operation: Operation | None
    seconds: int
    left: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture at song time ``now`` (seconds).

    cue: index of the cue that began last.  snapshot: the newest one whose time has come.
    shown: the song time from which that snapshot counts.  ready: the lesson is warmed up.
    behind: the worker is still at work on what should be shown.
    quiz: the question before a line, where the learner is asked what it will do.  answered: the one before.
    cloze: the gaps in the line that is shown.  missing: those in the line after it.
    singing: how the one at the microphone sings; None while nobody wants to.
    report: what was answered, once the song is over; None while it is not.
    overlong: what the worker has been at for so long that somebody may want to wait no longer.
    """

    now: float
    song: Song
    lesson: Lesson
    listing: Listing
    cue: int | None
    snapshot: Snapshot | None
    shown: float
    ready: bool
    behind: bool
    controls: Controls = field(default_factory=Controls)
    quiz: Quiz | None = None
    answered: Quiz | None = None
    cloze: Cloze | None = None
    missing: tuple[Gap, ...] = ()
    singing: Singing | None = None
    report: Report | None = None
    overlong: Overlong | None = None
