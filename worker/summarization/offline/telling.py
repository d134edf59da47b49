"""The words that tell what a stretch of speech is about, as they were spoken."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from math import log

from steno.vocabulary import content_stems
from worker.summarization.languages import phrases
from worker.summarization.offline.sentences import Sentence

_WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")
# Japanese writes the words that carry meaning in kanji and katakana, and ties them together in hiragana.
_JAPANESE = re.compile(r"[\u30a1-\u30fa\u30fc]{2,12}|[\u3005\u4e00-\u9fff]{2,8}")
_OPENING = re.compile(r"([^\W\d_]+)(?=,|\W*$)")
_SHORTEST = 3  # letters of a telling word; shorter ones are mostly fillers
_NAME_COUNTS = 2.0  # a word with a capital inside a sentence: a name, in German any noun
_LONG = 9  # letters from which on a word counts whole: long words say more of a topic than short ones
_FILLER = 0.4  # share of its uses in which a word opens a sentence before a comma, or is all of it: 'Yeah, ...'
_RARE = 0.5  # added to counts of the rest, so that a word never heard elsewhere does not count without limit


class Vocabulary:
    """Counts of the words of a whole recording, against which a stretch is told."""

    def __init__(self, spoken: Iterable[Sentence], language: str, *, without: Collection[str] = ()) -> None:
        """`without` are words that never tell, such as the names of those who speak."""
        self._language = language
        self._unspaced = len(content_stems("北海道", language)) > 1
        self._without = {stem for word in without for stem in content_stems(word, language)}
        self._dates = _date_words(language)
        self._stems: dict[str, list[str]] = {}  # of each word once: people say the same words over and over
        self._all: Counter[str] = Counter()
        opening: Counter[str] = Counter()
        for sentence in spoken:
            first = _OPENING.match(sentence.text)
            for at, (stem, _, _) in enumerate(self._words(sentence.text)):
                self._all[stem] += 1
                opening[stem] += at == 0 and first is not None and content_stems(first[1], language) == [stem]
        for stem, count in opening.items():
            if count >= _FILLER * self._all[stem]:
                del self._all[stem]
                self._without.add(stem)

    def telling(self, stretch: Sequence[Sentence], most: int) -> list[str]:
        """Up to `most` words of a stretch, best first, in the form in which they were said most often.

        The weight is tf-idf's: how often a stem is said here, times the logarithm of how much less it is elsewhere.
        """
        here: Counter[str] = Counter()
        forms: dict[str, Counter[str]] = {}
        capitals: Counter[str] = Counter()
        for sentence in stretch:
            for stem, word, inside in self._words(sentence.text):
                here[stem] += 1
                if inside and word[0].isupper():
                    capitals[stem] += 1
                form = word if inside or word[1:] != word[1:].lower() else word[0].lower() + word[1:]
                forms.setdefault(stem, Counter())[form] += 1
        total, said = sum(self._all.values()), sum(here.values())

        def weight(stem: str) -> float:
            elsewhere = (self._all[stem] - here[stem] + _RARE) / (total - said + 1)
            rarer = log(1 + here[stem] / said / elsewhere) if total > said else 1.0
            name = _NAME_COUNTS if 2 * capitals[stem] >= here[stem] else 1.0
            long = 1.0 if self._unspaced else min(1.0, max(map(len, forms[stem])) / _LONG)
            return here[stem] * rarer * name * long

        chosen = sorted(here, key=lambda stem: (-weight(stem), stem))[:most]
        return [_usual(forms[stem], capital=2 * capitals[stem] >= here[stem]) for stem in chosen]

    def _words(self, text: str) -> Iterator[tuple[str, str, bool]]:
        """Stem, the word as spoken, and whether it stands inside a sentence, where a capital says something."""
        if self._language == "ja":
            yield from ((match[0], match[0], True) for match in _JAPANESE.finditer(text))
            return
        for match in _WORD.finditer(text):
            stems = self._stems.get(match[0])
            if stems is None:
                dated = self._dates is not None and self._dates.fullmatch(match[0])
                stems = self._stems[match[0]] = [] if dated else content_stems(match[0], self._language)
            if len(stems) == 1 and len(match[0]) >= _SHORTEST and stems[0] not in self._without:
                yield stems[0], match[0], match.start() > 0
            elif len(stems) > 1:  # written without spaces: the pairs themselves
                yield from ((stem, stem, True) for stem in stems)


def _date_words(language: str) -> re.Pattern[str] | None:
    """Days, months and numbers name no topic: every meeting has them."""
    known = phrases(language)
    if known is None:
        return None
    dates = known.dates
    words = (*dates.weekdays, *dates.months, *dates.today, *dates.tomorrow, *dates.overmorrow)
    return re.compile("|".join((*words, dates.numeral, dates.days, dates.weeks, dates.months_unit)), re.I)


def _usual(forms: Counter[str], *, capital: bool) -> str:
    """The commonest form, the shortest of equals; of a name the one with the capital."""
    if capital:
        forms = Counter({form: count for form, count in forms.items() if form[0].isupper()}) or forms
    return min(forms, key=lambda form: (-forms[form], len(form), form))
