"""The pipeline's steps, each joining one stage of the measurement to the project's decisions."""
