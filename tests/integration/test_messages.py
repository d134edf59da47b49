"""The words of scripts: served for each language, squeezed, to be kept for good."""

import gzip
import json

from tests.rest import Rest


def test_they_are_served_squeezed_and_kept(rest: Rest) -> None:
    client = rest.app.test_client()

    plain = client.get("/messages/x/fi.json")
    squeezed = client.get("/messages/x/fi.json", headers={"Accept-Encoding": "gzip"})

    assert "immutable" in plain.headers["Cache-Control"]
    assert squeezed.headers["Content-Encoding"] == "gzip"
    assert squeezed.headers["Vary"] == "Accept-Encoding"
    words = json.loads(gzip.decompress(squeezed.data))
    assert words == plain.json
    assert words["texts"]["Saved"] == "Tallennettu"
    assert words["sentences"]["no-audio"] == "Tiedostossa ei ole ääntä."
    assert ["Give a text.", "Anna teksti."] in words["sayings"]


def test_languages_that_nobody_has_translated_have_none(rest: Rest) -> None:
    words = rest.app.test_client().get("/messages/x/tlh.json").json

    assert (words["texts"], words["sayings"], set(words["sentences"].values())) == ({}, [], {""})
