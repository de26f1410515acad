"""Discord: servers and direct messages."""
