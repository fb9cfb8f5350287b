"""The firm's and the expert's year, and sanctions."""
