"""Timing a song by tapping along."""
