"""What single panels are drawn with: the network and its parts, source lines, samples, plots."""
