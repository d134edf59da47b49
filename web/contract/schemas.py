"""JSON Schemas of what is taken and answered, as programs that make clients of them read them best."""

from typing import Any, Literal

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

_EVERY_FIELD: Literal["json_schema_serialization_defaults_required"] = "json_schema_serialization_defaults_required"
# Words under other names than text/*.
_TEXTS = frozenset({"application/x-subrip"})


class Schemas(GenerateJsonSchema):
    """What is answered has every field; nothing has a default; the names of fields are not told twice.

    Of a default, generated clients make a value that they always send, or demand: what is left out would never be as
    the operator set it.
    """

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """The value's schema alone."""
        return {name: value for name, value in super().default_schema(schema).items() if name != "default"}

    def field_is_required(
        self,
        field: core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField,
        total: bool,
    ) -> bool:
        """In answers always, unless the model says that it leaves out what is empty."""
        if self.mode == "serialization" and self._config.config_dict.get(_EVERY_FIELD, True):
            return True
        return super().field_is_required(field, total)

    def field_title_should_be_set(self, schema: object) -> bool:
        """Never."""
        del schema
        return False


def schema_of_media(media: str) -> dict[str, Any]:
    """The schema of content that is no JSON: words, or bytes.

    OpenAPI 3.1 needs none for bytes, but without one generated clients know nothing of them.
    """
    kind: dict[str, Any] = {"type": "string"}
    return kind if media.startswith("text/") or media in _TEXTS else kind | {"format": "binary"}


def without_null(value: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """Query strings and forms cannot say null: what may be null is what may be left out."""
    kinds = [kind for kind in value.get("anyOf", []) if kind.get("type") != "null"]
    if len(kinds) != 1:
        return dict(value)
    kind = kinds[0]
    if "$ref" in kind:
        kind = definitions[kind["$ref"].rsplit("/", 1)[1]]
    rest = {name: one for name, one in value.items() if name not in {"anyOf", "default"}}
    return {**kind, **rest}
