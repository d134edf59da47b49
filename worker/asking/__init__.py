"""Questions about recordings: passages are found by words, optionally by meaning, and a language model answers."""
