"""The commands, one file each: they read what was asked for, build the parts and join them."""
