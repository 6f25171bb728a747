"""Measures the show from outside: its picture on a screen, its sound in a sink, both on one clock.

The clock is `time.monotonic`, which the X server stamps with and the sound server counts by. Nothing of the
program is imported and nothing that it says is read; a song's chart and stems are files.
"""
