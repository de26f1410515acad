"""The knowledge files: their shapes, how they are read, what the check asks of them."""
