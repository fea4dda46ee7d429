"""Translations are read from each feature's own .po file: nothing to compile, nothing to forget."""

import io
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Flask, request
from flask_babel import Babel, Domain, get_locale

LANGUAGES = {"zh_Hans_CN": "中文", "en": "English"}
DEFAULT_LANGUAGE = "zh_Hans_CN"
LANGUAGE_COOKIE = "__Host-language"
_APP = Path(__file__).resolve().parent.parent


@cache
def catalogue_of(locale: str) -> Translations:
    """Return every feature's sentences in one language, merged."""
    merged = Translations()
    for path in sorted(_APP.glob(f"**/translations/{locale}/LC_MESSAGES/messages.po")):
        with path.open("rb") as source:
            po = read_po(source, locale=locale)
        compiled = io.BytesIO()
        write_mo(compiled, po)
        compiled.seek(0)
        part = Translations(compiled)
        merged.merge(part)
        # Merging takes the sentences over, not the rule by which a number chooses one.
        merged.plural = part.plural
    return merged


@cache
def _catalogue_for(locale: Locale | None) -> Translations:
    """Return a catalogue by the locale itself: spelling its name out for each sentence of a page takes longer."""
    return catalogue_of(str(locale or DEFAULT_LANGUAGE))


class FeatureCatalogues(Domain):
    """The translation domain of the product, for flask_babel's gettext functions."""

    def get_translations(self) -> Any:
        """Return the catalogue of the reader's language."""
        return _catalogue_for(get_locale())


class FeatureBabel(Babel):
    """Flask-Babel with the features' own catalogues, which templates ask without a detour: a page asks 500 times."""

    def init_app(self, app: Flask, *args: Any, **options: Any) -> None:
        super().init_app(app, *args, **options)
        app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
            gettext=lambda sentence: _DOMAIN.get_translations().ugettext(sentence),
            ngettext=lambda one, many, number: _DOMAIN.get_translations().ungettext(one, many, number),
            newstyle=True,
        )

    @property
    def domain_instance(self) -> Domain:
        """The product's one domain."""
        return _DOMAIN


_DOMAIN = FeatureCatalogues()


def chosen_language() -> str:
    """Return the reader's language: the switch decides, and where nobody switched, Chinese."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    return chosen if chosen in LANGUAGES else DEFAULT_LANGUAGE
