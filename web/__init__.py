"""People and programs come in: the portal and the REST API. Empty in this version."""
