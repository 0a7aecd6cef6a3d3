"""Speech synthesis of Voxpod; import its modules, this package itself imports nothing."""
