"""Findings as one review of a pull request on GitHub, and its update when the pull request goes on."""
