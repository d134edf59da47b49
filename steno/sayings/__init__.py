"""What the software says to people, in their languages: written and kept in English, translated where it is shown.

English is the record: errors, notices and doubts are stored and sent as they were said. Each is written once, where it
arises: as an error of ours, or marked by `said(f"...")`. `python -m web.translations` collects these sentences, with a
place for each value, into the catalogs beside this module; whoever shows one finds its sentence again by the text
around the values. Nothing is listed twice, and what was kept long ago is translated, too.

What is never kept, such as a heading in an export, is written by `phrase("...")` of `steno.exports.phrases`: the same
catalogs have it in a context of its own, so that no word of a text is taken for it.

Finnish and Swedish have everything, as the pages do. German has what documents carry: phrases, notices, doubts.
"""

from steno.sayings.catalogs import LANGUAGES, framed, retold, sayings, told
from steno.sayings.marking import said

__all__ = ["LANGUAGES", "framed", "retold", "said", "sayings", "told"]
