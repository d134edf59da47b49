"""Rules about what an identity provider says of a person: who may come in, who administers.

    eduPersonAffiliation=staff|member; email=*@example.org

Every condition must hold. A condition names an attribute, with dots into nested ones (`realm_access.roles`), and the
values one of which it must have; `*` stands for anything. Capitals do not matter. An attribute may be a list.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

_NAME = re.compile(r"[^\s=;|]{1,300}")
EMAIL, VERIFIED = "email", "email_verified"


@dataclass(frozen=True)
class Rule:
    """Conditions: an attribute and its patterns. Without any, everybody meets the rule."""

    conditions: tuple[tuple[str, tuple[str, ...]], ...]

    def met_by(self, claims: Mapping[str, object]) -> bool:
        """Whether a person's attributes meet all conditions. A mail address that is not verified counts as none."""
        return all(
            any(fnmatchcase(value.casefold(), pattern) for value in _values(claims, name) for pattern in patterns)
            for name, patterns in self.conditions
        )


def read_rule(text: str) -> Rule:
    """A rule as it is written in a setting. Raises ValueError."""
    found = []
    for part in (part.strip() for part in text.split(";")):
        if not part:
            continue
        name, equals, values = part.partition("=")
        patterns = tuple(value.strip().casefold() for value in values.split("|"))
        if not equals or not _NAME.fullmatch(name.strip()) or not all(patterns):
            raise ValueError(f"'{part}' is no condition such as eduPersonAffiliation=staff|member")
        # Brackets have a meaning in patterns that nobody expects in a group's name.
        found.append((name.strip(), tuple(re.sub(r"([?\[])", r"[\1]", pattern) for pattern in patterns)))
    return Rule(tuple(found))


def text_of(claims: Mapping[str, object], name: str) -> str | None:
    """An attribute's first value as a text; None where there is none."""
    return next((value for value in _values(claims, name) if value.strip()), None)


def _values(claims: Mapping[str, object], name: str) -> list[str]:
    if name == EMAIL and claims.get(VERIFIED) not in {True, "true"}:
        return []
    found: object = claims.get(name)
    if found is None and "." in name:
        found = claims
        for part in name.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    several = found if isinstance(found, (list, tuple)) else [found]
    return [str(one) for one in several if isinstance(one, (str, int))]
