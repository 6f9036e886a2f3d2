"""The docks: the experiment on the left, the inspector on the right."""
