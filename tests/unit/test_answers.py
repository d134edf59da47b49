"""Answers of language models, read as they come: fenced, cut, wordy, nearly right."""

import json

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.summarization.language_model.answers import Composition, Extraction, Reply, read, schema
from worker.summarization.language_model.faults import Unreadable

ITEM = {"task": "send it", "owner": "Ben", "due": "by Friday", "due_date": "2026-03-06", "lines": [3, 4]}
WHOLE = {"points": [], "subjects": [], "decisions": [], "open_questions": [], "action_items": [ITEM], "to_software": []}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(WHOLE),
        f"Here you are:\n```json\n{json.dumps(WHOLE, indent=2)}\n```\nAnything else?",
        f"<think>They want {{}} of [1].</think>{json.dumps(WHOLE)}",
        json.dumps({"action_items": [ITEM]}),
        json.dumps(WHOLE)[:-2],
        json.dumps(WHOLE).replace('"', "'").replace("None", "null"),
        json.dumps({"action_items": [ITEM | {"lines": ["[3]", "4"], "confidence": 0.9}, "nonsense", {"lines": [1]}]}),
    ],
    ids=["whole", "fenced", "thought", "lists missing", "cut", "single quotes", "nearly right"],
)
def test_an_action_item_is_found_in(text):
    answer = read(text, Extraction)

    assert [item.model_dump(mode="json") for item in answer.action_items] == [ITEM]


@pytest.mark.parametrize("text", ["", "I am sorry.", "[]", "42", '{"minutes": 1}', "```json\n```", "{", "null"])
def test_what_holds_no_such_object_is_malformed(text):
    with pytest.raises(Unreadable):
        read(text, Extraction)


@pytest.mark.parametrize("owner", ["", "null", "None", "n/a", None, 7])
def test_an_owner_that_is_none_is_none(owner):
    text = json.dumps({"action_items": [ITEM | {"owner": owner}]})

    assert read(text, Extraction).action_items[0].owner is None


@given(st.text(max_size=300))
def test_any_text_is_an_answer_or_malformed(text):
    try:
        answer = read(text, Extraction)
    except Unreadable:
        return
    assert isinstance(answer, Extraction)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.sampled_from([*WHOLE, *ITEM, "text", "title", "first_line"]), inner, max_size=5)
        ),
        max_leaves=30,
    )
)
def test_any_json_is_an_answer_or_malformed(value):
    try:
        answer = read(json.dumps(value), Extraction)
    except Unreadable:
        return
    assert isinstance(answer, Extraction)


@pytest.mark.parametrize("shape", [Extraction, Composition, Reply])
def test_the_schema_suits_strict_decoding(shape):
    described = schema(shape)

    jsonschema.Draft202012Validator.check_schema(described)
    for part in (described, *described.get("$defs", {}).values()):
        assert part["additionalProperties"] is False
        assert sorted(part["required"]) == sorted(part["properties"])
