"""Reporters: from a report to text, JSON and SARIF. They see the model and nothing else."""
