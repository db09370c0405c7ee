"""What becomes of files together: overlays, and what they repair or break."""
