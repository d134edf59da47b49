"""How the bundled diarization models are made: synthetic conversations, segmentation, speaker embedding, PLDA."""
