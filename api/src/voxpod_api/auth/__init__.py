"""Who calls: API keys and tokens, each of which stands for one tenant's namespace."""
