"""Print the JSON Schema of a JSON export: `python -m steno.exports.schema minutes > docs/schema/minutes-1.0.json`."""

import argparse
import json
import sys

from pydantic import BaseModel

from steno.minutes import Minutes
from steno.transcript import Transcript

_MODELS: dict[str, type[BaseModel]] = {"transcript": Transcript, "minutes": Minutes}


def schema(name: str = "transcript") -> str:
    """The schema (draft 2020-12) of `transcript` or `minutes` as text."""
    described = {"$schema": "https://json-schema.org/draft/2020-12/schema"} | _MODELS[name].model_json_schema(
        mode="serialization"
    )
    return json.dumps(described, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(prog="python -m steno.exports.schema", description="Print a JSON Schema.")
    arguments.add_argument("name", nargs="?", choices=tuple(_MODELS), default="transcript")
    sys.stdout.write(schema(arguments.parse_args().name))
