"""From finding to money: rectification, proposal, adoption."""
