"""The one error of this tool that a person is meant to read."""


class ImagesError(Exception):
    """What went wrong, where, and what would help; `main` prints it without a traceback and exits with 1."""
