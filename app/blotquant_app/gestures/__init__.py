"""What the mouse does on the blot."""
