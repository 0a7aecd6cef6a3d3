"""Builds Voxpod's container images with docker, or with buildah on Debian packages where no registry can be reached."""
