"""Samples to sound files: edges and level, tempo, rate, loudness, formats. Samples are mono float32, -1 to 1.

Only what every request needs is imported here; the rest is found in the modules by name.
"""

from voxpod_inference.audio.samples import Samples, Written, faded, trimmed, within_full_scale, write_wav

__all__ = ["Samples", "Written", "faded", "trimmed", "within_full_scale", "write_wav"]
