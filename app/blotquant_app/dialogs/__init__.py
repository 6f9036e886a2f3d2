"""The few dialogs: questions whose answer is needed, and help."""
