"""SSML 1.1: the subset that is accepted, its values, and what say-as says."""
