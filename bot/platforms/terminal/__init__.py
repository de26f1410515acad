"""The terminal: a conversation for a person, or JSON lines for a program."""
