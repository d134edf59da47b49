"""How good a transcript is: word errors, words by the wrong speaker, speech by the wrong speaker."""
