"""Ogg pages (RFC 3533) with a serial number that does not change: libsndfile draws one at random, and the same speech was another file each time."""

from collections.abc import Callable

_SERIAL, _CHECKSUM, _SEGMENTS = slice(14, 18), slice(22, 26), 26
_HEADER = 27
_POLYNOMIAL = 0x04C11DB7
_SAME = (1).to_bytes(4, "little")


class SameSerial:
    """Takes an Ogg stream in any pieces and hands on whole pages; one stream has one serial number, so that any will do."""

    def __init__(self, write: Callable[[bytes], int]) -> None:
        self._write = write
        self._held = bytearray()

    def write(self, data: bytes) -> None:
        """OSError when a page cannot be written."""
        self._held += data
        while (size := _page_size(self._held)) and len(self._held) >= size:
            page = self._held[:size]
            del self._held[:size]
            self._write(_renumbered(page))


def _page_size(stream: bytearray) -> int:
    """Of the page that a stream begins with; 0 while that cannot be known."""
    segments = stream[_SEGMENTS] if len(stream) > _SEGMENTS else 0
    header = _HEADER + segments
    return header + sum(stream[_HEADER:header]) if len(stream) >= header and segments else 0


def _renumbered(page: bytearray) -> bytes:
    # A checksum is linear: that of the difference, which is at the serial number alone, is what it changes by.
    difference = int.from_bytes(page[_SERIAL], "big") ^ int.from_bytes(_SAME, "big")
    bits = 8 * (len(page) - _SERIAL.stop) + 32
    changed = _times(difference, _power_of_two(bits))
    checksum = int.from_bytes(page[_CHECKSUM], "little") ^ changed
    page[_SERIAL], page[_CHECKSUM] = _SAME, checksum.to_bytes(4, "little")
    return bytes(page)


def _power_of_two(exponent: int) -> int:
    """x to this power, modulo the polynomial."""
    result, base = 1, 2
    while exponent:
        if exponent & 1:
            result = _times(result, base)
        base = _times(base, base)
        exponent >>= 1
    return result


def _times(a: int, b: int) -> int:
    """The product of two polynomials over two elements, modulo the polynomial."""
    product = 0
    while b:
        if b & 1:
            product ^= a
        a = (a << 1) ^ (_POLYNOMIAL | 1 << 32 if a >> 31 else 0)
        b >>= 1
    return product
