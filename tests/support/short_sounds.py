"""Sound files for played sandboxes, as small as they can be and still what they say they are."""

import io
import wave

RATE = 24_000


def a_wav(seconds: float, rate: int = RATE) -> bytes:
    """Silence, 16 bits, one channel."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(bytes(2 * round(seconds * rate)))
    return file.getvalue()
