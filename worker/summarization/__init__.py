"""Minutes from a transcript: by a language model behind an endpoint, or by rules where there is none."""
