"""Doubles of the services that Vigie talks to, which run on this machine alone."""
