"""Tables of bands, ratios, conditions and doubts."""
