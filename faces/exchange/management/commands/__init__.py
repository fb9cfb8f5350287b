"""Commands of the exchange face."""
