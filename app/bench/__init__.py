"""Figures of this machine, each beside a reference measured in the same run and beside its target."""
