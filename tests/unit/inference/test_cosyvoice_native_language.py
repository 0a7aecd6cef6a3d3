"""The native library's language model beside what the makers' own code returns, and beside the graph, on small random weights."""

import ctypes
from pathlib import Path

import numpy as np
import pytest

from cosyvoice_checkpoint import SMALL, a_bundle
from voxpod_inference.engines import vocoder as native
from voxpod_inference.engines.cosyvoice import cosyvoice_files  # noqa: F401
