"""The parts of the stage, one file each: `view` says what of a frame is shown, `draw` shows it."""
