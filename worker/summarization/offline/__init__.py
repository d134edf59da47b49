"""Minutes without a language model: sentences that matter most, and rules for who does what by when."""
