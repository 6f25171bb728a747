"""Song formats, one module each."""
