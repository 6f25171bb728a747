"""What points for singing are called."""

from loop_core.words import Words

OUT_OF = Words("{} of {}", "{} / {}")
LEVELS = {"easy": Words("easy", "简单"), "medium": Words("medium", "中等"), "hard": Words("hard", "困难")}
RATINGS = {
    words.en: words
    for words in (
        Words("Awful", "糟糕"),
        Words("Poor", "较差"),
        Words("Bad", "差"),
        Words("Not bad", "还行"),
        Words("Good", "好"),
        Words("Great", "很好"),
        Words("Awesome", "太棒了"),
        Words("Perfect", "完美"),
    )
}
