"""What goes wrong in a benchmark."""


class BenchError(Exception):
    """What failed, in a sentence for the person who runs it."""
