"""All that the facade has to do with Kubernetes: three custom resources."""
