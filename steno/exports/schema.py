"""Print the JSON Schema of the JSON export: `python -m steno.exports.schema > docs/schema/transcript-1.0.json`."""

import json
import sys

from steno.transcript import Transcript


def schema() -> str:
    """The schema (draft 2020-12) as text."""
    described = {"$schema": "https://json-schema.org/draft/2020-12/schema"} | Transcript.model_json_schema(
        mode="serialization"
    )
    return json.dumps(described, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema())
