"""`python3 images COMMAND`: builds the container images and their hashed requirement files."""

import sys

from voxpod_images.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
