"""What common libraries of Python mean: clients, limits, CORS, TLS, logs, health and startup."""
