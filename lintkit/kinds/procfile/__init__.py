"""Procfiles: the processes that Heroku, Dokku, foreman and their like start."""
