"""Small files of every format, with what is special in each; the words are our own."""

import io

import mido

ULTRASTAR = """#TITLE:Warm-up
#ARTIST:Nobody
#MP3:warm.mp3
#BPM:300,5
#GAP:1200
#WEIRD:kept
: 0 4 7 Ze
: 4 4 7 ro\x20
* 8 6 9 grad,
- 20
F 24 4 0 ~
R 28 4 0 step\x20
G 32 0 0 by step
- 40 44
: 44 4 3 Loss back
: 48 4 -5 ward
E
"""

RELATIVE = """#VERSION:0.2
#TITLE:T
#BPM:120
#RELATIVE:yes
: 0 4 60 La
- 8 8
: 0 4 64 la
B 8 240
: 12 4 64 lu
- 10
"""

DUET = """#VERSION:1.0.0
#TITLE:T
#ARTIST:A
#AUDIO:a.ogg
#BPM:240
#P1:One
#P2:Two
#TORCHAOKE-OPERATIONS:setup,,none
P1
: 0 4 7 One
- 6
: 20 4 7 Both
P 2
: 8 4 7 Two
- 14
: 20 4 7 Both
Z 30 4 7 What?
*: 36 2 1 inline
- 40 : 44 2 1 more
E
after
"""

DRAFT = """#VERSION:2.0.0
#TITLE:T
#ARTIST:A
#AUDIO:a
#BPM:1500
#GAP:500
#START:2500
: 0 40 1 La
-
: 50 40 1 la
"""

LRC = """[ti:Warm-up]
[ar:Nobody]
[offset: +100]
[bpm:92]
[length:01:30]
[00:01.00]Plain words
[00:03.5][00:20.50]Again and again
[00:05:00]<00:05.00>Call <00:05.50>model <00:06.00> <00:06.25>train<00:07>
[op:backward]
[00:08.000]Loss [00:08.500]back[00:09.000]ward[00:09.500]
[00:10.00]
[00:12.00]Same time
[00:12.00]同一时间
[00:00.00]<-1:00.00>odd
no stamp
"""

ASS = r"""[Script Info]
; a comment
Title: Warm-up
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname
Style: Default,Arial

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Comment: 0,0:00:00.00,0:00:01.00,Default,,0,0,0,,notes
Dialogue: 0,0:00:01.00,0:00:03.00,Default,op:zero_grad,0,0,0,,{\k20}{\kf50}Ze{\K50\bord2}ro{\k30} {\ko50}grad
Dialogue: 0,0:00:04.00,0:00:05.00,Default,,0,0,0,,{\pos(1,2)\kt50\k25}La{\p1}m 0 0{\p0}, \Nla \{x\}
Dialogue: 0,0:00:06.00,0:00:07.00,Default,,0,0,0,,plain
"""

WEBVTT = """WEBVTT

NOTE torchaoke
TITLE: Warm-up
GENRE: loops

STYLE
::cue(:past) { color: red }

op:forward
00:01.000 --> 00:03.000 align:start
<c>Do the </c><00:01.500><c>for</c><00:02.000><c>ward</c><00:02.250><00:02.500><c> pass</c>

00:00:04.000 --> 00:00:05.000
<v Ann>Plain &amp; &lt;simple&gt;

00:00:05.500 --> 00:00:05.600
Plain &amp; &lt;simple&gt;

00:00:06.000 --> 00:00:07.000
<00:00:09.000>late
"""


def karaoke_midi(lyric_events: bool = False) -> bytes:
    """A KAR file: two lines, a tempo that changes, a melody and a drum."""
    file = mido.MidiFile(ticks_per_beat=480)
    tempo, words, melody, drum = (file.add_track() for _ in range(4))
    tempo.append(mido.MetaMessage("set_tempo", tempo=500_000, time=0))
    tempo.append(mido.MetaMessage("set_tempo", tempo=1_000_000, time=1920))
    for text in ("@KMIDI KARAOKE FILE", "@V0100", "@LENGL", "@TWarm-up", "@TNobody"):
        words.append(mido.MetaMessage("text", text=text, time=0))
    syllables = ("\\Ze", "ro ", "grad", "/Back", "ward")
    for number, text in enumerate(syllables):
        kind = "lyrics" if lyric_events else "text"
        words.append(mido.MetaMessage(kind, text=text, time=480 if number else 0))
        melody.append(mido.Message("note_on", note=60 + number, velocity=80, time=240 if number else 0))
        melody.append(mido.Message("note_off", note=60 + number, time=240))
        drum.append(mido.Message("note_on", channel=9, note=36, velocity=80, time=240 if number else 0))
        drum.append(mido.Message("note_on", channel=9, note=36, velocity=0, time=240))
    data = io.BytesIO()
    file.save(file=data)
    return data.getvalue()


SAMPLES = {
    "ultrastar": tuple(text.encode() for text in (ULTRASTAR, RELATIVE, DUET, DRAFT)),
    "lrc": (LRC.encode(), LRC.encode("utf-16"), LRC.encode("gb18030")),
    "ass": (ASS.encode(),),
    "webvtt": (WEBVTT.encode(),),
    "midi": (karaoke_midi(), karaoke_midi(lyric_events=True)),
}
"""By the format's name."""
