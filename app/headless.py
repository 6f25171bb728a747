"""The show without screen and sound: the same frames in virtual time, or against the clock."""
