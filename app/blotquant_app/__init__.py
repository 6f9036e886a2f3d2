"""The desktop window of blotquant: Qt, and nothing that a script could want."""
