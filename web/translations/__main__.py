"""Bring the catalogs up to date, and say what is still to be translated."""

import sys

from web.translations.collecting import LANGUAGES, faults, update

if __name__ == "__main__":  # a test imports every module
    for language in LANGUAGES:
        update(language)
    wrong = [line for language in LANGUAGES for line in faults(language)]
    sys.stdout.write("".join(f"{line}\n" for line in wrong) + f"{len(wrong)} to do\n")
