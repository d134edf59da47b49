"""Bring the catalogs up to date, and say what is still to be translated."""

import sys

from web.translations.collecting import BOOKS, faults, update

if __name__ == "__main__":  # a test imports every module
    pairs = [(book, language) for book in BOOKS for language in book.languages]
    for book, language in pairs:
        update(book, language)
    wrong = [line for book, language in pairs for line in faults(book, language)]
    sys.stdout.write("".join(f"{line}\n" for line in wrong) + f"{len(wrong)} to do\n")
