"""Where OpenAI's API begins: what a client is given as its base address ends so."""

PREFIX = "/v1"
