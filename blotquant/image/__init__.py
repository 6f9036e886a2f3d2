"""What can be said of a photograph before lanes are looked for: polarity, saturation, membranes."""
