"""The words of the pages in other languages, as gettext catalogs.

`python -m web.translations` brings them up to date, and with them those of `steno.sayings`: what the software itself
says. Texts of pages are collected from Python, templates and scripts of this package. Scripts name values as `{name}`,
the others as `%(name)s`.
"""
