"""The pool: a person's role as expert."""
