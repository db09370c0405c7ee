"""GitHub workflows and actions."""
