"""What every endpoint shares: reading a body, envelopes of errors, limits, and one log line a call."""
