"""Samples to sound files: edges, tempo, rate, loudness, formats. Samples are mono float32, full scale is -1 to 1.

Only what every request needs is imported here; the rest is found in the modules by name.
"""

from voxpod_inference.audio.samples import EDGE_SECONDS, Samples, audible, faded, quiet_end

__all__ = ["EDGE_SECONDS", "Samples", "audible", "faded", "quiet_end"]
