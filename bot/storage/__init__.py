"""What Vigie remembers."""
