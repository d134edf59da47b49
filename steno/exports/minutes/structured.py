"""JSON: everything the minutes know, versioned; `docs/schema` holds its JSON Schema."""

import json
import re

from steno.exports.minutes.registry import MinutesExportOptions, export_minutes
from steno.minutes import Minutes

# UTF-8 has none, but what a language model answers and what a file is called may have.
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@export_minutes("json", media_type="application/json", suffix="minutes.json")
def structured(minutes: Minutes, options: MinutesExportOptions) -> str:
    """The minutes themselves; `Minutes.model_validate_json` reads them back."""
    del options
    content = json.dumps(minutes.model_dump(mode="json"), indent=2, ensure_ascii=False)
    return _LONE_SURROGATE.sub("\ufffd", content) + "\n"
