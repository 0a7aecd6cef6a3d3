"""Italian: its numbers, tables and forms; pronounced by espeak-ng."""
