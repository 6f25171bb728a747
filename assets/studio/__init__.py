"""The studio: turns one score into a song folder (`python -m assets.studio build`)."""
