"""The numbered scripts that bring a database to the newest schema."""
