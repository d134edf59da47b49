"""Names in archives: whatever people call their recordings, every program on every system can unpack them."""

import re
import unicodedata

from steno.exports.clean import clean

_LONGEST = 120  # bytes in UTF-8; with folder and ending a path stays short of every limit
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_DEVICE = re.compile(r"(?i)(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$)(?=\s*(?:\.|$))")


def safe(name: str, otherwise: str = "recording") -> str:
    """A name without anything that means something to a file system: no path, no device, no hidden file."""
    text = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", clean(name))).strip(" .")
    while len(text.encode()) > _LONGEST:
        text = text[:-1].rstrip(" .")
    return f"_{text}" if _DEVICE.match(text) else text or otherwise


class Names:
    """Names that are different for every file system: for those that ignore case, too."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def of(self, name: str) -> str:
        """The name made safe, with a number where another one has it."""
        plain, number = safe(name), 1
        chosen = plain
        while self._key(chosen) in self._taken:
            number += 1
            chosen = f"{plain} ({number})"
        self._taken.add(self._key(chosen))
        return chosen

    @staticmethod
    def _key(name: str) -> str:
        return unicodedata.normalize("NFKC", name).casefold()
