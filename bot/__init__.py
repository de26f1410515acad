"""Vigie, a community's adviser on digital identity, personal branding and social networks."""

__version__ = "0.1.0"
