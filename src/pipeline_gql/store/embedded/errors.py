"""What can go wrong with the embedded database, as sentences for whoever started it."""


class EmbeddedError(Exception):
    """The message is one sentence that says what to do."""
