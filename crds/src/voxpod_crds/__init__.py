"""The contract between the parts of Voxpod; import its modules, this package itself imports nothing."""
