"""Stage diarize: who spoke when, by pyannote.audio, in a process of its own beside the transcription."""
