"""Recordings become transcripts: one module per stage of the line."""
