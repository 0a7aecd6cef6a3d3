"""What is wrong with a file of credentials."""


class CredentialsProblem(Exception):
    """A file of credentials cannot be used; the message says what is wrong and what is expected, and quotes no secret."""
