"""JSON: everything the transcript knows, versioned; `docs/schema` holds its JSON Schema."""

from steno.exports.registry import ExportOptions, export
from steno.transcript import Transcript


@export("json", media_type="application/json")
def structured(transcript: Transcript, options: ExportOptions) -> str:
    """The transcript itself; `Transcript.model_validate_json` reads it back."""
    del options
    return transcript.model_dump_json(indent=2) + "\n"
