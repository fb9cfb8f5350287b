"""The demonstration year: its spreadsheets, how they are written, and how the year is played from them."""
