"""Finding the passage that answers a question, without clock or input/output."""
