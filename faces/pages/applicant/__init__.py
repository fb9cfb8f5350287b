"""Pages of those who apply: open to strangers at the door, afterwards each sees his own application only."""
