"""`voxpod`: speech from a terminal."""
