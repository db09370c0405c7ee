"""Kubernetes objects: what they are, how kustomize makes them, and what the API server refuses."""
