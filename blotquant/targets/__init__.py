"""Targets: what the tables say of proteins and ladders, and which row on a blot is which form."""
