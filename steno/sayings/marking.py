"""The mark of what is said to people."""


def said(text: str) -> str:
    """Marks a sentence, so that it is collected for translation; the text itself stays as it is.

    Values stand in it as in any f-string, with words between them: by these words the sentence is found again.
    """
    return text
