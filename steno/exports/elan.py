"""ELAN annotation format (EAF 3.0, Max Planck Institute for Psycholinguistics): tiers of segments and words."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator

from steno.exports.clean import clean, provenance_lines
from steno.exports.registry import ExportOptions, export
from steno.exports.tiers import segment_tiers, word_tiers
from steno.transcript import Transcript


@export("eaf", media_type="text/x-eaf+xml")
def elan(transcript: Transcript, options: ExportOptions) -> bytes:
    """A tier per speaker for segments and one for words; provenance in the header's properties."""
    del options
    document = ET.Element(
        "ANNOTATION_DOCUMENT",
        {
            "AUTHOR": f"Steno {transcript.provenance.steno_version}",
            "DATE": transcript.provenance.created.isoformat(),
            "FORMAT": "3.0",
            "VERSION": "3.0",
            "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
            "xsi:noNamespaceSchemaLocation": "http://www.mpi.nl/tools/elan/EAFv3.0.xsd",
        },
    )
    header = ET.SubElement(document, "HEADER", {"MEDIA_FILE": "", "TIME_UNITS": "milliseconds"})
    name = clean(transcript.provenance.recording_name)
    ET.SubElement(header, "MEDIA_DESCRIPTOR", {"MEDIA_URL": f"./{name}", "MIME_TYPE": "unknown"})
    for number, line in enumerate(provenance_lines(transcript.provenance)):
        key, _, value = line.partition(": ")
        ET.SubElement(header, "PROPERTY", {"NAME": f"steno:{number}:{key}"}).text = value
    order = ET.SubElement(document, "TIME_ORDER")
    slots, annotations = _counter("ts"), _counter("a")
    for tier in [*segment_tiers(transcript), *word_tiers(transcript)]:
        element = ET.SubElement(document, "TIER", {"LINGUISTIC_TYPE_REF": "default-lt", "TIER_ID": tier.name})
        for annotation in tier.annotations:
            begin, end = next(slots), next(slots)
            ET.SubElement(order, "TIME_SLOT", {"TIME_SLOT_ID": begin, "TIME_VALUE": str(annotation.start)})
            ET.SubElement(order, "TIME_SLOT", {"TIME_SLOT_ID": end, "TIME_VALUE": str(annotation.end)})
            aligned = ET.SubElement(
                ET.SubElement(element, "ANNOTATION"),
                "ALIGNABLE_ANNOTATION",
                {"ANNOTATION_ID": next(annotations), "TIME_SLOT_REF1": begin, "TIME_SLOT_REF2": end},
            )
            ET.SubElement(aligned, "ANNOTATION_VALUE").text = annotation.text
    if len(document.findall("TIER")) == 0:
        ET.SubElement(document, "TIER", {"LINGUISTIC_TYPE_REF": "default-lt", "TIER_ID": "default"})
    ET.SubElement(
        document,
        "LINGUISTIC_TYPE",
        {"GRAPHIC_REFERENCES": "false", "LINGUISTIC_TYPE_ID": "default-lt", "TIME_ALIGNABLE": "true"},
    )
    ET.indent(document)
    content: bytes = ET.tostring(document, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


def _counter(prefix: str) -> Iterator[str]:
    number = 0
    while True:
        number += 1
        yield f"{prefix}{number}"
