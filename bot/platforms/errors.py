"""What goes wrong between Vigie and a platform, told apart by what is to be done about it."""


class OutageError(Exception):
    """The platform cannot be reached now: it is tried again until it can, which counts as no failure."""


class UnreachableError(Exception):
    """The platform lets Vigie write there no longer: she was blocked, or put out."""


class NowhereError(UnreachableError):
    """There is no place for what nobody asked for: nothing is wrong with that."""


class SilencedError(UnreachableError):
    """Vigie may not write there for now, as the platform's or the community's rules have it."""
