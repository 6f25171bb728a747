"""By how much the picture must come later than the sound: measured with taps, and looked at."""
