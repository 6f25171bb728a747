"""How each case is decided in which files of the wild, or the programs that read them, differ.

UltraStar: https://usdx.eu/format (UltraStar-Deluxe/format, 1.0.0); how programs read it was taken from the
sources of UltraStar Deluxe (USDX), Performous, UltraStar Play, Vocaluxe, Yass and usdb_syncer. LRC has no
specification; its rules are what most players do. ASS: libass, ``ass_parse.c``. WebVTT: W3C,
https://www.w3.org/TR/webvtt1/. MIDI: Standard MIDI Files 1.0, and the KAR convention of Tune 1000.
"""

from dataclasses import dataclass

SPEC = "UltraStar 1.0.0"
VTT = "W3C WebVTT"
LIBASS = "libass, ass_parse.c"
LRC = "common practice of LRC players"
SMF = "Standard MIDI Files 1.0"
KAR = "KAR convention"
OURS = "Torchaoke"


@dataclass(frozen=True, slots=True)
class Rule:
    """A case, what is done with it, and who says so."""

    case: str
    decision: str
    source: str


RULES = {
    # text
    "encoding": Rule("text that is not UTF-8", "a guess, which --encoding overrules", OURS),
    "encoding-header": Rule(
        "#ENCODING", "followed for the whole file where its bytes are not UTF-8, else dropped", SPEC
    ),
    "control": Rule("control characters", "replaced by spaces", OURS),
    # every format
    "before-zero": Rule("a note before the song begins", "cut at 0 s", OURS),
    "overlap": Rule(
        "a note that begins before the one ahead has ended",
        "the one ahead is cut there; no word is lost",
        f"{SPEC}: SHOULD NOT; USDX: the last one counts",
    ),
    "order": Rule("a word stamped before the word ahead of it", "sung right after that", OURS),
    "same-time": Rule(
        "two lines at the same time", "the second is kept as a translation of the first", f"{LRC}, bilingual"
    ),
    "third-text": Rule("a third line at the same time", "left out", OURS),
    "both-sing": Rule("a line that both voices sing", "kept once", OURS),
    "wordless": Rule("a line of held notes only", "shown as '…'", OURS),
    "pitch-range": Rule("a pitch that is no MIDI note", "moved by octaves", OURS),
    "no-pitch": Rule("notes without a pitch", "rap notes: any voice hits them", OURS),
    "long-line": Rule("a line of more than 50 letters", "kept, but too wide for the stage", OURS),
    "unreadable": Rule("a line that fits no rule", "left out", OURS),
    "operation": Rule("an operation that there is not", "left to the words and the loop's order", OURS),
    "recording": Rule(
        "a named recording that is missing or elsewhere", "not used", f"{SPEC}: relative names"
    ),
    "short-recording": Rule("words after the recording's end", "sung to silence", OURS),
    "no-recording": Rule("a song without a recording", "clicks; --audio REC gives it one", OURS),
    "mix": Rule(
        "a recording with the voice in it", "it is the backing; the voice cannot be switched off", OURS
    ),
    # UltraStar
    "version": Rule(
        "#VERSION that is no 1.d.d and no 2", "read as a file without version", f"{SPEC}; Play accepts it"
    ),
    "version-2": Rule(
        "#VERSION:2 (draft)",
        "BPM counts beats themselves and times are in ms: rewritten as version 1",
        "UltraStar 2.0.0, draft",
    ),
    "header": Rule("a header without colon or key", "left out", "usdb_syncer; USDX keeps it"),
    "late-header": Rule("a header after the first note", "kept", OURS),
    "gap": Rule("#GAP that is no number", "taken as 0", OURS),
    "title": Rule("no title or artist", "the file's name; 'unknown'", f"{SPEC}: required"),
    "unknown-type": Rule("an unknown note type", "read as F, freestyle", f"{SPEC}: MAY"),
    "second-number": Rule(
        "'- a b' without #RELATIVE:yes",
        "dropped; nothing is inferred from it",
        f"{SPEC}: MUST NOT infer; USDX ignores it",
    ),
    "relative": Rule(
        "#RELATIVE:yes",
        "beats count from the last break, the first from 0; rewritten as absolute",
        "USDX, usdb_syncer; unlike the text of UltraStar 1.0.0, which mixes units",
    ),
    "zero-length": Rule("a note of no length", "kept, as freestyle", "USDX; Performous: one beat long"),
    "negative-length": Rule("a note of negative length", "taken as no length", OURS),
    "negative-start": Rule("a note before beat 0", "accepted", "USDX, Play; Performous refuses it"),
    "voice-3": Rule(
        "P3", "both voices without #VERSION, a third one with it", f"Performous; {SPEC}: third voice"
    ),
    "voice-space": Rule("'P 1' with a space", "accepted", "USDX, Yass"),
    "voices": Rule("a duet", "both voices in one song unless one is chosen with --voice", OURS),
    "tempo-change": Rule(
        "'B beat bpm'", "honoured, and the notes rewritten on a grid of ms", "Performous; USDX ignores it"
    ),
    "break-last": Rule("a break after the last note", "dropped", f"{SPEC}: SHOULD NOT"),
    "break-double": Rule("breaks without notes between", "dropped", f"{SPEC}: MAY ignore"),
    "break-bare": Rule("'-' without a beat", "the line stays until the next", "UltraStar 2.0.0, draft"),
    "note-order": Rule("notes that are not in the order of time", "sorted", "usdb_syncer"),
    "inline": Rule("'*: 6 1 0 x', '- 6 * 2 1 0 x'", "read as what was meant", "usdb_syncer"),
    "midi-pitch": Rule(
        "pitches around 60 (median above 36)", "MIDI numbers: 60 is taken off", "usdb_syncer, USDX #1277"
    ),
    "no-text": Rule("a note without text", "a held note, '~'", OURS),
    "after-end": Rule("anything after E", "left out", SPEC),
    "kept-header": Rule("#START, #END, #VIDEO, #COVER, ...", "kept as text, and not followed", OURS),
    # LRC
    "offset": Rule("[offset:+ms]", "positive: words come earlier", "foo_openlyrics #257, sonora #695"),
    "offset-none": Rule("an offset that is no number", "taken as 0", OURS),
    "repeat": Rule(
        "several stamps before words with stamps of their own",
        "the words' stamps are moved with each",
        OURS + "; players differ",
    ),
    "end-unknown": Rule(
        "a line without an end", "lasts to the next stamp, 8 s at most; its last word 2 s at most", OURS
    ),
    "no-stamp": Rule("words without a stamp", "left out", LRC),
    "bad-stamp": Rule("what looks like a stamp and is none", "left out", "Jellyfin: must not fail"),
    # sheets
    "heading": Rule("a line in square brackets", "names the section that begins there; not sung", OURS),
    # ASS
    "comment": Rule("Comment lines", "left out, unless they are the karaoke templates' source", "Aegisub"),
    "override": Rule("styles, positions, effects and drawings", "left out", OURS),
    "kt": Rule("\\kt", "sets the start of the next syllable", LIBASS),
    # WebVTT
    "stamp-order": Rule("an inner stamp that is not inside its cue", "moved into it", f"{VTT}, 3.4"),
    "cue-settings": Rule("settings, styles, regions, voices", "left out", OURS),
    "roll-up": Rule("a caption that only repeats the one before", "left out", "as YouTube writes them"),
    # MIDI
    "kar-track": Rule("several tracks with words", "the one with most syllables", KAR),
    "melody": Rule("pitches", "of the channel that begins most syllables, if it has 60 % of them", OURS),
    "no-breaks": Rule("words without marks of lines", "a new line at rests of 1 s or 60 letters", OURS),
    "midi-end": Rule("a syllable without a note", "lasts to the next one, 1 s at most", OURS),
}
"""By a short name, which `torchaoke songs check` prints with each finding."""
