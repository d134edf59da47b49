"""What Steno calls, for the document: workers do it, nothing of it is served here."""

_HEADERS = {
    "webhook-id": "The same with every try.",
    "webhook-timestamp": "Seconds since 1970, of this try.",
    "webhook-signature": "By Standard Webhooks, over id, timestamp and the bytes of the body.",
}


def job_ended(schema: dict[str, object]) -> dict[str, object]:
    """The call to a job's `webhook_url`."""
    return {
        "operationId": "job_ended",
        "summary": "A job has ended",
        "description": "Called at the job's `webhook_url`, again for three days until it is taken.",
        "security": [],
        "parameters": [
            {"name": name, "in": "header", "description": says, "required": True, "schema": {"type": "string"}}
            for name, says in _HEADERS.items()
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {
            "2XX": {"description": "Taken."},
            "410": {"description": "There will be no receiver any more; anything else is tried again."},
        },
    }
