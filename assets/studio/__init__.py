"""The studio: turns one score into a song's chart, song file and two stems (`python -m assets.studio build`)."""
