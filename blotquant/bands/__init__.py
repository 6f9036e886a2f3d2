"""Bands: peaks in the lane profiles, and rows: the same band across the lanes."""
