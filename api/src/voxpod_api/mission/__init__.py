"""Voxpod's own calls: `POST /v1/tts/synthesize` and `POST /tts`."""
