"""What a tenant has used, and what is left."""
