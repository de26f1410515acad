"""The evaluation set, written by people who had read the documents and not the passages, and what is measured on it."""
