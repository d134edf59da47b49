"""How the bundled starter model was made: synthetic speech, a small Whisper trained from scratch, its measurement.

One command does it all, see README.md. Needs espeak-ng, flite and torch; nothing else in Steno imports this package.
"""
