"""Words as they are compared: lower case, without endings, without the words every sentence has."""

import re
from collections.abc import Callable, Collection
from functools import cache

_WORD = re.compile(r"[^\W_]+(?:['’\-.,:][^\W_]+)*")
_NUMBER = re.compile(r"\d[\d.,:]*\d|\d")
SHORTEST_ALIKE = 4  # characters that two different stems must share to count as one word
# Written without spaces: pairs of characters stand for words.
UNSPACED = frozenset({"zh", "yue", "ja", "th", "lo", "my", "km"})
_SNOWBALL = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian",
    "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "ne": "nepali", "nl": "dutch",
    "nn": "norwegian", "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian",
    "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip


def tokens(text: str, language: str) -> list[str]:
    """The words of a text in order, in lower case; where words are not parted, pairs of characters."""
    words = [match[0].casefold().replace("’", "'") for match in _WORD.finditer(text)]
    if language not in UNSPACED:
        return words
    return [word[at : at + 2] for word in words for at in range(max(1, len(word) - 1))]


def content_stems(text: str, language: str) -> list[str]:
    """Stems of the words that carry meaning, in order: no stop words, no numbers.

    Stemming is Snowball's; a language it does not know keeps its words whole.
    """
    stop, stem = stop_words(language), _stemmer(language)
    return [stem(word) for word in tokens(text, language) if word not in stop and not word[0].isdigit()]


def numbers(text: str) -> list[str]:
    """Numbers written in digits, as written: `15`, `2,500`, `14:30`."""
    return [match[0] for match in _NUMBER.finditer(text)]


def overlap(claimed: Collection[str], said: Collection[str]) -> float:
    """The share of claimed stems that were said, 0 to 1; 1.0 where nothing is claimed.

    Stems that begin alike count as one word: no stemmer undoes every ending of Finnish, nor German compounds.
    """
    if not claimed:
        return 1.0
    known = set(said)
    return sum(stem in known or any(_alike(stem, other) for other in known) for stem in claimed) / len(claimed)


def inflected(name: str, word: str) -> bool:
    """Whether a word is a name with an ending: Annan, Carlas, Riitalla. Both in lower case.

    Finnish changes the end of the stem, too, so the last two letters of a longer name may differ.
    """
    if len(word) > len(name) + 5:
        return False
    return word.startswith(name[: max(4, len(name) - 2)] if len(name) > 4 else name)


@cache
def stop_words(language: str) -> frozenset[str]:
    """Words every text of the language has; empty for a language without a list."""
    from stop_words import StopWordError, get_stop_words

    try:
        return frozenset(get_stop_words(language))
    except StopWordError:
        return frozenset()


@cache
def _stemmer(language: str) -> Callable[[str], str]:
    import snowballstemmer

    name = _SNOWBALL.get(language)
    if name is None:
        return str
    stem: Callable[[str], str] = cache(snowballstemmer.stemmer(name).stemWord)
    return stem


def _alike(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    shared = next((at for at, (left, right) in enumerate(zip(short, long, strict=False)) if left != right), len(short))
    return shared >= max(SHORTEST_ALIKE, round(0.7 * len(long)))
