"""The words of the interface, through gettext from the first line. English is in the code.

`_` translates where it stands; `N_` marks a word that is declared before the language is known and translated
later with `_`. `use` swaps the catalogue, for the settings' language and for the pseudo-locale of the tests.
"""

from __future__ import annotations

import gettext
from pathlib import Path

__all__ = ["N_", "_", "find_translations", "ngettext", "use"]

DOMAIN = "leads_tui"


class _Current:
    translations: gettext.NullTranslations = gettext.NullTranslations()


def _(message: str) -> str:
    """The message in the operator's language."""
    return _Current.translations.gettext(message)


def ngettext(singular: str, plural: str, n: int) -> str:
    """The message in the form that the number asks for, in the operator's language."""
    return _Current.translations.ngettext(singular, plural, n)


def N_(message: str) -> str:  # noqa: N802 (gettext's own convention)
    """Marks a message for the catalogue and leaves it as it is."""
    return message


def find_translations(languages: list[str]) -> gettext.NullTranslations:
    """The catalogue of the first language that has one, else English."""
    return gettext.translation(DOMAIN, Path(__file__).parent, languages=languages, fallback=True)


def use(translations: gettext.NullTranslations) -> None:
    """Makes this catalogue the one that every later `_` asks."""
    _Current.translations = translations
