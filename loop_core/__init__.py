"""Reading a training loop, stepping it, and keeping it with the music: no window, no sound."""
