"""In-app notices, mail and reminders."""
