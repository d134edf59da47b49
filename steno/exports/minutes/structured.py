"""JSON: everything the minutes know, versioned; `docs/schema` holds its JSON Schema."""

from steno.exports.minutes.registry import MinutesExportOptions, export_minutes
from steno.minutes import Minutes


@export_minutes("json", media_type="application/json", suffix="minutes.json")
def structured(minutes: Minutes, options: MinutesExportOptions) -> str:
    """The minutes themselves; `Minutes.model_validate_json` reads them back."""
    del options
    return minutes.model_dump_json(indent=2) + "\n"
