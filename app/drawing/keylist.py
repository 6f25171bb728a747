"""The keys and what they do, as they are listed."""

from loop_core.words import Words

Keys = tuple[tuple[str, Words], ...]

SHOW_KEYS: Keys = (
    ("Space", Words("start, pause, go on", "开始、暂停、继续")),
    ("PageDown", Words("start, go on, the next line", "开始、继续、下一句")),
    ("← →, PageUp", Words("the line's start, one back; on", "句首、前一句；后一句")),
    ("O", Words("hold: stop after each line", "每句之后停下")),
    ("R", Words("restart with the same seed", "用同一个种子重新开始")),
    ("S", Words("skip what takes too long", "跳过太久的运算")),
    ("D", Words("lessons", "课程列表")),
    ("T, L", Words("theme, language", "主题、语言")),
    (", .", Words("picture earlier, later by 5 ms", "画面提前、推迟 5 毫秒")),
    ("I", Words("in time: calibrate sound, picture", "校准：声音与画面对齐")),
    ("P", Words("picture of this moment, as a file", "把这一刻存成图片")),
    ("F", Words("full screen", "全屏")),
    ("B", Words("black screen and silence, and back", "黑屏静音，再按恢复")),
    ("H", Words("these keys", "这张按键表")),
    ("Esc, Q", Words("close what is open; quit", "关闭打开的画面；退出")),
)
LEARNING_KEYS: Keys = (
    ("V", Words("say what each line will do", "先说每句会做什么")),
    ("W", Words("fill in words: pick, then type them", "填词：先选，再打字")),
    ("1 2 3 4", Words("answer; Space skips", "回答；空格跳过")),
    ("X, Y", Words("sing it wrong, build the loop", "唱错试试、拼出循环")),
    ("G, E", Words("sing along; how exact", "跟唱；要求多准")),
    ("Enter", Words("results: only what needs work", "结果页：只练不熟的")),
)
PRACTICE_KEYS: Keys = (
    ("[ ]", Words("slower, faster; pitch kept", "变慢、变快，音高不变")),
    ("{ }", Words("a semitone lower, higher", "降、升半音")),
    ("U", Words("loop: this line, this section, off", "循环：这句、这段、关闭")),
    ("C", Words("count-in of one bar", "预备拍一小节")),
    ("M", Words("voice on, off", "人声开关")),
    ("J K", Words("voice quieter, louder", "人声更轻、更响")),
    ("A", Words("backing on, off", "伴奏开关")),
    ("N", Words("next backing", "下一种伴奏")),
    ("Z", Words("only the click, and back", "只留节拍，再按恢复")),
    ("+ −", Words("volume of it all", "总音量")),
)
KEY_GROUPS: tuple[tuple[Words, Keys], ...] = (
    (Words("Keys", "按键"), SHOW_KEYS),
    (Words("Learn", "学习"), LEARNING_KEYS),
    (Words("Practice", "练习"), PRACTICE_KEYS),
)
