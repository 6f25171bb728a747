"""Short words about how the song is played: what the keys answer, and what stands in the top line."""

from loop_core.words import Words

VOICE, VOLUME = Words("voice {:.0%}", "人声 {:.0%}"), Words("volume {:.0%}", "音量 {:.0%}")
VOICE_OFF, BACKING_OFF = Words("voice off", "人声关"), Words("backing off", "伴奏关")
WITH_VOICE, CLICK_ONLY = Words("with voice", "带人声"), Words("click only", "只留节拍")
BACKING, ONE_BACKING = Words("Backing: {}", "伴奏：{}"), Words("Only one backing", "只有一种伴奏")
NO_CLICK = Words("The song has no click", "这首歌没有节拍声")
NO_VOICE = Words(
    "This song has no voice of its own: the recording is a mix", "这首歌的人声不能单独调：录音已混在一起"
)
NO_SOUND = Words("no sound", "没有声音")
SOUND_LOST = Words("sound lost; it goes on silently", "声音中断，无声继续")
SOUND_BACK = Words("the sound is back", "声音恢复了")

SPEED, TRANSPOSED = Words("speed {}%", "速度 {}%"), Words("transposed {}", "移调 {}")
PREPARING = Words("in preparation", "准备中")
LOOPS = {"line": Words("loop: line", "循环：这句"), "section": Words("loop: section", "循环：这段")}
LOOP_OFF = Words("loop off", "循环关")
COUNT_IN_ON, COUNT_IN_OFF = Words("count-in on", "预备拍开"), Words("count-in off", "预备拍关")

TUNING, CATCHING = Words("tuning up", "正在准备"), Words("catching up", "正在赶上")
HOLD = Words("hold: each line waits for Space", "逐句：每句等空格")
HOLD_OFF = Words("hold off", "不再逐句停下")
LEAVE = Words("Esc again to quit", "再按 Esc 退出")
AT_END = Words("R: once more, D: lessons", "R：再来一遍，D：课程")
PICTURE = Words("picture {} ms", "画面 {} 毫秒")
NOTHING_WEAK, NOTHING_DUE = (
    Words("Nothing needs work", "没有需要练习的"),
    Words("Nothing is due today", "今天没有要复习的"),
)
HOW_NEAR = Words("{}: how near a pitch must be", "{}：音高要多准")
