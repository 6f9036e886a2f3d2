"""The blot, the lane profile and the histogram."""
