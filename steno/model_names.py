"""Names of speech models that every part of Steno knows: those who offer them, and those who load them."""

STARTER = "starter"  # bundled; for demonstrations and tests
# Repositories at Hugging Face by name.
KNOWN_MODELS: dict[str, str] = {
    "tiny": "Systran/faster-whisper-tiny",
    "base": "Systran/faster-whisper-base",
    "small": "Systran/faster-whisper-small",
    "medium": "Systran/faster-whisper-medium",
    "large-v3": "Systran/faster-whisper-large-v3",
    "large-v3-turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
    "distil-large-v3.5": "distil-whisper/distil-large-v3.5-ct2",
}
NAMES = ("auto", STARTER, *KNOWN_MODELS)  # those that may be asked for by a name of Steno's own
