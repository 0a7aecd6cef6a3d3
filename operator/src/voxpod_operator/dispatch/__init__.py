"""The endpoint that sandboxes talk to."""
