"""REST API, version 1: each module is one thing that programs may ask for."""
