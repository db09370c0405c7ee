"""Documents, scripts and key files, in which only secrets are looked for."""
