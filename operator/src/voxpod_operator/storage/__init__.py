"""The only object store I/O."""
