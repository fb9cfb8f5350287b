"""Playing the story: one handler per step, each a call or two of the services that pages call."""
