"""`.env` files: what each one is for, and which variables switch a debug mode on."""
