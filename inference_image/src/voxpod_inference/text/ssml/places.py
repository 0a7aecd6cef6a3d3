"""Places in an XML source: the parser counts bytes of UTF-8, people count characters, lines and columns."""

from voxpod_inference.errors import INPUT_REFUSED, InputError


class Places:
    """Translates between them for one source."""

    def __init__(self, source: str) -> None:
        self._source = source
        try:
            self.encoded = source.encode("utf-8")
        except UnicodeEncodeError as error:
            what = f"the unpaired surrogate U+{ord(source[error.start]):04X} is not a character of XML"
            raise self.refused(error.start, what) from None
        self._byte = self._character = 0

    def character(self, byte: int) -> int:
        """The code point that begins at a byte; quick when asked in ascending order."""
        if byte < self._byte:
            self._byte = self._character = 0
        self._character += len(self.encoded[self._byte : byte].decode("utf-8", "ignore"))
        self._byte = byte
        return self._character

    def after_tag(self, start: int) -> int:
        """Where the tag that begins at a code point ends; a `>` inside a quoted attribute does not end it."""
        quote = ""
        for at in range(start, len(self._source)):
            char = self._source[at]
            if quote:
                quote = "" if char == quote else quote
            elif char in "\"'":
                quote = char
            elif char == ">":
                return at + 1
        return len(self._source)

    def end_of_data(self, byte: int, data: str, *, in_cdata: bool) -> int:
        """Where the source of a piece of character data ends: an entity is longer than what it stands for, as is CR LF."""
        start = self.character(byte)
        if data == "\n" and self._source[start : start + 2] == "\r\n":
            return start + 2
        if not in_cdata and self._source[start] == "&":
            return self._source.index(";", start) + 1
        return start + len(data)

    def described(self, at: int) -> str:
        """`line 2, column 7` of a code point, both from 1."""
        before = self._source[:at]
        return f"line {before.count(chr(10)) + 1}, column {at - before.rfind(chr(10))}"

    def refused(self, at: int, what: str) -> InputError:
        """An error with its place."""
        return InputError(INPUT_REFUSED, f"SSML, {self.described(at)}: {what}")
