"""ELAN annotation format (EAF 3.0, Max Planck Institute for Psycholinguistics): tiers of segments and words."""

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import PurePosixPath
from urllib.parse import quote

from steno.exports.clean import clean, provenance_facts
from steno.exports.registry import ExportOptions, export
from steno.exports.tiers import UNKNOWN, Tier, tiers
from steno.transcript import Provenance, Transcript

_SCHEMA = "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"
_TYPE = "default-lt"


@export("eaf", media_type="text/x-eaf+xml")
def elan(transcript: Transcript, options: ExportOptions) -> bytes:
    """Tiers of each speaker's segments and words; provenance in the header's properties. Times are milliseconds."""
    del options
    laid = tiers(transcript) or [Tier("default", UNKNOWN, "segments", ())]
    author = clean(f"Steno {transcript.provenance.steno_version}")
    document = ET.Element(
        "ANNOTATION_DOCUMENT",
        {
            "AUTHOR": author,
            "DATE": transcript.provenance.created.isoformat(),
            "FORMAT": "3.0",
            "VERSION": "3.0",
            "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
            "xsi:noNamespaceSchemaLocation": _SCHEMA,
        },
    )
    document.append(_header(transcript.provenance, sum(len(tier.annotations) for tier in laid)))
    order = ET.SubElement(document, "TIME_ORDER")
    slots = _slots(order, laid)
    number = 0
    for tier in laid:
        named = {"PARTICIPANT": tier.speaker} if tier.speaker != UNKNOWN else {}
        element = ET.SubElement(
            document, "TIER", {"ANNOTATOR": author, "LINGUISTIC_TYPE_REF": _TYPE, **named, "TIER_ID": tier.name}
        )
        for annotation in tier.annotations:
            begin, end = slots[number]
            number += 1
            aligned = ET.SubElement(
                ET.SubElement(element, "ANNOTATION"),
                "ALIGNABLE_ANNOTATION",
                {"ANNOTATION_ID": f"a{number}", "TIME_SLOT_REF1": begin, "TIME_SLOT_REF2": end},
            )
            ET.SubElement(aligned, "ANNOTATION_VALUE").text = annotation.text
    ET.SubElement(
        document,
        "LINGUISTIC_TYPE",
        {"GRAPHIC_REFERENCES": "false", "LINGUISTIC_TYPE_ID": _TYPE, "TIME_ALIGNABLE": "true"},
    )
    ET.indent(document)
    content: bytes = ET.tostring(document, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


def _header(provenance: Provenance, annotations: int) -> ET.Element:
    header = ET.Element("HEADER", {"MEDIA_FILE": "", "TIME_UNITS": "milliseconds"})
    # A URI beside this file; ELAN asks for the recording where it is not there. Folders in the name lead nowhere.
    beside = "./" + quote(PurePosixPath(clean(provenance.recording_name).replace("\\", "/")).name)
    ET.SubElement(
        header, "MEDIA_DESCRIPTOR", {"MEDIA_URL": beside, "MIME_TYPE": "unknown", "RELATIVE_MEDIA_URL": beside}
    )
    for number, (name, value) in enumerate(provenance_facts(provenance), start=1):
        ET.SubElement(header, "PROPERTY", {"NAME": f"Steno {number}: {name}"}).text = value
    # ELAN numbers new annotations from here on.
    ET.SubElement(header, "PROPERTY", {"NAME": "lastUsedAnnotationId"}).text = str(annotations)
    return header


def _slots(order: ET.Element, laid: Sequence[Tier]) -> list[tuple[str, str]]:
    """The ids of the two time slots of each annotation; slots stand in order of time, as ELAN writes them."""
    times = [time for tier in laid for annotation in tier.annotations for time in (annotation.start, annotation.end)]
    ids = [""] * len(times)
    for number, place in enumerate(sorted(range(len(times)), key=lambda place: times[place]), start=1):
        ids[place] = f"ts{number}"
        ET.SubElement(order, "TIME_SLOT", {"TIME_SLOT_ID": f"ts{number}", "TIME_VALUE": str(times[place])})
    return list(zip(ids[::2], ids[1::2], strict=True))
