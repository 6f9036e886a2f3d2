"""Lanes: how many, where, how wide, how they lean; and the profile along each."""
