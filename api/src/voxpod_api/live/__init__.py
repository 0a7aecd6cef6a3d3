"""Sound that reaches a client while a sandbox still speaks: who listens, who may send, and how much waits in between."""
